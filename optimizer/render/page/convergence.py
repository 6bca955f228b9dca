"""The figure of value and bound over the time of the run."""

from collections.abc import Sequence

from bokeh.models import (
    BoxZoomTool,
    HoverTool,
    Legend,
    LegendItem,
    PlainText,
    PrintfTickFormatter,
    ResetTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from optimizer.render.characters import fitted
from optimizer.render.convergence import Convergence, is_logarithmic
from optimizer.render.page.look import page_figure

_HEIGHT, _LEGEND_NAME = 280, 30


def convergence_figure(curves: Sequence[Convergence], title: str) -> figure:
    """Return value (drawn through) and bound (dashed) of each run over seconds; ``title`` says what the values are."""
    scale = "log" if is_logarithmic(curves) else "linear"
    plot = page_figure("convergence", _HEIGHT, x_axis_type=scale, toolbar_location="above")
    items = []
    for curve in curves:
        for kind, steps, dash in (("value", curve.value, "solid"), ("bound", curve.bound, "dashed")):
            if len(steps.time):
                line = plot.step(
                    steps.time, steps.value, mode="after", line_color=curve.color, line_width=2, line_dash=dash
                )
                plot.scatter(steps.time[:-1], steps.value[:-1], size=5, color=curve.color)
                items.append(
                    LegendItem(label={"value": f"{fitted(curve.name, _LEGEND_NAME)}: {kind}"}, renderers=[line])
                )
    plot.add_layout(Legend(items=items, border_line_color=None, label_text_font_size="12px"), "right")
    wheel = WheelZoomTool(dimensions="width")
    plot.add_tools(
        wheel, BoxZoomTool(), ResetTool(), HoverTool(tooltips=[("after", "@x{0.000} s"), ("value", "@y{0,0.0000}")])
    )
    plot.toolbar.active_scroll = wheel
    if scale == "log":
        plot.xaxis.formatter = PrintfTickFormatter(format="%g")
    plot.xaxis.axis_label, plot.yaxis.axis_label = PlainText(text="run time in s"), PlainText(text=title)
    return plot
