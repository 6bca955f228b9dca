"""One run, in the process that is there for it alone."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any

import msgspec
import psutil

from optimizer.bench.experience import Experience
from optimizer.bench.row import Run
from optimizer.bench.task import Finding, Task
from optimizer.errors import SchedoptError
from optimizer.instance import Instance
from optimizer.kernels import background
from optimizer.processes import end_tree, has_children
from optimizer.result import Limits, Result
from optimizer.solvers.solve import solve

_REHEARSAL = 1.0
"""Seconds for a solver in a run that is there to load and compile what the others need."""

_WATCH = 0.5


_COMPILING = 900.0
"""Seconds for what such a run asked to have compiled."""


def main(task: Task, rehearsal: bool, send: Callable[[float | tuple[Finding, Experience]], None]) -> None:
    """Do a run, hand over what it came to, and end the process.

    Parameters
    ----------
    task : Task
        What to do.
    rehearsal : bool
        Run it briefly, wait until all that it asked for is compiled, and run it again to load that.
    send : callable
        Takes how many seconds may pass from now on, and at the end the finding and what was loaded for it.
    """
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    before = Experience.so_far()
    if rehearsal:
        task = replace(task, run=replace(task.run, time_limit=min(task.run.time_limit or _REHEARSAL, _REHEARSAL)))
        found(task)
        send(_COMPILING)
        background.wait_for_all()
        send(task.hard_limit)
    finding = found(task)
    send((finding, Experience.so_far().beyond(before)))
    if has_children():
        end_tree(os.getpid(), but=[os.getpid(), *background.process_ids()])
    os._exit(0)  # no thread of a solver may keep the process


def found(task: Task) -> Finding:
    """Return what a run comes to in this process; whatever it raises is a finding too."""
    began = time.perf_counter()
    try:
        result = _solved(task.run, msgspec.json.decode(task.instance, type=Instance))
    except Exception as error:
        out_of_memory = isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError)
        reason = str(error) if isinstance(error, SchedoptError) else f"{type(error).__name__}: {error}"
        return Finding("memory" if out_of_memory else "failed", reason, peak_memory=_peak_memory())
    build_time = max(0.0, time.perf_counter() - began - result.runtime)
    return Finding(
        outcome=str(result.status),
        value=result.value,
        lower_bound=result.lower_bound,
        preemptive=result.preemptive,
        build_time=build_time,
        solve_time=result.runtime,
        peak_memory=_peak_memory(),
        trace=tuple((moment.elapsed, moment.value, moment.lower_bound) for moment in result.trace),
    )


def _solved(run: Run, instance: Instance) -> Result:
    limits = Limits(time_limit=run.time_limit, threads=run.threads, schedules=run.schedules, memory=run.memory)
    return solve(instance, run.solver, objective=run.objective, limits=limits, seed=run.seed)


def _peak_memory() -> int:
    """Return the most bytes that this process has held."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _end_with(parent: int) -> Any:
    """End this process and all that it started when its parent is gone."""
    while os.getppid() == parent:
        time.sleep(_WATCH)
    end_tree(os.getpid(), but=[os.getpid()])
    os._exit(1)
