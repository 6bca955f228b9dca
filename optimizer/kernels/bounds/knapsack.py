"""The multi-dimensional knapsack: which jobs that fit together are worth most.

Depth-first branch and bound over items, of which some exclude one another. The bound adds up the resources, each
relative to its capacity and times a multiplier (a surrogate constraint: Glover 1968, "Surrogate constraints",
Operations Research 16), and fills what is left of the sum with the items that still fit, best value for its weight
first (Dantzig 1957, "Discrete-variable extremum problems", Operations Research 5). Multipliers grow where that takes
more than there is, and carry over to the next search.

Where there is a single resource, and nothing excludes anything, dynamic programming over the capacity takes its place
(Bellman 1957, "Dynamic Programming").
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.units import FloatArray, IntArray

UNKNOWN = -1.0
"""Returned when the search was given up."""

WHOLE = 1 - 1e-6
"""Least gain to look for where all values are whole numbers below 2^20: what is proven then is exact."""

_LARGEST_TABLE = 1_000
"""Up to this capacity dynamic programming takes little time and room."""

_ROUNDING = 1e-12
"""More than what adding and taking away weights may have made wrong, relative to their sum."""

_ADJUSTMENTS, _FACTOR, _LEAST = 2, 2.0, 1e-3
"""So often multipliers change before a search, by this factor at most; the largest is 1, none is smaller than this."""


class Knapsack(NamedTuple):
    """Room for a search over so many items.

    Parameters
    ----------
    order : int64[I]
        The items worth taking, best first.
    weight : float64[I]
        Of each item in this order, its share of the sum of all resources.
    multiplier, used : float64[K]
        Of each resource in the sum; how much the items use that fill the sum, relative to the capacity.
    taken : int64[I]
        How many of each item in this order are taken.
    left : int64[K]
        What is left of the capacity.
    busy : int64[*]
        Above 0 for each owner that has an item taken.
    best : int64[I]
        The answer: how many of each item to take.
    nodes : int64[1]
        Nodes of all searches so far.
    table, chosen : float64[C], int64[I, C]
        For dynamic programming, else with C = 0: the largest value that each capacity has room for, with the items so
        far, and how many of each of them make it up.
    """

    order: IntArray
    weight: FloatArray
    multiplier: FloatArray
    used: FloatArray
    taken: IntArray
    left: IntArray
    busy: IntArray
    best: IntArray
    nodes: IntArray
    table: FloatArray
    chosen: IntArray


class Items(NamedTuple):
    """What can be taken.

    Parameters
    ----------
    demand : int64[I, K]
        Demand of one of each item, >= 0, not all 0.
    most : int64[I]
        How many there are, >= 1.
    owner : int64[I]
        Different items of one owner exclude one another.
    """

    demand: IntArray
    most: IntArray
    owner: IntArray


def new_knapsack(items: Items, capacity: IntArray) -> Knapsack:
    """Return room for searches over these items, with no more than so much capacity, int64[K]."""
    count, kinds = items.demand.shape
    tabulated = kinds == 1 and capacity[0] <= _LARGEST_TABLE and len(np.unique(items.owner)) == count
    table = np.zeros(int(capacity[0]) + 1 if tabulated else 0)
    order, taken, best = np.zeros((3, count), dtype=np.int64)
    busy = np.zeros(int(items.owner.max(initial=0)) + 1, dtype=np.int64)
    left, nodes = np.zeros(kinds, dtype=np.int64), np.zeros(1, dtype=np.int64)
    weight, multiplier, used = np.zeros(count), np.ones(kinds), np.zeros(kinds)
    chosen = np.zeros((count, len(table)), dtype=np.int64)
    return Knapsack(order, weight, multiplier, used, taken, left, busy, best, nodes, table, chosen)


@kernel_apart
def most_valuable(
    items: Items,
    capacity: IntArray,
    value: FloatArray,
    known: float,
    enough: float,
    gain: float,
    room: Knapsack,
    limit: int,
) -> float:
    """Return the largest value that fits, and leave in ``room.best`` how many of each item make it up.

    Parameters
    ----------
    items : Items
        What can be taken.
    capacity : int64[K]
        What there is.
    value : float64[I]
        Value of one of each item; items without value are left alone.
    known : float
        So much is known to fit; if it is the most, it is returned and ``room.best`` is empty.
    enough : float
        The search ends once so much fits.
    gain : float
        Answers that are better by less than this do not count.
    room : Knapsack
        Room for these items; owners that are busy already take nothing.
    limit : int
        Once ``room.nodes`` is as large, the search gives up and returns ``UNKNOWN``. A table (of a single resource) is
        always filled to its end, whatever ``enough`` and ``limit``.
    """
    for i in range(len(room.best)):
        room.best[i] = 0
    if len(room.table) > 0:
        return _tabulate(items, capacity[0], value, known, room)
    count = _prepare(items, capacity, value, room)
    best, current, depth = known, 0.0, 0
    while room.nodes[0] < limit:
        room.nodes[0] += 1
        if depth < count and _reachable(items, capacity, value, room, depth, count, current) >= best + gain:
            i = room.order[depth]
            room.taken[depth] = _fitting(items, room, i)
            _take(items, room, i, room.taken[depth])
            current += room.taken[depth] * value[i]
            depth += 1
            if current > best:
                best = current
                _keep(room, depth)
                if best >= enough:
                    break
            continue
        while depth > 0 and room.taken[depth - 1] == 0:
            depth -= 1
        if depth == 0:
            return best
        i = room.order[depth - 1]
        room.taken[depth - 1] -= 1
        _take(items, room, i, -1)
        current -= value[i]
    for p in range(depth):
        room.busy[items.owner[room.order[p]]] -= room.taken[p]
    return best if best >= enough else UNKNOWN


@kernel
def _tabulate(items: Items, capacity: int, value: FloatArray, known: float, room: Knapsack) -> float:
    """Return what :func:`most_valuable` does, of a single resource."""
    for c in range(capacity + 1):
        room.table[c] = 0.0
    for i in range(len(value)):
        demand = items.demand[i, 0]
        for c in range(capacity + 1):
            room.chosen[i, c] = 0
        if value[i] <= 0 or room.busy[items.owner[i]] > 0:
            continue
        for _ in range(min(items.most[i], capacity // demand)):
            for c in range(capacity, demand - 1, -1):
                if room.table[c - demand] + value[i] > room.table[c]:
                    room.table[c] = room.table[c - demand] + value[i]
                    room.chosen[i, c] = room.chosen[i, c - demand] + 1
    most: float = room.table[capacity]
    if most <= known:
        return known
    left = capacity
    for i in range(len(value) - 1, -1, -1):
        room.best[i] = room.chosen[i, left]
        left -= room.best[i] * items.demand[i, 0]
    return most


@kernel
def _prepare(items: Items, capacity: IntArray, value: FloatArray, room: Knapsack) -> int:
    """Sort the items that are worth something and fit, by multipliers that make the bound low; return how many."""
    count = 0
    for k in range(len(capacity)):
        room.left[k] = capacity[k]
    for i in range(len(value)):
        if value[i] > 0 and _fitting(items, room, i) > 0:
            room.order[count] = i
            count += 1
    for _ in range(_ADJUSTMENTS):
        _sort(items, capacity, value, room, count)
        _fill(items, capacity, room, count)
        _adjust(room)
    _sort(items, capacity, value, room, count)
    return count


@kernel
def _sort(items: Items, capacity: IntArray, value: FloatArray, room: Knapsack, count: int) -> None:
    """Sort the items by value for their weight."""
    for q in range(count):
        i = room.order[q]
        weight = 0.0
        for k in range(len(capacity)):
            if items.demand[i, k] > 0:
                weight += room.multiplier[k] * items.demand[i, k] / capacity[k]
        p = q
        while p > 0 and value[i] * room.weight[p - 1] > value[room.order[p - 1]] * weight:
            room.order[p], room.weight[p] = room.order[p - 1], room.weight[p - 1]
            p -= 1
        room.order[p], room.weight[p] = i, weight


@kernel
def _fill(items: Items, capacity: IntArray, room: Knapsack, count: int) -> None:
    """Fill the sum of the resources with items, the last one in part, and add up what they use."""
    total = 0.0
    for k in range(len(capacity)):
        room.used[k] = 0.0
        if capacity[k] > 0:
            total += room.multiplier[k]
    for p in range(count):
        i = room.order[p]
        amount = min(1.0 * _fitting(items, room, i), total / room.weight[p])
        for k in range(len(capacity)):
            if items.demand[i, k] > 0:
                room.used[k] += amount * items.demand[i, k] / capacity[k]
        total -= amount * room.weight[p]
        if total <= 0:
            return


@kernel
def _adjust(room: Knapsack) -> None:
    """Raise the multipliers of resources of which more is used than there is, lower those of others."""
    most = 0.0
    for k in range(len(room.used)):
        room.multiplier[k] *= min(max(room.used[k], 1 / _FACTOR), _FACTOR)
        most = max(most, room.multiplier[k])
    for k in range(len(room.used)):
        room.multiplier[k] = max(room.multiplier[k] / most, _LEAST)


@kernel
def _fitting(items: Items, room: Knapsack, i: int) -> int:
    """Return how many of an item fit into what is left."""
    if room.busy[items.owner[i]] > 0:
        return 0
    fitting: int = items.most[i]
    for k in range(len(room.left)):
        if items.demand[i, k] > 0:
            if items.demand[i, k] > room.left[k]:
                return 0
            fitting = min(fitting, room.left[k] // items.demand[i, k])
    return fitting


@kernel
def _take(items: Items, room: Knapsack, i: int, count: int) -> None:
    room.busy[items.owner[i]] += count
    for k in range(len(room.left)):
        room.left[k] -= count * items.demand[i, k]


@kernel
def _keep(room: Knapsack, depth: int) -> None:
    """Write down what is taken."""
    for i in range(len(room.best)):
        room.best[i] = 0
    for p in range(depth):
        room.best[room.order[p]] = room.taken[p]


@kernel
def _reachable(
    items: Items, capacity: IntArray, value: FloatArray, room: Knapsack, depth: int, count: int, current: float
) -> float:
    """Return at least what can be reached with the items from ``depth`` on."""
    total = 0.0
    for k in range(len(capacity)):
        if capacity[k] > 0:
            total += room.multiplier[k] * room.left[k] / capacity[k]
    total *= 1 + _ROUNDING  # rounding must not end a search too early: what it proves has to be exact
    for p in range(depth, count):
        i = room.order[p]
        fitting = _fitting(items, room, i)
        if fitting * room.weight[p] > total:
            rest: float = value[i] * max(total, 0.0) / room.weight[p]
            return current + rest
        current += fitting * value[i]
        total -= fitting * room.weight[p]
    return current
