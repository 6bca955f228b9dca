from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.instance import Instance, Job
from optimizer.names import TimeUnit
from optimizer.render.ticks import axis_title, fitting_ticks, time_ticks

MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)


def instance(unit: TimeUnit = TimeUnit.SLOT, start: datetime | None = None) -> Instance:
    return Instance((Job("a", duration=1),), resources={"cpu": 1}, time_unit=unit, start=start)


def test_numbers_are_round() -> None:
    ticks = time_ticks(instance(), (0, 25.5), 6)
    assert [(tick.position, tick.label) for tick in ticks] == [(5 * i, str(5 * i)) for i in range(6)]
    assert [tick.label for tick in time_ticks(instance(), (0.1, 0.31), 2)] == ["0.2"]
    assert [tick.label for tick in time_ticks(instance(), (0, 4000), 4)] == ["0", "1,000", "2,000", "3,000", "4,000"]


@pytest.mark.parametrize(
    ("unit", "end", "labels"),
    [
        (TimeUnit.SECOND, 30, ["08:00:00", "08:00:10", "08:00:20", "08:00:30"]),
        (TimeUnit.MINUTE, 90, ["08:00", "08:30", "09:00", "09:30"]),
        (TimeUnit.HOUR, 40, ["12:00", "6 Jan", "12:00", "7 Jan"]),
        (TimeUnit.DAY, 20, ["12 Jan", "19 Jan"]),
        (TimeUnit.DAY, 100, ["Feb 2026", "Mar 2026", "Apr 2026"]),
        (TimeUnit.DAY, 1100, ["2027", "2028", "2029"]),
    ],
)
def test_dates_fall_on_round_moments(unit: TimeUnit, end: float, labels: list[str]) -> None:
    assert [tick.label for tick in time_ticks(instance(unit, MONDAY), (0, end), 4)] == labels


def test_dates_are_those_of_the_zone_of_the_start() -> None:
    start = datetime(2026, 1, 5, 22, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    ticks = time_ticks(instance(TimeUnit.HOUR, start), (0, 4), 4)
    assert [(tick.position, tick.label) for tick in ticks] == [
        (0.5, "23:00"),
        (1.5, "6 Jan"),
        (2.5, "01:00"),
        (3.5, "02:00"),
    ]
    assert axis_title(instance(TimeUnit.HOUR, start), (0, 4)) == "UTC+05:30, from 2026-01-05 22:30"


def test_without_a_calendar_the_axis_is_in_units() -> None:
    assert axis_title(instance(TimeUnit.MINUTE), (0, 9)) == "time in minutes"
    assert axis_title(instance(TimeUnit.SLOT, MONDAY), (0, 9)) == "time in slots"
    beyond = instance(TimeUnit.DAY, MONDAY), (0.0, 9e12)
    assert axis_title(*beyond) == "time in days"
    assert [tick.position for tick in time_ticks(*beyond, 5)] == [0, 2e12, 4e12, 6e12, 8e12]


@given(
    st.floats(0, 1e9),
    st.floats(1e-6, 1e9),
    st.integers(20, 200),
    st.sampled_from(TimeUnit),
    st.sampled_from([None, MONDAY]),
)
def test_labels_have_room(low: float, length: float, characters: int, unit: TimeUnit, start: datetime | None) -> None:
    window = (low, low + length)
    if window[1] <= low:
        return
    ticks = fitting_ticks(instance(unit, start), window, characters)
    tolerance = 1e-6 * max(1, length)
    for tick in ticks:
        assert low - tolerance <= tick.position <= window[1] + tolerance
    for a, b in pairwise(ticks):
        assert (b.position - a.position) / length * characters > len(a.label)
