"""The time axis that the figures of a page share."""

from typing import Any

import numpy as np
from bokeh.models import CrosshairTool, Range1d, Span
from bokeh.plotting import figure

from optimizer.render.page.clock import Clock
from optimizer.render.page.look import page_figure

_CLOSEST = 1e-6  # of the time shown


class Time:
    """The time axis that all figures of a page share.

    Parameters
    ----------
    clock : Clock
        Where times stand.
    window : tuple of float
        First and last time in the user's unit.
    """

    def __init__(self, clock: Clock, window: tuple[float, float]) -> None:
        self.clock, self.window = clock, window
        low, high = clock.at(np.array(window)).tolist()
        margin = (high - low) / 100
        self.full = (low - margin, high + margin)
        self.shown = Range1d(*self.full, bounds=self.full, min_interval=(high - low) * _CLOSEST, name="time")
        self._cursor = Span(dimension="height", line_color="#777777", line_dash="dotted")

    def figure(self, name: str, height: int, x_range: Range1d | None = None, **options: Any) -> figure:
        """Return an empty figure over time."""
        kind = "datetime" if self.clock.dates else "linear"
        return page_figure(name, height, x_range=x_range or self.shown, x_axis_type=kind, **options)

    def crosshair(self) -> CrosshairTool:
        """Return a tool that shows the time under the pointer in every figure."""
        return CrosshairTool(overlay=self._cursor, dimensions="height")
