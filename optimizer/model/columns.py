"""The columns of the time-indexed program: which job may start when, in which mode, on which node."""

from dataclasses import dataclass
from math import inf

import numpy as np

from optimizer.bounds.windows import heads, latest_ends
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import IntArray


@dataclass(frozen=True, eq=False)
class Groups:
    """The runs of consecutive starts, one for each job, mode and node that fits.

    Parameters
    ----------
    mode, node : int64[G]
        Which, in the order of modes, then nodes.
    first, last : int64[G]
        First and last start, ``first <= last``.
    complete : bool
        Whether some optimal schedule is sure to be among them (if there is any schedule).
    """

    mode: IntArray
    node: IntArray
    first: IntArray
    last: IntArray
    complete: bool

    @property
    def sizes(self) -> IntArray:
        """Number of starts of each run."""
        return self.last - self.first + 1


def start_groups(problem: Problem, costs: Costs, *, horizon: int | None = None, total: float = inf) -> Groups:
    """Return the starts that arrivals, deadlines, precedence, horizon and a known schedule leave.

    Parameters
    ----------
    problem, costs
        The problem and its costs.
    horizon : int or None
        All jobs end by this time; None: a time proven long enough.
    total : float
        Total cost of a known schedule: starts that can only lead to a worse one are left out.
    """
    head = heads(problem)
    proven = problem.horizon
    latest = latest_ends(problem, costs, head, proven, total)
    complete = horizon is None or horizon >= int(latest.max())
    if horizon is not None and not complete:
        latest = latest_ends(problem, costs, head, horizon, total)
    mode, node = np.nonzero(problem.fits())
    duration = problem.mode_time[mode, problem.node_speed[node]]
    first = head.start[problem.mode_job[mode]]
    last = latest[mode, problem.node_speed[node]] - duration
    kept = last >= first
    return Groups(mode[kept], node[kept], first[kept], last[kept], complete)


@dataclass(frozen=True, eq=False)
class Pulses:
    """One column for each job, mode, node and start, in this order.

    Parameters
    ----------
    mode, node, start, duration : int64[C]
        What the column says when it is 1.
    """

    mode: IntArray
    node: IntArray
    start: IntArray
    duration: IntArray

    @property
    def end(self) -> IntArray:
        """End of the job, int64[C]."""
        return self.start + self.duration


def make_pulses(problem: Problem, groups: Groups) -> Pulses:
    """Return a column for each start of each group during which no unavailability is in the way."""
    sizes = groups.sizes
    mode, node = np.repeat(groups.mode, sizes), np.repeat(groups.node, sizes)
    start = counted(groups.first, sizes)
    duration = problem.mode_time[mode, problem.node_speed[node]]
    free = ~_blocked(problem, mode, node, start, duration)
    return Pulses(mode[free], node[free], start[free], duration[free])


def counted(first: IntArray, sizes: IntArray) -> IntArray:
    """Return ``first[i], first[i] + 1, …`` (``sizes[i]`` numbers) for each i, all in a row."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + sizes, sizes)


def _blocked(problem: Problem, mode: IntArray, node: IntArray, start: IntArray, duration: IntArray) -> np.ndarray:
    """Return which columns would run when their node, empty, has too little for them."""
    blocked = np.zeros(len(mode), dtype=bool)
    for v in np.flatnonzero(np.diff(problem.profile_start) > 1).tolist():
        here = np.flatnonzero(node == v)
        own = range(problem.profile_start[v], problem.profile_start[v + 1])
        for b in own:
            if (problem.profile_level[b] == problem.node_capacity[v]).all():
                continue
            until = problem.profile_time[b + 1] if b + 1 in own else np.iinfo(np.int64).max
            meets = (start[here] < until) & (start[here] + duration[here] > problem.profile_time[b])
            short = (problem.mode_demand > problem.profile_level[b]).any(axis=1)[mode[here]]
            blocked[here] |= meets & short & (duration[here] > 0)
    return blocked
