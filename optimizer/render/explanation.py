"""Why an instance has no schedule, for people (``rich``) and as plain data."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from optimizer.explanation import Conflict, Explanation
from optimizer.instance import Job
from optimizer.names import Status, TimeUnit
from optimizer.render.text import number_text, printable, time_text
from optimizer.units import Number


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
            "resources": list(conflict.resources),
            "begin": conflict.begin,
            "end": conflict.end,
            "smallest": conflict.smallest,
            "work": {name: {"least": work, "capacity": area} for name, (work, area) in conflict.work.items()},
        }
    return document


def _headline(conflict: Conflict) -> str:
    jobs = "this job cannot keep its deadline" if len(conflict.jobs) == 1 else (
        f"these {len(conflict.jobs)} jobs cannot all keep their deadlines"
    )  # fmt: skip
    why = f"for want of {' and '.join(conflict.resources)}" if conflict.resources else "whatever the capacity"
    return f"no schedule keeps all deadlines: {jobs}, {why}"


def _table(conflict: Conflict, unit: TimeUnit) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("job", overflow="fold")
    for heading in ("arrival", "deadline", "shortest run time", *conflict.resources):
        table.add_column(heading, justify="right")
    if any(job.after for job in conflict.jobs):
        table.add_column("after", overflow="fold")
    for job, time in zip(conflict.jobs, conflict.times, strict=True):
        table.add_row(*map(Text, _cells(job, time, conflict, unit)))
    return table


def _cells(job: Job, time: Number, conflict: Conflict, unit: TimeUnit) -> Iterator[str]:
    modes = job.modes or (job,)
    yield printable(job.id)
    yield time_text(job.arrival, unit)
    yield "none" if job.deadline is None else time_text(job.deadline, unit)
    yield time_text(time, unit)
    for name in conflict.resources:
        yield number_text(min(mode.demand.get(name, 0) for mode in modes))
    if any(other.after for other in conflict.jobs):
        yield printable(", ".join(entry.job for entry in job.predecessors))


def _notes(conflict: Conflict, unit: TimeUnit) -> Iterator[str]:
    begin, end = time_text(conflict.begin, unit), time_text(conflict.end, unit)
    span = f"from the first arrival to the last deadline, {begin} to {end}"
    for name, (work, area) in conflict.work.items():
        yield f"{name}: they take {number_text(work)} {name} x {unit}s at least; {span}, there are {number_text(area)}"
    if conflict.smallest and len(conflict.jobs) > 1:
        yield "without any one of them the others can keep theirs"
    if not conflict.smallest:
        yield "time ran out: fewer of them may be enough"
