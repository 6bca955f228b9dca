"""Cuts: what may run at one time on one node, whatever the time.

A cut says that the coefficients of the jobs that run together add up to no more than its side. It is proven for the
classes of equal demand and for one capacity, and so holds wherever no more than that is available.
"""

from dataclasses import dataclass
from math import gcd, inf
from typing import NamedTuple

import numpy as np

from optimizer.kernels.bounds.knapsack import UNKNOWN, Items, new_knapsack
from optimizer.kernels.bounds.packing import lift, new_hull, separate
from optimizer.kernels.inputs import integers
from optimizer.model.builder import BoolArray
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

_ANY = np.iinfo(np.int64).max
_PIVOTS = 400
"""Simplex pivots of one separation."""

_NODES = 5_000
"""Nodes of all knapsacks of one separation; if it takes more there is no cut."""

_LIFTING_NODES = 100_000
"""Nodes of all knapsacks of one lifting; coefficients for which they do not suffice are not raised."""

_DENOMINATORS = 240
"""Coefficients are made whole by the first factor below this that does it."""

_SCALE = 5040
"""Where none does, the largest coefficient becomes this, and the others are rounded down."""

_NEARLY_WHOLE = 1e-5
"""Coefficients nearer to a whole number than this are that number."""

_PRESENT = 1e-6
"""An item is present at a point by more than this, and certain if no more than this of it is missing."""

_ACCURACY = 1e-7
"""Points that differ by less are the same point when it is looked up whether they violate anything."""

_MOST_ITEMS = 60
"""Items that one separation looks at: those of which most is present."""


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


def hull_cut(classes: Classes, capacity: IntArray, point: FloatArray, least: float, averages: set[int]) -> Cut | None:
    """Return a cut that is violated at a point, if there is one.

    Parameters
    ----------
    classes : Classes
        The classes.
    capacity : int64[K]
        What the node has.
    point : float64[I]
        How much of each class runs on the node.
    least, averages
        As for :func:`violated`.
    """
    fits = np.flatnonzero(classes.demand.any(axis=1) & (classes.demand <= capacity).all(axis=1))
    items = Items(integers(classes.demand[fits]), integers(classes.jobs[fits]), np.arange(len(fits)))
    found = inequality(items, integers(capacity), point[fits], least, averages)
    if found is None:
        return None
    coefficient = np.zeros(len(point), dtype=np.int64)
    coefficient[fits] = found[0]
    return Cut(coefficient, found[1], capacity.copy())


def inequality(
    items: Items, capacity: IntArray, point: FloatArray, least: float, averages: set[int]
) -> tuple[IntArray, int] | None:
    """Return coefficients int64[I] and side of an inequality for all sets of items that a point violates, if any.

    Parameters
    ----------
    items, capacity, point, least, averages
        As for :func:`violated`.
    """
    found = violated(items, capacity, point, least, averages)
    return None if found is None else lifted(items, capacity, found.alpha, point, least)


class Violated(NamedTuple):
    """An inequality for the sets with all items that are certain at a point.

    Parameters
    ----------
    alpha : float64[I]
        Coefficients; 0 for items that are certain.
    excess : float
        How far the point is above the side, which is 1, or 0 if nothing with a coefficient fits.
    """

    alpha: FloatArray
    excess: float


