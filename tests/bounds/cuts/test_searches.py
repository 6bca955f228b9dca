"""Every row that a search finds is violated by the solution it was given, and kept by every schedule."""

import numpy as np
import pytest

from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.bounds.cuts.pair_search import PairSearch
from optimizer.bounds.cuts.place_search import PlaceSearch, SpanSearch
from optimizer.bounds.cuts.present_search import PresentSearch
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.instance import Instance, Job, Mode
from optimizer.kernels.generation import serial_schedule
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from tests.random_instances import random_instance

SEARCHES = (PlaceSearch, PresentSearch, PairSearch, SpanSearch)


def never() -> bool:
    return False


def columns_of(program: CutProgram, schedule: Schedule) -> list[int]:
    """Return the columns of a schedule, each on the first of all equal nodes."""
    kind_of = np.array(program.places.node)
    chosen = []
    for mode, node, start in zip(schedule.mode, schedule.node, schedule.start, strict=True):
        equal = [
            first
            for first in kind_of
            if (program.problem.node_capacity[first] == program.problem.node_capacity[node]).all()
            and program.problem.node_speed[first] == program.problem.node_speed[node]
        ]
        pulses = program.pulses
        match = (pulses.mode == mode) & np.isin(pulses.node, equal) & (pulses.start == start)
        chosen += np.flatnonzero(match)[:1].tolist()
    return chosen


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
        schedule = serial_schedule(problem, random.permutation(problem.jobs))
        chosen = columns_of(program, schedule)
        if len(chosen) < problem.jobs:
            continue  # it ends after the horizon of the program
        whole = np.bincount(chosen, minlength=len(solution)).astype(float)
        assert (left_hand_sides(rows, whole) <= rows.side + 1e-9).all()


def half_of_each(program: CutProgram) -> np.ndarray:
    """Return the solution in which every job runs half at its first and half at its second start."""
    solution = np.zeros(len(program.pulses.mode))
    first = program.layout.job_start[:-1]
    solution[first] = solution[first + 1] = 0.5
    return solution


def test_two_halves_of_large_jobs_exclude_one_another() -> None:
    """Beside a job of 2 GPUs that runs wholly, each of two jobs of 3 fits, but not half of both and half again."""
    jobs = (Job("a", duration=4, demand={"gpu": 2}), *(Job(name, duration=4, demand={"gpu": 3}) for name in "bc"))
    program = CutProgram(Problem.of(Instance(jobs=jobs, resources={"gpu": 5})))
    solution = half_of_each(program)
    solution[program.layout.job_start[0] :][:2] = 1.0, 0.0
    rows = PresentSearch(program, Running.of(program.layout, solution), 1.01, never).rows(10)
    assert not len(rows)  # at time 0 half of b and half of c run beside a: an average of two sets
    third = np.where(solution == 0.5, 0.75, solution)
    rows = PresentSearch(program, Running.of(program.layout, third), 1.01, never).rows(10)
    assert len(rows)


def test_modes_of_one_job_exclude_one_another() -> None:
    """A job runs in one of its modes: three quarters of each are too much, though both would fit."""
    modes = (Mode("slow", duration=4, demand={"gpu": 1}), Mode("fast", duration=2, demand={"gpu": 2}))
    jobs = (Job("a", modes=modes), Job("b", duration=4, demand={"gpu": 4}))
    program = CutProgram(Problem.of(Instance(jobs=jobs, resources={"gpu": 4})))
    solution = np.zeros(len(program.pulses.mode))
    for mode in range(3):
        solution[np.flatnonzero(program.pulses.mode == mode)[0]] = 0.75 if mode < 2 else 0.0
    rows = PresentSearch(program, Running.of(program.layout, solution), 1.01, never).rows(10)
    assert not len(rows) or (left_hand_sides(rows, solution) > rows.side).all()
