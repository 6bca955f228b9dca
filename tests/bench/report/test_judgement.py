"""Runs against the best schedule and the bound that holds for them."""

import numpy as np
import pytest
from report_cases import failed, judged, ran

from optimizer.bench.report.references import contradictions, references
from optimizer.bench.row import Row

NAN = pytest.approx(np.nan, nan_ok=True)


def test_the_best_schedule_is_on_time_and_not_preemptive() -> None:
    rows = [
        ran("a", "x", 8.0),
        ran("b", "x", 5.0, "late"),
        ran("c", "x", 4.0, preemptive=True),
        ran("d", "x", 10.0),
        failed("e", "x"),
    ]
    _, found = judged(rows)
    assert found.best.tolist() == [8.0]
    assert found.best_gap.tolist() == [0.0, 1.0, NAN, pytest.approx(0.2), 1.0]


def test_a_best_known_value_counts_as_a_schedule() -> None:
    _, found = judged([ran("a", "x", 8.0), ran("b", "x", 16.0, best_known=4.0), ran("a", "y", 8.0, best_known=9.0)])
    assert found.best.tolist() == [4.0, 8.0]
    assert found.best_gap.tolist() == [0.5, 0.75, 0.0]


def test_late_and_preemptive_schedules_are_set_against_their_own_bound_alone() -> None:
    rows = [
        ran("a", "x", 8.0, lower_bound=4.0),
        ran("b", "x", 8.0, lower_bound=6.0),
        ran("c", "x", 8.0, "late", lower_bound=2.0),
        ran("d", "x", 8.0, preemptive=True, lower_bound=4.0),
        ran("e", "x", 8.0, "late"),
        failed("f", "x"),
    ]
    _, found = judged(rows)
    assert found.bound.tolist() == [6.0]
    assert found.bound_gap.tolist() == [0.25, 0.25, 0.75, 0.5, NAN, 1.0]


def test_without_any_bound_there_is_no_gap_to_it() -> None:
    _, found = judged([ran("a", "x", 8.0), ran("b", "x", 9.0)])
    assert np.isnan(found.bound_gap).all()


def test_an_instance_without_a_schedule_compares_nobody() -> None:
    rows = [ran("a", "x", None, "infeasible"), ran("b", "x", None, "unknown"), ran("c", "x", 3.0, "late")]
    _, found = judged(rows)
    assert np.isnan(found.best_gap).all()
    assert found.bound_gap.tolist() == [NAN, 1.0, NAN]
    _, found = judged(rows[:2])
    assert np.isnan(found.bound_gap).all()


def test_a_proof_that_there_is_no_schedule_counts_as_none_only_where_it_is_refuted() -> None:
    rows = [
        ran("a", "x", None, "infeasible"),
        ran("b", "x", 8.0, "late", lower_bound=6.0),
        ran("a", "y", None, "infeasible"),
        ran("b", "y", 8.0, lower_bound=6.0),
    ]
    assert judged(rows)[1].bound_gap.tolist() == [NAN, 0.25, 1.0, 0.25]


def test_times_of_runs_that_broke_off_are_their_limits() -> None:
    rows = [
        ran("a", "x", 3.0, solve_time=2.5),
        failed("b", "x"),
        failed("c", "x", time_limit=None, total_time=7.0),
        failed("d", "x", time_limit=None, total_time=None),
    ]
    assert judged(rows)[1].time.tolist() == [2.5, 10.0, 7.0, NAN]


def test_without_a_limit_the_integral_goes_to_the_longest_run() -> None:
    rows = [
        ran("a", "x", 8.0, time_limit=None, trace=((2.0, 8.0, None),), solve_time=3.0),
        ran("b", "x", 8.0, time_limit=None, trace=((1.0, 8.0, None),), solve_time=8.0),
    ]
    assert judged(rows)[1].integral.tolist() == [0.25, 0.125]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([ran("a", "x", 8.0), ran("b", "x", 9.0, lower_bound=8.5)], "lower bound is above the value"),
        ([ran("a", "x", 8.0, lower_bound=7.0, best_known=6.0)], "above the best known value"),
        ([ran("a", "x", 8.0), ran("b", "x", None, "infeasible")], "no schedule on time"),
        ([ran("a", "x", 8.0, best_known=9.0)], "better than the best known"),
    ],
)
def test_contradictions_are_told(rows: list[Row], words: str) -> None:
    found = list(contradictions(references(rows)))
    assert any(words in text and text.endswith(": x") for text in found)


def test_nothing_is_told_of_late_and_preemptive_schedules_below_the_bound() -> None:
    rows = [ran("a", "x", 8.0, lower_bound=8.0), ran("b", "x", 7.0, "late"), ran("c", "x", 6.0, preemptive=True)]
    assert list(contradictions(references(rows))) == []