def violated(items: Items, capacity: IntArray, point: FloatArray, least: float, averages: set[int]) -> Violated | None:
    """Return an inequality for the sets of items present at ``point``, if there is one.

    A point that wholly has some items is an average of sets if it is one of sets with all of these, and it takes much
    less to see that.

    Parameters
    ----------
    items : Items
        The items, each of which fits.
    capacity : int64[K]
        What there is.
    point : float64[I]
        How much there is of each item.
    least : float
        Least left-hand side at the point, relative to what items that are certain leave of the right-hand side: with
        1.02 it is violated by 2 % of that.
    averages : set of int
        Hashes of what has been found to violate nothing, which is not looked at again: large parts of a fractional
        solution stay as they are from one linear program to the next.
    """
    certain, rest = _certain(items, capacity, point)
    present = (point > _PRESENT) & ~certain
    too_large = present & (items.demand > rest).any(axis=1)
    excess = float(point[too_large].sum())
    if too_large.any() and excess >= least - 1:
        return Violated(too_large.astype(np.float64), excess)
    beside = np.flatnonzero(present & ~too_large)
    beside = beside[np.argsort(-point[beside], kind="stable")][:_MOST_ITEMS]
    scarce = items.most[beside] @ items.demand[beside] > rest
    beside = beside[items.demand[beside][:, scarce].any(axis=1)]
    if not len(beside):
        return None
    some = Items(integers(items.demand[beside][:, scarce]), items.most[beside], items.owner[beside])
    rest = integers(rest[scarce])
    rounded = np.rint(point[beside] / _ACCURACY).astype(np.int64)
    known = hash((*(array.tobytes() for array in (*some, rest, rounded)), least))
    if known in averages:
        return None
    hull = new_hull(len(beside))
    room = new_knapsack(some, rest)
    reached = separate.sized(inf)(some, rest, point[beside], least, hull, room, _PIVOTS, _NODES)
    if reached < least:
        averages.add(known)
        return None
    alpha = np.zeros(len(point))
    alpha[beside] = hull.best
    return Violated(alpha, float(alpha @ point) - 1.0)


def _certain(items: Items, capacity: IntArray, point: FloatArray) -> tuple[BoolArray, IntArray]:
    """Return which items are wholly there at a point, bool[I], and what they leave; none that do not fit together."""
    certain = point > items.most - _PRESENT
    rest = capacity - items.most[certain] @ items.demand[certain]
    return (certain, rest) if (rest >= 0).all() else (np.zeros_like(certain), capacity)


def whole(alpha: FloatArray) -> FloatArray:
    """Return coefficients as small whole numbers, a little less than in proportion where that is not exact."""
    for factor in range(1, _DENOMINATORS):
        scaled = alpha * factor
        if (np.abs(scaled - np.rint(scaled)) < _NEARLY_WHOLE).all():
            break
    else:
        scaled = np.floor(alpha / alpha.max() * _SCALE + _NEARLY_WHOLE)
    rounded: FloatArray = np.rint(scaled)
    return rounded


def lifted(
    items: Items, capacity: IntArray, alpha: FloatArray, point: FloatArray, least: float
) -> tuple[IntArray, int] | None:
    """Return an inequality for all sets of items, if it is violated at ``point``: coefficients int64[I] and side.

    The coefficients are those of ``alpha``, made whole; what certain items need is found out, and each other one is
    raised as far as it goes: first of the items of which there is most, then of the largest. Resources of which all
    items with an alpha have enough are left out of account.
    """
    is_certain, rest = _certain(items, capacity, point)
    scarce = items.most[alpha > 0] @ items.demand[alpha > 0] > rest
    own = np.flatnonzero(items.demand[:, scarce].any(axis=1))
    demand = items.demand[np.ix_(own, scarce)]
    unit = np.gcd(np.gcd.reduce(demand, axis=0), capacity[scarce])
    some = Items(integers(demand // unit), items.most[own], items.owner[own])
    capacity = integers(capacity[scarce] // unit)
    size = (some.demand / np.maximum(capacity, 1)).sum(axis=1)
    order = np.lexsort((-size, -point[own]))
    certain, order = np.flatnonzero(is_certain[own]), order[~is_certain[own][order]]
    found, room = whole(alpha[own]), new_knapsack(some, capacity)
    side = lift.sized(inf)(some, capacity, found, certain, order, room, _LIFTING_NODES)
    at_first = side - found[certain] @ some.most[certain]
    if side == UNKNOWN or found @ point[own] < side + (least - 1) * max(float(at_first), 1.0):
        return None
    coefficient, right = np.zeros(len(point), dtype=np.int64), int(side)
    coefficient[own] = found
    common = gcd(right, int(np.gcd.reduce(coefficient)))
    return coefficient // common, right // common
