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
from optimizer.render.page.look import FONT, page_figure

_HEIGHT, _LEGEND_NAME, _LEGEND_LINE = 280, 24, 24


def convergence_figure(curves: Sequence[Convergence], title: str) -> figure:
    """Return value (drawn through) and bound (dashed) of each run over seconds; ``title`` says what the values are."""
    scale = "log" if is_logarithmic(curves) else "linear"
    plot = page_figure("convergence", _HEIGHT, x_axis_type=scale, toolbar_location="above")
    items = []
    is_paired = all(len(curve.value.time) and len(curve.bound.time) for curve in curves)
    for curve in curves:
        for kind, steps, dash in (("value", curve.value, "solid"), ("bound", curve.bound, "dashed")):
            if len(steps.time):
                line = plot.step(
                    steps.time, steps.value, mode="after", line_color=curve.color, line_width=2, line_dash=dash
                )
                plot.scatter(steps.time[:-1], steps.value[:-1], size=5, color=curve.color)
                name = kind if is_paired and kind == "bound" else f"{fitted(curve.name, _LEGEND_NAME)}: {kind}"
                items.append(LegendItem(label={"value": name}, renderers=[line]))
    # below, a line for each run, for beside it a narrow window would have no room left for the curves
    legend = Legend(
        items=items, ncols=1 + is_paired, orientation="horizontal", spacing=6, location="left", border_line_color=None,
        label_text_font=FONT, label_text_font_size="12px",
    )  # fmt: skip
    plot.height += _LEGEND_LINE * len(items) // (1 + is_paired)
    plot.add_layout(legend, "below")
    wheel = WheelZoomTool(dimensions="width")
    plot.add_tools(
        wheel, BoxZoomTool(), ResetTool(), HoverTool(tooltips=[("after", "@x{0.000} s"), ("value", "@y{0,0.0000}")])
    )
    plot.toolbar.active_scroll = wheel
    if scale == "log":
        plot.xaxis.formatter = PrintfTickFormatter(format="%g")
    plot.xaxis.axis_label, plot.yaxis.axis_label = PlainText(text="run time in s"), PlainText(text=title)
    return plot
