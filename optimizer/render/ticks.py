"""Ticks of a time axis: round numbers in the user's unit, or dates where time 0 has one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from math import ceil, floor, log10

from optimizer.instance import Instance

_DAY = 86400
_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(3600 * hours for hours in (1, 2, 3, 6, 12)),
    *(_DAY * days for days in (1, 2, 7, 14)),
)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000)
_MONTH_SECONDS = 30 * _DAY
_FIRST_DAY = datetime(1, 1, 1)  # a Monday, so that steps of whole weeks fall on Mondays


@dataclass(frozen=True)
class Tick:
    """One mark of the axis.

    Parameters
    ----------
    position : float
        Time in the user's unit.
    label : str
        What stands beside it.
    """

    position: float
    label: str


def time_ticks(instance: Instance, window: tuple[float, float], most: int) -> list[Tick]:
    """Return about ``most`` ticks, seldom more, within a window of time.

    Parameters
    ----------
    instance : Instance
        Its unit of time, and its start when there are dates to show.
    window : tuple of float
        First and last time in the user's unit.
    most : int
        How many ticks are wanted, >= 1.
    """
    low, high = window
    seconds = instance.time_unit.seconds
    if shows_dates(instance, window) and seconds is not None:
        origin = (local_start(instance) - _FIRST_DAY) / timedelta(seconds=1)
        found = _date_ticks(origin + low * seconds, origin + high * seconds, most)
        return [Tick((moment - origin) / seconds, label) for moment, label in found]
    return list(_number_ticks(low, high, most))


def fitting_ticks(instance: Instance, window: tuple[float, float], characters: int) -> list[Tick]:
    """Return as many ticks as have room for their labels on an axis that is ``characters`` long."""
    scale = characters / (window[1] - window[0])
    for most in range(max(1, characters // 6), 0, -1):
        ticks = time_ticks(instance, window, most)
        longest = max((len(tick.label) for tick in ticks), default=0)
        if all((b.position - a.position) * scale >= longest + 2 for a, b in pairwise(ticks)):
            return ticks
    return []


def axis_title(instance: Instance, window: tuple[float, float]) -> str:
    """Return what the time axis shows."""
    if not shows_dates(instance, window) or instance.start is None or instance.time_unit.seconds is None:
        return f"time in {instance.time_unit}s"
    first = local_start(instance) + timedelta(seconds=window[0] * instance.time_unit.seconds)
    zone = instance.start.strftime("%Z") or "local time"
    return f"{zone}, from {first:%Y-%m-%d %H:%M}"


def shows_dates(instance: Instance, window: tuple[float, float]) -> bool:
    """Return whether time 0 has a date, the unit a length, and the calendar enough years and the window seconds."""
    seconds = instance.time_unit.seconds
    if instance.start is None or seconds is None or (window[1] - window[0]) * seconds < 2:
        return False
    try:
        local_start(instance) + timedelta(seconds=window[1] * seconds)
    except OverflowError:
        return False
    return True


def local_start(instance: Instance) -> datetime:
    """Return time 0 on the clock of its own zone, with the offset of that day for the whole chart."""
    start = instance.start
    assert start is not None, "asked for only where there are dates"
    offset = start.utcoffset()
    return start if offset is None else start.astimezone(timezone(offset)).replace(tzinfo=None)


def _number_ticks(low: float, high: float, most: int) -> Iterator[Tick]:
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    decimals = max(0, -floor(log10(step) + 1e-9))
    for i in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1):
        yield Tick(i * step, f"{i * step:,.{decimals}f}")


def _date_ticks(low: float, high: float, most: int) -> Iterator[tuple[float, str]]:
    """Yield moments in seconds since the first day of the calendar, with their labels."""
    rough = (high - low) / most
    step = next((step for step in _STEPS if step >= rough), None)
    if step is None:
        yield from _month_ticks(low, high, next((m for m in _MONTHS if m * _MONTH_SECONDS >= rough), _MONTHS[-1]))
        return
    for i in range(ceil(low / step), floor(high / step) + 1):
        moment = _FIRST_DAY + timedelta(seconds=i * step)
        clock = f"{moment:%H:%M:%S}" if step < 60 else f"{moment:%H:%M}"
        yield i * step, f"{moment.day} {moment:%b}" if i * step % _DAY == 0 else clock


def _month_ticks(low: float, high: float, step: int) -> Iterator[tuple[float, str]]:
    first, last = (_FIRST_DAY + timedelta(seconds=moment) for moment in (low, high))
    for month in range(ceil((first.year * 12 + first.month - 1) / step) * step, last.year * 12 + last.month, step):
        date = datetime(month // 12, month % 12 + 1, 1)
        moment = (date - _FIRST_DAY) / timedelta(seconds=1)
        if low <= moment <= high:
            yield moment, f"{date:%Y}" if step % 12 == 0 else f"{date:%b} {date.year}"
