"""Cases that are summed up together: one group, or all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.bench.names import natural
from optimizer.bench.report.judgement import Judgement
from optimizer.bench.report.sweep import Sweep
from optimizer.units import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Section:
    """Some cases of a sweep, with the entrants that ran on any of them.

    Parameters
    ----------
    title : str
        Of the group; of the whole.
    sweep : Sweep
        All runs.
    judged : Judgement
        What they are worth.
    cases : int64[C]
        Of the section.
    """

    title: str
    sweep: Sweep
    judged: Judgement
    cases: IntArray

    @cached_property
    def runs(self) -> IntArray:
        """The rows of the section."""
        return np.flatnonzero(np.isin(self.sweep.case, self.cases))

    @cached_property
    def entrants(self) -> IntArray:
        """Those with a run in the section."""
        return np.unique(self.sweep.entrant[self.runs])

    @cached_property
    def compared(self) -> IntArray:
        """The entrants that are set against each other: those whose schedules are not preemptive."""
        return self.entrants[~self.judged.preemptive[self.entrants]]

    @cached_property
    def comparable(self) -> NDArray[np.bool_]:
        """Whether each case has a best schedule, which is what entrants are set against: bool[C]."""
        return ~np.isnan(self.judged.best[self.cases])

    def means(self, values: FloatArray, entrants: IntArray) -> FloatArray:
        """Return the means over the seeds of an entrant on a case, of what is known: float64[C, entrants, …].

        Parameters
        ----------
        values : float64[R, …]
            For each run of the sweep, NaN where it is not known.
        entrants : int64[]
            Which of them.
        """
        shape = (len(self.sweep.cases), len(self.sweep.entrants))
        total, count = np.zeros((*shape, *values.shape[1:])), np.zeros(shape)
        unknown = np.isnan(values[self.runs]).any(axis=tuple(range(1, values.ndim)))
        runs = self.runs[~unknown]
        at = self.sweep.case[runs], self.sweep.entrant[runs]
        np.add.at(total, at, values[runs])
        np.add.at(count, at, 1)
        with np.errstate(invalid="ignore"):
            means = total / count.reshape((*shape, *[1] * (values.ndim - 1)))
        return np.asarray(means[np.ix_(self.cases, entrants)])

    def ran(self, entrants: IntArray) -> NDArray[np.bool_]:
        """Return whether an entrant has a run on a case: bool[C, entrants]."""
        return ~np.isnan(self.means(np.ones(len(self.sweep.rows)), entrants))

    def gaps(self, values: FloatArray, entrants: IntArray) -> FloatArray:
        """Return :meth:`means` of a gap, which is 1 for an entrant without a run on a case that has a best schedule."""
        means = self.means(values, entrants)
        means[~self.ran(entrants) & self.comparable[:, None]] = 1.0
        return means

    def gaps_to_best(self, values: FloatArray, entrants: IntArray) -> FloatArray:
        """Return :meth:`gaps`, without those of preemptive entrants, which are not set against others."""
        means = self.gaps(values, entrants)
        means[:, self.judged.preemptive[entrants]] = np.nan
        return means

    @cached_property
    def contest(self) -> FloatArray:
        """Mean gap of each entrant that compares on each case that has a best schedule: float64[cases, compared]."""
        return self.gaps(self.judged.best_gap, self.compared)[self.comparable].round(12)


def sections(sweep: Sweep, judged: Judgement) -> Iterator[Section]:
    """Yield all cases together, and then, when there are several, each group."""
    names = sorted(set(sweep.groups), key=natural)
    groups = np.array(sweep.groups, dtype=object)
    yield Section("All groups" if len(names) > 1 else names[0], sweep, judged, np.arange(len(sweep.cases)))
    if len(names) > 1:
        for name in names:
            yield Section(name, sweep, judged, np.flatnonzero(groups == name))
