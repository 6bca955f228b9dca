"""The plots of a section."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bokeh.models import (
    BoxZoomTool,
    ColumnDataSource,
    CustomJS,
    FixedTicker,
    HoverTool,
    NumeralTickFormatter,
    PanTool,
    PlainText,
    PrintfTickFormatter,
    Range1d,
    ResetTool,
    SaveTool,
)
from bokeh.plotting import figure

from optimizer.bench.report.boxes import gap_boxes, seed_boxes
from optimizer.bench.report.curves import Curve, gaps_over_time, time_profiles, value_profiles
from optimizer.bench.report.distances import distances
from optimizer.bench.report.lines import color, dash
from optimizer.bench.report.ranking import ranking
from optimizer.bench.report.rows import box_figure, distance_figure, rank_figure
from optimizer.bench.report.section import Section
from optimizer.render.page.look import GRID, page_figure

_HEIGHT = 320
_SIDES = {"min_border_left": 64, "min_border_right": 12}
_LEAST_GAP = 1e-3
"""Gaps below are drawn here, for the axis is logarithmic."""
_SOME = 1.05
LINES = "lines"
"""Name of the data of lines, by which the script of the page hides some."""


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure with what it shows and how to read it, in words."""

    title: str
    note: str
    figure: figure


def plots(section: Section, number: int) -> Iterator[Plot]:
    """Yield the plots of a section that have something to show; ``number`` tells its figures from those of others."""
    names = section.sweep.entrants
    if curves := value_profiles(section):
        yield Plot(
            "Performance profile: value",
            "On which share of the instances the value is within a factor of the best one here. The height at 1 is how "
            "often a solver is the best, the height at the right how often it has a schedule on time.",
            _profile_figure(f"value-profile-{number}", curves, "value / best value"),
        )
    if curves := time_profiles(section):
        yield Plot(
            "Performance profile: time to a proof",
            "On which share of the instances that some solver solves to a proof the time is within a factor of the "
            "fastest one.",
            _profile_figure(f"time-profile-{number}", curves, "time / shortest time"),
        )
    if curves := gaps_over_time(section):
        yield Plot(
            "Gap over time",
            "Mean gap to the best schedule; it counts as 100 % until a run has a schedule on time. Gaps below "
            "0.1 % are drawn at 0.1 %.",
            _time_figure(f"gap-over-time-{number}", curves),
        )
    if boxes := gap_boxes(section):
        yield Plot(
            "Gaps of all runs",
            "Gap to the best schedule over instances and seeds: median, quartiles, last values within 1.5 times their "
            "distance, and all beyond.",
            box_figure(f"gaps-{number}", boxes, names, "gap to the best schedule"),
        )
    if boxes := seed_boxes(section):
        yield Plot(
            "What the seed changes",
            "Gap of a run less the mean over the seeds of its solver on the same instance.",
            box_figure(f"seeds-{number}", boxes, names, "difference to the mean over seeds"),
        )
    if (order := ranking(section)) is not None:
        yield Plot(
            "Average ranks",
            "1 is the best. Solvers that a line at the right joins are not told apart at 5 % (Nemenyi).",
            rank_figure(f"ranks-{number}", order, names),
        )
    if policies := distances(section):
        yield Plot(
            "Policies against the best schedule and the bound",
            "Mean gaps: a circle to the best schedule, a diamond to the bound that holds for the policy's schedules.",
            distance_figure(f"policies-{number}", policies, names),
        )


def _profile_figure(name: str, curves: Sequence[Curve], title: str) -> figure:
    end = max(float(curve.x[-1]) for curve in curves)
    plot = page_figure(name, _HEIGHT, x_axis_type="log", x_range=Range1d(1, end), **_frame(), y_range=Range1d(0, 1.02))
    plot.yaxis.formatter = NumeralTickFormatter(format="0%")
    return _with_lines(plot, curves, title, "share of instances", "within {x} times the best on {y%} of the instances")


def _time_figure(name: str, curves: Sequence[Curve]) -> figure:
    clipped = [Curve(curve.entrant, curve.x, curve.y.clip(_LEAST_GAP)) for curve in curves]
    least = min(float(curve.y.min()) for curve in clipped)
    seconds = Range1d(float(curves[0].x[0]), float(curves[0].x[-1]))
    heights = Range1d(least / _SOME, _SOME)
    plot = page_figure(
        name, _HEIGHT, x_axis_type="log", y_axis_type="log", x_range=seconds, y_range=heights, **_frame()
    )
    plot.yaxis.formatter = NumeralTickFormatter(format="0.[0]%")
    plot.yaxis.ticker = FixedTicker(ticks=[step * 10.0**-power for power in range(4) for step in (1, 0.5, 0.2)])
    return _with_lines(plot, clipped, "run time in s", "mean gap to the best", "after {x} s: gap {y%}")


def _frame() -> dict[str, Any]:
    return {"toolbar_location": "above", **_SIDES}


def _with_lines(plot: figure, curves: Sequence[Curve], x: str, y: str, told: str) -> figure:
    """Draw the curves; who points at one is told its name and ``told``."""
    source = ColumnDataSource(
        {
            "xs": [curve.x.astype("float32") for curve in curves],
            "ys": [curve.y.astype("float32") for curve in curves],
            "entrant": [curve.entrant for curve in curves],
            "color": [color(curve.entrant) for curve in curves],
            "dash": [dash(curve.entrant) for curve in curves],
            "alpha": [1.0] * len(curves),
        },
        name=LINES,
    )
    lines = plot.multi_line(
        "xs", "ys", source=source, line_width=2, line_color="color", line_dash="dash", line_alpha="alpha"
    )
    hover = HoverTool(renderers=[lines], tooltips=None, callback=CustomJS(code=f'report.pointAt(cb_data, "{told}")'))
    plot.add_tools(hover, PanTool(), BoxZoomTool(), ResetTool(), SaveTool(filename=plot.name))
    plot.xaxis.formatter = PrintfTickFormatter(format="%g")
    plot.xaxis.axis_label, plot.yaxis.axis_label = PlainText(text=x), PlainText(text=y)
    plot.ygrid.grid_line_color = GRID
    return plot
