"""How far queueing policies are from the best schedule and from the bound."""

from dataclasses import dataclass

import numpy as np

from optimizer.bench.names import bare
from optimizer.bench.report.gaps import compares, has_schedule, primal_gap
from optimizer.bench.report.section import Section
from optimizer.names import Status
from optimizer.solvers import registry
from optimizer.units import FloatArray


@dataclass(frozen=True)
class Distance:
    """Gaps of one policy, over the cases of a section; None stands for what nothing is known of.

    Parameters
    ----------
    entrant : int or None
        Its index in the sweep; None for the best schedule of each case.
    runs, late, preemptive : int
        Its runs, those that miss deadlines, and those with preemptive schedules.
    best, bound : tuple of float, or None
        Mean, median and largest gap to the best schedule, and to the bound that holds for its schedule.
    """

    entrant: int | None
    runs: int
    late: int
    preemptive: int
    best: tuple[float, float, float] | None
    bound: tuple[float, float, float] | None


def distances(section: Section) -> list[Distance]:
    """Return how far each policy of a section is, the nearest first, and before them the best schedules.

    Only runs with a schedule count, and for the gap to the best schedule only those on time and without preemption.
    There is nothing to return without policies.
    """
    policies = np.array([e for e in section.entrants.tolist() if _is_policy(section.sweep.solvers[e])], dtype=np.int64)
    if not len(policies):
        return []
    judged, rows = section.judged, section.sweep.rows
    on_time = np.array([compares(row) for row in rows])
    scheduled = np.array([has_schedule(row) for row in rows])
    best = section.means(np.where(on_time, judged.best_gap, np.nan), policies)
    bound = section.means(np.where(scheduled, judged.bound_gap, np.nan), policies)
    found = [_distance(section, entrant, best[:, i], bound[:, i]) for i, entrant in enumerate(policies.tolist())]
    ideal = zip(judged.best[section.cases].tolist(), judged.bound[section.cases].tolist(), strict=True)
    known = np.array([primal_gap(*pair) for pair in ideal if not np.isnan(pair).any()])
    first = Distance(None, int(section.comparable.sum()), 0, 0, None, _spread(known))
    return [first, *sorted(found, key=lambda each: (each.bound or (2.0,), each.best or (2.0,)))]


def _distance(section: Section, entrant: int, best: FloatArray, bound: FloatArray) -> Distance:
    rows = [section.sweep.rows[r] for r in section.runs.tolist() if section.sweep.entrant[r] == entrant]
    late, preemptive = sum(row.outcome == Status.LATE for row in rows), sum(row.preemptive for row in rows)
    return Distance(entrant, len(rows), late, preemptive, _spread(best), _spread(bound))


def _spread(gaps: FloatArray) -> tuple[float, float, float] | None:
    known = gaps[~np.isnan(gaps)]
    return (float(known.mean()), float(np.median(known)), float(known.max())) if len(known) else None


def _is_policy(solver: str) -> bool:
    entry = registry.REGISTRY.get(bare(solver))
    return entry is not None and entry.kind is registry.SolverKind.POLICY
