import numpy as np
import pytest

from optimizer.errors import ModelTooLargeError
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Unavailable
from optimizer.kernels.generation import serial_schedule
from optimizer.model.highs import highs_model
from optimizer.model.program import Program
from optimizer.names import Objective
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.validation import violations
from tests.linear_programs import dense
from tests.random_instances import random_instance

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", arrival=1, duration=1, demand={"gpu": 1})),
    resources={"gpu": 1},
)


def test_small_program_by_hand() -> None:
    program = Program.of(Problem.of(TWO), horizon=4)
    # a starts at 0, 1, 2; b at 1, 2, 3: ends by 4
    assert program.pulses.start.tolist() == [0, 1, 2, 1, 2, 3]
    assert program.linear.cost.tolist() == [2, 3, 4, 1, 2, 3]
    once = [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    # one at a time at t = 1, 2, 3; at 0 only a could run
    capacity = [[1, 1, 0, 1, 0, 0], [0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 0, 1]]
    assert dense(program.linear).tolist() == once + capacity
    assert program.linear.row_upper.tolist() == [1, 1, 1, 1, 1]
    assert program.linear.integral.all()


def test_a_user_horizon_that_cuts_schedules_off_is_not_complete() -> None:
    problem = Problem.of(TWO)
    assert Program.of(problem).complete
    assert Program.of(problem, horizon=4).complete  # proven horizon: 1 + 2 + 1
    assert not Program.of(problem, horizon=3).complete


def test_a_known_schedule_leaves_only_starts_that_can_be_as_good() -> None:
    problem = Problem.of(TWO)
    known = Program.of(problem, known=4)  # a [0, 2) then b [2, 3): 2 + 2
    # b costs at least 1, so a may cost 3; a costs at least 2, so b may cost 2
    assert sorted(zip(known.pulses.mode.tolist(), known.pulses.start.tolist(), strict=True)) == [
        (0, 0), (0, 1), (1, 1), (1, 2),
    ]  # fmt: skip


def test_starts_within_unavailability_are_left_out() -> None:
    instance = Instance(
        jobs=(Job("a", duration=2, demand={"gpu": 2}), Job("b", duration=1, demand={"gpu": 1})),
        resources={"gpu": 2},
        unavailable=(Unavailable(start=2, end=3, resource="gpu", amount=1),),
    )
    program = Program.of(Problem.of(instance), horizon=6)
    starts = {m: program.pulses.start[program.pulses.mode == m].tolist() for m in (0, 1)}
    assert starts == {0: [0, 3, 4], 1: [0, 1, 2, 3, 4, 5]}


def test_precedence_rows_by_hand() -> None:
    jobs = (Job("a", duration=1), Job("b", duration=1, after=(Predecessor("a", lag=1),)), Job("c", duration=1))
    program = Program.of(Problem.of(Instance(jobs=jobs, resources={"gpu": 1})), horizon=4)
    assert program.pulses.start.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]  # a by its tail, b by its head
    # columns: pulses of a and b, b begun by 2 and 3, a finished by 1 and 2; c has no part in it
    matrix = np.delete(dense(program.linear)[3:], slice(4, 8), axis=1)
    assert matrix[:2].tolist() == [[0, 0, -1, 0, 1, 0, 0, 0], [0, 0, 0, -1, -1, 1, 0, 0]]
    assert matrix[2:4].tolist() == [[-1, 0, 0, 0, 0, 0, 1, 0], [0, -1, 0, 0, 0, 0, -1, 1]]
    assert matrix[4:].tolist() == [[0, 0, 0, 0, 1, 0, -1, 0]]  # begun by 2 only if finished by 1; later a is over


@pytest.mark.parametrize("objective", [Objective.MAKESPAN, Objective.MAX_LATENESS])
def test_maximum_objectives_have_one_more_column(objective: Objective) -> None:
    jobs = (Job("a", duration=2, due=1), Job("b", duration=1))
    instance = Instance(jobs=jobs, resources={"gpu": 1}, objective=objective)
    program = Program.of(Problem.of(instance), horizon=3)
    assert len(program.linear.cost) == len(program.pulses.start) + 1
    assert program.linear.cost.tolist() == [0.0] * len(program.pulses.start) + [1.0]
    rows = dense(program.linear)[2:]
    expected = {
        Objective.MAKESPAN: [[-2, -3, 0, 0, 0, 1], [0, 0, -1, -2, -3, 1]],
        Objective.MAX_LATENESS: [[-1, -2, 0, 0, 0, 1]],  # b has no due date
    }
    assert rows.tolist() == expected[objective]


@pytest.mark.parametrize("seed", range(60))
def test_every_schedule_satisfies_the_program_and_comes_back(seed: int) -> None:
    """A schedule within the windows satisfies all rows, costs what it should and is read back unchanged."""
    problem = Problem.of(random_instance(seed))
    schedule = serial_schedule(problem, np.random.default_rng(seed).permutation(problem.jobs))
    if violations(problem, schedule):
        return
    program, costs = Program.of(problem), Costs.of(problem)
    chosen = program.chosen(schedule)
    assert chosen is not None
    model = highs_model(program.linear)
    for column in range(len(program.pulses.mode)):
        model.changeColBounds(column, float(column in chosen), float(column in chosen))
    model.run()
    assert model.modelStatusToString(model.getModelStatus()) == "Optimal"
    assert model.getInfo().objective_function_value == pytest.approx(total_cost(problem, costs, schedule))
    back = program.schedule(np.array(model.getSolution().col_value))
    assert (back.start == schedule.start).all()
    assert (back.mode == schedule.mode).all()


def test_a_schedule_outside_the_windows_has_no_columns() -> None:
    problem = Problem.of(TWO)
    late = serial_schedule(problem, np.array([0, 1]))
    assert Program.of(problem, horizon=2).chosen(late) is None


def test_too_large_programs_are_refused_before_they_are_built() -> None:
    jobs = tuple(Job(f"j{i}", duration=10_000, demand={"gpu": 1}) for i in range(2_000))
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 8}))
    with pytest.raises(ModelTooLargeError, match=r"39,98\d,\d{3},\d{3} columns.*GiB.*--time-step"):
        Program.of(problem)
    with pytest.raises(ModelTooLargeError, match=r"6 columns"):
        Program.of(Problem.of(TWO), horizon=4, memory=1)


def test_names_tell_job_mode_node_and_start() -> None:
    modes = (Mode(2, {"gpu": 1}), Mode(1, {"gpu": 2}))
    nodes = (Node("n", {"gpu": 1}), Node("m", {"gpu": 2}))
    problem = Problem.of(Instance(jobs=(Job("a", modes=modes),), nodes=nodes))
    assert Program.of(problem, horizon=2).names() == ["x_0_0_0_0", "x_0_0_1_0", "x_0_1_1_0", "x_0_1_1_1"]


def test_a_job_without_starts_refutes_the_program() -> None:
    problem = Problem.of(TWO)
    assert Program.of(problem, horizon=1).refuted
    assert not Program.of(problem).refuted
