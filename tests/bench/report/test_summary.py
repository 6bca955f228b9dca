"""Figures of entrants, how they spread, and how far policies are."""

import pytest
from report_cases import failed, judged, ran, whole

from optimizer.bench.report.boxes import Box, gap_boxes, seed_boxes
from optimizer.bench.report.distances import distances
from optimizer.bench.report.section import sections
from optimizer.bench.report.summary import summary


def test_figures_by_hand() -> None:
    rows = [
        ran("a", "x", 4.0, "optimal", lower_bound=4.0, solve_time=1.0),
        ran("a", "y", 8.0, lower_bound=2.0, solve_time=3.0, seed=0),
        failed("a", "y", seed=1),
        ran("b", "x", 5.0, solve_time=2.0),
    ]
    a, b = summary(whole(rows))
    assert (a.entrant, a.runs, a.missing) == (0, 3, 0)
    assert a.outcomes == {"optimal": 1, "feasible": 1, "failed": 1}
    assert a.best_gap == pytest.approx((0 + (0 + 1) / 2) / 2)
    assert a.bound_gap == pytest.approx((0 + (0.75 + 1) / 2) / 2)
    assert a.integral == pytest.approx((0.1 + (0.1 + 1) / 2) / 2)
    assert (a.mean_time, a.median_time) == (pytest.approx(14 / 3), 3.0)
    assert (b.missing, b.best_gap) == (1, pytest.approx((0.2 + 1) / 2))


def test_a_solver_without_gaps_comes_last() -> None:
    rows = [ran("a", "x", 2.0, preemptive=True, lower_bound=1.0), ran("b", "x", 4.0)]
    b, a = summary(whole(rows))
    assert (a.entrant, a.best_gap, a.integral, a.bound_gap) == (0, None, None, 0.5)
    assert b.bound_gap == 0.75  # what holds for preemptive schedules holds for all


def test_a_preemptive_solver_that_misses_an_instance_has_no_gap_there() -> None:
    rows = [ran("a", "x", 2.0, preemptive=True), ran("b", "x", 4.0), ran("b", "y", 4.0)]
    _, a = summary(whole(rows))
    assert (a.entrant, a.best_gap, a.missing) == (0, None, 1)


def test_sections_are_the_whole_and_the_groups() -> None:
    rows = [ran("a", "x", 4.0, group="g10"), ran("a", "y", 4.0, group="g2"), ran("b", "y", 5.0, group="g2")]
    found = list(sections(*judged(rows)))
    assert [section.title for section in found] == ["All groups", "g2", "g10"]
    assert [section.entrants.tolist() for section in found] == [[0, 1], [0, 1], [0]]
    assert [section.title for section in sections(*judged(rows[1:]))] == ["g2"]


def test_a_box_by_hand() -> None:
    rows = [ran("a", str(i), 10.0, best_known=10.0 * (1 - gap)) for i, gap in enumerate([0, 0.1, 0.2, 0.3, 0.9])]
    (box,) = gap_boxes(whole(rows))
    assert box.runs == 5
    assert (box.low, box.first, box.median, box.third, box.high) == pytest.approx((0.0, 0.1, 0.2, 0.3, 0.3))
    assert box.outliers.tolist() == [0.9]


def test_many_outliers_are_thinned_out() -> None:
    import numpy as np

    values = np.concatenate([np.zeros(10_000), np.linspace(0.1, 1, 1_000)])
    box = Box.of(0, values)
    assert len(box.outliers) == 100
    assert (box.outliers[0], box.outliers[-1]) == (0.1, 1.0)


def test_what_the_seed_changes_is_told_where_there_are_several() -> None:
    rows = [
        ran("a", "x", 10.0, seed=0, best_known=8.0),
        ran("a", "x", 16.0, seed=1),
        ran("b", "x", 9.0),
    ]
    (box,) = seed_boxes(whole(rows))  # gaps 0.2 and 0.5, mean 0.35
    assert (box.entrant, box.runs, box.low, box.high) == (0, 2, pytest.approx(-0.15), pytest.approx(0.15))
    assert seed_boxes(whole(rows[1:])) == []


def test_policies_against_the_best_schedule_and_the_bound() -> None:
    rows = [
        ran("fcfs", "x", 8.0, lower_bound=2.0),
        ran("fcfs", "y", 8.0, "late", lower_bound=6.0),
        failed("fcfs", "z"),
        ran("srpt", "x", 4.0, preemptive=True, lower_bound=3.0),
        ran("cp-sat", "x", 4.0, "optimal", lower_bound=4.0),
        ran("cp-sat", "y", 10.0, lower_bound=5.0),
        ran("sjf:backfill=easy", "y", 10.0),
        ran("unheard-of", "x", 4.0),
    ]
    best, srpt, fcfs, sjf = distances(whole(rows))
    assert (best.entrant, best.bound) == (
        None,
        pytest.approx((0.2, 0.2, 0.4)),
    )  # what holds for late ones holds for all
    assert (srpt.preemptive, srpt.best, srpt.bound) == (1, None, pytest.approx((0.25, 0.25, 0.25)))
    assert (sjf.best, sjf.bound) == ((0.0, 0.0, 0.0), pytest.approx((0.4, 0.4, 0.4)))
    assert (fcfs.runs, fcfs.late) == (3, 1)
    assert fcfs.best == pytest.approx((0.5, 0.5, 0.5))
    assert fcfs.bound == pytest.approx((0.375, 0.375, 0.5))


def test_without_policies_there_is_nothing_to_tell_of_them() -> None:
    assert distances(whole([ran("cp-sat", "x", 4.0)])) == []
