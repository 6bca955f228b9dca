"""What all figures of a page look like."""

from typing import Any

from bokeh.plotting import figure

FONT = "Helvetica, Arial, sans-serif"
_SIZE = "12px"
GRID, AXIS = "#E4E4E4", "#888888"
_SIDES = {"min_border_left": 170, "min_border_right": 40}
_TOP, _BOTTOM = 5, 6


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
        min_border_bottom=_BOTTOM, **({"tools": "", "toolbar_location": None} | _SIDES | options),
    )  # fmt: skip
    plot.toolbar.logo = None
    plot.xgrid.grid_line_color, plot.ygrid.grid_line_color = GRID, None
    plot.axis.axis_line_color = plot.axis.major_tick_line_color = AXIS
    plot.axis.minor_tick_line_color = None
    plot.axis.major_label_text_font = plot.axis.axis_label_text_font = FONT
    plot.axis.major_label_text_font_size = plot.axis.axis_label_text_font_size = _SIZE
    plot.axis.axis_label_text_font_style = "normal"
    return plot
