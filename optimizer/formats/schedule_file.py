"""Schedule files: the outcome of a run as JSON, written and read (docs/formats.md, section 3)."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET, Struct, UnsetType

from optimizer.errors import InputError, InstanceError, Issue
from optimizer.formats.figures import wrong_claims, wrong_figures, wrong_heading
from optimizer.formats.files import FilePath, json_text, read_text, write_whole
from optimizer.formats.structured import decode_json
from optimizer.instance import Instance
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Result
from optimizer.schedule import Schedule, Segments, scheduled_jobs
from optimizer.units import MILLION, Number, is_exact, millionths
from optimizer.validation import violations
from optimizer.version import __version__


class InstanceReference(Struct, frozen=True):
    """Which instance a schedule is of."""

    name: str
    jobs: int
    sha256: str


class SegmentRow(Struct, frozen=True):
    """One piece of a preempted job."""

    start: Number
    end: Number
    node: str | None = None


class JobRow(Struct, frozen=True):
    """One scheduled job; ``segments`` only when it was preempted."""

    id: str
    start: Number
    end: Number
    mode: int = 0
    node: str | None = None
    segments: tuple[SegmentRow, ...] | UnsetType = UNSET


class ScheduleDocument(Struct, frozen=True):
    """A schedule file; further keys in it are let through. ``sources`` only when several solvers worked on it."""

    format: Literal["schedule/1"]
    instance: InstanceReference
    solver: str
    options: dict[str, Any]
    seed: int
    threads: int
    version: str
    status: Status
    stopped_by: StoppedBy
    objective: Objective
    value: float | None
    lower_bound: float | None
    gap: float | None
    preemptive: bool
    time_step: int
    runtime_s: float
    metrics: dict[str, Any]
    jobs: tuple[JobRow, ...]
    trace: tuple[tuple[float, float | None, float | None], ...]
    sources: tuple[str | None, ...] | UnsetType = UNSET


class StoredSchedule(NamedTuple):
    """What :func:`read_schedule` found.

    Parameters
    ----------
    schedule : Schedule or None
        On the instance's own grid; None when the run found none.
    document : dict
        The file's content.
    """

    schedule: Schedule | None
    document: dict[str, Any]


def schedule_document(result: Result) -> dict[str, Any]:
    """Return the content of the schedule file of a run, as plain data in the order of the format."""
    instance = result.problem.instance
    document = ScheduleDocument(
        format="schedule/1",
        instance=InstanceReference(instance.name, len(instance.jobs), instance.sha256),
        solver=result.solver,
        options=dict(result.options),
        seed=result.seed,
        threads=result.threads,
        version=__version__,
        status=result.status,
        stopped_by=result.stopped_by,
        objective=result.objective,
        value=result.value,
        lower_bound=result.lower_bound,
        gap=result.gap,
        preemptive=result.preemptive,
        time_step=result.time_step,
        runtime_s=result.runtime,
        metrics={} if result.metrics is None else result.metrics.as_dict(),
        jobs=() if result.schedule is None else tuple(_rows(result.problem, result.schedule)),
        trace=tuple((moment.elapsed, moment.value, moment.lower_bound) for moment in result.trace),
        sources=_sources(result),
    )
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain


def _sources(result: Result) -> tuple[str | None, ...] | UnsetType:
    """Return which solver of a run that has several found each row of the trace."""
    sources = tuple(moment.source for moment in result.trace)
    return sources if any(sources) else UNSET


def _rows(problem: Problem, schedule: Schedule) -> Iterator[JobRow]:
    for job in scheduled_jobs(problem, schedule):
        pieces = tuple(SegmentRow(piece.start, piece.end, piece.node) for piece in job.segments)
        yield JobRow(job.id, job.start, job.end, job.mode, job.node, pieces if len(pieces) > 1 else UNSET)


def save_result(result: Result, path: FilePath) -> None:
    """Write the schedule file of a run, whole or not at all.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    write_whole(path, json_text(schedule_document(result)))


def read_schedule(path: FilePath, problem: Problem, *, allow_other: bool = False) -> StoredSchedule:
    """Return the schedule in a file, on the grid of ``problem``; it may break any rule but is complete.

    Parameters
    ----------
    path : path
        A schedule file.
    problem : Problem
        On the instance's own grid.
    allow_other : bool
        Also take the schedule of an instance with other content, as long as jobs, modes and nodes are known.

    Raises
    ------
    InputError
        When the file cannot be read, or is a schedule of another instance.
    InstanceError
        With the path of all that is wrong: keys, types, unknown or missing jobs, modes and nodes that do not exist,
        times that lie between the steps of the grid.
    """
    document = read_document(path)
    schedule = schedule_in(document, problem, str(path), allow_other=allow_other)
    return StoredSchedule(schedule, msgspec.to_builtins(document))


def schedule_in(
    document: ScheduleDocument, problem: Problem, source: str, *, allow_other: bool = False
) -> Schedule | None:
    """Return the schedule of a document; parameters and errors as for :func:`read_schedule`, from ``source``."""
    if not allow_other:
        _require_same_instance(document, problem.instance, source)
    return _schedule(document, problem, source)


