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
    found, least = list(smallest(ITEMS, irreducible(ITEMS, refuted), refuted))[-1]
    assert refuted(found)
    assert len(found) == least == min(map(len, family))
    assert not any(map(refuted, combinations(ITEMS, least - 1)))


@given(FAMILIES)
def test_what_is_known_meanwhile_is_true_and_gets_better(family: list[set[str]]) -> None:
    refuted = refuted_by(family)
    steps = list(smallest(ITEMS, irreducible(ITEMS, refuted), refuted))
    assert all(refuted(found) and least <= min(map(len, family)) for found, least in steps)
    bounds = [least for _, least in steps]
    sizes = [len(found) for found, _ in steps]
    assert bounds == sorted(bounds)
    assert sizes == sorted(sizes, reverse=True)


@given(FAMILIES, st.sets(st.integers(0, 255)))
def test_what_is_left_open_proves_nothing(family: list[set[str]], left_open: set[int]) -> None:
    refuted = refuted_by(family)

    def known(some: Sequence[str]) -> bool | None:
        number = sum(2 ** ITEMS.index(item) for item in some)
        return None if some and number in left_open else refuted(some)

    for found, least in smallest(ITEMS, irreducible(ITEMS, refuted), known):
        assert refuted(found)
        assert least <= min(map(len, family)) <= len(found)


def asked_about(conflicts: Sequence[str], conflict: str) -> tuple[list[str], list[tuple[list[str], int]]]:
    """Return the questions of a search for the smallest, and what it yields."""
    asked: list[str] = []

    def known(some: Sequence[str]) -> bool:
        asked.append("".join(some))
        return any(set(one) <= set(some) for one in conflicts)

    found = list(smallest(ITEMS, list(conflict), known))
    return asked, found


def test_one_item_is_the_smallest_without_a_question() -> None:
    assert asked_about(["b"], "b") == ([], [(["b"], 1)])


def test_one_question_an_item_where_each_is_in_all_conflicts() -> None:
    asked, found = asked_about(["bdf"], "bdf")
    assert asked == ["acdefgh", "abcefgh", "abcdegh", "bdf"]
    assert found[-1] == (["b", "d", "f"], 3)


def test_disjoint_correction_sets_raise_the_bound() -> None:
    _, found = asked_about(["abc", "def"], "abc")
    assert [least for _, least in found] == [1, 1, 2, 3]


def test_a_smaller_one_elsewhere_is_found() -> None:
    _, found = asked_about(["abcd", "gh"], "abcd")
    assert (sorted(found[-1][0]), found[-1][1]) == (["g", "h"], 2)


def test_what_takes_too_long_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time is left for CP-SAT where disjoint correction sets alone do not say all."""
    monkeypatch.setattr(module, "_HITTING_SECONDS", 0.0)
    pairs = ["".join(pair) for pair in combinations("abcd", 2)]
    refuted = refuted_by([set(pair) | set("efg") for pair in pairs] + [set("abcd") | set("ef")])
    found, least = list(smallest(ITEMS, irreducible(ITEMS, refuted), refuted))[-1]
    assert refuted(found)
    assert (len(found), least) == (6, 4)
