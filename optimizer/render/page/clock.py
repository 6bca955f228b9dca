"""Times of a page: in the user's unit, or as milliseconds where the axis shows dates."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from optimizer.instance import Instance
from optimizer.render.text import UNIT_SYMBOL
from optimizer.render.ticks import axis_title, local_start, shows_dates
from optimizer.units import FloatArray

_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Clock:
    """Where a time of the user stands on the axis.

    Parameters
    ----------
    title : str
        What the axis shows.
    symbol : str
        Sign of the user's unit.
    dates : bool
        Whether the axis shows dates: milliseconds since 1970 on the clock of the instance's zone.
    origin, scale : float
        Position of time 0, and length of one unit.
    """

    title: str
    symbol: str
    dates: bool
    origin: float = 0.0
    scale: float = 1.0

    @classmethod
    def of(cls, instance: Instance, window: tuple[float, float]) -> "Clock":
        """Return the clock of charts of ``instance`` that show a window of time."""
        title, symbol = axis_title(instance, window), UNIT_SYMBOL[instance.time_unit]
        if not shows_dates(instance, window) or instance.time_unit.seconds is None:
            return cls(title, symbol, dates=False)
        origin = (local_start(instance) - _EPOCH) / timedelta(milliseconds=1)
        return cls(title, symbol, dates=True, origin=origin, scale=1000.0 * instance.time_unit.seconds)

    def at(self, time: FloatArray) -> FloatArray:
        """Return the positions of times; infinite ones stay infinite."""
        return self.origin + time * self.scale
