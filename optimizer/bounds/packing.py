"""Cuts: what may run at one time on one node, whatever the time.

A cut says that the coefficients of the jobs that run together add up to no more than its side. It is proven for the
classes of equal demand and for one capacity, and so holds wherever no more than that is available.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels.inputs import integers
from optimizer.kernels.knapsack import UNKNOWN, new_knapsack
from optimizer.kernels.packing import lift, new_hull, separate
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

_ANY = np.iinfo(np.int64).max
_PIVOTS = 200
_NODES = 20_000
"""A knapsack that takes more is given up: a cut less, or a coefficient that is not lifted."""

_DENOMINATORS = 240
_SCALE = 5040
"""Coefficients are made whole by the first of so many factors that does it, or rounded down after this one."""

_PRESENT = 1e-6
_MOST_CLASSES = 60
"""Of the classes that are present by more than this, so many are looked at."""


@dataclass(frozen=True, eq=False)
class Classes:
    """Modes of equal demand.

    Parameters
    ----------
    of_mode : int64[M]
        Class of each mode.
    demand : int64[I, K]
        Demand of each class.
    jobs : int64[I]
        How many jobs have a mode in the class.
    """

    of_mode: IntArray
    demand: IntArray
    jobs: IntArray

    @classmethod
    def of(cls, problem: Problem) -> "Classes":
        """Return the classes of a problem."""
        demand, of_mode = np.unique(problem.mode_demand, axis=0, return_inverse=True)
        of_mode = of_mode.ravel()
        pairs = np.unique(np.stack([of_mode, problem.mode_job]), axis=1)
        return cls(of_mode, integers(demand), integers(np.bincount(pairs[0], minlength=len(demand))))


@dataclass(frozen=True, eq=False)
class Cut:
    """An inequality for the jobs that run together.

    Parameters
    ----------
    coefficient : int64[I]
        Of each class, >= 0.
    side : int
        What the coefficients of jobs that fit together add up to at most, > 0.
    limit : int64[K]
        It holds where no more than this is available.
    """

    coefficient: IntArray
    side: int
    limit: IntArray

    @property
    def key(self) -> tuple[bytes, int, bytes]:
        """What tells it from other cuts."""
        return self.coefficient.tobytes(), self.side, self.limit.tobytes()


def capacity_cut(classes: Classes, k: int, level: int) -> Cut:
    """Return the capacity of resource ``k`` as a cut."""
    limit = np.full(classes.demand.shape[1], _ANY)
    limit[k] = level
    unit = gcd(level, int(np.gcd.reduce(classes.demand[:, k])))
    return Cut(classes.demand[:, k] // unit, level // unit, limit)


def hull_cut(classes: Classes, capacity: IntArray, point: FloatArray, least: float) -> Cut | None:
    """Return a cut that is violated at a point by at least so much (1.02: by 2 %), if there is one.

    Parameters
    ----------
    classes : Classes
        The classes.
    capacity : int64[K]
        What the node has.
    point : float64[I]
        How much of each class runs on the node.
    least : float
        Least left-hand side, relative to the right.
    """
    present = np.flatnonzero((point > _PRESENT) & _fitting(classes, capacity))
    present = present[np.argsort(-point[present], kind="stable")][:_MOST_CLASSES]
    if not len(present):
        return None
    hull, room = new_hull(len(present)), new_knapsack(len(present), len(capacity))
    demand, most = classes.demand[present], classes.jobs[present]
    reached = separate.compiled(demand, most, integers(capacity), point[present], hull, room, _PIVOTS, _NODES)
    if reached < least:
        return None
    alpha = np.zeros(len(classes.jobs))
    alpha[present] = hull.best
    cut = lifted(classes, capacity, whole(alpha), point)
    if cut is None or cut.coefficient @ point < least * cut.side:
        return None
    return cut


def _fitting(classes: Classes, capacity: IntArray) -> NDArray[np.bool_]:
    """Return which classes take something and fit on an empty node."""
    return np.logical_and(classes.demand.any(axis=1), (classes.demand <= capacity).all(axis=1))


def whole(alpha: FloatArray) -> IntArray:
    """Return coefficients as small whole numbers, a little less than in proportion where that is not exact."""
    scale = alpha.max()
    for factor in range(1, _DENOMINATORS):
        scaled = alpha * factor
        if (np.abs(scaled - np.rint(scaled)) < 1e-5).all():
            return np.rint(scaled).astype(np.int64)
    rounded: IntArray = np.floor(alpha / scale * _SCALE + 1e-6).astype(np.int64)
    return rounded


def lifted(classes: Classes, capacity: IntArray, coefficient: IntArray, point: FloatArray) -> Cut | None:
    """Return the cut with such coefficients, each raised as far as it goes; None if it cannot be proven.

    Classes of which most runs at a point are raised first, then those of largest demand.
    """
    fits = _fitting(classes, capacity)
    size = (classes.demand / np.maximum(capacity, 1)).sum(axis=1)
    order = np.lexsort((-size, -point))
    raised = coefficient.astype(np.float64)
    room = new_knapsack(len(raised), len(capacity))
    side = lift.compiled(
        classes.demand, classes.jobs, integers(capacity).copy(), raised, order[fits[order]], room, _NODES
    )
    if side == UNKNOWN:
        return None
    whole_side, numbers = int(side), raised.astype(np.int64)
    unit = gcd(whole_side, int(np.gcd.reduce(numbers)))
    return Cut(numbers // unit, whole_side // unit, capacity.copy())
