"""The run behind a schedule file, with its figures computed anew."""

from collections.abc import Iterator
from math import inf, isfinite

from optimizer.errors import InstanceError, Issue
from optimizer.formats.files import FilePath
from optimizer.formats.schedule_file import ScheduleDocument, read_document, schedule_in
from optimizer.instance import Instance
from optimizer.metrics import Metrics
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.result import Progress, Result


def read_result(path: FilePath, instance: Instance) -> Result:
    """Return the run in a schedule file of ``instance``; its schedule may break any rule but is complete.

    Value and metrics are those of the schedule; bound, status and trace are what the file says.

    Raises
    ------
    InputError, InstanceError
        As :func:`~optimizer.formats.schedule_file.read_schedule` does, and InstanceError when the trace is none.
    """
    document = read_document(path)
    issues = [*_trace_issues(document)]
    if issues:
        raise InstanceError(issues, str(path))
    problem = Problem.of(instance, document.objective)
    schedule = schedule_in(document, problem, str(path))
    return Result(
        problem=problem,
        solver=document.solver,
        options=document.options,
        seed=document.seed,
        threads=document.threads,
        status=document.status,
        stopped_by=document.stopped_by,
        schedule=schedule,
        value=None if schedule is None else evaluate(problem, schedule),
        lower_bound=document.lower_bound,
        metrics=None if schedule is None else Metrics.of(problem, schedule),
        time_step=document.time_step,
        runtime=document.runtime_s,
        trace=tuple(Progress(*row) for row in document.trace),
    )


def _trace_issues(document: ScheduleDocument) -> Iterator[Issue]:
    """Yield what keeps a trace from being values and bounds over time."""
    before = 0.0
    for i, (elapsed, *figures) in enumerate(document.trace):
        if not before <= elapsed < inf:
            expected = f"a number of seconds >= {before:g}" + ", which the row before has" * (i > 0)
            yield Issue(f"trace[{i}][0]", elapsed, expected)
        else:
            before = elapsed
        for place, figure in enumerate(figures, 1):
            if figure is not None and not isfinite(figure):
                yield Issue(f"trace[{i}][{place}]", figure, "a finite number or null")
