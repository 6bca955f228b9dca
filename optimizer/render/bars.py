"""The upper panel of a picture: rows of bars in bands of nodes."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from optimizer.render.chart import Chart, Rows
from optimizer.render.colors import BAND, DUE, JOIN, PALETTE, UNAVAILABLE, WAITING, WRONG, Groups, text_color
from optimizer.render.labels import Ruler
from optimizer.render.text import printable
from optimizer.units import FloatArray, IntArray

_HALF_BAR, _OPENING = 0.42, 0.25  # of a row's height
_LEAST_SHARE, _LEAST_EDGED_SHARE = 1 / 2500, 1 / 600  # of the time shown: a bar is no narrower; its edges hide some
_MOST_EDGES, _MOST_VECTORS = 1_500, 5_000
_MOST_JOINS = 300  # in lanes; more would hide the bars
_NAME_WIDTH = 1.6
_JOIN_WIDTH = 0.8
_LINE_HEIGHT = 0.14
_LABEL_MARGIN = 0.03
_NAME_SIZE, _LABEL_SIZE = 8.0, 7.0


class Bars:
    """Draws the bars of a chart.

    Parameters
    ----------
    chart : Chart
        What to draw.
    rows : Rows
        Its job rows or its lanes.
    """

    def __init__(self, chart: Chart, rows: Rows) -> None:
        self.chart = chart
        self.rows = rows
        self.by_job = rows is chart.job_rows
        self.groups = Groups.of(chart.problem.instance)
        low, high = chart.window
        self.edged = len(chart.job) <= _MOST_EDGES
        least = _LEAST_EDGED_SHARE if self.edged else _LEAST_SHARE
        self.end = np.maximum(chart.end, chart.start + (high - low) * least)
        self.palette, self.color = self._colors()
        after = np.flatnonzero(np.diff(chart.job, prepend=-1) == 0)
        self.joined = after if self.by_job or len(after) <= _MOST_JOINS else after[:0]  # each to the piece before

    def draw(self, axes: Axes, ruler: Ruler, height: float) -> None:
        """Draw everything but the labels of bars into a panel that is ``height`` inches high."""
        axes.set_ylim(len(self.rows), 0)
        self._draw_bands(axes)
        if self.by_job:
            self._draw_waiting(axes)
        self._draw_joins(axes)
        self._draw_bars(axes)
        if self.by_job:
            self._draw_marks(axes)
        self._name_rows(axes, ruler, height / len(self.rows))

    def legend(self) -> Iterator[tuple[str, Artist]]:
        """Yield the names and samples of what was drawn and needs them."""
        for name, color in zip(self.groups.names, self.groups.colors, strict=False):
            yield name, Patch(color=color, linewidth=0)
        if self.by_job and (self.chart.start > self.chart.arrival[self.chart.job]).any():
            yield "waiting", Line2D([], [], color=WAITING, linewidth=2)
        if len(self.joined):
            yield "joins the pieces of a job", Line2D([], [], color=JOIN, linewidth=_JOIN_WIDTH)
        for name, times, color, line in self._marks() if self.by_job else ():
            if np.isfinite(self._shown(times)).any():
                yield name, Line2D([], [], color=color, linestyle=line, linewidth=1.6)
        if self.chart.late.any():
            yield "after the deadline", Patch(color=WRONG, linewidth=0)

    def draw_labels(self, axes: Axes, ruler: Ruler) -> None:
        """Write into each bar of a settled panel what it is: in lanes its job, in a job's own row its demand."""
        box = axes.get_window_extent()
        low, high = axes.get_xlim()
        per_time = box.width / ruler.dpi / (high - low)
        if box.height / ruler.dpi / len(self.rows) < _LINE_HEIGHT:
            return
        # in the longer of the parts before and after the deadline, which differ in colour
        change = np.where(self.chart.late, np.maximum(self.chart.start, self.chart.deadline[self.chart.job]), self.end)
        is_after = self.end - change > change - self.chart.start
        left, right = np.where(is_after, change, self.chart.start), np.where(is_after, self.end, change)
        room = (right - left) * per_time - 2 * _LABEL_MARGIN
        for bar in np.flatnonzero(room > _LABEL_MARGIN).tolist():
            label = ruler.label(self._label(bar), room[bar], _LABEL_SIZE)
            if label:
                color = WRONG if is_after[bar] else self.palette[self.color[bar]]
                self._write(axes, bar, label, (left[bar] + right[bar]) / 2, text_color(color))

    def _write(self, axes: Axes, bar: int, label: str, middle: float, color: str) -> None:
        text = axes.text(
            middle, self.rows.of_bar[bar] + 0.5, label, color=color, fontsize=_LABEL_SIZE,
            ha="center", va="center_baseline", clip_on=True, parse_math=False,
        )  # fmt: skip
        text.set_in_layout(False)

    def _label(self, bar: int) -> str:
        problem, job = self.chart.problem, int(self.chart.job[bar])
        if not self.by_job:
            return printable(problem.instance.jobs[job].id)
        demand = problem.mode_demand[self.chart.mode[job]].tolist()
        names = zip(problem.instance.resource_ids, problem.demand_scale, demand, strict=True)
        return ", ".join(f"{scale.number(amount)} {printable(name)}" for name, scale, amount in names if amount)

    def _colors(self) -> tuple[tuple[str, ...], IntArray]:
        """Return the palette and each bar's index in it: by group, else alternating where jobs share lanes."""
        if self.groups.names or self.by_job:
            return self.groups.colors, self.groups.of_job[self.chart.job]
        return PALETTE, Groups.by_start(self.chart.start[self.chart.pieces.first[:-1]]).of_job[self.chart.job]

    def _draw_bands(self, axes: Axes) -> None:
        """Shade every other node, and hatch when a node has no capacity at all."""
        low, high = self.chart.window
        first = self.rows.first.astype(np.float64)
        margin = high - low
        top, bottom = first[1:-1:2], first[2::2]
        left = np.full(len(top), low - margin)
        bands = _rectangles(left, high + margin, top, bottom, facecolor=BAND, zorder=0)
        axes.add_collection(bands, autolim=False)
        start, end, node = self._closed()
        hatch = {"facecolor": "none", "edgecolor": UNAVAILABLE, "hatch": "/////", "zorder": 0.5}
        closed = _rectangles(start, np.minimum(end, high + margin), first[node], first[node + 1], **hatch)
        axes.add_collection(closed, autolim=False)

    def _closed(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """Return the times in which a node has nothing of what it has otherwise: start, end, node."""
        problem = self.chart.problem
        node = problem.profile_node
        empty = (problem.profile_level == 0).all(axis=1) & (problem.node_capacity[node] > 0).any(axis=1)
        at = np.flatnonzero(empty)  # never the last entry of a node: what is taken away comes back
        time = problem.profile_time / problem.time_scale.per_unit
        return time[at], time[at + 1], node[at]

    def _draw_waiting(self, axes: Axes) -> None:
        """Draw a faint line before each bar, since the arrival of the job or since it was interrupted."""
        chart, middle = self.chart, self.rows.of_bar + 0.5
        waits = chart.start > chart.since
        ends = np.stack([np.stack([chart.since, middle], 1), np.stack([chart.start, middle], 1)], 1)[waits]
        axes.add_collection(LineCollection(list(ends), colors=WAITING, linewidths=2, zorder=1.5), autolim=False)

    def _draw_joins(self, axes: Axes) -> None:
        """Draw a line from the end of each piece of an interrupted job to the start of its next one."""
        # in lanes others stand between the pieces: over these, but below what is written on them
        chart, height = self.chart, self.rows.of_bar + (0.5 if self.by_job else 0.5 + _HALF_BAR * 0.8)
        layer = 1.8 if self.by_job else 2.2
        after = self.joined
        begin = np.stack([chart.end[after - 1], height[after - 1]], 1)
        ends = np.stack([begin, np.stack([chart.start[after], height[after]], 1)], 1)
        joins = LineCollection(list(ends), colors=JOIN, linewidths=_JOIN_WIDTH, zorder=layer)
        rasterize_many(joins, len(after))
        axes.add_collection(joins, autolim=False)

    def _draw_bars(self, axes: Axes) -> None:
        """Draw the bars, and over them what lies after a deadline."""
        chart, top = self.chart, self.rows.of_bar + 0.5 - _HALF_BAR
        look: dict[str, Any] = {"facecolor": to_rgba_array(self.palette)[self.color], "zorder": 2}
        if self.edged:
            look |= {"edgecolor": "white", "linewidth": 0.5}
        bars = _rectangles(chart.start, self.end, top, top + 2 * _HALF_BAR, **look)
        late = chart.late
        begin, top = np.maximum(chart.start, chart.deadline[chart.job])[late], top[late]
        after = _rectangles(begin, self.end[late], top, top + 2 * _HALF_BAR, facecolor=WRONG, zorder=2.1)
        for artist in (bars, after):
            rasterize_many(artist, len(chart.job))
            axes.add_collection(artist, autolim=False)

    def _draw_marks(self, axes: Axes) -> None:
        """Draw deadlines and due dates as upright lines in the rows of their jobs, open where they would cross text."""
        first, last = np.full(len(self.rows), np.inf), np.zeros(len(self.rows))
        np.minimum.at(first, self.rows.of_bar, self.chart.start)
        np.maximum.at(last, self.rows.of_bar, self.end)
        for _, times, color, line in self._marks():
            times = self._shown(times)
            at = np.flatnonzero(np.isfinite(times))
            times = times[at]
            opening = np.where((first[at] < times) & (times < last[at]), _OPENING, 0)
            for top, bottom in ((at, at + 0.5 - opening), (at + 0.5 + opening, at + 1)):
                axes.vlines(times, top, bottom, colors=color, linestyles=line, linewidth=1.6, zorder=3)

    def _marks(self) -> tuple[tuple[str, FloatArray, str, Literal["solid", "dotted"]], ...]:
        """Return name, times by job, colour and line style of each kind of mark."""
        due = np.where(self.chart.due == self.chart.deadline, np.inf, self.chart.due)
        return ("deadline", self.chart.deadline, WRONG, "solid"), ("due date", due, DUE, "dotted")

    def _shown(self, times: FloatArray) -> FloatArray:
        """Return the times of jobs by row, infinite outside the window."""
        low, high = self.chart.window
        return np.where((times >= low) & (times <= high), times, np.inf)[self.rows.job]

    def _name_rows(self, axes: Axes, ruler: Ruler, row_height: float) -> None:
        """Name jobs on the left and nodes on the right, or nodes on the left of lanes."""
        nodes = [printable(name or "") for name in self.chart.problem.instance.node_ids]
        middles = (self.rows.first[1:] + self.rows.first[:-1]) / 2
        used = np.flatnonzero(np.diff(self.rows.first) > 0).tolist()
        names = _spaced([(middles[v], nodes[v]) for v in used if nodes[v]], row_height)
        if self.by_job:
            for middle, name in names:
                axes.annotate(
                    ruler.cut(name, _NAME_WIDTH, _NAME_SIZE), (1.005, middle), xycoords=("axes fraction", "data"),
                    fontsize=_NAME_SIZE, va="center", annotation_clip=False, parse_math=False,
                )  # fmt: skip
            jobs = self.chart.problem.instance.jobs
            names = [(row + 0.5, printable(jobs[job].id)) for row, job in enumerate(self.rows.job.tolist())]
        labels = [ruler.cut(name, _NAME_WIDTH, _NAME_SIZE) for _, name in names]
        axes.set_yticks([middle for middle, _ in names], labels, fontsize=_NAME_SIZE, parse_math=False)
        axes.tick_params(axis="y", length=0)
        if not names:
            axes.set_ylabel("jobs", rotation=0, ha="right", va="center")


def rasterize_many(artist: Artist, count: int) -> None:
    """Draw an artist of very many pieces as pixels also in SVG and PDF."""
    artist.set_rasterized(count > _MOST_VECTORS)


def _rectangles(
    left: FloatArray, right: FloatArray | float, top: NDArray[Any], bottom: NDArray[Any], **look: Any
) -> PolyCollection:
    """Return rectangles as one artist; ``look`` are options of matplotlib."""
    right = np.broadcast_to(right, left.shape)
    corners = np.stack([left, top, right, top, right, bottom, left, bottom], axis=1).reshape(-1, 4, 2)
    return PolyCollection(cast(Sequence[Any], corners), **{"linewidth": 0, **look})  # one array draws fastest


def _spaced(names: list[tuple[float, str]], row_height: float) -> list[tuple[float, str]]:
    """Return the names that are at least a line apart, the first of those that are not."""
    kept: list[tuple[float, str]] = []
    for middle, name in names:
        if not kept or (middle - kept[-1][0]) * row_height >= _LINE_HEIGHT:
            kept.append((middle, name))
    return kept
