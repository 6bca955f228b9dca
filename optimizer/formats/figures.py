"""The figures that stand in a schedule file, compared with the true ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from optimizer.metrics import Metrics
from optimizer.names import Status
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.result import relative_gap
from optimizer.schedule import Schedule
from optimizer.validation import deadline_misses

if TYPE_CHECKING:
    from optimizer.formats.schedule_file import ScheduleDocument

_TOLERANCE = 1e-6
_GAP_TOLERANCE = 1e-5


def wrong_figures(problem: Problem, schedule: Schedule, document: ScheduleDocument) -> Iterator[str]:
    """Yield what the file says about its schedule and is not true.

    Parameters
    ----------
    problem : Problem
        With the objective of the file, on the instance's own grid.
    schedule : Schedule
        The file's, valid but for deadlines.
    document : ScheduleDocument
        The file.
    """
    value = evaluate(problem, schedule)
    if not _is_close(document.value, value):
        yield f"value {document.value} is written, {value:.9g} is true ({problem.objective})"
    if document.status is Status.LATE and deadline_misses(problem, schedule) == 0:
        yield "called late, but every deadline is kept"
    yield from _bound(document, value)
    yield from _metrics(document.metrics, Metrics.of(problem, schedule).as_dict(), "metrics")


def wrong_claims(document: ScheduleDocument) -> Iterator[str]:
    """Yield what a file without a schedule says about one."""
    for name in ("value", "gap"):
        if getattr(document, name) is not None:
            yield f"{name} {getattr(document, name)} is written, but there is no schedule: status {document.status}"
    if document.metrics:
        yield f"metrics are written, but there is no schedule: status {document.status}"
    if document.status is Status.INFEASIBLE and document.lower_bound is not None:
        yield f"lower bound {document.lower_bound} is written, but no schedule exists"


def wrong_heading(problem: Problem, document: ScheduleDocument) -> Iterator[str]:
    """Yield what cannot be in the first lines of a file."""
    if document.instance.jobs != problem.jobs:
        yield f"instance.jobs {document.instance.jobs} is written, {problem.jobs} is true"
    if document.time_step < 1:
        yield f"time_step {document.time_step} is written, expected at least 1"
    if document.threads < 1:
        yield f"threads {document.threads} is written, expected at least 1"
    if not document.runtime_s >= 0:
        yield f"runtime_s {document.runtime_s} is written, expected at least 0"


def _bound(document: ScheduleDocument, value: float) -> Iterator[str]:
    bound, gap = document.lower_bound, relative_gap(value, document.lower_bound)
    if bound is not None and bound > value and not _is_close(bound, value):
        yield f"lower bound {bound} is above the value {value:.9g}"
    if (gap is None) != (document.gap is None) or not _is_close(document.gap or 0.0, gap or 0.0, _GAP_TOLERANCE):
        yield f"gap {document.gap} is written, {gap} is true"
    if document.status is Status.OPTIMAL and (gap is None or gap > _TOLERANCE):
        yield "called optimal without a bound that proves it"


def _metrics(written: dict[str, Any], true: dict[str, Any], path: str) -> Iterator[str]:
    for name, figure in true.items():
        here = f"{path}.{name}"
        if name not in written:
            yield f"{here} is missing"
        elif isinstance(figure, dict) and isinstance(written[name], dict):
            yield from _metrics(written[name], figure, here)
        elif not _is_close(written[name], figure):
            yield f"{here} {written[name]} is written, {figure} is true"


def _is_close(written: Any, true: Any, tolerance: float = _TOLERANCE) -> bool:
    if not isinstance(written, (int, float)) or not isinstance(true, (int, float)):
        return False
    return abs(written - true) <= tolerance * max(1.0, abs(true))
