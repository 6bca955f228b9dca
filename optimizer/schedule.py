"""A schedule: when, in which mode and where each job runs."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from optimizer.problem import Problem
from optimizer.units import IntArray, Number


@dataclass(frozen=True, eq=False)
class Segments:
    """The pieces of preempted jobs, those of job j in a row and in order of time.

    Parameters
    ----------
    first : int64[J+1]
        The pieces of job j are entries ``first[j]`` up to ``first[j + 1]``.
    start, end, node : int64[*]
        When and where each piece runs.
    """

    first: IntArray
    start: IntArray
    end: IntArray
    node: IntArray


@dataclass(frozen=True, eq=False)
class Schedule:
    """Start, end, mode and node of every job, on the grid of a problem.

    Parameters
    ----------
    start, end : int64[J]
        Outermost start and end of each job, in steps.
    mode : int64[J]
        Row of the chosen mode among all modes of the problem.
    node : int64[J]
        Index of the node.
    segments : Segments or None
        The pieces when jobs may be preempted; None: each job runs in one piece.
    """

    start: IntArray
    end: IntArray
    mode: IntArray
    node: IntArray
    segments: Segments | None = None

    @classmethod
    def starting(cls, problem: Problem, start: IntArray, mode: IntArray, node: IntArray) -> "Schedule":
        """Return the schedule in which each job runs in one piece from ``start`` on."""
        return cls(start, start + processing_times(problem, mode, node), mode, node)

    @property
    def preemptive(self) -> bool:
        """Whether jobs may be preempted."""
        return self.segments is not None

    @cached_property
    def pieces(self) -> Segments:
        """The pieces of every job, one each when it is not preemptive."""
        return self.segments or Segments(np.arange(len(self.start) + 1), self.start, self.end, self.node)


def processing_times(problem: Problem, mode: IntArray, node: IntArray) -> IntArray:
    """Return the processing time of each chosen (mode, node), in steps."""
    return problem.mode_time[mode, problem.node_speed[node]]


@dataclass(frozen=True)
class Segment:
    """One piece of a job, in the user's unit.

    Parameters
    ----------
    start, end : number
        It occupies [start, end).
    node : str or None
        Id of the node; None in a pool.
    """

    start: Number
    end: Number
    node: str | None


@dataclass(frozen=True)
class ScheduledJob:
    """One job of a schedule, in the user's unit.

    Parameters
    ----------
    id : str
        Id of the job.
    start, end : number
        Outermost start and end.
    mode : int
        Index among the modes of the job.
    node : str or None
        Id of the (last) node; None in a pool.
    segments : tuple of Segment
        The pieces; empty when the job cannot be preempted.
    """

    id: str
    start: Number
    end: Number
    mode: int
    node: str | None
    segments: tuple[Segment, ...] = ()


def scheduled_jobs(problem: Problem, schedule: Schedule) -> list[ScheduledJob]:
    """Return a schedule of ``problem`` (on the instance's own grid) as one row a job, in the order of the file."""
    number, names = problem.time_scale.number, problem.instance.node_ids
    rows = zip(
        problem.instance.jobs,
        schedule.start.tolist(),
        schedule.end.tolist(),
        (schedule.mode - problem.mode_start[:-1]).tolist(),
        schedule.node.tolist(),
        _segments(problem, schedule),
        strict=True,
    )
    return [
        ScheduledJob(job.id, number(start), number(end), mode, names[node], segments)
        for job, start, end, mode, node, segments in rows
    ]


def _segments(problem: Problem, schedule: Schedule) -> list[tuple[Segment, ...]]:
    if schedule.segments is None:
        return [()] * problem.jobs
    number, names = problem.time_scale.number, problem.instance.node_ids
    pieces = [
        Segment(number(start), number(end), names[node])
        for start, end, node in zip(
            schedule.segments.start.tolist(),
            schedule.segments.end.tolist(),
            schedule.segments.node.tolist(),
            strict=True,
        )
    ]
    first = schedule.segments.first.tolist()
    return [tuple(pieces[a:b]) for a, b in pairwise(first)]
