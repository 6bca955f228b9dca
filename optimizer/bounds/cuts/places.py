"""The places where jobs run: pairs of a kind of equal nodes and a time, all in a row."""

from dataclasses import dataclass

import numpy as np

from optimizer.model.columns import Pulses
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Places:
    """Kind v at time t is place ``offset[v] + t``; up to the last end of any job there.

    Parameters
    ----------
    node : int64[V]
        A node of each kind.
    offset : int64[V + 1]
        First place of each kind.
    level : int64[L, K]
        The distinct capacities of single nodes.
    level_of : int64[T]
        Which of them holds at each place.
    nodes : float64[T]
        How many equal nodes there are.
    """

    node: IntArray
    offset: IntArray
    level: IntArray
    level_of: IntArray
    nodes: FloatArray

    @classmethod
    def of(cls, problem: Problem, pulses: Pulses) -> "Places":
        """Return the places at which pulses, all of them on the first node of a kind, run."""
        node, count = problem.first_of_kind, np.bincount(problem.node_kind)
        last = np.zeros(problem.nodes, dtype=np.int64)
        np.maximum.at(last, pulses.node, pulses.end)
        sizes = last[node]
        levels = []
        for v, size in zip(node.tolist(), sizes.tolist(), strict=True):
            own = slice(problem.profile_start[v], problem.profile_start[v + 1])
            i = np.searchsorted(problem.profile_time[own], np.arange(size), side="right") - 1
            levels.append(problem.profile_level[own][i])
        level, level_of = np.unique(np.concatenate(levels), axis=0, return_inverse=True)
        offset = np.concatenate([[0], np.cumsum(sizes)])
        return cls(node, offset, level, level_of.ravel(), np.repeat(count, sizes).astype(np.float64))

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.level_of)

    @property
    def kind(self) -> IntArray:
        """Kind of nodes of each place, int64[T]."""
        return np.repeat(np.arange(len(self.node)), np.diff(self.offset))

    def pairs(self, span: int) -> IntArray:
        """Return the places after which there are ``span`` more of the same kind of nodes."""
        kind = self.kind
        return np.flatnonzero(kind[: max(0, len(kind) - span)] == kind[span:])

    def first(self, pulses: Pulses) -> IntArray:
        """Return the place at which each pulse begins."""
        return self.offset[np.searchsorted(self.node, pulses.node)] + pulses.start
