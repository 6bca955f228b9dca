"""The use of resources over time, and the range selector."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, PlainText, Range1d, RangeTool
from bokeh.plotting import figure
from numpy.typing import NDArray

from optimizer.render.characters import fitted
from optimizer.render.colors import CAPACITY, LOAD, PALETTE, UNAVAILABLE, WRONG
from optimizer.render.load import Load, mean_between
from optimizer.render.page.time import Time
from optimizer.render.text import number_text, percent_text, printable
from optimizer.units import FloatArray

_RANGE = PALETTE[0]
_LOAD_HEIGHT, _AXIS_HEIGHT, _DATE_HEIGHT, _SELECTOR_HEIGHT = 76, 22, 16, 96
_SELECTOR_STEPS = 800
_NAME_WIDTH, _NUMBER_WIDTH = 14, 9  # characters beside the axis
_HATCH: dict[str, Any] = {"hatch_pattern": "/", "hatch_color": UNAVAILABLE, "hatch_weight": 0.5, "hatch_scale": 9}


def load_figure(number: int, index: int, load: Load, span: tuple[float, float], time: Time, *, last: bool) -> figure:
    """Return the use of a resource in chart ``number`` over time, with its capacity line.

    Parameters
    ----------
    number, index : int
        Which chart, and which resource.
    load : Load
        Its use.
    span : tuple of float
        First and last time of the schedule, between which the mean use is taken.
    time : Time
        The axis.
    last : bool
        Whether the axis is to be seen.
    """
    height = _LOAD_HEIGHT + (_AXIS_HEIGHT + _DATE_HEIGHT * time.clock.dates) * last
    plot = time.figure(f"load-{number}-{index}", height, tools="xpan", y_range=_load_range(load))
    steps = {"time": load.time, "usage": load.usage, "capacity": load.capacity, "excess": load.excess}
    end = max(time.window[1], float(load.time[-1]))
    kept = {name: np.append(values, values[-1]) for name, values in steps.items()} | {"time": np.append(load.time, end)}
    at = time.clock.at(kept["time"])
    zero = 0 * at
    _area(plot, at, zero, kept["usage"], name=f"usage-{number}-{index}", fill_color=LOAD)
    if (load.capacity < load.total).any():
        _area(plot, at, kept["capacity"], zero + load.total, fill_alpha=0, **_HATCH)
    if load.excess.any():
        _area(
            plot, at, kept["usage"] - kept["excess"], kept["usage"], name=f"excess-{number}-{index}", fill_color=WRONG
        )
    line = _changes(kept["capacity"])
    capacity = ColumnDataSource({"x": at[line], "high": kept["capacity"][line]}, name=f"capacity-{number}-{index}")
    plot.step("x", "high", source=capacity, mode="after", line_color=CAPACITY, line_width=1)
    total = number_text(load.total)
    share = percent_text(load.utilization(span))
    axis = plot.yaxis[0]
    axis.axis_label = PlainText(text=f"{fitted(printable(load.resource), _NAME_WIDTH)}\n{share}")
    axis.axis_label_orientation = "horizontal"
    axis.ticker = FixedTicker(ticks=sorted({0.0, load.total}))
    axis.major_label_overrides = {0: "0", load.total: total if len(total) <= _NUMBER_WIDTH else f"{load.total:.3g}"}
    plot.xaxis.visible = last
    plot.add_tools(time.crosshair())
    return plot


def _load_range(load: Load) -> Range1d:
    return Range1d(0, (max(load.total, float(load.usage.max(initial=0))) or 1) * 1.12)


def _area(plot: figure, at: FloatArray, low: FloatArray, high: FloatArray, name: str = "", **look: Any) -> None:
    """Fill between two step functions, without the times at which neither changes."""
    kept = _changes(low, high)
    columns = {"x": at[kept], "low": low[kept].astype(np.float32), "high": high[kept].astype(np.float32)}
    source = ColumnDataSource(columns, name=name or None)
    plot.varea_step(x="x", y1="low", y2="high", step_mode="after", source=source, **look)


def _changes(*functions: FloatArray) -> NDArray[np.bool_]:
    kept = np.ones(len(functions[0]), dtype=np.bool_)
    kept[1:-1] = np.any([function[1:-1] != function[:-2] for function in functions], axis=0)
    return kept


def selector_figure(load: Load, time: Time, name: str | None) -> figure:
    """Return the whole time with the load of one resource, of schedule ``name``, and a handle on what is shown."""
    height = _SELECTOR_HEIGHT + _DATE_HEIGHT * time.clock.dates
    plot = time.figure("selector", height, Range1d(*time.full), y_range=_load_range(load))
    edges = np.linspace(*time.window, _SELECTOR_STEPS + 1)
    means = mean_between(load.time, load.usage, edges)
    _area(plot, time.clock.at(edges), np.zeros(len(edges)), np.append(means, means[-1]), fill_color=LOAD)
    tool = RangeTool(x_range=time.shown, start_gesture="pan")
    tool.overlay.fill_color, tool.overlay.fill_alpha = _RANGE, 0.12
    plot.add_tools(tool)
    axis = plot.yaxis[0]
    of = "" if name is None else f"\nin {fitted(printable(name), _NAME_WIDTH)}"
    axis.axis_label = PlainText(text=f"time to show:\n{fitted(printable(load.resource), _NAME_WIDTH)}{of}")
    axis.axis_label_orientation = "horizontal"
    axis.ticker = FixedTicker(ticks=[])
    axis.axis_line_color = None
    plot.xaxis.axis_label = PlainText(text=time.clock.title)
    return plot
