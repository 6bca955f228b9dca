"""Inequalities that hold for every set of items that fits: found, rounded and lifted exactly.

A point that is no average of such sets is cut off by some alpha >= 0 with alpha(S) <= 1 for every set S. The largest
alpha of the point is a linear program with a row a set; its dual is solved here by the simplex method, whose columns
are found by the knapsack (Boyd 1994, "Fenchel cutting planes for integer programs", Operations Research 42; Boccia,
Sforza, Sterle & Vasilyev 2008, "A cut and branch approach for the capacitated p-median problem based on Fenchel cutting
planes", Journal of Mathematical Modelling and Algorithms 7).
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.bounds.knapsack import UNKNOWN, WHOLE, Items, Knapsack, most_valuable
from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.units import FloatArray, IntArray

_TOLERANCE = 1e-7
_PIVOT = 1e-9
_GAIN = 1e-9
_IN_BASIS = 1.0
"""What each set in the basis is worth at the prices."""


class Hull(NamedTuple):
    """Room to look for an inequality over N items.

    Parameters
    ----------
    inverse : float64[N, N]
        Inverse of the basis.
    share : float64[N]
        How much of each set in the basis.
    direction : float64[N]
        By how much the shares change when a set comes in.
    alpha : float64[N]
        Prices of the items.
    best : float64[N]
        The answer: coefficients of the inequality found, right-hand side 1.
    """

    inverse: FloatArray
    share: FloatArray
    direction: FloatArray
    alpha: FloatArray
    best: FloatArray


def new_hull(items: int) -> Hull:
    """Return room for so many items."""
    share, direction, alpha, best = np.zeros((4, items))
    return Hull(np.zeros((items, items)), share, direction, alpha, best)


@kernel_apart
def separate(
    items: Items,
    capacity: IntArray,
    point: FloatArray,
    least: float,
    hull: Hull,
    room: Knapsack,
    rounds: int,
    limit: int,
) -> float:
    """Return the left-hand side at ``point`` of the inequality in ``hull.best``, above 1 if it is cut off.

    Parameters
    ----------
    items : Items
        What is present; each of them fits.
    capacity : int64[K]
        What there is.
    point : float64[N]
        How much of each item there is, > 0.
    least : float
        Left-hand sides below this, more than 1, are of no interest.
    hull : Hull
        Room for N items.
    room : Knapsack
        Room for N items.
    rounds, limit : int
        Most pivots, and most nodes of all knapsacks together.
    """
    _begin(items, capacity, point, hull)
    best = 0.0
    for _ in range(rounds):
        reached = most_valuable(items, capacity, hull.alpha, _IN_BASIS, np.inf, _GAIN, room, limit)
        if reached == UNKNOWN:
            return best
        total = 0.0
        for i in range(len(point)):
            total += max(hull.alpha[i], 0.0) * point[i]
        if total / reached > best:
            best = total / reached
            for i in range(len(point)):
                hull.best[i] = max(hull.alpha[i], 0.0) / reached
        if reached <= 1 + _TOLERANCE or total < least or not _pivot(hull, room, reached):
            return best
    return best


@kernel
def _begin(items: Items, capacity: IntArray, point: FloatArray, hull: Hull) -> None:
    """Begin with the sets of as many of one item as fit."""
    for i in range(len(point)):
        fitting = items.most[i]
        for k in range(len(capacity)):
            if items.demand[i, k] > 0:
                fitting = min(fitting, capacity[k] // items.demand[i, k])
        for j in range(len(point)):
            hull.inverse[i, j] = 0.0
        hull.inverse[i, i] = 1.0 / fitting
        hull.share[i] = point[i] / fitting
        hull.alpha[i] = 1.0 / fitting
        hull.best[i] = 0.0


@kernel
def _pivot(hull: Hull, room: Knapsack, reached: float) -> bool:
    """Bring the set that the knapsack found into the basis; return whether that was possible."""
    count, leaving, ratio = len(hull.share), -1, np.inf
    for r in range(count):
        hull.direction[r] = 0.0
        for i in range(count):
            if room.best[i] > 0:
                hull.direction[r] += hull.inverse[r, i] * room.best[i]
        if hull.direction[r] > _PIVOT and hull.share[r] < ratio * hull.direction[r]:
            leaving, ratio = r, hull.share[r] / hull.direction[r]
    if leaving < 0:
        return False
    pivot = hull.direction[leaving]
    for i in range(count):
        hull.alpha[i] += (1.0 - reached) / pivot * hull.inverse[leaving, i]
        hull.inverse[leaving, i] /= pivot
    for r in range(count):
        if r != leaving:
            hull.share[r] = max(hull.share[r] - ratio * hull.direction[r], 0.0)
            for i in range(count):
                hull.inverse[r, i] -= hull.direction[r] * hull.inverse[leaving, i]
    hull.share[leaving] = ratio
    return True


@kernel_apart
def lift(
    items: Items,
    capacity: IntArray,
    coefficient: FloatArray,
    certain: IntArray,
    order: IntArray,
    room: Knapsack,
    limit: int,
) -> float:
    """Return the least right-hand side of an inequality, after raising each coefficient as far as it goes.

    At first it holds for sets with all of the certain items; these are then released one by one. All numbers are whole,
    and each step is a knapsack solved to the end, so that the inequality is proven exactly (sequential lifting: Padberg
    1975, "A note on zero-one programming", Operations Research 23; of items that are certain: Gu, Nemhauser &
    Savelsbergh 1998, "Lifted cover inequalities for 0-1 integer programs", INFORMS Journal on Computing 10).

    Parameters
    ----------
    items : Items
        All items.
    capacity : int64[K]
        What there is; the same after the call.
    coefficient : float64[I]
        Whole numbers >= 0 below 2^20, 0 for items that are certain; overwritten.
    certain : int64[*]
        Items that fit together, all that there are of them.
    order : int64[*]
        Which others to raise, in this order.
    room : Knapsack
        Room for I items.
    limit : int
        Most nodes of all knapsacks together; what they do not suffice for is not raised, and when they do not suffice
        to prove a right-hand side, ``UNKNOWN`` is returned.
    """
    for p in range(len(certain)):
        _take_away(items, capacity, certain[p], items.most[certain[p]])
    side = most_valuable(items, capacity, coefficient, 0.0, np.inf, WHOLE, room, limit)
    if len(certain) > 0 and side != UNKNOWN:
        _raise_all(items, capacity, coefficient, order, side, room, limit)
    for p in range(len(certain)):
        side = _release(items, capacity, coefficient, certain[p], side, room, limit)
    if side <= 0:
        return UNKNOWN
    _raise_all(items, capacity, coefficient, order, side, room, limit)
    return side


@kernel
def _take_away(items: Items, capacity: IntArray, i: int, count: int) -> None:
    """Take what so many of an item demand away from the capacity; a negative number gives it back."""
    for k in range(len(capacity)):
        capacity[k] -= count * items.demand[i, k]


@kernel
def _raise_all(
    items: Items, capacity: IntArray, coefficient: FloatArray, order: IntArray, side: float, room: Knapsack, limit: int
) -> None:
    for p in range(len(order)):
        i = order[p]
        before = coefficient[i]
        coefficient[i] = 0.0
        coefficient[i] = max(before, _room_for(items, capacity, coefficient, i, side, before, room, limit))


@kernel
def _release(
    items: Items, capacity: IntArray, coefficient: FloatArray, i: int, side: float, room: Knapsack, limit: int
) -> float:
    """Give a certain item the least coefficient with which it may be missing; return the new right-hand side.

    If that is not known, or ``side`` is not, ``UNKNOWN`` is returned. What the item takes is free again in any case.
    """
    least, known = 0.0, side
    for missing in range(1, items.most[i] + 1):
        _take_away(items, capacity, i, -1)
        if known != UNKNOWN:
            known = most_valuable(items, capacity, coefficient, side + missing * least, np.inf, WHOLE, room, limit)
            least = max(least, np.ceil((known - side) / missing))
    coefficient[i] = least
    return side + items.most[i] * least if known != UNKNOWN else UNKNOWN


@kernel
def _room_for(
    items: Items,
    capacity: IntArray,
    coefficient: FloatArray,
    i: int,
    side: float,
    least: float,
    room: Knapsack,
    limit: int,
) -> float:
    """Return how large the coefficient of item ``i`` can be beside those of the others, or ``least``."""
    fits = True
    for k in range(len(capacity)):
        fits = fits and items.demand[i, k] <= capacity[k]
    if not fits:
        return least
    possible, count = side, 0
    room.busy[items.owner[i]] = 1
    while fits and possible > least and count < items.most[i]:
        count += 1
        _take_away(items, capacity, i, 1)
        enough = side - count * (least + 1) + WHOLE  # more room than for ``least`` there is not
        rest = most_valuable(items, capacity, coefficient, 0.0, enough, WHOLE, room, limit)
        possible = least if rest == UNKNOWN else min(possible, (side - rest) // count)
        for k in range(len(capacity)):
            fits = fits and items.demand[i, k] <= capacity[k]
    _take_away(items, capacity, i, -count)
    room.busy[items.owner[i]] = 0
    return possible
