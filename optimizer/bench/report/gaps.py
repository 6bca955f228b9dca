"""How far values are from a reference, at the end of a run and while it runs."""

import numpy as np

from optimizer.bench.row import Row
from optimizer.names import Status
from optimizer.result import EQUAL
from optimizer.units import FloatArray

_SCHEDULED = (Status.OPTIMAL, Status.FEASIBLE, Status.LATE)


def primal_gap(value: float, reference: float) -> float:
    """Return (value - reference) / max(abs(value), abs(reference)), from 0 (no worse) to 1 (or of another sign).

    Where both are positive it is the gap of the other commands. Source: Berthold 2013, "Measuring the impact of primal
    heuristics", Operations Research Letters 41.
    """
    difference = value - reference
    if difference <= EQUAL * max(1.0, abs(value)):
        return 0.0
    return min(1.0, difference / max(abs(value), abs(reference)))


def has_schedule(row: Row) -> bool:
    """Return whether a run came to a schedule, be it late or preemptive."""
    return row.value is not None and row.outcome in _SCHEDULED


def compares(row: Row) -> bool:
    """Return whether a run came to a schedule that may be set against those of others: on time, without preemption."""
    return has_schedule(row) and row.outcome != Status.LATE and not row.preemptive


def final_gap(row: Row, best: float) -> float:
    """Return the gap of a run to ``best``, 1 when it has no schedule that compares."""
    return primal_gap(row.value, best) if compares(row) and row.value is not None else 1.0


def gap_steps(row: Row, best: float) -> tuple[FloatArray, FloatArray]:
    """Return when the gap of a run to ``best`` changed, in seconds, and to what; before the first of them it is 1.

    A value of the trace below the final one belongs to a schedule that missed deadlines: it is none yet.
    """
    if not compares(row):
        return np.empty(0), np.empty(0)
    assert row.value is not None, "a schedule has a value"
    final = row.value - EQUAL * max(1.0, abs(row.value))
    moments = [(time, value) for time, value, _ in row.trace if value is not None and value >= final]
    moments.append((row.solve_time or 0.0, row.value))
    time, value = np.array(moments).T
    gap = np.minimum.accumulate([primal_gap(each, best) for each in value.tolist()])
    return np.maximum.accumulate(time), gap


def gap_at(row: Row, best: float, moments: FloatArray) -> FloatArray:
    """Return the gap of a run to ``best`` at moments, seconds since it began; after its end the last one."""
    time, gap = gap_steps(row, best)
    reached = np.searchsorted(time, moments, side="right")
    return np.concatenate([[1.0], gap])[reached]


def primal_integral(row: Row, best: float, end: float) -> float:
    """Return the mean gap of a run from its beginning to ``end`` seconds, from 0 to 1.

    It is the primal integral divided by its length. Source: Berthold 2013, as for :func:`primal_gap`.
    """
    time, gap = gap_steps(row, best)
    if end <= 0:
        return float(gap[-1]) if len(gap) else 1.0
    edges = np.concatenate([[0.0], np.clip(time, 0.0, end), [end]])
    return float(np.diff(edges) @ np.concatenate([[1.0], gap])) / end
