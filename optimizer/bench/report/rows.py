"""Plots with a row for each entrant: boxes, ranks and policies."""

from collections.abc import Sequence

from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    CustomJS,
    FixedTicker,
    HoverTool,
    NumeralTickFormatter,
    PlainText,
    Range1d,
    SaveTool,
)
from bokeh.plotting import figure

from optimizer.bench.report.boxes import Box
from optimizer.bench.report.distances import Distance
from optimizer.bench.report.lines import color
from optimizer.bench.report.ranking import Ranking
from optimizer.render.characters import fitted
from optimizer.render.colors import OTHER, PALETTE
from optimizer.render.page.look import AXIS, GRID, page_figure
from optimizer.render.text import printable

_ROW, _FRAME = 26, 90
"""Heights of a row, and of all around rows, in pixels."""
_SIDES = {"min_border_left": 180, "min_border_right": 12}
_NAME_WIDTH = 25
_TICKS = 5
_HALF = 0.32
"""Height of half a box, of a row's."""
_MARGIN = 0.04


def box_figure(name: str, boxes: Sequence[Box], names: Sequence[str], title: str) -> figure:
    """Return box plots of shares; those of the least median first."""
    ordered = sorted(boxes, key=lambda box: (box.median, box.third, box.high))
    low = min(min(box.low, *box.outliers.tolist()) if len(box.outliers) else box.low for box in boxes)
    high = max(max(box.high, *box.outliers.tolist()) if len(box.outliers) else box.high for box in boxes)
    plot = _row_figure(name, [names[box.entrant] for box in ordered], (low, high), title)
    plot.xaxis.formatter = NumeralTickFormatter(format="0.[00]%")
    data = {
        "y": list(range(len(ordered))),
        **{edge: [getattr(box, edge) for box in ordered] for edge in ("low", "first", "median", "third", "high")},
        "bottom": [row + _HALF for row in range(len(ordered))],
        "top": [row - _HALF for row in range(len(ordered))],
        "color": [color(box.entrant) for box in ordered],
        "text": [_box_text(box, names) for box in ordered],
    }
    source = ColumnDataSource(data)
    plot.segment("low", "y", "high", "y", source=source, line_color=AXIS)
    quad = plot.quad(
        left="first", right="third", bottom="bottom", top="top", source=source, fill_color="color", fill_alpha=0.5,
        line_color="color",
    )  # fmt: skip
    plot.segment("median", "bottom", "median", "top", source=source, line_color="black", line_width=2)
    beyond = [(value, row) for row, box in enumerate(ordered) for value in box.outliers.tolist()]
    plot.scatter([value for value, _ in beyond], [row for _, row in beyond], size=4, color=AXIS, alpha=0.6)
    return _told(plot, [quad])


def rank_figure(name: str, order: Ranking, names: Sequence[str]) -> figure:
    """Return average ranks, with a line for each largest set of entrants that are not told apart."""
    count = len(order.entrants)
    step = (count - 1) * 0.05
    end = order.ranks[-1] + step * (len(order.alike) + 1)
    plot = _row_figure(name, [names[entrant] for entrant in order.entrants], (1.0, end), "average rank", above=1)
    difference = order.critical_difference
    if 1 + difference <= end:
        plot.segment([1], [-0.9], [1 + difference], [-0.9], line_color="black", line_width=2)
        plot.text(
            [1 + difference], [-0.9], [f" critical difference {difference:.2f}"], text_baseline="middle",
            text_font_size="11px",
        )  # fmt: skip
    for line, (first, last) in enumerate(order.alike):
        x = order.ranks[-1] + step * (line + 1)
        plot.segment([x], [first - 0.15], [x], [last + 0.15], line_color="black", line_width=4, line_cap="round")
    source = ColumnDataSource(
        {
            "x": order.ranks,
            "y": list(range(count)),
            "color": [color(entrant) for entrant in order.entrants],
            "text": [
                f"{printable(names[entrant])}: average rank {rank:.2f}"
                for entrant, rank in zip(order.entrants, order.ranks, strict=True)
            ],
        }
    )
    plot.segment(1, "y", "x", "y", source=source, line_color=OTHER)
    dots = plot.scatter("x", "y", source=source, size=10, fill_color="color", line_color="white")
    return _told(plot, [dots])


