"""The data of a page: jobs, bars, layouts and colours, as arrays that its script reads."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Problem
from optimizer.render.chart import MOST_JOB_ROWS, Chart
from optimizer.render.colors import CAPACITY, DUE, JOIN, LOAD, UNAVAILABLE, WAITING, WRONG, Groups, text_color
from optimizer.render.layout import JOBS, Layout, busiest, layouts
from optimizer.render.page.clock import Clock
from optimizer.render.text import printable
from optimizer.result import Result
from optimizer.schedule import Schedule, processing_times
from optimizer.units import FloatArray

_TYPES = ("uint8", "uint16", "int32", "float32", "float64")


@dataclass(frozen=True, eq=False)
class Drawing:
    """One schedule of a page.

    Parameters
    ----------
    name : str
        What tells it from the others.
    result : Result
        A run with a schedule.
    schedule : Schedule
        The run's.
    chart : Chart
        Its bars.
    """

    name: str
    result: Result
    schedule: Schedule
    chart: Chart


def page_data(drawings: Sequence[Drawing], clock: Clock) -> dict[str, Any]:
    """Return all that the script of the page needs to know, as plain data with packed arrays."""
    problem = drawings[0].chart.problem
    resource = busiest([drawing.chart for drawing in drawings])
    return {
        "clock": {"symbol": clock.symbol, "dates": clock.dates, "origin": clock.origin, "scale": clock.scale},
        "jobs": _jobs(problem, drawings[0].chart),
        "nodes": [None if name is None else printable(name) for name in problem.instance.node_ids],
        "charts": [_chart(drawing, resource, drawings[0].chart) for drawing in drawings],
        "loads": [printable(name) for name in problem.instance.resource_ids],
        "first": -1 if problem.jobs <= MOST_JOB_ROWS else 0,
        "closed": len(problem.profile_time) > problem.nodes,
        "look": {
            "wrong": WRONG,
            "wrongText": text_color(WRONG),
            "load": LOAD,
            "capacity": CAPACITY,
            "unavailable": UNAVAILABLE,
            "waiting": WAITING,
            "due": DUE,
            "join": JOIN,
        },
    }


def packed_array(values: NDArray[Any]) -> dict[str, str]:
    """Return an array as text: the smallest type that holds every value, and its bytes, little end first, in base64."""
    with np.errstate(invalid="ignore", over="ignore"):
        kind, packed = next(
            (kind, packed)
            for kind in _TYPES
            if np.array_equal(packed := values.astype(np.dtype(kind).newbyteorder("<")), values)
        )
    return {"type": kind, "bytes": b64encode(packed.tobytes()).decode()}


def _jobs(problem: Problem, chart: Chart) -> dict[str, Any]:
    """Return what is the same in every schedule of the instance."""
    jobs = problem.instance.jobs
    demands, of_mode = _demands(problem)
    users, user = _numbered("" if job.user is None else printable(job.user) for job in jobs)
    kinds, kind = _numbered(str(job.kind) for job in jobs)
    return {
        "id": [printable(job.id) for job in jobs],
        "users": users,
        "user": packed_array(user),
        "kinds": kinds,
        "kind": packed_array(kind),
        "priority": _varied(problem.priority, 0),
        "weight": _varied(problem.weight / problem.weight_scale.per_unit, 1),
        "modes": packed_array(np.diff(problem.mode_start)),
        "arrival": packed_array(chart.arrival),
        "deadline": _varied(chart.deadline, np.inf),
        "due": _varied(chart.due, np.inf),
        "estimate": _varied(np.array([-1.0 if job.estimate is None else job.estimate for job in jobs]), -1),
        "after": packed_array(problem.predecessor_job),
        "lag": packed_array(problem.predecessor_lag / problem.time_scale.per_unit),
        "firstAfter": packed_array(problem.predecessor_start),
        "demands": demands,
        "demand": packed_array(of_mode),
        "firstMode": packed_array(problem.mode_start),
    }


def _numbered(labels: Iterable[str]) -> tuple[list[str], NDArray[Any]]:
    """Return the distinct labels, and the number of each label among them."""
    number: dict[str, int] = {}
    numbers = [number.setdefault(label, len(number)) for label in labels]
    return list(number), np.array(numbers)


def _varied(values: FloatArray, usual: float) -> dict[str, str] | None:
    """Return values, or nothing when all are as usual."""
    return packed_array(values) if (values != usual).any() else None


def _demands(problem: Problem) -> tuple[list[str], NDArray[Any]]:
    """Return the distinct demands as text, and which of them each mode has."""
    rows, of_mode = np.unique(problem.mode_demand, axis=0, return_inverse=True)
    names = [printable(name) for name in problem.instance.resource_ids]
    texts = []
    for row in rows.tolist():
        amounts = zip(problem.demand_scale, row, names, strict=True)
        texts.append(", ".join(f"{scale.number(amount)} {name}" for scale, amount, name in amounts if amount))
    return texts, of_mode.reshape(-1)


def _chart(drawing: Drawing, resource: int, first: Chart) -> dict[str, Any]:
    """Return a chart whose heights stand for ``resource``, and whose jobs have the colours of ``first``."""
    chart, schedule = drawing.chart, drawing.schedule
    problem, per_unit = chart.problem, chart.problem.time_scale.per_unit
    return {
        "name": printable(drawing.name),
        "bars": {
            "job": packed_array(chart.job),
            "node": packed_array(chart.pieces.node),
            "start": packed_array(chart.start),
            "end": packed_array(chart.end),
        },
        "firstBar": packed_array(chart.pieces.first),
        "mode": packed_array(chart.mode - problem.mode_start[:-1]),
        "work": packed_array(processing_times(problem, schedule.mode, schedule.node) / per_unit),
        "layouts": [_layout(layout) for layout in layouts(chart, resource)],
        "colorings": [_coloring(name, groups) for name, groups in _colorings(drawing, first).items()],
    }


def _layout(layout: Layout) -> dict[str, Any]:
    """Return a layout; its bars have their times already, what has no capacity gets them here."""
    bars, closed = layout.bar >= 0, layout.bar < 0
    return {
        "name": printable(layout.name),
        "bar": packed_array(layout.bar[bars]),
        "low": packed_array(layout.low[bars]),
        "high": packed_array(layout.high[bars]),
        "closed": {
            "left": packed_array(layout.start[closed]),
            "right": packed_array(layout.end[closed]),
            "top": packed_array(layout.low[closed]),
            "bottom": packed_array(layout.high[closed]),
        },
        "bands": [printable(name) for name in layout.bands],
        "edges": packed_array(layout.edges),
        "units": layout.units,
        "byJob": layout.name == JOBS,
    }


def _colorings(drawing: Drawing, first: Chart) -> dict[str, Groups]:
    """Return the ways to colour jobs that tell some of them apart, the first of them the one to begin with."""
    chart, schedule = drawing.chart, drawing.schedule
    instance = chart.problem.instance
    end = schedule.end / instance.time_scale.per_unit
    found = {
        "user": Groups.by_user(instance),
        "kind": Groups.by_kind(instance),
        "job": Groups.by_start(first.start[first.pieces.first[:-1]]),
        "priority": Groups.by_priority(instance),
        "lateness": Groups.by_lateness(end, chart.due, chart.deadline),
    }
    dated = np.isfinite(chart.due).any()
    return {
        name: groups
        for name, groups in found.items()
        if name == "job" or (dated if name == "lateness" else len(groups.names) > 1)
    }


def _coloring(name: str, groups: Groups) -> dict[str, Any]:
    return {
        "name": name,
        "groups": list(groups.names),
        "palette": list(groups.palette),
        "text": [text_color(color) for color in groups.palette],
        "ofJob": packed_array(groups.of_job),
    }
