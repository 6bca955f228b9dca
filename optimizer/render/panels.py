"""The panels of a picture: bars above, loads below, one time axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from optimizer.problem import Problem
from optimizer.render.bars import Bars, rasterize_many
from optimizer.render.chart import MOST_JOB_ROWS, Chart, on_one_axis
from optimizer.render.colors import CAPACITY, LOAD, UNAVAILABLE, WAITING, WRONG
from optimizer.render.labels import Ruler
from optimizer.render.load import Load, job_counts, resource_loads
from optimizer.render.text import number_text, percent_text, printable
from optimizer.render.ticks import axis_title, fitting_ticks
from optimizer.schedule import Schedule
from optimizer.units import FloatArray

_WIDTH, _MARGINS = 11.0, 1.3
_ROW_HEIGHT, _NARROW_ROW_HEIGHT = 0.24, 0.18  # of one chart, of several
_LEAST_HEIGHT, _MOST_HEIGHT, _MOST_SHARED_HEIGHT, _LOAD_HEIGHT = 0.8, 9.0, 4.0, 0.62
_NAME_WIDTH, _LEGEND_WIDTH, _LEGEND_COLUMNS = 1.2, 2.0, 6
_AXIS_CHARACTERS = 100
_TITLE_SIZE, _TITLE_HEIGHT = 11.0, 0.4


@dataclass(frozen=True, eq=False)
class Subject:
    """A schedule to draw.

    Parameters
    ----------
    problem : Problem
        On the instance's own grid.
    schedule : Schedule
        Valid or not.
    title : str
        Headline.
    """

    problem: Problem
    schedule: Schedule
    title: str


def draw(figure: Figure, subjects: Sequence[Subject]) -> None:
    """Draw bars and loads of schedules above each other into an empty figure, which takes the size that they need.

    Up to 40 jobs have a row each; more share lanes, and a panel shows how many wait.
    """
    charts = on_one_axis([Chart.of(subject.problem, subject.schedule) for subject in subjects])
    drawings = [
        _Drawing(subject, chart, alone=len(charts) == 1) for subject, chart in zip(subjects, charts, strict=True)
    ]
    heights = [height for drawing in drawings for height in drawing.heights]
    figure.set_size_inches(_WIDTH, sum(heights) + _MARGINS + _TITLE_HEIGHT * (len(charts) - 1))
    panels = figure.subplots(len(heights), sharex=True, height_ratios=heights, squeeze=False)[:, 0].tolist()
    ruler = Ruler(figure)
    first = 0
    for drawing in drawings:
        drawing.draw(panels[first : first + len(drawing.heights)], ruler)
        first += len(drawing.heights)
    _draw_time_axis(panels, charts[0])
    _draw_legend(figure, _joint_legend(drawings), ruler)
    figure.align_ylabels([axes for drawing in drawings for axes in drawing.below])
    figure.draw_without_rendering()  # settles where everything is, so that labels can be cut to their bars
    figure.set_layout_engine("none")
    for drawing in drawings:
        drawing.bars.draw_labels(drawing.top, ruler)


class _Drawing:
    """The panels of one schedule."""

    top: Axes
    below: list[Axes]

    def __init__(self, subject: Subject, chart: Chart, *, alone: bool) -> None:
        self.subject, self.chart = subject, chart
        self.shared = subject.problem.jobs > MOST_JOB_ROWS
        self.bars = Bars(chart, chart.lanes if self.shared else chart.job_rows)
        self.loads = resource_loads(subject.problem, subject.schedule)
        wanted = (_ROW_HEIGHT if alone else _NARROW_ROW_HEIGHT) * len(self.bars.rows)
        most = _MOST_HEIGHT if alone or not self.shared else _MOST_SHARED_HEIGHT
        self.heights = [min(max(_LEAST_HEIGHT, wanted), most), *[_LOAD_HEIGHT] * (len(self.loads) + self.shared)]

    def draw(self, panels: Sequence[Axes], ruler: Ruler) -> None:
        """Draw everything but the time axis and the labels of bars."""
        self.top, *self.below = panels
        self.bars.draw(self.top, ruler, self.heights[0])
        for axes, load in zip(self.below, self.loads, strict=False):
            _draw_load(axes, load, self.chart, ruler)
        if self.shared:
            waiting = job_counts(self.chart, self.subject.schedule)["waiting"]
            _draw_waiting(self.below[-1], *waiting, self.chart.window)
        title = printable(self.subject.title)
        self.top.set_title(
            ruler.cut(title, _WIDTH - 2 * _NAME_WIDTH, size=_TITLE_SIZE), loc="left", fontsize=_TITLE_SIZE,
            parse_math=False,
        )  # fmt: skip

    def legend(self) -> list[tuple[str, Artist]]:
        """Return names and samples of what was drawn."""
        return [*self.bars.legend(), *_load_legend(self.loads, self.chart.window)]


def _until(window: tuple[float, float], time: FloatArray, *functions: FloatArray) -> list[FloatArray]:
    """Return times and step functions with their last values held to the end of the window."""
    end = max(window[1], float(time[-1]))
    return [np.append(time, end), *(np.append(f, f[-1]) for f in functions)]


def _draw_load(axes: Axes, load: Load, chart: Chart, ruler: Ruler) -> None:
    time, usage, capacity, excess = _until(chart.window, load.time, load.usage, load.capacity, load.excess)
    _fill(axes, time, 0 * usage, usage, color=LOAD)
    if (capacity < load.total).any():
        axes.fill_between(
            time,
            capacity,
            load.total,
            step="post",
            facecolor="none",
            edgecolor=UNAVAILABLE,
            hatch="/////",
            linewidth=0,
        )
    if excess.any():
        _fill(axes, time, usage - excess, usage, color=WRONG)
    kept = np.append(True, np.diff(capacity) != 0)
    kept[-1] = True
    axes.step(time[kept], capacity[kept], where="post", color=CAPACITY, linewidth=0.9)
    _scale(axes, load.total, float(usage.max()))
    name = ruler.cut(printable(load.resource), _NAME_WIDTH)
    _name(axes, f"{name}\n{percent_text(load.utilization(chart.span))}")


def _draw_waiting(axes: Axes, time: FloatArray, count: FloatArray, window: tuple[float, float]) -> None:
    time, count = _until(window, time, count)
    _fill(axes, time, 0 * count, count, color=WAITING)
    _scale(axes, float(count.max()), 0)
    _name(axes, "waiting\njobs")


def _fill(axes: Axes, time: FloatArray, low: FloatArray, high: FloatArray, *, color: str) -> None:
    area = axes.fill_between(time, low, high, step="post", color=color, linewidth=0)
    rasterize_many(area, len(time))


def _scale(axes: Axes, total: float, peak: float) -> None:
    most = max(total, peak) or 1
    axes.set_ylim(0, most * 1.12)
    axes.set_yticks([0, total] if total else [0], ["0", number_text(total)] if total else ["0"])


def _name(axes: Axes, name: str) -> None:
    axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=9, parse_math=False)


def _draw_time_axis(panels: Sequence[Axes], chart: Chart) -> None:
    low, high = chart.window
    margin = (high - low) / 200
    ticks = fitting_ticks(chart.problem.instance, chart.window, _AXIS_CHARACTERS)
    last = panels[-1]
    last.set_xlim(low - margin, high + margin)
    last.set_xticks([tick.position for tick in ticks], [tick.label for tick in ticks])
    last.set_xlabel(axis_title(chart.problem.instance, chart.window))
    for axes in panels:
        axes.set_axisbelow(True)
        axes.grid(visible=True, axis="x", color="#E4E4E4", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)


def _load_legend(loads: Sequence[Load], window: tuple[float, float]) -> list[tuple[str, Artist]]:
    entries: list[tuple[bool, str, Artist]] = [
        (True, "in use", Patch(color=LOAD, linewidth=0)),
        (True, "capacity", Line2D([], [], color=CAPACITY, linewidth=0.9)),
        (
            any((load.capacity[load.time < window[1]] < load.total).any() for load in loads),
            "unavailable",
            Patch(facecolor="none", edgecolor=UNAVAILABLE, hatch="/////", linewidth=0),
        ),
        (any(load.excess.any() for load in loads), "above capacity", Patch(color=WRONG, linewidth=0)),
    ]
    return [(name, artist) for shown, name, artist in entries if shown]


def _joint_legend(drawings: Sequence[_Drawing]) -> list[tuple[str, Artist]]:
    """Return the legend of the first drawing, and what only others have."""
    entries: list[tuple[str, Artist]] = []
    for drawing in drawings:
        known = {name for name, _ in entries}
        entries += [entry for entry in drawing.legend() if entry[0] not in known]
    return entries


def _draw_legend(figure: Figure, entries: Sequence[tuple[str, Artist]], ruler: Ruler) -> None:
    """Draw the legend; its texts are set afterwards, since matplotlib reads meaning into labels with ``_`` or ``$``."""
    legend = figure.legend(
        [artist for _, artist in entries], ["-"] * len(entries),
        loc="outside lower center", ncols=_LEGEND_COLUMNS, frameon=False,
    )  # fmt: skip
    for text, (name, _) in zip(legend.get_texts(), entries, strict=True):
        text.set(text=ruler.cut(name, _LEGEND_WIDTH), parse_math=False)
