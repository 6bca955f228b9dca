"""The objectives as one regular cost per job, and the value of a schedule.

Job j that ends at C in mode m at speed s costs ``slope * max(0, C - reference) + step * [C > reference]``; a sum
objective adds these up. The two maximum objectives take the largest ``C - reference`` over the jobs with slope 1.
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, fsum, gcd, lcm

import numpy as np

from optimizer.names import Objective
from optimizer.problem import NEVER, Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray

_EXACT = 2**53
_ABSOLUTE_TOLERANCE = 1e-6
_RELATIVE_TOLERANCE = 1e-9
"""How far off a bound is that a solver computed in floating point."""
_ROUNDING = 1e-15
"""How far off a sum or product of exact numbers is."""
_CLOSED = 1e-7
"""Gap, relative to the total, that is none where totals are not integers."""


@dataclass(frozen=True, eq=False)
class Costs:
    """What the end of each job costs under one objective.

    Parameters
    ----------
    reference : int64[M, S]
        Until this time a mode at a speed costs nothing.
    slope : float64[M, S]
        Cost of each step after it; 0 for jobs that a maximum objective leaves out.
    step : float64[M, S]
        Cost of being later than it at all.
    is_maximum : bool
        Whether the total is the largest ``C - reference`` instead of the sum of costs.
    per_value : float
        Total cost that makes up 1 of the objective in the user's unit.
    """

    reference: IntArray
    slope: FloatArray
    step: FloatArray
    is_maximum: bool
    per_value: float

    @classmethod
    def of(cls, problem: Problem) -> "Costs":
        """Return the costs of ``problem`` under its objective."""
        reference, slope, step, per_value = _RULES[problem.objective](problem)
        shape = problem.mode_time.shape
        return cls(
            reference=np.broadcast_to(reference, shape),
            slope=np.broadcast_to(slope, shape).astype(np.float64),
            step=np.broadcast_to(step, shape).astype(np.float64),
            is_maximum=problem.objective.is_maximum,
            per_value=float(per_value),
        )

    @cached_property
    def granularity(self) -> float:
        """Every total is a whole multiple of this; 0 when totals are not integers."""
        if self.is_maximum:
            return 1.0
        coefficients = np.unique(np.concatenate([self.slope.ravel(), self.step.ravel()]))
        if (coefficients != np.rint(coefficients)).any() or coefficients.max() >= _EXACT:
            return 0.0
        return float(gcd(*(int(c) for c in coefficients)) or 1)

    def at(self, mode: IntArray, speed: IntArray, end: IntArray) -> FloatArray:
        """Return the cost of ending at ``end`` in ``mode`` at ``speed`` (arrays of one shape).

        Jobs that a maximum objective leaves out cost minus infinity.
        """
        late = end - self.reference[mode, speed]
        slope: FloatArray = self.slope[mode, speed]
        if self.is_maximum:
            return np.where(slope > 0, late.astype(np.float64), -np.inf)
        step: FloatArray = self.step[mode, speed]
        return np.where(late > 0, slope * late + step, 0.0)

    def total(self, costs: FloatArray) -> float:
        """Return the total of the costs of all jobs."""
        return float(costs.max()) if self.is_maximum else fsum(costs.tolist())

    def value(self, total: float) -> float:
        """Return the objective's value of a total cost."""
        return total / self.per_value

    def total_of(self, value: float) -> float:
        """Return the total cost of an objective's value."""
        return value * self.per_value

    def rounded_up(self, total: float, *, exact: bool = False) -> float:
        """Return the least total that a schedule can have when no total is below ``total``.

        Parameters
        ----------
        total : float
            A lower bound.
        exact : bool
            Whether it was computed from integers; else some billionths of it are not trusted.
        """
        if not self.granularity:
            return total if exact else total - _RELATIVE_TOLERANCE * abs(total)
        safe = total - _ABSOLUTE_TOLERANCE - (_ROUNDING if exact else _RELATIVE_TOLERANCE) * abs(total)
        return ceil(safe / self.granularity) * self.granularity

    def closed(self, total: float, lower_bound: float) -> bool:
        """Return whether no schedule can have a total between ``lower_bound`` and ``total``, which one has."""
        if self.granularity:
            return lower_bound > total - self.granularity
        return lower_bound >= total - _CLOSED * max(1.0, abs(total))


