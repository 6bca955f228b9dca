"""What bounds came to, for people (``rich``) and as plain data."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from optimizer.bounds.bound import BoundRow, Bounds
from optimizer.bounds.catalogue import Holds
from optimizer.objective import evaluate
from optimizer.render.text import number_text, objective_text, percent_text, words
from optimizer.result import relative_gap
from optimizer.schedule import Schedule
from optimizer.validation import deadline_misses

_FOR = {
    Holds.ALWAYS: "all schedules",
    Holds.WITHOUT_PREEMPTION: "without preemption",
    Holds.ON_TIME: "without preemption, on time",
}


def bound_table(bounds: Bounds, schedule: Schedule | None = None) -> Group:
    """Return one line a bound, the best of each kind of schedules in bold, and the gap of a schedule.

    Parameters
    ----------
    bounds : Bounds
        What is known.
    schedule : Schedule or None
        On the grid of the instance.
    """
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("bound", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("run time", justify="right", no_wrap=True)
    table.add_column("holds for")
    best = {_best(bounds, holds) for holds in Holds}
    for row in bounds.rows:
        value = Text(_value_text(row), style="bold" if row.value is not None and row.value in best else "")
        table.add_row(row.name, value, f"{number_text(row.seconds, 2)} s", _FOR[row.holds])
    return Group(table, *(Text(note) for note in _notes(bounds, schedule)))


def bound_document(bounds: Bounds, schedule: Schedule | None = None) -> dict[str, Any]:
    """Return what bounds came to as plain data; parameters as for :func:`bound_table`."""
    document: dict[str, Any] = {
        "objective": str(bounds.problem.objective),
        "infeasible": bounds.infeasible,
        "best": {str(holds): _best(bounds, holds) for holds in Holds},
        "bounds": [{**asdict(row), "holds": str(row.holds)} for row in bounds.rows],
    }
    if schedule is not None:
        value, bound = _value_and_bound(bounds, schedule)
        document["schedule"] = {"value": value, "lower_bound": bound, "gap": relative_gap(value, bound)}
    return document


def _best(bounds: Bounds, holds: Holds) -> float | None:
    """Return the best bound on the schedules of ``holds``."""
    return bounds.best(preemptive=holds is Holds.ALWAYS, late=holds is not Holds.ON_TIME)


def _value_text(row: BoundRow) -> str:
    if row.value is None:
        return "-"
    return number_text(row.value, 5) + "+" * row.cut_short


def _notes(bounds: Bounds, schedule: Schedule | None) -> Iterator[str]:
    problem = bounds.problem
    unit = problem.instance.time_unit
    yield f"value: {words(problem.objective)}; times in {unit}s"
    if any(row.cut_short and row.value is not None for row in bounds.rows):
        yield "+ more time would give more"
    for row in bounds.rows:
        if row.note:
            yield f"{row.name}: {row.note}"
    if schedule is not None:
        value, bound = _value_and_bound(bounds, schedule)
        gap = relative_gap(value, bound)
        text = f"schedule: {objective_text(problem.objective, value, unit)}"
        yield text if gap is None else f"{text}, gap {percent_text(gap)}"


def _value_and_bound(bounds: Bounds, schedule: Schedule) -> tuple[float, float | None]:
    """Return the value of a schedule and the best bound that holds for its kind."""
    late = deadline_misses(bounds.problem, schedule) > 0
    return evaluate(bounds.problem, schedule), bounds.best(preemptive=schedule.preemptive, late=late)
