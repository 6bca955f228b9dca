"""What a Gantt chart shows, without drawing it: bars in rows, rows in bands of nodes; times in the user's unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from optimizer.errors import UsageError
from optimizer.problem import NEVER, Problem
from optimizer.render.text import printable
from optimizer.result import Result
from optimizer.schedule import Schedule, Segments
from optimizer.units import FloatArray, IntArray

LANE = -1
MOST_JOB_ROWS = 40
"""Up to so many jobs have a row each."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a chart, those of a node in a band.

    Parameters
    ----------
    of_bar : int64[B]
        Row of each bar; no two bars of a row overlap.
    job : int64[R]
        The job that a row belongs to, or ``LANE`` when jobs share it.
    first : int64[N+1]
        The rows of node v are ``first[v]`` up to ``first[v + 1]``, at least one for lanes.
    """

    of_bar: IntArray
    job: IntArray
    first: IntArray

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, eq=False)
class Chart:
    """The bars of a schedule and the times around them.

    Parameters
    ----------
    problem : Problem
        On the instance's own grid.
    pieces : Segments
        What runs when and where, in steps; one bar each.
    mode : int64[J]
        Chosen mode of each job, among all modes of the problem.
    job : int64[B]
        Job of each bar.
    start, end : float64[B]
        Of each bar.
    arrival, deadline, due : float64[J]
        Of each job; infinite when there is none.
    shown : tuple of float or None
        First and last time to show; None: as the bars need.
    """

    problem: Problem
    pieces: Segments
    mode: IntArray
    job: IntArray
    start: FloatArray
    end: FloatArray
    arrival: FloatArray
    deadline: FloatArray
    due: FloatArray
    shown: tuple[float, float] | None = None

    @classmethod
    def of(cls, problem: Problem, schedule: Schedule) -> "Chart":
        """Return the chart of a schedule, which may break rules, but not name modes and nodes that do not exist.

        Raises
        ------
        UsageError
            When a job runs in a mode or on a node that does not exist.
        """
        _require_drawable(problem, schedule)
        pieces = schedule.pieces
        unit = problem.time_scale.per_unit
        return cls(
            problem=problem,
            pieces=pieces,
            mode=schedule.mode,
            job=np.repeat(np.arange(problem.jobs), np.diff(pieces.first)),
            start=pieces.start / unit,
            end=np.maximum(pieces.start, pieces.end) / unit,
            arrival=problem.release / unit,
            deadline=np.where(problem.deadline == NEVER, np.inf, problem.deadline / unit),
            due=np.where(problem.due == NEVER, np.inf, problem.due / unit),
        )

    @cached_property
    def window(self) -> tuple[float, float]:
        """First and last time to show: the span, if no other is asked for."""
        return self.shown or self.span

    @cached_property
    def span(self) -> tuple[float, float]:
        """First and last time of the schedule: from the first arrival or start to the last end."""
        low = float(self.start.min(initial=self.arrival.min()))
        high = float(self.end.max(initial=self.arrival.max()))
        return low, high if high > low else low + 1

    @cached_property
    def since(self) -> FloatArray:
        """Since when the job of each bar has waited: its arrival, or the end of the piece before, float64[B]."""
        is_first = np.diff(self.job, prepend=-1) != 0
        return np.where(is_first, self.arrival[self.job], np.roll(self.end, 1))

    @cached_property
    def late(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each bar ends after the deadline of its job, bool[B]."""
        return np.asarray(self.end > self.deadline[self.job])

    @cached_property
    def job_rows(self) -> Rows:
        """One row for each job on each node where it runs, in order of start."""
        node, jobs = self.pieces.node, self.problem.jobs
        pair, of_bar = np.unique(node * jobs + self.job, return_inverse=True)
        start = np.full(len(pair), np.inf)
        np.minimum.at(start, of_bar, self.start)
        order = np.lexsort((start, pair // jobs))
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        first = np.searchsorted(pair // jobs, np.arange(self.problem.nodes + 1))
        return Rows(rank[of_bar], pair[order] % jobs, first)

    @cached_property
    def lanes(self) -> Rows:
        """As few rows a node as hold its bars without overlap."""
        of_bar = np.zeros(len(self.job), dtype=np.int64)
        first = np.arange(self.problem.nodes + 1)
        order = np.argsort(self.pieces.node, kind="stable")
        bounds = np.searchsorted(self.pieces.node[order], first)
        for v in range(self.problem.nodes):
            own = order[bounds[v] : bounds[v + 1]]
            lane = packed(self.pieces.start[own], self.pieces.end[own])
            first[v + 1] = first[v] + max(1, int(lane.max(initial=0)) + 1)
            of_bar[own] = first[v] + lane
        return Rows(of_bar, np.full(first[-1], LANE), first)


def drawable(results: Mapping[str, Result]) -> dict[str, tuple[Result, Schedule]]:
    """Return the runs that have a schedule, with it.

    Raises
    ------
    UsageError
        When no run has one, the message says how they ended; or when runs are of several instances or objectives.
    """
    _require_alike(results)
    found = {name: (result, result.schedule) for name, result in results.items() if result.schedule is not None}
    if not found:
        ends = (
            ", ".join(f"{printable(name)} ended with {result.status}" for name, result in results.items()) or "no run"
        )
        raise UsageError(f"there is no schedule to draw: {ends}")
    return found


def _require_alike(results: Mapping[str, Result]) -> None:
    """Refuse runs that have no chart in common: on several instances, or judged by several objectives."""
    for (_, first), (name, result) in pairwise(results.items()):
        one, other = first.problem.instance, result.problem.instance
        if one is not other and one.sha256 != other.sha256:
            raise UsageError(f"{printable(name)}: a run on another instance, expected one on that of the others")
        if result.objective is not first.objective:
            expected = f"expected one judged by {first.objective} as the others"
            raise UsageError(f"{printable(name)}: a run judged by {result.objective}, {expected}")


def on_one_axis(charts: Sequence[Chart]) -> list[Chart]:
    """Return the charts with one window of time, which holds those of all."""
    lows, highs = zip(*(chart.window for chart in charts), strict=True)
    return [replace(chart, shown=(min(lows), max(highs))) for chart in charts]


def packed(start: IntArray, end: IntArray) -> IntArray:
    """Return for each interval [start, end) the lowest lane that is free at its start, in order of start.

    The number of lanes is the largest number of intervals that overlap; an empty one counts as one step.
    """
    lane = np.empty(len(start), dtype=np.int64)
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    order = np.argsort(start, kind="stable")
    for i, begin, finish in zip(order.tolist(), start[order].tolist(), end[order].tolist(), strict=True):
        while busy and busy[0][0] <= begin:
            heappush(free, heappop(busy)[1])
        lane[i] = number = heappop(free) if free else len(busy)
        heappush(busy, (max(finish, begin + 1), number))
    return lane


def _require_drawable(problem: Problem, schedule: Schedule) -> None:
    nodes = schedule.pieces.node
    modes = (schedule.mode >= problem.mode_start[:-1]) & (schedule.mode < problem.mode_start[1:])
    if not modes.all() or not ((nodes >= 0) & (nodes < problem.nodes)).all():
        raise UsageError("the schedule cannot be drawn: a job runs in a mode or on a node that does not exist")