def evaluate(problem: Problem, schedule: Schedule) -> float:
    """Return the value of ``schedule`` under the objective of ``problem``, in the user's unit."""
    costs = Costs.of(problem)
    return costs.value(total_cost(problem, costs, schedule))


def total_cost(problem: Problem, costs: Costs, schedule: Schedule) -> float:
    """Return the total cost of ``schedule``."""
    return costs.total(costs.at(schedule.mode, problem.node_speed[schedule.node], schedule.end))


_Rule = tuple[IntArray, IntArray | FloatArray, IntArray, float]


def _of_modes(problem: Problem, values: IntArray) -> IntArray:
    """Return values of jobs as a column over their modes, int64[M, 1]."""
    return values[problem.mode_job][:, None]


def _constant(value: int) -> IntArray:
    return np.array([[value]], dtype=np.int64)


def _flow_time(problem: Problem) -> _Rule:
    per_value = problem.jobs * problem.time_scale.per_unit / problem.time_step
    return _of_modes(problem, problem.release), _constant(1), _constant(0), per_value


def _weighted_flow_time(problem: Problem) -> _Rule:
    per_value = sum(problem.weight.tolist()) * problem.time_scale.per_unit / problem.time_step
    return _of_modes(problem, problem.release), _of_modes(problem, problem.weight), _constant(0), per_value


def _wait_time(problem: Problem) -> _Rule:
    reference, slope, step, per_value = _flow_time(problem)
    return reference + problem.mode_time, slope, step, per_value


def _slowdown(problem: Problem) -> _Rule:
    """Slopes 1/p, all multiplied by a common multiple of the p where that stays exact."""
    time = np.maximum(problem.mode_time, 1)
    common = 1
    for p in np.unique(time).tolist():
        common = lcm(common, p)
        if common * problem.jobs * problem.horizon >= _EXACT:
            return _of_modes(problem, problem.release), 1 / time, _constant(0), problem.jobs
    return _of_modes(problem, problem.release), common // time, _constant(0), problem.jobs * common


def _makespan(problem: Problem) -> _Rule:
    per_value = problem.time_scale.per_unit / problem.time_step
    return _constant(0), _constant(1), _constant(0), per_value


def _has_due(problem: Problem) -> IntArray:
    return _of_modes(problem, (problem.due < NEVER).astype(np.int64))


def _tardiness(problem: Problem) -> _Rule:
    per_value = problem.time_scale.per_unit / problem.time_step
    return _of_modes(problem, problem.due), _has_due(problem), _constant(0), per_value


def _weighted_tardiness(problem: Problem) -> _Rule:
    reference, slope, step, per_value = _tardiness(problem)
    weighted = slope * _of_modes(problem, problem.weight)
    return reference, weighted, step, per_value * problem.weight_scale.per_unit


def _number_late(problem: Problem) -> _Rule:
    late = _has_due(problem) * _of_modes(problem, problem.weight)
    return _of_modes(problem, problem.due), _constant(0), late, problem.weight_scale.per_unit


_RULES = {
    Objective.MEAN_FLOW_TIME: _flow_time,
    Objective.MEAN_WEIGHTED_FLOW_TIME: _weighted_flow_time,
    Objective.MEAN_WAIT_TIME: _wait_time,
    Objective.MEAN_SLOWDOWN: _slowdown,
    Objective.MAKESPAN: _makespan,
    Objective.TOTAL_TARDINESS: _tardiness,
    Objective.TOTAL_WEIGHTED_TARDINESS: _weighted_tardiness,
    Objective.WEIGHTED_NUMBER_LATE: _number_late,
    Objective.MAX_LATENESS: _tardiness,
}
