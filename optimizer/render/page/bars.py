"""The figure of the bars of a page, which the script fills."""

from typing import Any

from bokeh.models import (
    BoxZoomTool,
    ColumnDataSource,
    CustomJS,
    CustomJSTicker,
    CustomJSTickFormatter,
    HoverTool,
    LinearColorMapper,
    PanTool,
    Range1d,
    ResetTool,
    SaveTool,
    TapTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from optimizer.render.colors import BAND, DUE, JOIN, PALETTE, UNAVAILABLE, WAITING, WRONG
from optimizer.render.page.look import FONT
from optimizer.render.page.time import Time

_HEIGHT = 400
_BOX = ("left", "right", "top", "bottom")
_SEGMENT = ("x0", "y0", "x1", "y1")
_COLUMNS = (
    ("bands", _BOX),
    ("closed", _BOX),
    ("waiting", _SEGMENT),
    ("joins", _SEGMENT),
    ("bars", (*_BOX, "bar", "color")),
    ("late", _BOX),
    ("arrivals", _SEGMENT),
    ("deadlines", _SEGMENT),
    ("dues", _SEGMENT),
    ("labels", ("x", "y", "text", "color")),
)


def bars_figure(number: int, time: Time, *, outlined: bool) -> figure:
    """Return the figure of the bars of chart ``number``, without bars; ``outlined`` ones are told apart by a line."""
    plot = time.figure(
        f"plot-{number}", _HEIGHT, y_range=Range1d(1, 0, name=f"rows-{number}"), toolbar_location="right"
    )
    sources = {name: ColumnDataSource(name=f"{name}-{number}", data=_empty(*columns)) for name, columns in _COLUMNS}
    box = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}
    plot.quad(source=sources["bands"], fill_color=BAND, line_color=None, level="underlay", **box)
    plot.quad(
        source=sources["closed"], fill_color="white", line_color=None, hatch_pattern="/", hatch_color=UNAVAILABLE,
        hatch_weight=0.5, hatch_scale=9, level="underlay", **box,
    )  # fmt: skip
    ends = {"x0": "x0", "y0": "y0", "x1": "x1", "y1": "y1"}
    plot.segment(source=sources["waiting"], line_color=WAITING, line_width=2, **ends)
    plot.segment(source=sources["joins"], line_color=JOIN, line_width=1, line_alpha=0.8, **ends)
    colors = LinearColorMapper(palette=list(PALETTE), low=-0.5, high=len(PALETTE) - 0.5, name=f"colors-{number}")
    bars = plot.quad(
        source=sources["bars"], fill_color={"field": "color", "transform": colors},
        line_color="white" if outlined else None, line_width=0.5, nonselection_fill_alpha=0.15,
        nonselection_line_alpha=0, **box,
    )  # fmt: skip
    plot.quad(source=sources["late"], fill_color=WRONG, line_color=None, **box)
    plot.segment(source=sources["arrivals"], line_color=WAITING, line_width=2, **ends)
    plot.segment(source=sources["deadlines"], line_color=WRONG, line_width=2, **ends)
    plot.segment(source=sources["dues"], line_color=DUE, line_width=2, line_dash="dotted", **ends)
    plot.text(
        source=sources["labels"], x="x", y="y", text="text", text_color="color", text_font_size="11px",
        text_font={"value": FONT}, text_align="left", text_baseline="middle",
    )  # fmt: skip
    _add_tools(plot, bars, number, time)
    axis = plot.yaxis[0]
    axis.ticker = CustomJSTicker(major_code=f"return schedopt.rowTicks({number}, cb_data.range)")
    axis.formatter = CustomJSTickFormatter(code=f"return schedopt.rowName({number}, tick)")
    axis.major_tick_line_color = axis.axis_line_color = None
    plot.xaxis.visible = False
    return plot


def _empty(*columns: str) -> dict[str, list[float]]:
    return {name: [] for name in columns}


def _add_tools(plot: figure, bars: Any, number: int, time: Time) -> None:
    # the text of a tooltip is ours to show: not every version of Bokeh takes it for text
    hover = HoverTool(
        renderers=[bars], tooltips=None, callback=CustomJS(code=f"schedopt.pointAt({number}, cb_data.index.indices)")
    )
    wheel = WheelZoomTool(dimensions="width")
    plot.add_tools(
        hover, PanTool(), wheel, WheelZoomTool(dimensions="height"), BoxZoomTool(), TapTool(renderers=[bars]),
        ResetTool(), SaveTool(filename="gantt"), time.crosshair(),
    )  # fmt: skip
    plot.toolbar.active_scroll = wheel
