"""Packing of intervals by height: rectangles that do not overlap."""

from bisect import bisect, insort
from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np

from optimizer.units import IntArray

_ENDLESS = 2**62


def packed_by_height(
    start: IntArray, end: IntArray, height: IntArray, capacity: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return rectangles (item, low, high) that do not overlap, for intervals [start, end) that are ``height`` high.

    Each stands as low as it can; where there is room below ``capacity`` only in pieces, it is cut into them. Empty
    intervals take no room.
    """
    free = [(0, capacity), (capacity, _ENDLESS)] if capacity else [(0, _ENDLESS)]
    busy: list[tuple[int, int, list[tuple[int, int]]]] = []
    found: list[tuple[int, int, int]] = []
    order = np.argsort(start, kind="stable")
    columns = (order.tolist(), start[order].tolist(), end[order].tolist(), height[order].tolist())
    for item, begin, finish, high in zip(*columns, strict=True):
        while busy and busy[0][0] <= begin:
            for piece in heappop(busy)[2]:
                _give_back(free, piece, capacity)
        pieces = _taken(free, high, capacity) if finish > begin else [(0, high)]
        if finish > begin:
            heappush(busy, (finish, item, pieces))
        found.extend((item, *piece) for piece in _joined(pieces))
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _taken(free: list[tuple[int, int]], height: int, capacity: int) -> list[tuple[int, int]]:
    """Take room from the free intervals, none of which crosses the capacity."""
    for i, (low, high) in enumerate(free):
        if high > capacity:
            break
        if high - low >= height:
            free[i : i + 1] = [(low + height, high)] if low + height < high else []
            return [(low, low + height)]
    below = [(low, high) for low, high in free if high <= capacity]
    if sum(high - low for low, high in below) < height:
        return _taken_above(free, height, len(below))
    pieces = []
    while height:
        low, high = free.pop(0)
        pieces.append((low, min(high, low + height)))
        if low + height < high:
            free.insert(0, (low + height, high))
        height -= pieces[-1][1] - low
    return pieces


def _taken_above(free: list[tuple[int, int]], height: int, first: int) -> list[tuple[int, int]]:
    """Take room above the capacity; the last free interval is endless."""
    at = next(i for i in range(first, len(free)) if free[i][1] - free[i][0] >= height)
    low, high = free[at]
    free[at : at + 1] = [(low + height, high)] if low + height < high else []
    return [(low, low + height)]


def _give_back(free: list[tuple[int, int]], piece: tuple[int, int], capacity: int) -> None:
    low, high = piece
    at = bisect(free, piece)
    if at < len(free) and free[at][0] == high != capacity:
        high = free.pop(at)[1]
    if at and free[at - 1][1] == low != capacity:
        at -= 1
        low = free.pop(at)[0]
    insort(free, (low, high))


def _joined(pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pieces in order of height with those that touch as one."""
    joined: list[tuple[int, int]] = []
    for low, high in pieces:
        if joined and joined[-1][1] == low:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined
