"""Small parts of what is in conflict: whatever is, stays so with more beside it."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import TypeVar

import numpy as np

T = TypeVar("T")

Refuted = Callable[[Sequence[T]], bool]
"""Whether it is proven that some items are in conflict."""

Known = Callable[[Sequence[T]], bool | None]
"""The same, and None where that is neither proven nor ruled out."""

_LONGEST = 5.0
"""Seconds that the search for items of all that was left out may take each time."""

_ROUNDING = 1e-6


def shortest_prefix(items: Sequence[T], refuted: Refuted[T]) -> list[T]:
    """Return the shortest prefix that is refuted; all of them are known to be."""
    least, most = 1, len(items)
    while least < most:
        middle = (least + most) // 2
        if refuted(items[:middle]):
            most = middle
        else:
            least = middle + 1
    return list(items[:most])


def irreducible(items: Sequence[T], refuted: Refuted[T]) -> list[T]:
    """Return items that are refuted together, none of which can be left out; none if that is so without any.

    QuickXplain: Junker 2004, "QuickXplain: preferred explanations and relaxations for over-constrained problems", AAAI.
    """

    def search(held: list[T], new: bool, left: Sequence[T]) -> list[T]:
        if new and refuted(held):
            return []
        if len(left) == 1:
            return list(left)
        middle = len(left) // 2
        second = search([*held, *left[:middle]], True, left[middle:])
        first = search([*held, *second], bool(second), left[:middle])
        return [*first, *second]

    return search([], True, items) if items else []


def smallest(items: Sequence[T], conflict: Sequence[T], known: Known[T]) -> tuple[list[T], int]:
    """Return the smallest conflict, or one of those, and how many items any conflict has at least.

    Every conflict has an item of what is left out of a set without conflict. The smallest set with an item of all that
    was left out so far is a conflict, and then no other is smaller, or shows what more can be left out: Ignatiev,
    Previti, Liffiton & Marques-Silva 2015, "Smallest MUS extraction with minimal hitting set dualization", CP.

    Parameters
    ----------
    items : sequence
        All there are.
    conflict : sequence
        Those of a conflict that is known, at least one; returned where no smaller one is found.
    known : callable
        What is known of some items; it ends the search by not knowing.
    """
    left_out = _needed(items, conflict, known)
    least = 1
    while True:
        candidate, bound = _smallest_hitting(items, left_out)
        least = max(least, bound)
        if candidate is None or least >= len(conflict):
            return list(conflict), least
        answer = known(candidate)
        if answer is None:
            return list(conflict), least
        if answer:
            return candidate, least
        free = _grown(candidate, items, known)
        left_out.append(set(items) - set(free))


def _needed(items: Sequence[T], conflict: Sequence[T], known: Known[T]) -> list[set[T]]:
    """Return the first items of a conflict without which there is none at all, in a set each."""
    needed: list[set[T]] = []
    for one in conflict:
        if known([item for item in items if item != one]) is not False:
            break
        needed.append({one})
    return needed


def _smallest_hitting(items: Sequence[T], sets: Sequence[set[T]]) -> tuple[list[T] | None, int]:
    """Return the fewest items that have one of each set, and how many; None, and at least, if that takes long."""
    from scipy.optimize import LinearConstraint, milp

    has = np.array([[item in one for item in items] for one in sets], dtype=np.float64).reshape(-1, len(items))
    once = np.ones(len(items))
    rows = LinearConstraint(has, lb=1)
    found = milp(once, integrality=once, bounds=(0, 1), constraints=rows, options={"time_limit": _LONGEST})
    bound = ceil((found.mip_dual_bound or 0) - _ROUNDING)
    if found.status != 0:
        return None, bound
    return [item for item, taken in zip(items, found.x, strict=True) if taken > 1 / 2], bound


def _grown(free: Sequence[T], items: Sequence[T], known: Known[T]) -> list[T]:
    """Return items without conflict, those of ``free`` and, as far as that is known, as many as can be beside them."""

    def conflicts(added: Sequence[T]) -> bool:
        return known([*kept, *added]) is not False

    kept = list(free)
    left = [item for item in items if item not in free]
    while left and conflicts(left):
        first = shortest_prefix(left, conflicts)
        kept += first[:-1]
        left = left[len(first) :]
    return kept + left
