"""A Gantt chart of characters, as wide as the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor

import numpy as np
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.text import Text

from optimizer.problem import Problem
from optimizer.render.characters import ASCII, UNICODE, Line, encodable, fitted
from optimizer.render.chart import LANE, MOST_JOB_ROWS, Chart, Rows, drawable, on_one_axis
from optimizer.render.colors import WRONG, Groups, text_color
from optimizer.render.headlines import headlines
from optimizer.render.load import Load, job_counts, mean_between, node_loads, resource_loads
from optimizer.render.text import counted, number_text, percent_text
from optimizer.render.ticks import axis_title, fitting_ticks
from optimizer.result import Result
from optimizer.schedule import Schedule
from optimizer.units import FloatArray

_MOST_LANES = 60
_MOST_NODE_STRIPS = 40
_LABEL_SHARE = 3  # labels take no more than one column in three


def terminal_gantts(results: Mapping[str, Result]) -> RenderableType:
    """Return charts of the schedules of one instance, one below the other, on one time axis, for a ``rich`` console.

    It decides on colours, and on ASCII by its encoding. Up to 40 jobs have a line each; more share lanes; above 60
    lanes there are loads only.

    Parameters
    ----------
    results : mapping of str to Result
        By name; those without a schedule are left out.

    Raises
    ------
    UsageError
        When no run has a schedule, or a job runs in a mode or on a node that does not exist.
    """
    drawn = drawable(results)
    charts = on_one_axis([Chart.of(result.problem, schedule) for result, schedule in drawn.values()])
    gantts = [
        _Gantt(result.problem, schedule, chart, title)
        for (result, schedule), chart, title in zip(drawn.values(), charts, headlines(results).values(), strict=True)
    ]
    labels = tuple(label for gantt in gantts for label in gantt.labels())
    lines: list[RenderableType] = [part for gantt in gantts for part in (Text(), replace(gantt, beside=labels))]
    return Group(*lines[1:])


@dataclass(frozen=True, eq=False)
class _Strip:
    """How full something is over time: the share of ``part`` in ``whole``, step functions."""

    label: str
    time: FloatArray
    part: FloatArray
    whole: FloatArray
    excess: FloatArray


@dataclass(frozen=True, eq=False)
class _Gantt:
    problem: Problem
    schedule: Schedule
    chart: Chart
    title: str
    beside: tuple[str, ...] = ()  # labels of charts that are to stand in line with this one

    def labels(self) -> list[str]:
        """Return the labels on the left of all lines."""
        rows = self._rows()
        return [*(_row_labels(self.problem, rows) if rows else []), *(strip.label for strip in self._strips())]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        rows = self._rows()
        labels = _row_labels(self.problem, rows) if rows else []
        strips = self._strips()
        canvas = _Canvas(self.chart, options, [*labels, *(strip.label for strip in strips), *self.beside])
        yield from canvas.sentences([self.title, axis_title(self.problem.instance, self.chart.window)])
        yield from canvas.axis()
        if rows:
            yield from canvas.rows(rows, labels)
        for strip in strips:
            yield canvas.strip(strip)
        yield from canvas.legend(rows, strips, colored=console.color_system is not None)

    def _rows(self) -> Rows | None:
        if self.problem.jobs <= MOST_JOB_ROWS:
            return self.chart.job_rows
        return self.chart.lanes if len(self.chart.lanes) <= _MOST_LANES else None

    def _strips(self) -> list[_Strip]:
        return [*([] if self._rows() else self._detailed_strips()), *self._resource_strips()]

    def _resource_strips(self) -> Iterator[_Strip]:
        for load in resource_loads(self.problem, self.schedule):
            label = f"{load.resource} {percent_text(load.utilization(self.chart.span))}"
            yield _Strip(label, load.time, load.usage, load.capacity, load.excess)

    def _detailed_strips(self) -> Iterator[_Strip]:
        """Yield the numbers of jobs, and the fullest resource of each node where there are not too many."""
        for name, (time, count) in job_counts(self.chart, self.schedule).items():
            most = count.max()
            yield _Strip(f"{name} <= {number_text(most)}", time, count, np.full_like(count, max(most, 1)), 0 * count)
        if 1 < self.problem.nodes <= _MOST_NODE_STRIPS:
            nodes = zip(self.problem.instance.node_ids, node_loads(self.problem, self.schedule), strict=True)
            for node, loads in nodes:
                yield _node_strip(str(node), loads)


def _node_strip(name: str, loads: Sequence[Load]) -> _Strip:
    share = [np.divide(load.usage, load.capacity, out=0 * load.usage, where=load.capacity > 0) for load in loads]
    opened = np.max([load.capacity > 0 for load in loads], axis=0).astype(np.float64)
    excess = np.max([load.excess for load in loads], axis=0)
    return _Strip(name, loads[0].time, np.max(share, axis=0), opened, excess)


def _row_labels(problem: Problem, rows: Rows) -> list[str]:
    """Return the job, or the node of the first of its lanes, for each row."""
    names = [name or "" for name in problem.instance.node_ids]
    labels = ["" if job == LANE else problem.instance.jobs[job].id for job in rows.job.tolist()]
    for name, (first, last) in zip(names, pairwise(rows.first.tolist()), strict=True):
        if first < last and rows.job[first] == LANE:
            labels[first] = name
    return labels


class _Canvas:
    """Everything that knows where a time is on the line."""

    def __init__(self, chart: Chart, options: ConsoleOptions, labels: Sequence[str]) -> None:
        self.chart = chart
        self.glyphs = ASCII if options.ascii_only else UNICODE
        self.encoding = options.encoding
        self.width = options.max_width
        longest = max(cell_len(encodable(label, self.encoding)) for label in labels)
        self.label_width = min(longest, self.width // _LABEL_SHARE)
        self.columns = max(1, self.width - self.label_width - 1)
        self.groups = Groups.of(chart.problem.instance)

    def sentences(self, texts: Sequence[str]) -> Iterator[Text]:
        """Yield ``texts`` on one line where they fit, else on one each."""
        joined = "; ".join(encodable(text, self.encoding) for text in texts)
        for text in [joined] if cell_len(joined) <= self.width else texts:
            yield Text(fitted(encodable(text, self.encoding), self.width, self.glyphs.ellipsis), no_wrap=True)

    def axis(self) -> Iterator[Text]:
        """Yield the labels of the time axis and the axis."""
        labels, axis = Line(self.columns), Line(self.columns)
        for c in range(self.columns):
            axis.put(c, self.glyphs.axis, "dim")
        for tick in fitting_ticks(self.chart.problem.instance, self.chart.window, self.columns):
            column = self._column(tick.position)
            axis.put(column, self.glyphs.tick, "dim")
            labels.put(column, tick.label)
        yield self._labelled("", labels)
        yield self._labelled("", axis)

    def rows(self, rows: Rows, labels: Sequence[str]) -> Iterator[Text]:
        """Yield one line a row."""
        order = np.lexsort((self.chart.start, rows.of_bar))
        bounds = np.searchsorted(rows.of_bar[order], np.arange(len(rows) + 1)).tolist()
        banded = len(rows.first) > 2
        first_rows = dict(zip(rows.first[:-1].tolist(), self.chart.problem.instance.node_ids, strict=True))
        for row, (a, b) in enumerate(pairwise(bounds)):
            bars, job = order[a:b].tolist(), int(rows.job[row])
            if job == LANE:
                yield self._labelled(labels[row], self._lane(bars))
                continue
            if banded and row in first_rows:
                yield from self.sentences([f"{first_rows[row]}:"])
            yield self._labelled(labels[row], self._job(job, bars))
        idle = int((np.diff(rows.first) == 0).sum())
        if idle:
            yield from self.sentences([f"{counted(idle, 'more node')} without a job"])

    def strip(self, strip: _Strip) -> Text:
        """Return a line of levels."""
        part, whole, excess = self._means(strip)
        line, most = Line(self.columns), len(self.glyphs.levels)
        for c in range(self.columns):
            level = ceil(most * part[c] / whole[c] - 1e-9) if whole[c] > 0 else most
            if excess[c] > 0:
                line.put(c, self.glyphs.excess, WRONG)
            elif whole[c] <= 0:
                line.put(c, self.glyphs.closed, "dim")
            elif level > 0:
                line.put(c, self.glyphs.levels[min(level, most) - 1])
        return self._labelled(strip.label, line)

    def _means(self, strip: _Strip) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return part, whole and excess of a strip in each column, float64[columns] each."""
        edges = np.linspace(*self.chart.window, self.columns + 1)
        return (
            mean_between(strip.time, strip.part, edges),
            mean_between(strip.time, strip.whole, edges),
            mean_between(strip.time, strip.excess, edges),
        )

    def legend(self, rows: Rows | None, strips: Sequence[_Strip], *, colored: bool) -> Iterator[Text]:
        """Yield what marks and colours mean, if any were used, in as many lines as that takes."""
        line = Text(no_wrap=True)
        for glyph, style, name in [*self._row_marks(rows, colored=colored), *self._strip_marks(strips)]:
            room = self.width - cell_len(f"{glyph} {name}")
            if line and cell_len(line.plain) + 3 > room:
                yield line
                line = Text(no_wrap=True)
            if room >= 0:
                line.append("   " if line else "").append(glyph, style).append(f" {name}")
        if line:
            yield line

    def _row_marks(self, rows: Rows | None, *, colored: bool) -> Iterator[tuple[str, str, str]]:
        """Yield glyph, style and name of what stands in rows."""
        if rows is None:
            return
        if colored:
            for name, color in zip(self.groups.names, self.groups.colors, strict=False):
                shown = fitted(encodable(name, self.encoding), self.width // _LABEL_SHARE, self.glyphs.ellipsis)
                yield self.glyphs.full, color, shown
        if rows is self.chart.job_rows:
            yield from self._marks()
        elif colored and self.chart.late.any():
            yield self.glyphs.full, WRONG, "late"

    def _strip_marks(self, strips: Sequence[_Strip]) -> Iterator[tuple[str, str, str]]:
        """Yield glyph, style and name of what stands in strips besides their levels."""
        means = [self._means(strip) for strip in strips]
        if any((excess > 0).any() for _, _, excess in means):
            yield self.glyphs.excess, WRONG, "above capacity"
        if any(((whole <= 0) & (excess <= 0)).any() for _, whole, excess in means):
            yield self.glyphs.closed, "dim", "no capacity"

    def _marks(self) -> list[tuple[str, str, str]]:
        chart, glyphs = self.chart, self.glyphs
        deadline, due = chart.deadline[chart.job], chart.due[chart.job]
        begin, end = chart.window
        marks = [
            ((chart.start > chart.arrival[chart.job]).any(), glyphs.waiting, "dim", "waiting"),
            (((chart.end <= deadline) & (deadline <= end)).any(), glyphs.deadline, WRONG, "deadline"),
            (((begin <= due) & (due <= end) & (due != deadline)).any(), glyphs.due, "yellow", "due date"),
            (chart.late.any(), glyphs.late, WRONG, "late"),
        ]
        return [(glyph, style, name) for used, glyph, style, name in marks if used]

    def _at(self, time: float) -> float:
        """Return the position of a time in columns."""
        low, high = self.chart.window
        return (time - low) / (high - low) * self.columns

    def _column(self, time: float) -> int:
        """Return the column that shows a time of the window; its end is in the last one."""
        return min(self.columns - 1, floor(self._at(time)))

    def _labelled(self, label: str, line: Line) -> Text:
        label = fitted(encodable(label, self.encoding), self.label_width, self.glyphs.ellipsis)
        return Text(label + " " * (self.label_width - cell_len(label) + 1), no_wrap=True).append_text(line.text())

    def _color(self, job: int) -> str:
        return self.groups.colors[int(self.groups.of_job[job])]

    def _job(self, job: int, bars: Sequence[int]) -> Line:
        """Return the line of a job: waiting, running, deadline and due date."""
        chart, glyphs, line = self.chart, self.glyphs, Line(self.columns)
        for bar in bars:
            if chart.start[bar] > chart.since[bar]:
                for c in range(floor(self._at(chart.since[bar])), ceil(self._at(chart.start[bar]))):
                    line.put(c, glyphs.waiting, "dim")
        for bar in bars:
            on_time = min(chart.end[bar], max(chart.start[bar], chart.deadline[job]))
            self._bar(line, chart.start[bar], chart.end[bar], self._color(job))
            if chart.end[bar] > on_time:
                for c in range(floor(self._at(on_time)), max(1, ceil(self._at(chart.end[bar])))):
                    line.put(c, glyphs.late, WRONG)
        due, deadline, (begin, end) = chart.due[job], chart.deadline[job], chart.window
        if begin <= due <= end and due != deadline:
            line.put(self._column(due), glyphs.due, "yellow")
        if chart.end[bars[-1]] <= deadline <= end:  # the part after a deadline that was missed is drawn as late
            line.put(self._column(deadline), glyphs.deadline, WRONG)
        return line

    def _bar(self, line: Line, start: float, end: float, color: str) -> None:
        """Draw a bar to the eighth of a column, at least one eighth wide."""
        left, right = self._at(start), self._at(end)
        if not self.glyphs.partial:
            left, right = self._whole(start, end)
        left = min(left, self.columns - 1 / 8)
        right = max(right, left + 1 / 8)
        for c in range(floor(left), ceil(right)):
            line.put(c, self.glyphs.part(max(left - c, 0), min(right - c, 1)), color)

    def _whole(self, start: float, end: float) -> tuple[int, int]:
        """Return the columns of a bar, at least one, as [first, last)."""
        first = min(round(self._at(start)), self.columns - 1)
        return first, max(first + 1, round(self._at(end)))

    def _lane(self, bars: Sequence[int]) -> Line:
        """Return a lane: bars that touch differ in their glyph, and carry their ids where these fit."""
        line = Line(self.columns)
        for i, bar in enumerate(bars):
            first, last = self._whole(self.chart.start[bar], self.chart.end[bar])
            job = int(self.chart.job[bar])
            color = WRONG if self.chart.late[bar] else self._color(job)
            for c in range(first, last):
                line.put(c, (self.glyphs.full, self.glyphs.next)[i % 2], color)
            label = encodable(self.chart.problem.instance.jobs[job].id, self.encoding)
            if cell_len(label) <= last - first - 2:
                line.put(first + 1, label, f"{text_color(color)} on {color}")
        return line
