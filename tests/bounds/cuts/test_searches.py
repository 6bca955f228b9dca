"""Every row that a search finds is violated by the solution it was given, and kept by every schedule."""

import numpy as np
import pytest

from optimizer.bounds.cuts import place_search
from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.bounds.cuts.pair_search import PairSearch
from optimizer.bounds.cuts.place_search import PlaceSearch, SpanSearch
from optimizer.bounds.cuts.present_search import PresentSearch
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.instance import Instance, Job, Mode
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from tests.random_instances import random_instance

SEARCHES = (PlaceSearch, PresentSearch, PairSearch, SpanSearch)


def never() -> bool:
    return False


def columns_of(program: CutProgram, schedule: Schedule) -> list[int]:
    """Return the columns of a schedule, each on the first of all equal nodes."""
    node = program.problem.first_of_kind[program.problem.node_kind[schedule.node]]
    pulses = program.pulses
    found = [
        np.flatnonzero((pulses.mode == mode) & (pulses.node == where) & (pulses.start == start))
        for mode, where, start in zip(schedule.mode, node, schedule.start, strict=True)
    ]
    return [int(column) for columns in found for column in columns]


def left_hand_sides(rows: Rows, solution: np.ndarray) -> np.ndarray:
    sums = np.concatenate([[0.0], np.cumsum(solution)])
    ranges = rows.ranges
    values = ranges.coefficient * (sums[ranges.end] - sums[ranges.first])
    return np.bincount(np.repeat(np.arange(len(rows)), np.diff(ranges.start)), values, len(rows))


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(40))
def test_rows_are_violated_by_the_solution_and_kept_by_schedules(search: type[RowSearch], seed: int) -> None:
    problem = Problem.of(random_instance(seed))
    random = np.random.default_rng(seed)
    planes = CuttingPlanes(problem)
    planes.advance()
    program = planes._program
    if program.bound == np.inf:
        return
    solution = planes.solution
    rows = search(program, Running.of(program.layout, solution), 1.001, never).rows(50)
    assert (left_hand_sides(rows, solution) >= 1.001 * rows.side - 1e-6).all()
    for _ in range(20):
        schedule = serial_schedule(problem, feasible_order(problem, random.random(problem.jobs)))
        chosen = columns_of(program, schedule)
        if len(chosen) < problem.jobs:
            continue  # it ends after the horizon of the program
        whole = np.bincount(chosen, minlength=len(solution)).astype(float)
        assert (left_hand_sides(rows, whole) <= rows.side + 1e-9).all()


def at_first_starts(program: CutProgram, share: list[float]) -> np.ndarray:
    """Return the solution in which so much of each mode runs at its first start."""
    solution = np.zeros(len(program.pulses.mode))
    first = np.flatnonzero(np.diff(program.pulses.mode, prepend=-1))
    solution[first] = share
    return solution


def solution_of(program: CutProgram, shares: dict[tuple[int, int], float]) -> np.ndarray:
    """Return the solution in which so much of each (job, start) runs."""
    pulses = program.pulses
    solution = np.zeros(len(pulses.mode))
    for (job, start), share in shares.items():
        (column,) = np.flatnonzero((program.problem.mode_job[pulses.mode] == job) & (pulses.start == start))
        solution[column] = share
    return solution


def present_rows(program: CutProgram, solution: np.ndarray) -> Rows:
    return PresentSearch(program, Running.of(program.layout, solution), 1.01, never).rows(10)


def test_halves_of_jobs_that_exclude_one_another_are_enough() -> None:
    jobs = (Job("a", duration=4, demand={"gpu": 2}), *(Job(name, duration=4, demand={"gpu": 3}) for name in "bc"))
    program = CutProgram(Problem.of(Instance(jobs=jobs, resources={"gpu": 5})))
    assert not len(present_rows(program, at_first_starts(program, [1.0, 0.5, 0.5])))
    assert len(present_rows(program, at_first_starts(program, [1.0, 0.75, 0.5]))) == 4


