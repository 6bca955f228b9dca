import numpy as np
import pytest
from msgspec.structs import replace

from optimizer.generate import generate
from optimizer.instance import Instance, Job, Predecessor
from optimizer.model.builder import LinearProgram
from optimizer.model.highs import highs_model
from optimizer.model.program import Program
from optimizer.model.steps import Steps, relaxes_well
from optimizer.names import Objective
from optimizer.problem import Problem
from tests.bounds_cases import random_problem
from tests.linear_programs import dense

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", arrival=1, duration=1, demand={"gpu": 1})),
    resources={"gpu": 1},
)


def optimum(linear: LinearProgram) -> tuple[float, np.ndarray] | None:
    """Return value and columns of an optimum, None when there is none."""
    model = highs_model(linear)
    model.run()
    if model.modelStatusToString(model.getModelStatus()) != "Optimal":
        return None
    return model.getInfo().objective_function_value, np.array(model.getSolution().col_value)


def test_small_program_by_hand() -> None:
    program = Program.of(Problem.of(TWO), horizon=4)  # a starts at 0, 1, 2; b at 1, 2, 3
    linear = Steps.of(program.problem, program.pulses).program(program.linear)
    assert linear.cost.tolist() == [-1, -1, 4, -1, -1, 3]
    once = [[0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]]  # the last step of a job is 1
    # begun by t, and not by t - 2 or t - 1: at t = 1 a and b, at t = 2, at t = 3
    capacity = [[0, 1, 0, 1, 0, 0], [-1, 0, 1, -1, 1, 0], [0, -1, 1, 0, -1, 1]]
    order = [[1, -1, 0, 0, 0, 0], [0, 1, -1, 0, 0, 0], [0, 0, 0, 1, -1, 0], [0, 0, 0, 0, 1, -1]]
    assert dense(linear).tolist() == once + capacity + order
    assert linear.row_upper.tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert linear.row_lower[5:].tolist() == [-np.inf] * 4


def test_values_and_pulses_are_inverse() -> None:
    program = Program.of(random_problem(3))
    steps = Steps.of(program.problem, program.pulses)
    job = program.problem.mode_job[program.pulses.mode]
    rng = np.random.default_rng(0)
    chosen = np.array([rng.choice(np.flatnonzero(job == j)) for j in range(program.problem.jobs)])
    values = steps.values(chosen)
    pulses = steps.pulses(np.append(values, 7.0))  # further columns do not matter
    assert np.flatnonzero(pulses).tolist() == sorted(chosen.tolist())
    for j in range(program.problem.jobs):
        own = np.flatnonzero(job == j)
        by_start = own[np.argsort(program.pulses.start[own], kind="stable")]
        assert (np.diff(values[by_start]) >= 0).all()


@pytest.mark.parametrize("seed", range(60))
def test_both_programs_have_the_same_optimum(seed: int) -> None:
    """Over all objectives and features, precedence and maxima among them."""
    program = Program.of(random_problem(seed))
    if program.refuted:
        return
    steps = Steps.of(program.problem, program.pulses)
    by_pulses, by_steps = optimum(program.linear), optimum(steps.program(program.linear))
    assert (by_pulses is None) == (by_steps is None)
    if by_pulses is not None and by_steps is not None:
        assert by_steps[0] == pytest.approx(by_pulses[0])
        pulses = steps.pulses(by_steps[1])
        assert np.isclose(pulses, np.rint(pulses), atol=1e-5).all()


def test_further_rows_hold() -> None:
    program = Program.of(Problem.of(TWO), horizon=4)
    # a does not start at 0, told as two entries in one place; nor does b at 1
    row, column, value = program.linear.entries
    first = len(program.linear.row_lower)
    linear = program.linear.with_entries(
        np.append(row, [first + 1, first, first]), np.append(column, [3, 0, 0]), np.append(value, [1.0, 0.5, 0.5]),
        np.full(2, -np.inf), np.zeros(2),
    )  # fmt: skip
    assert dense(linear)[-2:].tolist() == [[1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0]]
    assert linear.row_lower[-2:].tolist() == [-np.inf] * 2
    best = optimum(Steps.of(program.problem, program.pulses).program(linear))
    assert best is not None
    assert best[0] == 3 + 3  # a in [1, 3), then b in [3, 4)


def test_what_relaxes_well() -> None:
    wide = generate("cluster", 30, seed=0)
    assert relaxes_well(Problem.of(wide))
    assert not relaxes_well(Problem.of(generate("server", 30, seed=0)))
    assert not relaxes_well(Problem.of(wide, objective=Objective.MAKESPAN))
    first, *others = wide.jobs
    chain = replace(wide, jobs=(first, replace(others[0], after=(Predecessor(first.id),)), *others[1:]))
    assert not relaxes_well(Problem.of(chain))
