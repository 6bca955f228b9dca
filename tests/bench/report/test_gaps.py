"""Gaps and primal integrals, worked out by hand."""

import numpy as np
import pytest
from report_cases import failed, ran

from optimizer.bench.report.gaps import final_gap, gap_at, primal_gap, primal_integral
from optimizer.bench.row import Row


@pytest.mark.parametrize(
    ("value", "reference", "gap"),
    [
        (8.0, 6.0, 0.25),
        (6.0, 6.0, 0.0),
        (6.0 * (1 + 1e-15), 6.0, 0.0),
        (5.0, 6.0, 0.0),  # better than the reference
        (0.0, 0.0, 0.0),
        (3.0, 0.0, 1.0),
        (-6.0, -8.0, 0.25),
        (2.0, -1.0, 1.0),  # of another sign
    ],
)
def test_the_gap_lies_between_0_and_1(value: float, reference: float, gap: float) -> None:
    assert primal_gap(value, reference) == pytest.approx(gap)


@pytest.mark.parametrize(
    "row",
    [failed("a", "x"), failed("a", "x", "timeout"), ran("a", "x", 4.0, "late"), ran("a", "x", None, "infeasible")],
)
def test_without_a_schedule_on_time_the_gap_is_1_all_the_time(row: Row) -> None:
    assert final_gap(row, 4.0) == 1.0
    assert primal_integral(row, 4.0, 10.0) == 1.0
    assert gap_at(row, 4.0, np.array([0.0, 5.0, 50.0])).tolist() == [1.0, 1.0, 1.0]


def test_the_integral_adds_up_the_gap_over_time() -> None:
    row = ran("a", "x", 8.0, trace=((1.0, 16.0, None), (3.0, 8.0, None)), solve_time=6.0)
    # 1 for 1 s, (16 - 4) / 16 for 2 s, (8 - 4) / 8 for the 7 s that are left
    assert primal_integral(row, 4.0, 10.0) == pytest.approx((1 + 2 * 0.75 + 7 * 0.5) / 10)
    assert gap_at(row, 4.0, np.array([0.5, 1.0, 2.9, 3.0, 9.0])).tolist() == [1.0, 0.75, 0.75, 0.5, 0.5]


def test_what_comes_after_the_limit_does_not_count() -> None:
    row = ran("a", "x", 4.0, trace=((1.0, 8.0, None), (12.0, 4.0, None)), solve_time=12.0)
    assert primal_integral(row, 4.0, 10.0) == pytest.approx((1 + 9 * 0.5) / 10)


def test_a_better_value_before_the_last_one_was_a_late_schedule() -> None:
    row = ran("a", "x", 8.0, trace=((1.0, 2.0, None), (5.0, 8.0, None)))
    assert primal_integral(row, 8.0, 10.0) == pytest.approx(0.5)


def test_moments_without_a_value_are_skipped() -> None:
    row = ran("a", "x", 8.0, trace=((0.5, None, 3.0), (2.0, 8.0, 3.0)))
    assert primal_integral(row, 8.0, 10.0) == pytest.approx(0.2)


def test_without_a_trace_the_value_comes_at_the_end() -> None:
    assert primal_integral(ran("a", "x", 8.0, trace=(), solve_time=2.0), 8.0, 10.0) == pytest.approx(0.2)
    assert primal_integral(ran("a", "x", 8.0, trace=(), solve_time=None), 8.0, 0.0) == 0.0
