from collections.abc import Callable, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.solvers import conflicts as module
from optimizer.solvers.conflicts import irreducible, shortest_prefix, smallest

ITEMS = "abcdefgh"
FAMILIES = st.lists(st.sets(st.sampled_from(ITEMS), min_size=1), min_size=1, max_size=8)
"""Conflicts; whatever has one of them in it is one, too."""


def refuted_by(family: Sequence[set[str]]) -> Callable[[Sequence[str]], bool]:
    return lambda some: any(conflict <= set(some) for conflict in family)


@given(FAMILIES)
def test_the_shortest_prefix(family: list[set[str]]) -> None:
    refuted = refuted_by(family)
    found = shortest_prefix(ITEMS, refuted)
    assert found == list(ITEMS[: len(found)])
    assert refuted(found)
    assert not refuted(found[:-1])


@given(FAMILIES)
def test_none_can_be_left_out(family: list[set[str]]) -> None:
    refuted = refuted_by(family)
    found = irreducible(ITEMS, refuted)
    assert refuted(found)
    assert not any(refuted([item for item in found if item != one]) for one in found)


def test_nothing_is_left_where_nothing_is_needed() -> None:
    assert irreducible(ITEMS, lambda some: True) == []
    assert irreducible("", lambda some: True) == []


@given(FAMILIES)
def test_no_conflict_is_smaller(family: list[set[str]]) -> None:
    refuted = refuted_by(family)
    found, least = smallest(ITEMS, irreducible(ITEMS, refuted), refuted)
    assert refuted(found)
    assert len(found) == least == min(map(len, family))
    assert not any(map(refuted, combinations(ITEMS, least - 1)))


@given(FAMILIES, st.integers(0, 30))
def test_what_is_known_when_no_more_is_answered(family: list[set[str]], answered: int) -> None:
    refuted, left = refuted_by(family), iter(range(answered))
    conflict = irreducible(ITEMS, refuted)
    found, least = smallest(ITEMS, conflict, lambda some: None if some and next(left, None) is None else refuted(some))
    assert refuted(found)
    assert least <= min(map(len, family)) <= len(found) <= len(conflict)
    assert found == conflict or len(found) == least


@given(FAMILIES, st.sets(st.integers(0, 255)))
def test_what_is_left_open_now_and_then_proves_nothing(family: list[set[str]], left_open: set[int]) -> None:
    refuted = refuted_by(family)

    def known(some: Sequence[str]) -> bool | None:
        number = sum(2 ** ITEMS.index(item) for item in some)
        return None if some and number in left_open else refuted(some)

    found, least = smallest(ITEMS, irreducible(ITEMS, refuted), known)
    assert refuted(found)
    assert least <= min(map(len, family)) <= len(found)


def test_one_question_an_item_where_each_is_in_all_conflicts() -> None:
    asked: list[list[str]] = []

    def known(some: Sequence[str]) -> bool:
        asked.append(list(some))
        return set("bdf") <= set(some)

    assert smallest(ITEMS, list("bdf"), known) == (list("bdf"), 3)
    assert [len(some) for some in asked] == [7, 7, 7]


def test_what_takes_too_long_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_smallest_hitting", lambda items, sets: (None, 2))
    assert smallest(ITEMS, list("abc"), refuted_by([set("abc"), set("cd")])) == (list("abc"), 2)
