from io import StringIO

import numpy as np
from rich.console import Console

from optimizer.bounds.bound import BoundRow, Bounds
from optimizer.bounds.catalogue import Holds
from optimizer.instance import Instance, Job
from optimizer.problem import Problem
from optimizer.render.bound_table import bound_document, bound_table
from optimizer.schedule import Schedule

JOBS = tuple(Job(name, duration=2, demand={"gpu": 1}, deadline=4) for name in "ab")
PROBLEM = Problem.of(Instance(JOBS, resources={"gpu": 1}))


def row(name: str, value: float | None, holds: Holds, *, cut_short: bool = False, note: str = "") -> BoundRow:
    return BoundRow(name, value, 0.5, holds, cut_short, False, note, "source 2000")


BOUNDS = Bounds(
    PROBLEM,
    (
        row("one", 2.0, Holds.ALWAYS),
        row("two", 2.25, Holds.WITHOUT_PREEMPTION),
        row("three", 2.5, Holds.ON_TIME, cut_short=True),
        row("four", None, Holds.ON_TIME, note="too large"),
    ),
)


def starting(*starts: int) -> Schedule:
    return Schedule.starting(PROBLEM, np.array(starts), np.arange(2), np.zeros(2, dtype=np.int64))


def lines(schedule: Schedule | None = None) -> list[str]:
    file = StringIO()
    Console(file=file, width=100).print(bound_table(BOUNDS, schedule))
    return [" ".join(line.split()) for line in file.getvalue().splitlines()]


def test_one_line_a_bound_and_notes() -> None:
    text = lines()
    assert "one 2 0.5 s all schedules" in text
    assert "two 2.25 0.5 s without preemption" in text
    assert "three 2.5+ 0.5 s without preemption, on time" in text
    assert "four - 0.5 s without preemption, on time" in text
    assert {"value: mean flow time; times in slots", "+ more time would give more", "four: too large"} <= set(text)


def test_a_schedule_is_set_against_what_holds_for_it() -> None:
    assert "schedule: 3 slots, gap 16.7 %" in lines(starting(0, 2))
    assert "schedule: 3.5 slots, gap 35.7 %" in lines(starting(3, 0))  # late


def test_document_has_the_best_of_each_kind() -> None:
    document = bound_document(BOUNDS, starting(0, 2))
    assert document["best"] == {"all": 2.0, "without-preemption": 2.25, "without-preemption-on-time": 2.5}
    assert document["schedule"] == {"value": 3.0, "lower_bound": 2.5, "gap": 0.5 / 3}
    assert document["bounds"][3]["note"] == "too large"
    assert "schedule" not in bound_document(BOUNDS)