def distance_figure(name: str, policies: Sequence[Distance], names: Sequence[str]) -> figure:
    """Return the mean gaps of policies to the best schedule and to the bound."""
    labels = ["the best schedules" if each.entrant is None else names[each.entrant] for each in policies]
    marks = [
        (row, gap[0], f"{printable(labels[row])}: mean gap to {to} {100 * gap[0]:.2f} %", mark)
        for mark, to in (("best", "the best schedule"), ("bound", "the bound"))
        for row, each in enumerate(policies)
        if (gap := getattr(each, mark)) is not None
    ]
    plot = _row_figure(name, labels, (0.0, max((gap for _, gap, _, _ in marks), default=1.0)), "mean gap")
    plot.xaxis.formatter = NumeralTickFormatter(format="0.[0]%")
    joined = [(row, each.best[0], each.bound[0]) for row, each in enumerate(policies) if each.best and each.bound]
    rows = [row for row, _, _ in joined]
    plot.segment([a for _, a, _ in joined], rows, [b for _, _, b in joined], rows, line_color=OTHER, line_width=2)
    dots = []
    for mark, shape, look in (("best", "circle", PALETTE[0]), ("bound", "diamond", PALETTE[1])):
        own = [(row, gap, text) for row, gap, text, kind in marks if kind == mark]
        source = ColumnDataSource(
            {"x": [gap for _, gap, _ in own], "y": [row for row, _, _ in own], "text": [text for _, _, text in own]}
        )
        size = 10 if shape == "circle" else 14
        dots.append(plot.scatter("x", "y", source=source, marker=shape, size=size, color=look, line_color="white"))
    return _told(plot, dots)


def _row_figure(name: str, labels: Sequence[str], span: tuple[float, float], title: str, *, above: float = 0) -> figure:
    """Return a figure with a named row for each label and room for so many rows ``above`` them."""
    low, high = span
    margin = (high - low or 0.01) * _MARGIN
    rows = len(labels)
    plot = page_figure(
        name, round(_ROW * (rows + above) + _FRAME), x_range=Range1d(low - margin, high + margin),
        y_range=Range1d(rows - 0.5, -0.5 - above), toolbar_location="above", **_SIDES,
    )  # fmt: skip
    axis = plot.yaxis[0]
    axis.ticker = FixedTicker(ticks=list(range(rows)))
    axis.major_label_overrides = {
        row: PlainText(text=fitted(printable(label), _NAME_WIDTH)) for row, label in enumerate(labels)
    }
    axis.major_tick_line_color = axis.axis_line_color = None
    plot.xaxis.axis_label = PlainText(text=title)
    plot.xaxis.ticker = BasicTicker(desired_num_ticks=_TICKS)
    plot.xgrid.grid_line_color = GRID
    return plot


def _told(plot: figure, renderers: Sequence[object]) -> figure:
    """Tell who points at one of ``renderers`` the text in its source."""
    hover = HoverTool(renderers=list(renderers), tooltips=None, callback=CustomJS(code="report.pointAt(cb_data)"))
    plot.add_tools(hover, SaveTool(filename=plot.name))
    return plot


def _box_text(box: Box, names: Sequence[str]) -> str:
    low, first, median, third, high = (
        f"{100 * value:.2f}" for value in (box.low, box.first, box.median, box.third, box.high)
    )
    return (
        f"{printable(names[box.entrant])}: median {median} %\nquartiles {first} and {third} %\n"
        f"whiskers {low} and {high} %\n{box.runs:,} runs, {len(box.outliers):,} values beyond"
    )
