"""The capacity rows of the time-indexed program: what runs at t fits on its node."""

import numpy as np

from optimizer.model.builder import Builder
from optimizer.model.columns import Pulses, counted
from optimizer.problem import Problem
from optimizer.units import IntArray

_LARGEST = 2**20
"""Solvers compute in floating point: CBC has proven wrong optima with coefficients from 2^24 on."""


def add_capacity(builder: Builder, problem: Problem, pulses: Pulses) -> None:
    """Add a row for each node, resource and time at which the jobs that could run might not fit.

    A row is left out where all that could run fits, and where nothing can start and no less is available than one
    step before: the row before is then at least as strict. Amounts are divided by what they have in common; if they
    are still large, they are rounded down, which leaves the program a relaxation: its bounds hold, and a schedule that
    is a millionth above a capacity is left to the validator.
    """
    lines = _TimeLines(problem, pulses)
    for k in range(problem.mode_demand.shape[1]):
        _add_resource(builder, problem, pulses, lines, k)


class _TimeLines:
    """All (node, time) pairs in a row: node v at time t is ``offset[v] + t``; the last of a node is an end."""

    def __init__(self, problem: Problem, pulses: Pulses) -> None:
        last = np.zeros(problem.nodes, dtype=np.int64)
        np.maximum.at(last, pulses.node, pulses.end)
        self.offset = np.concatenate([[0], np.cumsum(last + 1)])
        self.start = self.offset[pulses.node] + pulses.start
        self.end = self.start + pulses.duration
        self.node = np.repeat(np.arange(problem.nodes), last + 1)
        self.time = counted(np.zeros(problem.nodes, dtype=np.int64), last + 1)
        self.profile = self._profile(problem)

    def _profile(self, problem: Problem) -> IntArray:
        """Return the capacity breakpoint in force at each place."""
        where = self.offset[problem.profile_node] + problem.profile_time
        inside = problem.profile_time < np.repeat(np.diff(self.offset), np.diff(problem.profile_start))
        change = np.zeros(len(self.time), dtype=np.int64)
        change[where[inside]] = np.flatnonzero(inside)
        return np.maximum.accumulate(change)


def _add_resource(builder: Builder, problem: Problem, pulses: Pulses, lines: _TimeLines, k: int) -> None:
    of_mode, of_breakpoint = _small(problem.mode_demand[:, k], problem.profile_level[:, k])
    demand, level = of_mode[pulses.mode], of_breakpoint[lines.profile]
    users = demand > 0
    kept = (_possible_use(problem, pulses, lines, demand) > level) & _strict(lines, level, lines.start[users])
    first = builder.add_rows(np.full(int(kept.sum()), -np.inf), level[kept].astype(np.float64))
    before = np.concatenate([[0], np.cumsum(kept)])
    counts = np.where(users, before[lines.end] - before[lines.start], 0)
    rows = counted(first + before[lines.start], counts)
    builder.add_entries(0, counts, rows, np.repeat(demand.astype(np.float64), counts))


def _small(demand: IntArray, level: IntArray) -> tuple[IntArray, IntArray]:
    """Return demands and levels in the coarsest exact unit, or in one of which no level holds more than 2^20."""
    unit = max(1, int(np.gcd.reduce(demand, initial=0)))
    demand, level = demand // unit, level // unit
    shift = max(0, int(level.max(initial=0)).bit_length() - _LARGEST.bit_length() + 1)
    return demand >> shift, level >> shift


def _possible_use(problem: Problem, pulses: Pulses, lines: _TimeLines, demand: IntArray) -> IntArray:
    """Return at least what can be in use at each place: of each mode, once, from its first start to its last end."""
    group = np.flatnonzero(np.diff(pulses.mode * problem.nodes + pulses.node, prepend=-1, append=-1))
    first, last = group[:-1], group[1:] - 1
    change = np.zeros(len(lines.time) + 1, dtype=np.int64)
    np.add.at(change, lines.start[first], demand[first])
    np.add.at(change, lines.end[last], -demand[last])
    return np.cumsum(change)[:-1]


def _strict(lines: _TimeLines, level: IntArray, starts: IntArray) -> np.ndarray:
    """Return where a row says more than the row one step before."""
    strict = np.zeros(len(level), dtype=bool)
    strict[starts] = True
    strict[1:] |= (level[1:] < level[:-1]) & (lines.node[1:] == lines.node[:-1])
    return strict
