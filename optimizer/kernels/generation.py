"""Schedule generation: from an order of the jobs to a schedule.

Serial and parallel schedule generation after Kolisch 1996, "Serial and parallel resource-constrained project scheduling
methods revisited", European Journal of Operational Research 90, extended by modes, nodes, lags and unavailability.
"""

import heapq
from collections.abc import Callable
from functools import cached_property

import numpy as np

from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.pace import Pace
from optimizer.kernels.parallel import NOT_BEGUN, State, new_state, parallel_part
from optimizer.kernels.regret import regret_part
from optimizer.kernels.score import score
from optimizer.kernels.serial import Plan, new_plan, serial_part, shift_left
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray

_JOBS_AT_A_TIME = 2000
_SECONDS_PER_CHOICE = 2e-5
_SECONDS_PER_SCAN = 2e-7
_SECONDS_PER_JOB = 1e-5


class ScheduleGenerator:
    """Generates any number of schedules of one problem, whose arrays are made once.

    Parameters
    ----------
    problem : Problem
        What to schedule.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._inputs = Inputs.of(problem)
        self._timeline = new_timeline(self._inputs)

    @cached_property
    def _state(self) -> State:
        return new_state(self._inputs)

    def serial(self, order: IntArray, stopped: Callable[[], bool] = lambda: False) -> Schedule | None:
        """Return the schedule of :func:`serial_schedule`, None if ``stopped`` said so before it was done."""
        order, plan = _repaired(self._problem, order), new_plan(self._problem.jobs)
        place_next = serial_part.sized(_estimate(self._problem))
        for first in range(0, len(order), _JOBS_AT_A_TIME):
            if stopped():
                return None
            place_next(self._inputs, order, first, min(first + _JOBS_AT_A_TIME, len(order)), self._timeline, plan)
        return schedule_of(plan)

    def parallel(self, order: IntArray, stopped: Callable[[], bool] = lambda: False) -> Schedule | None:
        """Return the schedule of :func:`parallel_schedule`, None if ``stopped`` said so before it was done."""
        order, plan, coming = integers(order), new_plan(self._problem.jobs), self._state.coming
        pace = Pace(parallel_part, 2 * _estimate(self._problem))
        coming[0] = NOT_BEGUN
        while coming[0] != 0:
            if stopped():
                return None
            pace.run(self._inputs, order, self._state, self._timeline, plan)
        return schedule_of(plan)

    def regret(self, order: IntArray, candidates: int, stopped: Callable[[], bool] = lambda: False) -> Schedule | None:
        """Return the schedule of :func:`regret_schedule`, None if ``stopped`` said so before it was done."""
        order, plan = _repaired(self._problem, order).copy(), new_plan(self._problem.jobs)
        place_next = regret_part.sized(candidates * _estimate(self._problem))
        at_a_time = max(1, _JOBS_AT_A_TIME // candidates)
        for first in range(0, len(order), at_a_time):
            if stopped():
                return None
            last = min(first + at_a_time, len(order))
            place_next(self._inputs, order, candidates, first, last, self._timeline, plan)
        return schedule_of(plan)


def serial_schedule(problem: Problem, order: IntArray) -> Schedule:
    """Return the schedule in which the jobs, one after another, end as early as those before them allow.

    A job takes the mode and node of the earliest end; of equal ones that of lower cost, then the first mode, then the
    first node. The earliest end keeps the deadline if any choice does; deadlines that cannot be kept are missed. With
    one mode a job and one node, some order yields an optimal schedule (the schedules are the active ones).

    Parameters
    ----------
    problem : Problem
        What to schedule.
    order : int64[J]
        A permutation of the jobs; where a job stands before a predecessor it waits for it.
    """
    schedule = ScheduleGenerator(problem).serial(order)
    assert schedule is not None, "nobody stops it"
    return schedule


def parallel_schedule(problem: Problem, order: IntArray) -> Schedule:
    """Return the schedule in which time goes on and jobs start whenever they can, those first in ``order`` first.

    At each instant at which something arrives, ends or becomes available, every job that has arrived and whose
    predecessors and lags are over starts if some mode fits on some node for its whole processing time; of several it
    takes the one of the earliest end, then the first mode, then the first node. No capacity idles that a waiting job
    could use, which may exclude all optimal schedules.

    Parameters
    ----------
    problem : Problem
        What to schedule.
    order : int64[J]
        A permutation of the jobs.
    """
    schedule = ScheduleGenerator(problem).parallel(order)
    assert schedule is not None, "nobody stops it"
    return schedule


def regret_schedule(problem: Problem, order: IntArray, candidates: int) -> Schedule:
    """Return the schedule in which next comes, of the next few jobs, the one that has most to lose.

    Each ends as early as those before it allow, as in :func:`serial_schedule`; what it has to lose is what it would
    cost more in the mode and on the node of the second earliest end (kernels/regret.py). Where jobs have one mode and
    one node it is the serial schedule.

    Parameters
    ----------
    problem : Problem
        What to schedule.
    order : int64[J]
        A permutation of the jobs; where a job stands before a predecessor it waits for it.
    candidates : int
        How many of the next jobs are compared, >= 1.
    """
    schedule = ScheduleGenerator(problem).regret(order, candidates)
    assert schedule is not None, "nobody stops it"
    return schedule


def left_shifted(problem: Problem, schedule: Schedule) -> Schedule:
    """Return ``schedule`` with each job, in order of start, moved to its earliest start in the same mode and node.

    No job starts later than before. Proof by induction over that order: let all jobs before j start no later than they
    did. One of them that now runs at an instant t within the old interval of j started before j did, so not after t,
    and ends no earlier in the old schedule than now, so it ran at t there too. At each such t no more is in use than
    the old schedule had left for j, and predecessors end no later: the old start is still possible.

    Parameters
    ----------
    problem : Problem
        What to schedule.
    schedule : Schedule
        Not preemptive and valid, but for deadlines; its ends may come from a coarser grid.
    """
    inputs, plan = Inputs.of(problem), new_plan(problem.jobs)
    write_schedule(plan, schedule)
    order = by_start(problem, schedule.start)
    shift_left.sized(_estimate(problem))(inputs, order, new_timeline(inputs), plan)
    return schedule_of(plan)


def by_start(problem: Problem, start: IntArray) -> IntArray:
    """Return the jobs by start, int64[J]; predecessors come first, for empty jobs may start with their successors."""
    topological = problem.topological_order
    return topological[np.argsort(start[topological], kind="stable")]


def feasible_order(problem: Problem, key: FloatArray | IntArray) -> IntArray:
    """Return the jobs by ascending ``key``, but never before a predecessor.

    Next comes, of the jobs whose predecessors are placed, the one of the least key; ties go to the earlier arrival,
    then to the order of the file.

    Parameters
    ----------
    problem : Problem
        Which jobs.
    key : number[J]
        Smaller comes first.

    Returns
    -------
    int64[J]
        A permutation of the jobs.
    """
    return _repaired(problem, np.lexsort((problem.release, key)))


def _repaired(problem: Problem, order: IntArray) -> IntArray:
    """Return ``order`` with each job held back until its predecessors are placed."""
    order = integers(order)
    rank = np.empty(problem.jobs, dtype=np.int64)
    rank[order] = np.arange(problem.jobs)
    if (rank[problem.predecessor_job] < rank[problem.waiting_job]).all():
        return order
    starts, successor, _ = (array.tolist() for array in problem.successors)
    waiting, job_at, ranks = np.diff(problem.predecessor_start).tolist(), order.tolist(), rank.tolist()
    free = [r for r, j in enumerate(job_at) if waiting[j] == 0]
    repaired = []
    while free:
        j = job_at[heapq.heappop(free)]
        repaired.append(j)
        for s in successor[starts[j] : starts[j + 1]]:
            waiting[s] -= 1
            if waiting[s] == 0:
                heapq.heappush(free, ranks[s])
    return np.array(repaired, dtype=np.int64)


def _estimate(problem: Problem) -> float:
    """Return about how many seconds one interpreted generation takes."""
    choices = len(problem.mode_demand) * problem.nodes
    return choices * (_SECONDS_PER_CHOICE + _SECONDS_PER_SCAN * problem.jobs / problem.nodes)


def plan_of(schedule: Schedule) -> Plan:
    """Return a schedule as kernels take it."""
    return Plan(*map(integers, (schedule.start, schedule.end, schedule.mode, schedule.node)))


def score_of(inputs: Inputs, schedule: Schedule) -> float:
    """Return the score of a schedule (kernels.score)."""
    return float(score.sized(_SECONDS_PER_JOB * len(schedule.start))(inputs, plan_of(schedule)))


def schedule_of(plan: Plan) -> Schedule:
    """Return a plan as a schedule that does not change with it."""
    start, end, mode, node = (array.copy() for array in plan)
    return Schedule(start, end, mode, node)


def write_schedule(plan: Plan, schedule: Schedule) -> None:
    """Write a schedule over a plan."""
    for own, array in zip(plan, plan_of(schedule), strict=True):
        own[:] = array
