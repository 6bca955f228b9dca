import numpy as np

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.model.builder import Builder
from optimizer.model.capacity import add_capacity
from optimizer.model.columns import make_pulses, start_groups
from optimizer.objective import Costs
from optimizer.problem import Problem


def rows(instance: Instance, horizon: int) -> list[tuple[list[int], float]]:
    """Return the coefficients and the right-hand side of each capacity row."""
    problem = Problem.of(instance)
    pulses = make_pulses(problem, start_groups(problem, Costs.of(problem), horizon=horizon))
    builder = Builder()
    builder.add_columns(np.zeros(len(pulses.mode)), 0.0, 1.0, integral=True)
    add_capacity(builder, problem, pulses)
    program = builder.build()
    matrix = np.zeros((len(program.row_upper), len(pulses.mode)), dtype=int)
    for column in range(len(pulses.mode)):
        own = slice(program.start[column], program.start[column + 1])
        matrix[program.index[own], column] = program.value[own]
    return [*zip(matrix.tolist(), program.row_upper.tolist(), strict=True)]


def test_each_row_holds_what_runs_then() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 2}), Job("b", duration=1, demand={"gpu": 1}))
    # columns: a at 0, 1; b at 0, 1, 2
    assert rows(Instance(jobs, resources={"gpu": 2}), horizon=3) == [
        ([2, 0, 1, 0, 0], 2),
        ([2, 2, 0, 1, 0], 2),
        ([0, 2, 0, 0, 1], 2),
    ]


def test_no_row_where_everything_fits() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 2}), Job("b", duration=1, demand={"gpu": 1}))
    assert rows(Instance(jobs, resources={"gpu": 3}), horizon=3) == []


def test_no_row_that_the_one_before_implies() -> None:
    jobs = (Job("a", duration=3, demand={"gpu": 1}, deadline=3), Job("b", duration=3, demand={"gpu": 1}, deadline=3))
    assert rows(Instance(jobs, resources={"gpu": 1}), horizon=6) == [([1, 1], 1)]


def test_less_capacity_makes_a_row_of_its_own() -> None:
    jobs = (Job("a", duration=3, demand={"gpu": 1}, deadline=3), Job("b", duration=3, demand={"gpu": 1}, deadline=3))
    blocks = (Unavailable(start=1, end=2, amount=1),)
    assert rows(Instance(jobs, resources={"gpu": 2}, unavailable=blocks), horizon=6) == [([1, 1], 1)]


def test_nodes_have_rows_of_their_own() -> None:
    jobs = tuple(Job(name, duration=1, demand={"gpu": 1}, deadline=1) for name in "ab")
    instance = Instance(jobs, nodes=(Node("n", {"gpu": 1}, count=2),))
    # columns: a on n-0, a on n-1, b on n-0, b on n-1
    assert rows(instance, horizon=2) == [([1, 0, 1, 0], 1), ([0, 1, 0, 1], 1)]


def test_amounts_are_divided_by_what_they_have_in_common() -> None:
    gib = 2**30
    jobs = tuple(Job(name, duration=1, demand={"memory": 16 * gib}, deadline=1) for name in "abc")
    assert rows(Instance(jobs, resources={"memory": 40 * gib}), horizon=2) == [([1, 1, 1], 2)]


def test_large_amounts_without_a_common_unit_are_rounded_to_a_relaxation() -> None:
    half, capacity = 2**39 + 1, 2**40 + 2
    jobs = tuple(Job(name, duration=1, demand={"memory": half + (name == "c")}, deadline=1) for name in "abc")
    ((coefficients, most),) = rows(Instance(jobs, resources={"memory": capacity}), horizon=2)
    assert most < 2**21
    assert coefficients[0] + coefficients[1] <= most < sum(coefficients)