def check_schedule(path: FilePath, instance: Instance) -> list[str]:
    """Return all that is wrong with the schedule in a file, its figures included; empty when it holds.

    Parameters
    ----------
    path : path
        A schedule file.
    instance : Instance
        What it is a schedule of.

    Raises
    ------
    InputError
        When the file cannot be read, or is a schedule of another instance.
    InstanceError
        When its keys or types are wrong.
    """
    document = read_document(path)
    _require_same_instance(document, instance, str(path))
    problem = Problem.of(instance, document.objective)
    try:
        schedule = _schedule(document, problem, str(path))
    except InstanceError as error:
        return [str(issue) for issue in error.issues]
    if schedule is None:
        return [*wrong_heading(problem, document), *wrong_claims(document)]
    late_allowed = document.status is Status.LATE
    broken = [str(violation) for violation in violations(problem, schedule, late_allowed=late_allowed)]
    return broken or [*wrong_heading(problem, document), *wrong_figures(problem, schedule, document)]


def read_document(path: FilePath) -> ScheduleDocument:
    """Return the content of a schedule file; InputError or InstanceError when it is none."""
    return decode_json(read_text(path), ScheduleDocument, str(path))


def _require_same_instance(document: ScheduleDocument, instance: Instance, source: str) -> None:
    other = document.instance
    if other.sha256 != instance.sha256:
        found = f"a schedule of the instance {other.name!r} (sha256 {other.sha256[:12]}…)"
        raise InputError(f"{source}: {found}, expected one of {instance.name!r} (sha256 {instance.sha256[:12]}…)")


def _schedule(document: ScheduleDocument, problem: Problem, source: str) -> Schedule | None:
    """Return the document's schedule; None when its status says that there is none."""
    if document.status in (Status.INFEASIBLE, Status.UNKNOWN):
        if document.jobs:
            raise InstanceError([Issue("jobs", f"{len(document.jobs)} jobs", f"none when {document.status}")], source)
        return None
    place = {job.id: j for j, job in enumerate(problem.instance.jobs)}
    issues = [*_row_issues(document, problem, place)]
    if issues:
        raise InstanceError(issues, source)
    rows = sorted(document.jobs, key=lambda row: place[row.id])
    return _arrays(document.preemptive, rows, problem)


def _row_issues(document: ScheduleDocument, problem: Problem, place: dict[str, int]) -> Iterator[Issue]:
    """Yield what keeps the rows from being a schedule of every job, on existing modes and nodes, on the grid."""
    seen: set[str] = set()
    modes = np.diff(problem.mode_start).tolist()
    nodes = frozenset(problem.instance.node_ids)
    for i, row in enumerate(document.jobs):
        here = f"jobs[{i}]"
        if row.id not in place:
            yield Issue(f"{here}.id", row.id, "the id of a job of the instance")
        elif row.id in seen:
            yield Issue(f"{here}.id", row.id, "each job once")
        elif not 0 <= row.mode < modes[place[row.id]]:
            yield Issue(f"{here}.mode", row.mode, f"a whole number from 0 to {modes[place[row.id]] - 1}")
        seen.add(row.id)
        yield from _place_issues(row, here, nodes, problem)
        if row.segments is UNSET:
            continue
        if not document.preemptive or not row.segments:
            yield Issue(f"{here}.segments", row.segments, "at least two of them, in a preemptive schedule only")
        for k, piece in enumerate(row.segments):
            yield from _place_issues(piece, f"{here}.segments[{k}]", nodes, problem)
    for name in place:
        if name not in seen:
            yield Issue("jobs", f"no {name!r}", "every job of the instance")


def _place_issues(
    row: JobRow | SegmentRow, path: str, nodes: frozenset[str | None], problem: Problem
) -> Iterator[Issue]:
    per_unit = problem.time_scale.per_unit
    for key in ("start", "end"):
        time = getattr(row, key)
        if not is_exact(time) or millionths(time) * per_unit % MILLION:
            step = problem.time_scale.number(1)
            yield Issue(f"{path}.{key}", time, f"a multiple of {step}, the grid of the instance")
    if row.node not in nodes:
        expected = "no node: the cluster is a pool" if None in nodes else "the id of a node"
        yield Issue(f"{path}.node", row.node, expected)


def _arrays(preemptive: bool, rows: list[JobRow], problem: Problem) -> Schedule:
    """Return the schedule of rows in the order of the instance."""
    scale, node = problem.time_scale, {name: v for v, name in enumerate(problem.instance.node_ids)}
    pieces = [row.segments or (row,) for row in rows]
    return Schedule(
        start=scale.array([row.start for row in rows]),
        end=scale.array([row.end for row in rows]),
        mode=problem.mode_start[:-1] + np.array([row.mode for row in rows], dtype=np.int64),
        node=np.array([node[row.node] for row in rows], dtype=np.int64),
        segments=Segments(
            first=np.array([*accumulate(map(len, pieces), initial=0)], dtype=np.int64),
            start=scale.array([piece.start for own in pieces for piece in own]),
            end=scale.array([piece.end for own in pieces for piece in own]),
            node=np.array([node[piece.node] for own in pieces for piece in own], dtype=np.int64),
        )
        if preemptive
        else None,
    )
