"""The run behind a schedule file, with its figures computed anew."""

from optimizer.formats.files import FilePath
from optimizer.formats.schedule_file import read_document, schedule_in
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
        As :func:`~optimizer.formats.schedule_file.read_schedule` does.
    """
    document = read_document(path)
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
