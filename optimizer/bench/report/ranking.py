"""Whether entrants differ: average ranks with a critical difference, and tests of each pair.

Source: Demšar 2006, "Statistical comparisons of classifiers over multiple data sets", Journal of Machine Learning
Research 7.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import inf, sqrt

import numpy as np

from optimizer.bench.report.section import Section
from optimizer.units import FloatArray

LEVEL = 0.05
"""Of significance."""


@dataclass(frozen=True)
class Ranking:
    """Entrants ranked on each case by their gap; ties share the average of their ranks.

    Parameters
    ----------
    cases : int
        How many there are.
    entrants : tuple of int
        Indices in the sweep, the best average rank first.
    ranks : tuple of float
        Average rank of each, 1 is best.
    friedman : float or None
        P-value of Friedman's test that all are the same; None with less than three, or when all tie on every case.
    critical_difference : float
        Of average ranks, by Nemenyi; those that are closer are not told apart.
    """

    cases: int
    entrants: tuple[int, ...]
    ranks: tuple[float, ...]
    friedman: float | None
    critical_difference: float

    @property
    def alike(self) -> list[tuple[int, int]]:
        """First and last position of each largest run of several entrants that are not told apart."""
        found: list[tuple[int, int]] = []
        for first in range(len(self.ranks)):
            last = max(i for i, rank in enumerate(self.ranks) if rank - self.ranks[first] < self.critical_difference)
            if last > first and (not found or last > found[-1][1]):
                found.append((first, last))
        return found


@dataclass(frozen=True)
class Pair:
    """Two entrants, set against each other case by case.

    Parameters
    ----------
    first, second : int
        Indices in the sweep.
    wins, ties, losses : int
        Cases on which the gap of the first is the smaller one, equal, the larger one.
    difference : float
        Mean of the gap of the first less that of the second.
    p_value : float
        Of the Wilcoxon signed-rank test, two-sided.
    adjusted : float
        The same after Holm's correction for all pairs of the section.
    ahead : int or None
        The entrant with the smaller gaps, by the sums of signed ranks, where ``adjusted`` is significant.
    """

    first: int
    second: int
    wins: int
    ties: int
    losses: int
    difference: float
    p_value: float
    adjusted: float
    ahead: int | None


def ranking(section: Section) -> Ranking | None:
    """Return the average ranks of the entrants of a section; None unless several compare on a case."""
    from scipy.stats import friedmanchisquare, rankdata

    gaps = section.contest
    cases, count = gaps.shape
    if not cases or count < 2:
        return None
    ranks = rankdata(gaps, axis=1).mean(axis=0)
    differ = count > 2 and bool((gaps != gaps[:, :1]).any())
    friedman = float(friedmanchisquare(*gaps.T).pvalue) if differ else None
    order = np.lexsort((section.compared, ranks))
    difference = nemenyi(count) * sqrt(count * (count + 1) / (6 * cases))
    return Ranking(
        cases, tuple(section.compared[order].tolist()), tuple(ranks[order].tolist()), friedman, difference
    )  # fmt: skip


@cache
def nemenyi(count: int) -> float:
    """Return the critical value of Nemenyi's test for so many entrants at :data:`LEVEL`."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(1 - LEVEL, count, inf)) / sqrt(2)


def pairs(section: Section) -> list[Pair]:
    """Return each pair of entrants of a section, the one with the better average rank first; none without a case."""
    order = ranking(section)
    if order is None:
        return []
    column = {entrant: section.contest[:, i] for i, entrant in enumerate(section.compared.tolist())}
    chosen = list(combinations(order.entrants, 2))
    differences = [(column[a] - column[b]).round(12) for a, b in chosen]
    p_values = [_signed_rank(difference) for difference in differences]
    return [
        _pair(*entrants, difference, p_value, adjusted)
        for entrants, difference, p_value, adjusted in zip(
            chosen, differences, p_values, holm(p_values), strict=True
        )
    ]  # fmt: skip


def _pair(first: int, second: int, difference: FloatArray, p_value: float, adjusted: float) -> Pair:
    from scipy.stats import rankdata

    balance = float(np.sign(difference) @ rankdata(abs(difference)))
    ahead = None if adjusted >= LEVEL else first if balance < 0 else second
    wins, losses = int((difference < 0).sum()), int((difference > 0).sum())
    ties = len(difference) - wins - losses
    return Pair(first, second, wins, ties, losses, float(difference.mean()), p_value, adjusted, ahead)


def _signed_rank(difference: FloatArray) -> float:
    """Return the p-value of the Wilcoxon signed-rank test; differences of zero are split between both sides."""
    from scipy.stats import wilcoxon

    return float(wilcoxon(difference, zero_method="zsplit").pvalue) if difference.any() else 1.0


def holm(p_values: list[float]) -> list[float]:
    """Return p-values of tests that are made together, corrected.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(p_value) for p_value in adjusted]
