"""Figures of a schedule that people compare, whatever the objective was (docs/formats.md, section 3)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Problem
from optimizer.schedule import Schedule, processing_times
from optimizer.units import FloatArray
from optimizer.validation import deadline_misses

_BOUNDED_SECONDS = 10
_BOUNDED_SLOTS = 10


@dataclass(frozen=True)
class Metrics:
    """Figures of one schedule; times in the user's unit.

    Parameters
    ----------
    mean_wait_time, mean_flow_time, max_flow_time : float
        Wait is flow time without the processing time.
    mean_slowdown : float
        Flow time / processing time (at least one step of the grid).
    mean_bounded_slowdown : float
        max(1, flow time / max(processing time, 10 s)); 10 slots where the unit has no length.
    makespan : float
        Last end.
    utilization : dict of str to float
        Per resource: busy area / (capacity x (makespan - first arrival)).
    load_balance : float
        Jain's index of the nodes' utilisation, 1 in a pool.
    deadline_misses : int
        Jobs that end after their deadline.
    fairness : float
        Jain's index of the users' mean slowdown, 1 without users.
    """

    mean_wait_time: float
    mean_flow_time: float
    max_flow_time: float
    mean_slowdown: float
    mean_bounded_slowdown: float
    makespan: float
    utilization: dict[str, float]
    load_balance: float
    deadline_misses: int
    fairness: float

    @classmethod
    def of(cls, problem: Problem, schedule: Schedule) -> "Metrics":
        """Return the figures of ``schedule``, valid or not, on the grid of the instance."""
        unit = problem.time_scale.per_unit
        flow = schedule.end - problem.release
        work = processing_times(problem, schedule.mode, schedule.node)
        slowdown = flow / np.maximum(work, 1)
        bounded = np.maximum(1, flow / np.maximum(work, _bounded_steps(problem)))
        busy = _busy_area(problem, schedule)
        span = int(schedule.end.max() - problem.release.min())
        return cls(
            mean_wait_time=float((flow - work).mean() / unit),
            mean_flow_time=float(flow.mean() / unit),
            max_flow_time=float(flow.max() / unit),
            mean_slowdown=float(slowdown.mean()),
            mean_bounded_slowdown=float(bounded.mean()),
            makespan=float(schedule.end.max() / unit),
            utilization=_utilization(problem, busy, span),
            load_balance=jain_index(_node_load(problem, busy, span)),
            deadline_misses=deadline_misses(problem, schedule),
            fairness=jain_index(_user_slowdown(problem, slowdown)),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by name, in the order of the file format."""
        return dict(vars(self))


def jain_index(values: FloatArray) -> float:
    """Return Jain's fairness index (sum x)^2 / (n sum x^2) of values >= 0; 1 when there are none or all are 0.

    Source: Jain, Chiu & Hawe 1984, DEC-TR-301.
    """
    squares = float((values**2).sum())
    return float(values.sum()) ** 2 / (len(values) * squares) if squares > 0 else 1.0


def _bounded_steps(problem: Problem) -> float:
    seconds = problem.instance.time_unit.seconds
    length = Fraction(_BOUNDED_SLOTS) if seconds is None else Fraction(_BOUNDED_SECONDS, seconds)
    return float(length * problem.time_scale.per_unit)


def _busy_area(problem: Problem, schedule: Schedule) -> FloatArray:
    """Return resource-time in use by node and resource, float64[N, K]."""
    pieces = schedule.pieces
    job = np.repeat(np.arange(problem.jobs), np.diff(pieces.first))
    area = problem.mode_demand[schedule.mode[job]] * (pieces.end - pieces.start)[:, None].astype(np.float64)
    busy = np.zeros(problem.node_capacity.shape)
    np.add.at(busy, pieces.node, area)
    return busy


def _ratio(part: FloatArray, whole: NDArray[Any]) -> FloatArray:
    """Return part / whole, 0 where the whole is 0."""
    ratio: FloatArray = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return ratio


def _utilization(problem: Problem, busy: FloatArray, span: int) -> dict[str, float]:
    share = _ratio(busy.sum(axis=0), problem.node_capacity.sum(axis=0) * float(span))
    return dict(zip(problem.instance.resource_ids, share.tolist(), strict=True))


def _node_load(problem: Problem, busy: FloatArray, span: int) -> FloatArray:
    """Return each node's utilisation: the mean over the resources that it has."""
    share = _ratio(busy, problem.node_capacity * float(span))
    return _ratio(share.sum(axis=1), (problem.node_capacity > 0).sum(axis=1))


def _user_slowdown(problem: Problem, slowdown: FloatArray) -> FloatArray:
    users = [job.user for job in problem.instance.jobs]
    names = {name: i for i, name in enumerate(dict.fromkeys(user for user in users if user is not None))}
    known = np.array([user is not None for user in users])
    index = np.array([names[user] for user in users if user is not None], dtype=np.int64)
    total = np.bincount(index, weights=slowdown[known], minlength=len(names))
    return total / np.bincount(index, minlength=len(names))
