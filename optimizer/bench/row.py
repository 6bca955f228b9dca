"""One run of a sweep: what is asked for, and what it came to."""

import hashlib
import json
from dataclasses import asdict, dataclass

from optimizer.result import relative_gap

FAILURES = ("failed", "timeout", "memory", "killed")
"""Outcomes of runs that went wrong."""


@dataclass(frozen=True)
class Run:
    """What is asked for: one cell of the grid; the hash of all of it but the names is its key.

    Parameters
    ----------
    group : str
        Instances that are summed up together in a report, such as ``j30``.
    instance : str
        Name of the instance in the report, unique in its suite.
    content : str
        SHA-256 of the instance in its canonical form, hexadecimal.
    solver : str
        Solver as it is asked for, options included: ``genetic:population=80``.
    objective : str
        What is minimised.
    seed : int
        Of the solver.
    time_limit : float or None
        Seconds; None: no limit.
    threads : int
        For the solver; pools that libraries start on their own are pinned to one thread.
    schedules : int or None
        Generated schedules at most; None: no limit.
    memory : int or None
        Bytes that the process may take; None: no limit.
    version : str
        Of schedopt.
    """

    group: str
    instance: str
    content: str
    solver: str
    objective: str
    seed: int
    time_limit: float | None
    threads: int
    schedules: int | None
    memory: int | None
    version: str

    @property
    def key(self) -> str:
        """SHA-256 over what decides the outcome, hexadecimal."""
        parts = {name: value for name, value in asdict(self).items() if name not in ("group", "instance")}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Row:
    """What a run came to.

    Parameters
    ----------
    run : Run
        What was asked for.
    outcome : str
        A status of a run (``optimal``, ``feasible``, ``late``, ``infeasible``, ``unknown``), or why there is none:
        ``failed``, ``timeout`` (ended by force), ``memory``, ``killed``.
    reason : str or None
        The message of a run that went wrong; None for the others.
    value : float or None
        Of the schedule, as re-evaluated, in the objective's unit; None without one.
    lower_bound : float or None
        Proven for the schedules that the run may return; None when none is known.
    best_known : float or None
        From the suite's file of best known values; None when it has none.
    preemptive : bool
        Whether the schedule's jobs may be preempted: it is not to be set against the bounds of others.
    build_time, solve_time, total_time : float or None
        Seconds to read and build, to solve, and of the whole process; None when it did not get so far.
    peak_memory : int or None
        Bytes of the run's processes at their peak.
    trace : tuple of (float, float or None, float or None)
        Seconds, value and lower bound at each improvement.
    machine : str
        Processor, cores, memory and versions, in one line.
    finished : str
        When it ended, ISO 8601 in UTC.
    """

    run: Run
    outcome: str
    reason: str | None
    value: float | None
    lower_bound: float | None
    best_known: float | None
    preemptive: bool
    build_time: float | None
    solve_time: float | None
    total_time: float | None
    peak_memory: int | None
    trace: tuple[tuple[float, float | None, float | None], ...]
    machine: str
    finished: str

    @property
    def gap(self) -> float | None:
        """Relative gap between value and lower bound, None when it is not known."""
        return relative_gap(self.value, self.lower_bound)
