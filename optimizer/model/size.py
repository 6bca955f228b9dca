"""How large a time-indexed program will be, known before it is built."""

from dataclasses import dataclass

import numpy as np

from optimizer.errors import ModelTooLargeError
from optimizer.model.columns import Groups
from optimizer.problem import Problem
from optimizer.units import IntArray

_BYTES_A_COLUMN = 600
_BYTES_AN_ENTRY = 500
"""What a minute of HiGHS took at most on programs of up to 200,000 columns (benchmarks/model_build.md)."""

_GIB = 2**30


@dataclass(frozen=True)
class Size:
    """Estimated size of a program.

    Parameters
    ----------
    columns, entries : int
        Variables, and their nonzero coefficients.
    """

    columns: int
    entries: int

    @property
    def memory(self) -> int:
        """Bytes that the program takes with a solver at work on it."""
        return _BYTES_A_COLUMN * self.columns + _BYTES_AN_ENTRY * self.entries


def estimated_size(problem: Problem, groups: Groups) -> Size:
    """Return the size of the program with these starts; a little more than it will have."""
    duration = problem.mode_time[groups.mode, problem.node_speed[groups.node]]
    resources = (problem.mode_demand > 0).sum(axis=1)[groups.mode]
    sizes = groups.sizes.astype(np.float64)
    entries = sizes * (1 + duration.astype(np.float64) * resources)
    more = _precedence_size(problem, groups, duration)
    return Size(int(sizes.sum()) + more.columns, int(entries.sum()) + more.entries)


def _precedence_size(problem: Problem, groups: Groups, duration: IntArray) -> Size:
    """Return what precedence adds: "begun by" and "finished by" columns, and rows of two entries for each pair."""
    job = problem.mode_job[groups.mode]
    after = problem.waiting_job
    pulses = np.bincount(job, weights=groups.sizes, minlength=problem.jobs)
    begun = _spans(problem.jobs, job, groups.first, groups.last)
    finished = _spans(problem.jobs, job, groups.first + duration, groups.last + duration)
    columns, entries = 0.0, 2 * float(begun[after].sum())
    for jobs, spans in ((np.unique(after), begun), (np.unique(problem.predecessor_job), finished)):
        columns += float(spans[jobs].sum())
        entries += float((pulses + 2 * spans)[jobs].sum())
    return Size(int(columns), int(entries))


def _spans(jobs: int, job: IntArray, first: IntArray, last: IntArray) -> IntArray:
    """Return how many times there are from the first to the last of each job, int64[J]."""
    earliest, latest = np.full(jobs, np.iinfo(np.int64).max), np.full(jobs, -1)
    np.minimum.at(earliest, job, first)
    np.maximum.at(latest, job, last)
    return np.where(latest >= 0, latest - earliest + 1, 0)


def refuse_if_too_large(problem: Problem, groups: Groups, memory: int | None) -> None:
    """Raise ModelTooLargeError, with what to do, if the program would take more than ``memory`` bytes."""
    import psutil

    size = estimated_size(problem, groups)
    free = psutil.virtual_memory().available if memory is None else memory
    if size.memory <= free and size.entries < np.iinfo(np.int32).max:
        return
    raise ModelTooLargeError(
        f"the time-indexed program would have {size.columns:,} columns and {size.entries:,} entries and need about "
        f"{size.memory / _GIB:.1f} GiB; {free / _GIB:.1f} GiB are free. Solve on a coarser grid (--time-step), give a "
        "schedule to tighten it (--warm-start), or take a solver that needs no program (cp-sat, greedy)"
    )
