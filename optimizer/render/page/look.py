"""What all figures of a page look like."""

from typing import Any

from bokeh.models import NoOverlap, Pane
from bokeh.models.dom import Text
from bokeh.plotting import figure

FONT = "Helvetica, Arial, sans-serif"
_SIZE = "12px"
GRID, AXIS = "#E4E4E4", "#888888"
_LEFT, _RIGHT, _TOP, _BOTTOM = 170, 40, 5, 6
_SIDES = {"min_border_left": _LEFT, "min_border_right": _RIGHT}
_HEADLINE = {
    "display": "block", "margin": f"6px {_RIGHT}px 0 {_LEFT}px", "font": f"bold 14px {FONT}", "color": "#444444",
    "overflow-wrap": "anywhere",
}  # fmt: skip
_EDGE = {"clip-path": "inset(2px 0 0 2px)"}  # Bokeh clears half of the first pixels: what was there before stays


def title_text(name: str, text: str) -> Pane:
    """Return a headline above a figure, in as many lines as it needs; ``name`` is that of the model."""
    return Pane(name=name, elements=[Text(content=text)], styles=_HEADLINE)


def page_figure(name: str, height: int, **options: Any) -> figure:
    """Return an empty figure as wide as the page, its frame where that of all others is.

    Parameters
    ----------
    name : str
        By which the script of the page finds it.
    height : int
        Pixels.
    options
        Of a Bokeh figure; tools come one by one.
    """
    plot = figure(
        name=name, height=height, sizing_mode="stretch_width", outline_line_color=None, min_border_top=_TOP,
        min_border_bottom=_BOTTOM, styles=_EDGE, **({"tools": "", "toolbar_location": None} | _SIDES | options),
    )  # fmt: skip
    plot.toolbar.logo = None
    plot.xgrid.grid_line_color, plot.ygrid.grid_line_color = GRID, None
    plot.axis.axis_line_color = plot.axis.major_tick_line_color = AXIS
    plot.axis.minor_tick_line_color = None
    plot.axis.major_label_text_font = plot.axis.axis_label_text_font = FONT
    plot.axis.major_label_text_font_size = plot.axis.axis_label_text_font_size = _SIZE
    plot.axis.axis_label_text_font_style = "normal"
    plot.xaxis.major_label_policy = NoOverlap(min_distance=8)
    return plot
