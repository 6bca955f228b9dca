"""Where bars stand in a chart: in rows of jobs, or in bands of nodes in which the height of a bar is its demand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.problem import Problem
from optimizer.render.chart import Chart
from optimizer.render.packing import packed_by_height
from optimizer.units import FloatArray, IntArray

JOBS = "jobs"
"""Name of the layout with a row a job."""

_PARTS = 25  # a bar without demand is as high as one part in so many of the largest node


@dataclass(frozen=True, eq=False)
class Layout:
    """The rectangles of a chart, and the bands that they stand in, one below the other.

    Parameters
    ----------
    name : str
        What the rows are.
    bar : int64[R]
        Bar of each rectangle, or -1 where the band has no capacity.
    start, end : float64[R]
        Its time.
    low, high : float64[R]
        Its height; 0 is the top of the chart.
    bands : tuple of str
        Name of each band.
    edges : float64[N+1]
        Band i goes from ``edges[i]`` to ``edges[i + 1]``.
    units : bool
        Whether each unit of height is one of the resource, which can be told apart.
    """

    name: str
    bar: IntArray
    start: FloatArray
    end: FloatArray
    low: FloatArray
    high: FloatArray
    bands: tuple[str, ...]
    edges: FloatArray
    units: bool = False


def layouts(chart: Chart, resource: int) -> list[Layout]:
    """Return every way to show a chart: nodes in heights of ``resource``, units of each that has whole ones, jobs."""
    resources = range(len(chart.problem.instance.resource_ids))
    units = [by_unit(chart, k) for k in resources if _has_units(chart.problem, k)]
    return [by_node(chart, resource), *units, by_job(chart)]


def busiest(charts: Sequence[Chart]) -> int:
    """Return the resource of which the largest share is in use in the charts of one instance together."""
    capacity = np.maximum(charts[0].problem.node_capacity.sum(axis=0), 1)
    return int((sum(_area(chart) for chart in charts) / capacity).argmax())


def _area(chart: Chart) -> FloatArray:
    """Return demand times length, summed over all bars, for each resource."""
    length = (chart.pieces.end - chart.pieces.start).astype(np.float64)
    area: FloatArray = length @ chart.problem.mode_demand[chart.mode[chart.job]]
    return area


def by_job(chart: Chart) -> Layout:
    """Return one row for each job on each node where it runs; where there are several, their names have rows, too."""
    rows, instance = chart.job_rows, chart.problem.instance
    names = [instance.jobs[job].id for job in rows.job.tolist()]
    low = rows.of_bar.astype(np.float64)
    if chart.problem.nodes > 1:
        size = np.diff(rows.first)
        low += np.repeat(np.cumsum(size > 0), size)[rows.of_bar]
        for v in np.flatnonzero(size)[::-1].tolist():
            names.insert(int(rows.first[v]), f"{instance.node_ids[v]}:")
    edges = np.arange(len(names) + 1, dtype=np.float64)
    return Layout(JOBS, np.arange(len(low)), chart.start, chart.end, low, low + 1, tuple(names), edges)


def by_node(chart: Chart, resource: int) -> Layout:
    """Return a band a node, in which the height of a bar is its demand for a resource; the largest node is 1 high."""
    problem = chart.problem
    demand = problem.mode_demand[chart.mode[chart.job], resource] * _PARTS
    capacity = problem.node_capacity[:, resource] * _PARTS
    largest = max(int(capacity.max()), _PARTS)
    blocked = _blocked(problem, resource) * _PARTS
    name = f"nodes, as high as {problem.instance.resource_ids[resource]}"
    return _banded(chart, name, demand, blocked, capacity, largest, thin=largest // _PARTS)


def by_unit(chart: Chart, resource: int) -> Layout:
    """Return a band a node with a row for each unit of a resource; a bar takes as many rows as its job has units."""
    problem, scale = chart.problem, chart.problem.demand_scale[resource].per_unit
    demand = problem.mode_demand[chart.mode[chart.job], resource] // scale
    capacity = problem.node_capacity[:, resource] // scale
    name = f"units of {problem.instance.resource_ids[resource]}"
    return replace(_banded(chart, name, demand, _blocked(problem, resource) // scale, capacity, 1), units=True)


def _blocked(problem: Problem, resource: int) -> IntArray:
    """Return how much of a resource is missing from each breakpoint of the capacity to the next."""
    node = problem.profile_node
    blocked: IntArray = problem.node_capacity[node, resource] - problem.profile_level[:, resource]
    return blocked


def _has_units(problem: Problem, resource: int) -> bool:
    """Whether all amounts of a resource are whole numbers, and some job uses it."""
    scale = problem.demand_scale[resource].per_unit
    amounts = np.concatenate(
        [problem.mode_demand[:, resource], problem.node_capacity[:, resource], problem.profile_level[:, resource]]
    )
    return bool((amounts % scale == 0).all() and problem.mode_demand[:, resource].any())


def _banded(
    chart: Chart,
    name: str,
    height: IntArray,
    blocked: IntArray,
    capacity: IntArray,
    unit: int,
    thin: int = 0,
) -> Layout:
    """Return bands of nodes with the bars that have a height, ``unit`` of which is 1, and ``thin`` others above."""
    parts: list[tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]] = []
    edges = [0.0]
    for v, (bar, closed) in enumerate(_by_node(chart)):
        idle = bar[height[bar] == 0]
        bar, closed = bar[height[bar] > 0], closed[blocked[closed] > 0]
        start = np.concatenate([chart.problem.profile_time[closed], chart.pieces.start[bar]])
        end = np.concatenate([chart.problem.profile_time[closed + 1], chart.pieces.end[bar]])
        high = np.concatenate([blocked[closed], height[bar]])
        item, low, top = packed_by_height(start, end, high, int(capacity[v]))
        number = np.concatenate([np.full(len(closed), -1), bar])[item]
        parts.append((number, start[item], end[item], edges[-1] + low / unit, edges[-1] + top / unit))
        edge = max(int(capacity[v]), int(top.max(initial=0)))
        if thin:  # what takes nothing stands in a strip of its own
            start, end = chart.pieces.start[idle], chart.pieces.end[idle]
            item, low, top = packed_by_height(start, end, np.full(len(idle), thin), 0)
            bottom = edges[-1] + edge / unit
            parts.append((idle[item], start[item], end[item], bottom + low / unit, bottom + top / unit))
            edge += int(top.max(initial=0))
        edges.append(edges[-1] + max(edge, unit // _PARTS) / unit)
    per_unit = chart.problem.time_scale.per_unit
    return Layout(
        name=name,
        bar=np.concatenate([part[0] for part in parts]),
        start=np.concatenate([part[1] for part in parts]) / per_unit,
        end=np.concatenate([part[2] for part in parts]) / per_unit,
        low=np.concatenate([part[3] for part in parts]),
        high=np.concatenate([part[4] for part in parts]),
        bands=tuple(node or "" for node in chart.problem.instance.node_ids),
        edges=np.array(edges),
    )


def _by_node(chart: Chart) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield for each node its bars and those entries of its capacity profile that are followed by another."""
    problem = chart.problem
    order = np.argsort(chart.pieces.node, kind="stable")
    bounds = np.searchsorted(chart.pieces.node[order], np.arange(problem.nodes + 1))
    for v in range(problem.nodes):
        yield order[bounds[v] : bounds[v + 1]], np.arange(problem.profile_start[v], problem.profile_start[v + 1] - 1)
