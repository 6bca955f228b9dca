"""Job logs in the Standard Workload Format, version 2.2 (Feitelson's Parallel Workloads Archive)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from logging import getLogger
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError, UsageError, shown
from optimizer.formats.complaints import convert
from optimizer.formats.files import FilePath, read_text, stem
from optimizer.instance import Instance
from optimizer.units import LARGEST, FloatArray, Number

_FIELDS = 18
_JOB, _SUBMIT, _RUN_TIME, _ALLOCATED, _REQUESTED, _REQUESTED_TIME, _USER = 0, 1, 3, 4, 7, 8, 11

_log = getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """A part of a trace; the first arrival in it becomes time 0.

    Parameters
    ----------
    begin, end : number or None
        Only jobs that arrive in [begin, end), seconds of the trace; None: from the first, to the last.
    skip : int
        Leave out so many of these jobs, >= 0, in order of arrival.
    jobs : int or None
        Then keep so many, >= 1; None: all.
    """

    begin: Number | None = None
    end: Number | None = None
    skip: int = 0
    jobs: int | None = None

    def __post_init__(self) -> None:
        if self.begin is not None and self.end is not None and self.begin >= self.end:
            raise UsageError(f"window end {self.end}: expected a time after its begin {self.begin}")
        if self.skip < 0:
            raise UsageError(f"window skip {self.skip}: expected a whole number >= 0")
        if self.jobs is not None and self.jobs < 1:
            raise UsageError(f"window jobs {self.jobs}: expected a whole number >= 1")


def read_swf(path: FilePath, *, processors: int | None = None, window: Window | None = None) -> Instance:
    """Return the jobs of a trace on a pool of one resource, ``processors``.

    A job takes its requested processors, else the allocated ones; policies believe its requested time, at least its
    run time. Jobs that did not run, without processors or arrival, or larger than the machine are left out, and a
    warning of the logger ``optimizer.formats.swf`` says how many.

    Parameters
    ----------
    path : path
        The file; ``.gz`` is unpacked.
    processors : int or None
        Size of the machine, >= 1; None: ``MaxProcs`` of the header, else ``MaxNodes``.
    window : Window or None
        A part of the trace, taken after jobs were left out; None: all, arrivals as in the trace.

    Raises
    ------
    InputError
        For lines that are not 18 numbers (with the line), an unknown size of the machine, an empty window.
    UsageError
        For processors below 1.
    InstanceError
        When the trace contradicts itself, as by a job number that stands twice.
    """
    text, source = read_text(path), str(path)
    header = dict(re.findall(r"^;\s*(\w+):\s*(-?\d+)\s*$", text, re.MULTILINE))
    machine = _machine(header, processors, source)
    rows = _clean(_parse(text, source), machine, source)
    rows = rows[np.argsort(rows[:, _SUBMIT], kind="stable")]
    origin: Number = 0
    if window is not None:
        rows = _cut(rows, window, source)
        origin = _numbers(rows[:1, _SUBMIT])[0]
    raw: dict[str, Any] = {
        "name": stem(path),
        "time_unit": "second",
        "resources": {"processors": machine},
        "jobs": _jobs(rows, origin),
    }
    began = int(header.get("UnixStartTime", 0))
    if began > 0:
        raw["start"] = _wall_clock(began, origin, source)
    return convert(raw, Instance, source)


def _wall_clock(began: int, origin: Number, source: str) -> datetime:
    try:
        return datetime.fromtimestamp(began, UTC) + timedelta(seconds=origin)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(f"{source}: UnixStartTime {began} in the header, expected seconds since 1970") from error


def _machine(header: dict[str, str], processors: int | None, source: str) -> int:
    if processors is not None:
        if processors < 1:
            raise UsageError(f"processors {processors}: expected a whole number >= 1")
        return processors
    for key in ("MaxProcs", "MaxNodes"):
        if int(header.get(key, 0)) > 0:
            return int(header[key])
    raise InputError(f"{source}: neither MaxProcs nor MaxNodes in the header; give the number of processors")


def _parse(text: str, source: str) -> FloatArray:
    """Return the fields of all jobs, float64[J, 18]."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(";")]
    if not lines:
        raise InputError(f"{source}: no jobs in the trace")
    try:
        table: FloatArray = np.loadtxt(lines, dtype=np.float64, comments=None, ndmin=2)
    except ValueError as error:
        raise _bad_line(text, source) from error
    if table.shape[1] != _FIELDS or not (np.abs(table) <= LARGEST).all():
        raise _bad_line(text, source)
    return table


