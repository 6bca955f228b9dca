"""Curves of entrants: performance profiles, and the gap over the time of the run."""

from dataclasses import dataclass

import numpy as np

from optimizer.bench.report.gaps import gap_at
from optimizer.bench.report.section import Section
from optimizer.names import Status
from optimizer.units import FloatArray

_PROOFS = (Status.OPTIMAL, Status.INFEASIBLE)
_SOONEST = 0.01
"""Seconds; what is faster is as fast as that, for clocks and machines differ by as much."""
_MOMENTS = 120
_MARGIN = 1.05


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of one entrant.

    Parameters
    ----------
    entrant : int
        Its index in the sweep.
    x, y : float64[N]
        Corners of the line.
    """

    entrant: int
    x: FloatArray
    y: FloatArray


def value_profiles(section: Section) -> list[Curve]:
    """Return on which share of cases the value of an entrant is within a factor of that of the best entrant.

    The factor of a gap g where the best entrant has b is (1 - b) / (1 - g), which for positive values and one seed is
    value / best value; without a schedule it is infinite. Source: Dolan & Moré 2002, "Benchmarking optimization
    software with performance profiles", Mathematical Programming 91.
    """
    return _profiles(section, 1 - section.contest)


def time_profiles(section: Section) -> list[Curve]:
    """Return on which share of cases the time to a proof is within a factor of that of the fastest entrant.

    Cases on which no entrant proves its schedule optimal, or that there is none, are left out; an entrant that does not
    prove it with every seed takes infinitely long. Source: as for :func:`value_profiles`.
    """
    sweep = section.sweep
    proven = np.array([row.outcome in _PROOFS and not row.preemptive for row in sweep.rows])
    times = np.where(proven, np.fmax(section.judged.time, _SOONEST), np.inf)
    seconds = section.means(times, section.compared)
    speed = np.where(section.ran(section.compared), 1 / seconds, 0.0)
    return _profiles(section, speed[(speed > 0).any(axis=1)])


def _profiles(section: Section, merit: FloatArray) -> list[Curve]:
    """Return the profiles of merits, the larger the better and 0 for none: float64[cases, compared]."""
    if not merit.size:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(merit > 0, merit.max(axis=1, keepdims=True) / merit, np.inf)
    last = float(factors[np.isfinite(factors)].max(initial=1.0))
    end = last * _MARGIN
    return [
        Curve(entrant, *_staircase(np.sort(factor[np.isfinite(factor)]), len(factor), end))
        for entrant, factor in zip(section.compared.tolist(), factors.T, strict=True)
    ]


def _staircase(factors: FloatArray, cases: int, end: float) -> tuple[FloatArray, FloatArray]:
    """Return the corners of the share of cases with at most a factor, from 1 to ``end``."""
    at, count = np.unique(factors, return_counts=True)
    share = np.concatenate([[0.0], np.cumsum(count) / cases])
    x = np.concatenate([[1.0], np.repeat(at, 2), [end]])
    return x, np.repeat(share, 2)


def gaps_over_time(section: Section) -> list[Curve]:
    """Return the mean gap of each entrant to the best schedule at moments of its runs, 1 as long as it has none."""
    sweep, judged = section.sweep, section.judged
    moments = _moments(section)
    runs = [r for r in section.runs.tolist() if not np.isnan(judged.best_gap[r])]
    if not runs:
        return []
    gaps = np.full((len(sweep.rows), len(moments)), np.nan)
    for r in runs:
        gaps[r] = gap_at(sweep.rows[r], float(judged.best[sweep.case[r]]), moments)
    means = section.gaps(gaps, section.compared)[section.comparable].mean(axis=0)
    return [Curve(entrant, moments, gap) for entrant, gap in zip(section.compared.tolist(), means, strict=True)]


def _moments(section: Section) -> FloatArray:
    """Return moments up to the longest run, closer to each other at the beginning."""
    times = section.judged.time[section.runs]
    longest = max(float(np.nanmax(times, initial=0.0)), 2 * _SOONEST)
    return np.geomspace(_SOONEST, longest, _MOMENTS)
