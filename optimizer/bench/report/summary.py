"""What each entrant came to on the cases of a section, in figures."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from optimizer.bench.report.section import Section
from optimizer.names import Status
from optimizer.units import FloatArray

COUNTED = (Status.OPTIMAL, Status.FEASIBLE, Status.LATE, Status.INFEASIBLE, Status.UNKNOWN)
FAILED = "failed"
"""All other outcomes: an error, ended by force, out of memory, killed."""


@dataclass(frozen=True)
class Figures:
    """What one entrant came to; None stands for what nothing is known of.

    Parameters
    ----------
    entrant : int
        Its index in the sweep.
    runs, missing : int
        How many it has, and how many cases it has none on.
    outcomes : mapping of str to int
        Runs by status, and those that failed.
    best_gap, bound_gap, integral : float or None
        Means over cases of means over seeds, from 0 to 1: gap to the best schedule, gap to the bound, and gap to the
        best schedule over the time of the run.
    mean_time, median_time : float or None
        Seconds, over runs.
    """

    entrant: int
    runs: int
    missing: int
    outcomes: dict[str, int]
    best_gap: float | None
    bound_gap: float | None
    integral: float | None
    mean_time: float | None
    median_time: float | None


def summary(section: Section) -> list[Figures]:
    """Return the figures of each entrant of a section, the smallest gap to the best schedule first."""
    sweep, judged, entrants = section.sweep, section.judged, section.entrants
    columns = (
        section.gaps_to_best(judged.best_gap, entrants),
        section.gaps(judged.bound_gap, entrants),
        section.gaps_to_best(judged.integral, entrants),
    )
    missing = (~section.ran(entrants)).sum(axis=0)
    found = []
    for i, entrant in enumerate(entrants.tolist()):
        runs = section.runs[sweep.entrant[section.runs] == entrant]
        outcomes = Counter(_counted(sweep.rows[r].outcome) for r in runs.tolist())
        best_gap, bound_gap, integral = (mean(column[:, i]) for column in columns)
        times = judged.time[runs]
        known = times[~np.isnan(times)]
        median = float(np.median(known)) if len(known) else None
        found.append(
            Figures(
                entrant, len(runs), int(missing[i]), dict(outcomes), best_gap, bound_gap, integral, mean(times), median
            )
        )
    return sorted(found, key=lambda each: (each.best_gap is None, each.best_gap, each.bound_gap is None, each.entrant))


def mean(values: FloatArray) -> float | None:
    """Return the mean of what is known, None when nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _counted(outcome: str) -> str:
    return outcome if outcome in COUNTED else FAILED