def test_rows_hold_for_jobs_that_are_absent_too() -> None:
    """Beside a, which runs wholly, one of b, c and d fits; only b and c run, but d could as well."""
    demands = {"a": 1, "b": 2, "c": 2, "d": 2}
    jobs = tuple(Job(name, duration=2, demand={"gpu": demand}) for name, demand in demands.items())
    program = CutProgram(Problem.of(Instance(jobs=jobs, resources={"gpu": 4})))
    now = {(0, 0): 1.0, (1, 0): 0.75, (2, 0): 0.75, (1, 6): 0.25, (2, 4): 0.25, (3, 2): 1.0}
    rows = present_rows(program, solution_of(program, now))
    assert len(rows) == 2
    for row in range(2):
        own = slice(rows.ranges.start[row], rows.ranges.start[row + 1])
        assert {1, 2, 3} <= set(rows.ranges.job[own].tolist())


def test_modes_of_one_job_exclude_one_another() -> None:
    """Half a job in one mode and half in the other are one job; with more of another, that does not fit beside it."""
    modes = (Mode(4, demand={"gpu": 1}), Mode(2, demand={"gpu": 2}))
    jobs = (Job("a", modes=modes), Job("b", duration=4, demand={"gpu": 4}))
    program = CutProgram(Problem.of(Instance(jobs=jobs, resources={"gpu": 4})))
    assert not len(present_rows(program, at_first_starts(program, [0.25, 0.25, 0.5])))
    assert len(present_rows(program, at_first_starts(program, [0.5, 0.5, 0.25])))


def test_what_fits_in_parts_but_not_whole_is_found_at_a_place() -> None:
    """Of jobs of 2 on 3 only one runs at a time: a + b <= 1, and 3/4 + 3/4 is half too much, though 3/4 * 4 <= 3."""
    jobs = tuple(Job(name, duration=1, demand={"gpu": 2}) for name in "ab")
    program = CutProgram(Problem.of(Instance(jobs, resources={"gpu": 3})))
    solution = solution_of(program, {(0, 0): 0.75, (0, 1): 0.25, (1, 0): 0.75, (1, 1): 0.25})
    rows = PlaceSearch(program, Running.of(program.layout, solution), 1.01, never).rows(10)
    assert left_hand_sides(rows, solution) == pytest.approx(1.5 * rows.side)
    assert len(rows) == 1


def test_where_new_cuts_are_rare_only_known_ones_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of jobs of 2 on 3 only one runs at a time, at each of six times; the cut that says so is found at one of them."""
    monkeypatch.setattr(place_search, "_BARREN", -1)
    jobs = tuple(Job(name, duration=6, demand={"gpu": 2}) for name in "ab")
    program = CutProgram(Problem.of(Instance(jobs, resources={"gpu": 3})))
    solution = solution_of(program, {(0, 0): 0.75, (0, 6): 0.25, (1, 0): 0.75, (1, 6): 0.25})
    running = Running.of(program.layout, solution)
    assert not len(PlaceSearch(program, running, 1.01, never).rows(10))
    monkeypatch.undo()
    assert len(PlaceSearch(program, running, 1.01, never).rows(1)) == 1
    monkeypatch.setattr(place_search, "_BARREN", -1)
    assert len(PlaceSearch(program, running, 1.01, never).rows(10)) == 6


@pytest.mark.parametrize("search", [PairSearch, SpanSearch])
def test_a_job_half_before_and_half_after_leaves_no_room_across(search: type[RowSearch]) -> None:
    """The short job runs half at time 0 and half at time 1, half of the long one at both, on a single GPU.

    At each of the two times 1/2 + 1/2 <= 1. But where the long one runs at both the short one runs at neither:
    long at both + short at 0 + short at 1 <= 1, and here that is 1 1/2. The other half of the long one runs later.
    """
    jobs = tuple(Job(name, duration=duration, demand={"gpu": 1}) for name, duration in (("long", 2), ("short", 1)))
    last = Job("last", arrival=9, duration=1, demand={"gpu": 1})
    program = CutProgram(Problem.of(Instance((*jobs, last), resources={"gpu": 1})))
    solution = solution_of(program, {(0, 0): 0.5, (0, 5): 0.5, (1, 0): 0.5, (1, 1): 0.5, (2, 9): 1.0})
    running = Running.of(program.layout, solution)
    for single in (PlaceSearch, PresentSearch):
        assert not len(single(program, running, 1.001, never).rows(10))
    rows = search(program, running, 1.001, never).rows(10)
    assert left_hand_sides(rows, solution) == pytest.approx(1.5 * rows.side)
    assert len(rows) == 1
