"""Simulation of policies that preempt jobs: the way in from Python."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from optimizer.kernels.inputs import Workload
from optimizer.kernels.pace import Pace
from optimizer.kernels.policies.beliefs import believed_times, estimates, sizes
from optimizer.kernels.policies.feedback import new_levels, run_feedback
from optimizer.kernels.policies.keyed import new_keys, run_keyed
from optimizer.kernels.policies.preemption_state import (
    FINISHED,
    PIECES,
    Jobs,
    has_room_for_pieces,
    new_jobs,
    with_more_room,
)
from optimizer.problem import NEVER, Problem
from optimizer.schedule import Schedule, Segments
from optimizer.units import FloatArray

Key = Literal["fixed", "remaining", "attained"]

_SECONDS_PER_JOB = 1e-3


class KeyedSimulation:
    """A policy by which at each instant the jobs of the least keys run.

    At each instant jobs end, capacity changes, jobs arrive. Then all unfinished jobs that are ready, by key (equal:
    running before waiting, then by arrival and file), get room beside those before them: on the node where they run,
    else on the first with room. Others wait. A job keeps the mode and the speed of node of its first start.

    Parameters
    ----------
    problem : Problem
        The jobs and the cluster.
    key : "fixed", "remaining" or "attained"
        ``values``; or the estimated processing time that is left; or size x time that it has run.
    values : float64[J] or None
        For a fixed key.
    quantum : int
        For attained service: while jobs wait, a pass comes this many steps after the last one at the latest, >= 1.
    cost : int
        Steps that each preemption adds to the processing time, >= 0.
    """

    def __init__(
        self, problem: Problem, key: Key, *, values: FloatArray | None = None, quantum: int = 1, cost: int = 0
    ) -> None:
        self._inputs = Workload.of(problem)
        self._jobs = new_jobs(self._inputs, cost)
        first = {"fixed": values, "remaining": estimates(problem), "attained": np.zeros(problem.jobs)}[key]
        assert first is not None, "a fixed key has values"
        self._keys = new_keys(
            self._inputs,
            get_args(Key).index(key),
            first.astype(np.float64),
            estimate=believed_times(problem),
            size=sizes(problem),
            quantum=quantum,
        )
        self._alarm = np.array([NEVER])
        self._pace = Pace(run_keyed, _SECONDS_PER_JOB * problem.jobs)

    @property
    def share(self) -> float:
        """The share of the jobs that have ended."""
        return float(self._jobs.counts[FINISHED] / len(self._inputs.release))

    def advance(self) -> None:
        """Go on for about a tenth of a second."""
        self._jobs = _with_room(self._jobs)
        self._pace.run(self._inputs, self._jobs, self._keys, self._alarm)

    def schedule(self) -> Schedule:
        """Return the schedule, once all jobs have ended."""
        return _schedule(self._jobs)


class FeedbackSimulation:
    """Queues of several levels; one level is round robin.

    Jobs arrive at the top. At each instant jobs end, capacity changes, jobs arrive, jobs that waited for long go up,
    jobs that used up their time at a level go to the tail of the next (of the same, on the lowest). Then level after
    level: its running jobs keep their places if there is room beside those before, else they go to the head of its
    queue; then its queue is served from the head until one finds no room. What is left is for the next level.

    Parameters
    ----------
    problem : Problem
        The jobs and the cluster.
    allotments : sequence of int
        Steps that a job may run at each level, >= 1.
    promotion : int or None
        Steps of waiting below the top after which a job goes to the top, >= 1; None: it does not.
    cost : int
        Steps that each preemption adds to the processing time, >= 0 and less than the last allotment.
    """

    def __init__(
        self, problem: Problem, allotments: Sequence[int], *, promotion: int | None = None, cost: int = 0
    ) -> None:
        self._inputs = Workload.of(problem)
        self._jobs = new_jobs(self._inputs, cost)
        self._levels = new_levels(self._inputs, np.array(allotments, dtype=np.int64), promotion)
        self._pace = Pace(run_feedback, _SECONDS_PER_JOB * problem.jobs)

    @property
    def share(self) -> float:
        """The share of the jobs that have ended."""
        return float(self._jobs.counts[FINISHED] / len(self._inputs.release))

    def advance(self) -> None:
        """Go on for about a tenth of a second."""
        self._jobs = _with_room(self._jobs)
        self._pace.run(self._inputs, self._jobs, self._levels)

    def schedule(self) -> Schedule:
        """Return the schedule, once all jobs have ended."""
        return _schedule(self._jobs)


def _with_room(jobs: Jobs) -> Jobs:
    return jobs if has_room_for_pieces(jobs) else with_more_room(jobs)


def _schedule(jobs: Jobs) -> Schedule:
    """Return the pieces by job and time, those that touch on one node as one, and an empty one for an empty job."""
    count = len(jobs.status)
    piece = jobs.piece[: jobs.counts[PIECES]]
    empty = np.setdiff1d(np.arange(count), piece[:, 0])
    none = np.column_stack([empty, jobs.start[empty], jobs.start[empty], jobs.node[empty]])
    piece = np.concatenate([piece, none])
    job, start, end, node = piece[np.lexsort((piece[:, 1], piece[:, 0]))].T
    begins = np.append(True, (job[1:] != job[:-1]) | (start[1:] != end[:-1]) | (node[1:] != node[:-1]))
    job, start, node, end = job[begins], start[begins], node[begins], end[np.append(begins[1:], True)]
    first = np.searchsorted(job, np.arange(count + 1))
    last = first[1:] - 1
    segments = Segments(first, start.copy(), end.copy(), node.copy())
    return Schedule(start[first[:-1]], end[last], jobs.mode, node[last], segments)
