"""Performance profiles and gaps over time, worked out by hand."""

import numpy as np
import pytest
from report_cases import failed, ran, whole

from optimizer.bench.report.curves import Curve, gaps_over_time, time_profiles, value_profiles


def share(curve: Curve, factor: float) -> float:
    """Return the height of a profile at a factor."""
    return float(curve.y[np.flatnonzero(curve.x <= factor)[-1]])


def test_a_profile_counts_the_cases_within_a_factor() -> None:
    rows = [
        *(ran("a", name, value) for name, value in (("x", 10.0), ("y", 30.0))),
        failed("a", "z"),
        *(ran("b", name, value) for name, value in (("x", 20.0), ("y", 20.0), ("z", 7.0))),
    ]
    a, b = value_profiles(whole(rows))
    assert [share(a, factor) for factor in (1.0, 1.49, 1.51, 2.0)] == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert [share(b, factor) for factor in (1.0, 1.99, 2.01)] == pytest.approx([2 / 3, 2 / 3, 1.0])
    assert a.x[0] == b.x[0] == 1.0
    assert a.x[-1] == b.x[-1]


def test_the_best_of_a_profile_is_the_best_entrant_not_the_best_known_value() -> None:
    a, b = value_profiles(whole([ran("a", "x", 10.0, best_known=5.0), ran("b", "x", 20.0)]))
    assert (share(a, 1.0), share(b, 1.0)) == (1.0, 0.0)
    assert (share(b, 1.999), share(b, 2.001)) == (0.0, 1.0)


def test_values_that_are_not_positive() -> None:
    rows = [ran("a", "x", 0.0), ran("b", "x", 5.0), ran("a", "y", -4.0), ran("b", "y", -2.0)]
    a, b = value_profiles(whole(rows))
    assert share(a, 1.0) == 1.0
    assert (share(b, 1.9), share(b, 2.01), float(b.y[-1])) == (0.0, 0.5, 0.5)


def test_nobody_has_a_schedule() -> None:
    assert value_profiles(whole([failed("a", "x")])) == []
    (curve,) = value_profiles(whole([failed("a", "x", best_known=3.0)]))
    assert not curve.y.any()


def test_times_to_a_proof() -> None:
    rows = [
        ran("a", "x", 1.0, "optimal", solve_time=2.0),
        ran("b", "x", 1.0, "optimal", solve_time=6.0),
        ran("a", "y", 1.0, solve_time=1.0),
        ran("b", "y", 1.0, "optimal", solve_time=4.0),
        ran("a", "z", None, "infeasible", solve_time=0.001),
        ran("b", "z", None, "infeasible", solve_time=0.01),
        ran("a", "w", 1.0),  # nobody proves it: left out
        ran("b", "w", 1.0),
    ]
    a, b = time_profiles(whole(rows))
    assert [share(a, factor) for factor in (1.0, 100.0)] == pytest.approx([2 / 3, 2 / 3])
    assert [share(b, factor) for factor in (1.0, 2.9, 3.01)] == pytest.approx([2 / 3, 2 / 3, 1.0])


def test_a_proof_has_to_come_with_every_seed() -> None:
    rows = [
        ran("a", "x", 1.0, "optimal", seed=0),
        ran("a", "x", 1.0, "optimal", seed=1),
        ran("b", "x", 1.0, "optimal", seed=0),
        ran("b", "x", 1.0, seed=1),
    ]
    a, b = time_profiles(whole(rows))
    assert (share(a, 1.0), float(b.y[-1])) == (1.0, 0.0)
    assert time_profiles(whole([ran("a", "x", 1.0)])) == []


def test_gaps_over_time_are_means_over_cases_of_means_over_seeds() -> None:
    rows = [
        ran("a", "x", 4.0, trace=((1.0, 8.0, None), (4.0, 4.0, None)), solve_time=10.0),
        ran("a", "y", 4.0, trace=((2.0, 4.0, None),), seed=0),
        ran("a", "y", 4.0, trace=((6.0, 4.0, None),), seed=1),
        ran("b", "x", 4.0, trace=((0.02, 4.0, None),), solve_time=0.02),
    ]
    a, b = gaps_over_time(whole(rows))

    def at(curve: Curve, moment: float) -> float:
        return float(curve.y[np.flatnonzero(curve.x <= moment)[-1]])

    assert a.x[-1] == pytest.approx(10.0)
    assert [at(a, moment) for moment in (0.5, 1.3, 2.3, 4.5, 9.0)] == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0])
    assert at(b, 5.0) == 0.5  # b has no run on y