def _bad_line(text: str, source: str) -> InputError:
    """Return the complaint about the first line that is not 18 numbers."""
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0].startswith(";"):
            continue
        if len(fields) != _FIELDS:
            return InputError(f"{source}: line {number}: {len(fields)} fields, expected {_FIELDS}")
        for column, field in enumerate(fields, start=1):
            if not _is_number(field):
                where = f"{source}: line {number}, field {column}"
                return InputError(f"{where}: {shown(field)}, expected a number of at most {LARGEST:.0e}")
    raise AssertionError("asked only about a text with such a line")


def _is_number(field: str) -> bool:
    try:
        return "_" not in field and abs(float(field)) <= LARGEST
    except ValueError:
        return False


def _processors(rows: FloatArray) -> FloatArray:
    return np.where(rows[:, _REQUESTED] > 0, rows[:, _REQUESTED], rows[:, _ALLOCATED])


def _clean(rows: FloatArray, machine: int, source: str) -> FloatArray:
    """Return the jobs that can be scheduled; say how many were left out, and why."""
    reasons: dict[str, NDArray[np.bool_]] = {
        "did not run": rows[:, _RUN_TIME] <= 0,
        "without an arrival": rows[:, _SUBMIT] < 0,
        "without processors": _processors(rows) <= 0,
        f"larger than {machine} processors": _processors(rows) > machine,
    }
    kept = np.ones(len(rows), dtype=bool)
    parts = []
    for reason, applies in reasons.items():
        if count := int((kept & applies).sum()):
            parts.append(f"{count} {reason}")
        kept &= ~applies
    if parts:
        _log.warning("%s: %d of %d jobs left out: %s", source, (~kept).sum(), len(rows), ", ".join(parts))
    if not kept.any():
        raise InputError(f"{source}: no job of the trace can be scheduled: {', '.join(parts)}")
    return rows[kept]


def _cut(rows: FloatArray, window: Window, source: str) -> FloatArray:
    """Return the jobs of ``window``; ``rows`` are in order of arrival."""
    begin = -np.inf if window.begin is None else window.begin
    end = np.inf if window.end is None else window.end
    inside = rows[(rows[:, _SUBMIT] >= begin) & (rows[:, _SUBMIT] < end)]
    part = inside[window.skip :][: window.jobs]
    if not len(part):
        first, last = _numbers(rows[[0, -1], _SUBMIT])
        raise InputError(f"{source}: no job in the window: {len(rows)} jobs arrive from {first} to {last} s")
    return part


def _jobs(rows: FloatArray, origin: Number) -> list[dict[str, Any]]:
    """Return the jobs as plain data; the keys are those of an instance file."""
    columns = zip(
        _numbers(rows[:, _JOB]),
        _numbers(rows[:, _SUBMIT] - origin),
        _numbers(rows[:, _RUN_TIME]),
        _numbers(np.maximum(rows[:, _REQUESTED_TIME], rows[:, _RUN_TIME])),
        _numbers(_processors(rows)),
        _numbers(rows[:, _USER]),
        strict=True,
    )
    return [
        {
            "id": str(job),
            "arrival": arrival,
            "duration": duration,
            "estimate": estimate,
            "user": f"user{user}" if user >= 0 else None,
            "demand": {"processors": processors},
        }
        for job, arrival, duration, estimate, processors, user in columns
    ]


def _numbers(column: FloatArray) -> list[Number]:
    """Return a column as integers where all of it is whole."""
    whole = (column == np.rint(column)).all()
    numbers: list[Number] = (column.astype(np.int64) if whole else column).tolist()
    return numbers
