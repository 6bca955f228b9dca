"""Precedence in the time-indexed program, by columns that say "begun by t" and "finished by t"."""

from dataclasses import dataclass

import numpy as np

from optimizer.model.builder import Builder
from optimizer.model.columns import Pulses, counted
from optimizer.problem import Problem
from optimizer.units import IntArray


def add_precedence(builder: Builder, problem: Problem, pulses: Pulses) -> None:
    """Add, for each pair, a row for each t: begun by t only if the predecessor was finished a lag earlier.

    This is the disaggregated form (Christofides, Alvarez-Valdes & Tamarit 1987), whose relaxation is the strongest;
    the cumulative columns keep its rows at two entries.
    """
    if not len(problem.predecessor_job):
        return
    job = problem.mode_job[pulses.mode]
    after = problem.waiting_job
    begun = _add_cumulative(builder, problem.jobs, job, pulses.start, np.isin(job, after))
    finished = _add_cumulative(builder, problem.jobs, job, pulses.end, np.isin(job, problem.predecessor_job))
    for j, i, lag in zip(
        after.tolist(), problem.predecessor_job.tolist(), problem.predecessor_lag.tolist(), strict=True
    ):
        _add_pair(builder, begun, j, finished, i, lag)


@dataclass(frozen=True, eq=False)
class _Cumulative:
    """Columns of job j for the times ``first[j]`` to ``last[j]``, from ``column[j]`` on; none if last < first."""

    first: IntArray
    last: IntArray
    column: IntArray


def _add_cumulative(builder: Builder, jobs: int, job: IntArray, time: IntArray, wanted: np.ndarray) -> _Cumulative:
    """Add columns that are 1 once a pulse of the job with this or a smaller ``time`` is 1."""
    first, last = np.full(jobs, np.iinfo(np.int64).max), np.full(jobs, -1)
    np.minimum.at(first, job[wanted], time[wanted])
    np.maximum.at(last, job[wanted], time[wanted])
    sizes = np.where(last >= 0, last - first + 1, 0)
    total = int(sizes.sum())
    column = builder.add_columns(np.zeros(total), 0.0, 1.0, integral=False)
    row = builder.add_rows(np.zeros(total), np.zeros(total))  # column(t) - column(t - 1) - pulses at t = 0
    offset = np.cumsum(sizes) - sizes
    counts = wanted.astype(np.int64)
    rows = row + offset[job[wanted]] + time[wanted] - first[job[wanted]]
    builder.add_entries(0, counts, rows, np.full(len(rows), -1.0))
    here = np.arange(total)
    builder.add_entries(column, np.ones(total, dtype=np.int64), row + here, np.ones(total))
    inner = counted(offset, np.maximum(sizes - 1, 0))
    builder.scatter_entries(column + inner, row + inner + 1, np.full(len(inner), -1.0))
    return _Cumulative(first, last, column + offset)


def _add_pair(builder: Builder, begun: _Cumulative, j: int, finished: _Cumulative, i: int, lag: int) -> None:
    """Add ``begun[j](t) <= finished[i](t - lag)`` for each t at which it says something."""
    if begun.last[j] < 0 or finished.last[i] < 0:
        return  # a job without starts: its own row is infeasible
    time = np.arange(begun.first[j], min(begun.last[j], finished.last[i] + lag - 1) + 1)
    rows = builder.add_rows(np.full(len(time), -np.inf), np.zeros(len(time))) + np.arange(len(time))
    builder.scatter_entries(begun.column[j] + time - begun.first[j], rows, np.ones(len(time)))
    early = time - lag >= finished.first[i]
    columns = finished.column[i] + (time - lag - finished.first[i])[early]
    builder.scatter_entries(columns, rows[early], np.full(len(columns), -1.0))
