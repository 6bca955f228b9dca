"""Each run judged against the best schedule and the best bound of its case."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.bench.report.gaps import final_gap, has_schedule, primal_gap, primal_integral
from optimizer.bench.report.references import Reference
from optimizer.bench.report.sweep import Case, Sweep
from optimizer.bench.row import Row
from optimizer.names import Status
from optimizer.units import FloatArray


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the runs of a sweep are worth; NaN stands for what is not known or does not compare.

    Parameters
    ----------
    best : float64[C]
        For each case the least value of a file of best known values and of the schedules that compare.
    bound : float64[C]
        The largest lower bound that any run proved.
    preemptive : bool[S]
        For each entrant whether any of its schedules is preemptive; it is not set against others then.
    best_gap : float64[R]
        Of each run to the best schedule; 1 without a schedule on time, NaN for preemptive entrants.
    bound_gap : float64[R]
        To the largest bound that holds for its schedule: its own if that is late or preemptive; 1 without a schedule,
        NaN where it is proven that there is none on time.
    integral : float64[R]
        Mean of the gap to the best schedule over the time that the run had.
    time : float64[R]
        Seconds that the solver took; the time limit for a run that broke, or else the time of its process.
    """

    best: FloatArray
    bound: FloatArray
    preemptive: NDArray[np.bool_]
    best_gap: FloatArray
    bound_gap: FloatArray
    integral: FloatArray
    time: FloatArray

    @classmethod
    def of(cls, sweep: Sweep, known: Mapping[Case, Reference]) -> "Judgement":
        """Judge the runs of a sweep by what is known of its cases."""
        preemptive = np.zeros(len(sweep.entrants), dtype=np.bool_)
        np.logical_or.at(preemptive, sweep.entrant, [row.preemptive for row in sweep.rows])
        time = np.array([_time(row) for row in sweep.rows])
        longest = np.zeros(len(sweep.cases))
        np.fmax.at(longest, sweep.case, time)
        best_gap, bound_gap, integral = (np.full(len(sweep.rows), np.nan) for _ in range(3))
        for r, row in enumerate(sweep.rows):
            reference = known[Case.of(row.run)]
            bound_gap[r] = _number(_bound_gap(row, reference))
            if reference.best is not None and not preemptive[sweep.entrant[r]]:
                end = longest[sweep.case[r]] if row.run.time_limit is None else row.run.time_limit
                best_gap[r] = final_gap(row, reference.best)
                integral[r] = primal_integral(row, reference.best, float(end))
        best = np.array([_number(known[case].best) for case in sweep.cases])
        bound = np.array([_number(known[case].bound) for case in sweep.cases])
        return cls(best, bound, preemptive, best_gap, bound_gap, integral, time)


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _time(row: Row) -> float:
    return _number(next((t for t in (row.solve_time, row.run.time_limit, row.total_time) if t is not None), None))


def _bound_gap(row: Row, reference: Reference) -> float | None:
    """Return the gap of a run to the bound that holds for it, as ``optimizer.result.bounds_on`` says."""
    if row.outcome == Status.INFEASIBLE and reference.best is None:
        return None  # nothing better can be said of such an instance
    if not has_schedule(row):
        return 1.0 if reference.scheduled or reference.best is not None else None
    bound = row.lower_bound if row.outcome == Status.LATE or row.preemptive else reference.bound
    return None if bound is None or row.value is None else primal_gap(row.value, bound)
