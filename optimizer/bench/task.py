"""What a run needs to be run anywhere, and what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from optimizer.bench.machine import machine
from optimizer.bench.row import Row, Run


@dataclass(frozen=True)
class Task:
    """A run with all that it takes; it may travel to another machine.

    Parameters
    ----------
    run : Run
        What is asked for.
    instance : bytes
        The instance as JSON.
    best_known : float or None
        Goes into the row.
    hard_limit : float
        Seconds after which the run is ended by force.
    """

    run: Run
    instance: bytes
    best_known: float | None
    hard_limit: float


@dataclass(frozen=True)
class Finding:
    """What a run says about itself; parameters as those of :class:`~optimizer.bench.row.Row`."""

    outcome: str
    reason: str | None = None
    value: float | None = None
    lower_bound: float | None = None
    preemptive: bool = False
    build_time: float | None = None
    solve_time: float | None = None
    peak_memory: int | None = None
    trace: tuple[tuple[float, float | None, float | None], ...] = ()


def make_row(task: Task, finding: Finding, total_time: float | None = None, peak_memory: int | None = None) -> Row:
    """Return the row of a run that has just ended on this machine.

    Parameters
    ----------
    task : Task
        What was to be done.
    finding : Finding
        What it came to.
    total_time : float or None
        Seconds of the whole process.
    peak_memory : int or None
        Bytes, as seen from outside; the larger of it and what the run says counts.
    """
    return Row(
        run=task.run,
        outcome=finding.outcome,
        reason=finding.reason,
        value=finding.value,
        lower_bound=finding.lower_bound,
        best_known=task.best_known,
        preemptive=finding.preemptive,
        build_time=finding.build_time,
        solve_time=finding.solve_time,
        total_time=total_time,
        peak_memory=max(peak_memory or 0, finding.peak_memory or 0) or None,
        trace=finding.trace,
        machine=machine(),
        finished=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
