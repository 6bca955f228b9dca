"""How the gaps of single runs spread: over all of them, and over the seeds alone."""

from dataclasses import dataclass

import numpy as np

from optimizer.bench.report.section import Section
from optimizer.units import FloatArray

_REACH = 1.5
_MOST_OUTLIERS = 100


@dataclass(frozen=True, eq=False)
class Box:
    """A box plot of one entrant.

    Parameters
    ----------
    entrant : int
        Its index in the sweep.
    runs : int
        How many values there are.
    low, first, median, third, high : float
        Quartiles, and the last values within 1.5 times their distance from them (Tukey 1977, "Exploratory Data
        Analysis").
    outliers : float64[N]
        Values beyond; of many those at equal ranks.
    """

    entrant: int
    runs: int
    low: float
    first: float
    median: float
    third: float
    high: float
    outliers: FloatArray

    @classmethod
    def of(cls, entrant: int, values: FloatArray) -> "Box":
        """Return the box of one value or more."""
        first, median, third = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
        reach = _REACH * (third - first)
        inside = (values >= first - reach) & (values <= third + reach)
        beyond = np.unique(values[~inside].round(5))
        if len(beyond) > _MOST_OUTLIERS:
            beyond = beyond[np.linspace(0, len(beyond) - 1, _MOST_OUTLIERS).astype(np.int64)]
        return cls(
            entrant, len(values), float(values[inside].min()), first, median, third, float(values[inside].max()), beyond
        )


def gap_boxes(section: Section) -> list[Box]:
    """Return the gaps of all runs of each entrant that compares."""
    return _boxes(section, section.judged.best_gap)


def seed_boxes(section: Section) -> list[Box]:
    """Return how far the gap of each run is from the mean over the seeds of its entrant on its case.

    Where an entrant has one seed on a case, its run does not count.
    """
    sweep, gaps = section.sweep, section.judged.best_gap
    pair = sweep.case * len(sweep.entrants) + sweep.entrant
    _, index, count = np.unique(pair, return_inverse=True, return_counts=True)
    mean = np.bincount(index, gaps) / count
    return _boxes(section, np.where(count[index] > 1, gaps - mean[index], np.nan))


def _boxes(section: Section, values: FloatArray) -> list[Box]:
    found = []
    for entrant in section.compared.tolist():
        own = values[section.runs[section.sweep.entrant[section.runs] == entrant]]
        if len(known := own[~np.isnan(own)]):
            found.append(Box.of(entrant, known))
    return found
