"""Small parts of what is in conflict. Conflict is monotone: more beside it changes nothing."""

from collections.abc import Callable, Collection, Iterator, Sequence
from math import ceil
from typing import Generic, TypeVar

T = TypeVar("T")

Refuted = Callable[[Sequence[T]], bool]
"""Whether it is proven that some items are in conflict."""

Known = Callable[[Sequence[T]], bool | None]
"""The same, and None where that is neither proven nor ruled out."""

_HITTING_SECONDS = 1.0
"""Seconds that the search for a smallest hitting set may take each time."""

_ROUNDING = 1e-6


def shortest_prefix(items: Sequence[T], refuted: Refuted[T]) -> list[T]:
    """Return the shortest prefix that is refuted; all of them are known to be.

    Short ones come first, then it is found by halves (Bentley & Yao 1976, "An almost optimal algorithm for unbounded
    searching", Information Processing Letters 5).
    """
    most = 1
    while most < len(items) and not refuted(items[:most]):
        most *= 2
    least, most = most // 2 + 1, min(most, len(items))
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


def smallest(items: Sequence[T], conflict: Sequence[T], known: Known[T]) -> Iterator[tuple[list[T], int]]:
    """Yield ever smaller conflicts, and how many items any conflict has at least, until these meet or it gets too hard.

    Every conflict hits every correction set, which is what is left out of a set without conflict. The smallest set that
    hits all those so far is itself a conflict, and then a smallest one, or grows to a set without conflict, which gives
    one more (Ignatiev, Previti, Liffiton & Marques-Silva 2015, "Smallest MUS extraction with minimal hitting set
    dualization", CP). The first correction sets are disjoint: each raises the bound.

    Parameters
    ----------
    items : sequence
        All there are.
    conflict : sequence
        Those of a conflict that is known, at least one, none of which need be needed.
    known : callable
        What is known of some items.
    """
    least = 1
    yield list(conflict), least
    if len(conflict) == 1:
        return
    hitting = _HittingSets[T]()
    for correction in _disjoint(items, conflict, known):
        hitting.add(correction)
        least = len(hitting)
        yield list(conflict), least
    while least < len(conflict):
        candidate, bound = hitting.smallest()
        if bound > least:
            least = bound
            yield list(conflict), least
        if candidate is None or least == len(conflict) or (answer := known(candidate)) is None:
            return
        if answer:
            yield candidate, least
            return
        hitting.add(_left_out(items, _extended(candidate, items, known)))


def _disjoint(items: Sequence[T], conflict: Sequence[T], known: Known[T]) -> Iterator[Collection[T]]:
    """Yield disjoint correction sets: at first single items of a conflict that all others need, too."""
    hit: list[T] = []
    for one in conflict:
        if known(_left_out(items, [one])) is not False:
            break
        hit.append(one)
        yield [one]
    while known(hit) is False:
        correction = _left_out(items, _extended(hit, items, known))
        hit += correction
        yield correction


def _extended(consistent: Sequence[T], items: Sequence[T], known: Known[T]) -> list[T]:
    """Return items without conflict: some that have none, and as many as are known to be possible beside them."""

    def conflicts(added: Sequence[T]) -> bool:
        return known([*kept, *added]) is not False

    kept = list(consistent)
    left = _left_out(items, consistent)
    while left and conflicts(left):
        first = shortest_prefix(left, conflicts)
        kept += first[:-1]
        left = left[len(first) :]
    return kept + left


def _left_out(items: Sequence[T], some: Collection[T]) -> list[T]:
    without = set(some)
    return [item for item in items if item not in without]


class _HittingSets(Generic[T]):
    """The items that hit all of some sets, by CP-SAT."""

    def __init__(self) -> None:
        from ortools.sat.python.cp_model import CpModel, IntVar

        self._model = CpModel()
        self._taken: dict[T, IntVar] = {}
        self._sets = 0

    def __len__(self) -> int:
        return self._sets

    def add(self, items: Collection[T]) -> None:
        """Ask for one of some more items."""
        for item in items:
            if item not in self._taken:
                self._taken[item] = self._model.new_bool_var("")
        self._model.add_bool_or([self._taken[item] for item in items])
        self._sets += 1

    def smallest(self) -> tuple[list[T] | None, int]:
        """Return the fewest items and a lower bound on how many there are; None where finding them takes too long."""
        from ortools.sat.python.cp_model import OPTIMAL, CpSolver

        self._model.minimize(sum(self._taken.values()))
        solver = CpSolver()
        solver.parameters.max_time_in_seconds = _HITTING_SECONDS
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        status = solver.solve(self._model)
        bound = ceil(solver.best_objective_bound - _ROUNDING)
        if status != OPTIMAL:
            return None, bound
        return [item for item, taken in self._taken.items() if solver.boolean_value(taken)], bound
