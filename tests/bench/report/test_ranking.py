"""Ranks and tests, worked out by hand or taken from the papers."""

from math import sqrt

import numpy as np
import pytest
from report_cases import failed, ran, whole

from optimizer.bench.report.ranking import Ranking, holm, nemenyi, pairs, ranking
from optimizer.bench.report.section import Section
from optimizer.bench.row import Row


def sweep(**values: list[float | None]) -> list[Row]:
    """Return a row for each value of each solver on instances 0, 1, …; None: it failed."""
    return [
        failed(solver, str(i)) if value is None else ran(solver, str(i), value)
        for solver, own in values.items()
        for i, value in enumerate(own)
    ]


def section(**values: list[float | None]) -> Section:
    return whole(sweep(**values))


def test_ties_share_their_ranks_and_failures_the_worst() -> None:
    # ranks: a 1.5 1 2, b 1.5 2.5 2, c 3 2.5 2
    order = ranking(section(a=[4, 5, None], b=[4, None, None], c=[6, None, None]))
    assert order is not None
    assert order.cases == 2  # on the third instance nobody has a schedule
    assert order.entrants == (0, 1, 2)
    assert order.ranks == (1.25, 2.0, 2.75)


def test_a_case_with_a_best_known_value_counts_although_all_fail() -> None:
    rows = [*sweep(a=[4.0], b=[5.0]), failed("a", "1", best_known=3.0), failed("b", "1", best_known=3.0)]
    order = ranking(whole(rows))
    assert order is not None
    assert (order.cases, order.ranks) == (2, (1.25, 1.75))


def test_a_missing_run_ranks_as_a_failed_one() -> None:
    order = ranking(whole(sweep(a=[4, 5], b=[3])))
    assert order is not None
    assert order.ranks == (1.5, 1.5)


def test_a_solver_that_ran_where_nobody_has_a_schedule_is_missing_elsewhere() -> None:
    order = ranking(whole([ran("a", "x", None, "infeasible"), ran("b", "x", None, "unknown"), ran("b", "y", 4.0)]))
    assert order is not None
    assert (order.cases, order.entrants, order.ranks) == (1, (1, 0), (1.0, 2.0))


def test_seeds_are_averaged_before_ranks() -> None:
    rows = [ran("a", "x", value, seed=seed) for seed, value in enumerate([4.0, 8.0])] + [ran("b", "x", 5.0)]
    order = ranking(whole(rows))  # gaps to 4: a 0 and 1/2, b 1/5
    assert order is not None
    assert order.entrants == (1, 0)


def test_preemptive_solvers_are_not_ranked() -> None:
    rows = [*sweep(a=[4, 5], b=[5, 6]), ran("c", "0", 1.0, preemptive=True), ran("c", "1", 9.0)]
    order = ranking(whole(rows))
    assert order is not None
    assert order.entrants == (0, 1)


@pytest.mark.parametrize("values", [{"a": [4.0, 5.0]}, {"a": [None], "b": [None]}])
def test_there_is_nothing_to_rank(values: dict[str, list[float | None]]) -> None:
    assert ranking(section(**values)) is None
    assert pairs(section(**values)) == []


def test_critical_values_are_those_of_the_paper() -> None:
    # Demšar 2006, table 5(a), and the example below it: four classifiers on 14 data sets
    published = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    assert [nemenyi(count) for count in range(2, 11)] == pytest.approx(published, abs=1e-3)
    rows = sweep(**{name: [i + 1.0] * 14 for i, name in enumerate("abcd")})
    order = ranking(whole(rows))
    assert order is not None
    assert order.critical_difference == pytest.approx(1.25, abs=5e-3)


def test_friedman_by_hand() -> None:
    # ranks 1, 2, 3 on each of four cases: 12 / (4 * 3 * 4) * (4² + 8² + 12²) - 3 * 4 * 4 = 8, two degrees of freedom
    order = ranking(section(a=[1] * 4, b=[2] * 4, c=[3] * 4))
    assert order is not None
    assert order.friedman == pytest.approx(np.exp(-4))


def test_friedman_needs_three_that_are_not_all_alike() -> None:
    for values in ({"a": [1.0, 2.0], "b": [2.0, 3.0]}, {"a": [1.0], "b": [1.0], "c": [1.0]}):
        order = ranking(section(**values))
        assert order is not None
        assert order.friedman is None


@pytest.mark.parametrize(
    ("ranks", "alike"),
    [
        ((1.0, 1.5, 2.2, 4.0), [(0, 1), (1, 2)]),
        ((1.0, 1.2, 1.4, 4.0, 4.5), [(0, 2), (3, 4)]),
        ((1.0, 3.0, 5.0), []),
        ((1.0, 2.0), []),  # exactly the critical difference apart
    ],
)
def test_largest_sets_that_are_not_told_apart(ranks: tuple[float, ...], alike: list[tuple[int, int]]) -> None:
    assert Ranking(5, tuple(range(len(ranks))), ranks, None, 1.0).alike == alike


def test_signed_ranks_by_hand() -> None:
    # b is worse on all six: the sum of the ranks of one side is 0, which 2 of 2^6 signs are as far from the middle as
    values: list[float | None] = [10.0] * 6
    (pair,) = pairs(section(a=values, b=[11.0, 12.0, 13.0, 14.0, 15.0, 16.0]))
    assert (pair.first, pair.second, pair.wins, pair.ties, pair.losses) == (0, 1, 6, 0, 0)
    assert pair.p_value == pair.adjusted == pytest.approx(2 / 64)
    assert pair.difference == pytest.approx(-np.mean([1 / 11, 2 / 12, 3 / 13, 4 / 14, 5 / 15, 6 / 16]))
    assert pair.ahead == 0


def test_pairs_that_tie_everywhere_do_not_differ() -> None:
    (pair,) = pairs(section(a=[1, 2, None], b=[1, 2, None]))
    assert (pair.wins, pair.ties, pair.losses, pair.p_value, pair.ahead) == (0, 2, 0, 1.0, None)


def test_one_case_tells_nobody_apart() -> None:
    assert [pair.ahead for pair in pairs(section(a=[1], b=[2], c=[3]))] == [None] * 3


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


def test_p_values_are_corrected_for_all_pairs() -> None:
    steps = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    found = pairs(section(**{name: [10.0 + i * (10 + step) for step in steps] for i, name in enumerate("abc")}))
    assert [pair.p_value for pair in found] == pytest.approx([2 / 64] * 3)
    assert [pair.adjusted for pair in found] == pytest.approx([6 / 64] * 3)
    assert all(pair.ahead is None for pair in found)


def test_the_critical_difference_shrinks_with_the_cases() -> None:
    few, many = (ranking(section(a=[1.0] * n, b=[2.0] * n)) for n in (2, 8))
    assert few is not None
    assert many is not None
    assert few.critical_difference == pytest.approx(2 * many.critical_difference)
    assert many.critical_difference == pytest.approx(nemenyi(2) * sqrt(2 * 3 / 48))
