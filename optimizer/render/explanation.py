"""Why an instance has no schedule, for people (``rich``) and as plain data."""

from collections.abc import Iterator
from typing import Any

from msgspec import to_builtins
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from optimizer.explanation import Conflict, Explanation
from optimizer.instance import Job, Unavailable
from optimizer.names import Status, TimeUnit
from optimizer.render.text import number_text, printable, time_text
from optimizer.units import Number

_DIGITS = 15
_SHOWN = 5
"""Times when capacity is taken away that are listed."""


def explanation_text(explanation: Explanation, unit: TimeUnit) -> Group:
    """Return what is known about the deadlines of an instance, with a line for each job of a conflict.

    Parameters
    ----------
    explanation : Explanation
        What is known.
    unit : TimeUnit
        Of the times of the instance.
    """
    conflict = explanation.conflict
    if conflict is None:
        if explanation.status is Status.FEASIBLE:
            return Group(Text("some schedule keeps all deadlines"))
        return Group(Text("it is not known whether a schedule keeps all deadlines"))
    return Group(Text(_headline(conflict)), _table(conflict, unit), *map(Text, _notes(conflict, unit)))


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """Return what is known about the deadlines of an instance as plain data."""
    document: dict[str, Any] = {"status": str(explanation.status), "stopped_by": str(explanation.stopped_by)}
    if (conflict := explanation.conflict) is not None:
        document["conflict"] = {
            "jobs": [job.id for job in conflict.jobs],
            "times": list(conflict.times),
            "resources": list(conflict.resources),
            "begin": conflict.begin,
            "end": conflict.end,
            "irreducible": conflict.irreducible,
            "resources_irreducible": conflict.resources_irreducible,
            "least_jobs": conflict.least_jobs,
            "work": {name: {"least": work, "capacity": area} for name, (work, area) in conflict.work.items()},
            "unavailable": [to_builtins(block) for block in conflict.unavailable],
        }
    return document


def _headline(conflict: Conflict) -> str:
    jobs = "this job cannot keep its deadline" if len(conflict.jobs) == 1 else (
        f"these {len(conflict.jobs)} jobs cannot all keep their deadlines"
    )  # fmt: skip
    lacking = " and ".join(map(printable, conflict.resources))
    return (
        f"no schedule keeps all deadlines: {jobs}, {f'for want of {lacking}' if lacking else 'whatever the capacity'}"
    )


def _table(conflict: Conflict, unit: TimeUnit) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("job", overflow="fold")
    least = "least " if any(job.modes for job in conflict.jobs) else ""
    for heading in ("arrival", "deadline", "shortest run time", *(f"{least}{name}" for name in conflict.resources)):
        table.add_column(Text(printable(heading)), justify="right")
    before = [_before(job, conflict, unit) for job in conflict.jobs]
    if any(before):
        table.add_column("after", overflow="fold")
    for job, time, others in zip(conflict.jobs, conflict.times, before, strict=True):
        cells = [*_cells(job, time, conflict, unit), others]
        table.add_row(*map(Text, cells[: len(table.columns)]))
    return table


def _cells(job: Job, time: Number, conflict: Conflict, unit: TimeUnit) -> Iterator[str]:
    yield printable(job.id)
    yield _time(job.arrival, unit)
    yield "none" if job.deadline is None else _time(job.deadline, unit)
    yield _time(time, unit)
    for name in conflict.resources:
        yield _exact(min(mode.demand.get(name, 0) for mode in job.alternatives))


def _before(job: Job, conflict: Conflict, unit: TimeUnit) -> str:
    """Return the jobs of the conflict that a job waits for, with the lags after them."""
    ids = {other.id for other in conflict.jobs}
    lags: dict[str, Number] = {}
    for entry in job.predecessors:
        if entry.job in ids:
            lags[entry.job] = max(entry.lag, lags.get(entry.job, 0))
    return ", ".join(f"{printable(name)}{f' + {_time(lag, unit)}' if lag else ''}" for name, lag in lags.items())


def _notes(conflict: Conflict, unit: TimeUnit) -> Iterator[str]:
    span = f"from the first arrival to the last deadline, {_time(conflict.begin, unit)} to {_time(conflict.end, unit)}"
    for name, (work, area) in conflict.work.items():
        amount = f"{printable(name)}: they take {_exact(work)} {printable(name)} x {unit}s at least"
        yield f"{amount}; {span}, there are {_exact(area)}"
    yield from (_away(block, unit) for block in conflict.unavailable[:_SHOWN])
    if (more := len(conflict.unavailable) - _SHOWN) > 0:
        yield f"… and {more} more times when capacity is taken away"
    if len(conflict.jobs) > 1:
        yield f"{_whether_needed(conflict)}, {_whether_fewer(conflict)}"
    if not conflict.resources_irreducible:
        yield "it is not known whether all of these resources are needed for that: there was no time, or no answer"


def _whether_needed(conflict: Conflict) -> str:
    if conflict.irreducible:
        return "without any one of them the others can keep theirs"
    return "it is not known whether all of them are needed for that: there was no time, or no answer"


def _whether_fewer(conflict: Conflict) -> str:
    if conflict.is_smallest:
        return "and no fewer jobs are in conflict"
    least = "" if conflict.least_jobs == 1 else f", {conflict.least_jobs} at least,"
    return f"and it is not known whether fewer jobs{least} are in conflict"


def _away(block: Unavailable, unit: TimeUnit) -> str:
    amount = "all" if block.amount is None else _exact(block.amount)
    what = "resources" if block.resource is None else printable(block.resource)
    where = "" if block.node is None else f" of {printable(block.node)}"
    return f"not available from {_time(block.start, unit)} to {_time(block.end, unit)}: {amount} {what}{where}"


def _exact(value: float) -> str:
    """Return a number with all its digits, for here figures that are almost equal say why."""
    return number_text(value, _DIGITS)


def _time(value: float, unit: TimeUnit) -> str:
    return time_text(value, unit, _DIGITS)
