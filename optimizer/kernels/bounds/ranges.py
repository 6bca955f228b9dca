"""Rows whose entries are ranges of columns: what the columns pay, and how the jobs answer."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels.compilation import kernel
from optimizer.units import FloatArray, IntArray


class Ranges(NamedTuple):
    """The entries of R rows, row after row; in each of them all columns of a range have one coefficient.

    Parameters
    ----------
    start : int64[R + 1]
        The entries of row r are ``start[r]`` up to ``start[r + 1]``.
    job : int64[E]
        Job of the columns.
    first, end : int64[E]
        The columns are ``first`` up to ``end``.
    coefficient : float64[E]
        Coefficient of each of them, > 0.
    """

    start: IntArray
    job: IntArray
    first: IntArray
    end: IntArray
    coefficient: FloatArray


class Reply(NamedTuple):
    """How the jobs answer to prices.

    Parameters
    ----------
    payment : float64[C]
        What each column pays.
    cost : float64[J]
        Least cost of each job with what it pays; infinite for a job without columns.
    column : int64[J]
        The first column of that cost.
    """

    payment: FloatArray
    cost: FloatArray
    column: IntArray


def no_ranges() -> Ranges:
    """Return no rows."""
    none = np.zeros(0, dtype=np.int64)
    return Ranges(np.zeros(1, dtype=np.int64), none, none, none, np.zeros(0))


def joined(parts: Sequence[Ranges]) -> Ranges:
    """Return the rows of all parts, one after the other."""
    sizes = np.concatenate([np.diff(part.start) for part in parts])
    return Ranges(
        np.concatenate([[0], np.cumsum(sizes)]),
        np.concatenate([part.job for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.coefficient for part in parts]),
    )


def selected(ranges: Ranges, rows: NDArray[np.bool_], entries: NDArray[np.bool_]) -> Ranges:
    """Return some of the rows, with some of their entries."""
    row = np.repeat(np.arange(len(rows)), np.diff(ranges.start))
    kept = entries & rows[row]
    sizes = np.bincount(row[kept], minlength=len(rows))[rows]
    return Ranges(
        np.concatenate([[0], np.cumsum(sizes)]),
        ranges.job[kept],
        ranges.first[kept],
        ranges.end[kept],
        ranges.coefficient[kept],
    )


def new_reply(columns: int, jobs: int) -> Reply:
    """Return room for the answer of ``jobs`` jobs with ``columns`` columns."""
    return Reply(np.zeros(columns), np.zeros(jobs), np.zeros(jobs, dtype=np.int64))


@kernel
def answer(cost: FloatArray, job_start: IntArray, ranges: Ranges, price: FloatArray, reply: Reply) -> None:
    """Let every job choose its cheapest column.

    Parameters
    ----------
    cost : float64[C]
        Cost of each column, job after job.
    job_start : int64[J + 1]
        The columns of job j are ``job_start[j]`` up to ``job_start[j + 1]``.
    ranges : Ranges
        The rows.
    price : float64[R]
        Price >= 0 of each row.
    reply : Reply
        Overwritten.
    """
    pay = reply.payment
    pay[:] = 0.0
    for r in range(len(price)):
        if price[r] > 0:
            for e in range(ranges.start[r], ranges.start[r + 1]):
                amount = price[r] * ranges.coefficient[e]
                pay[ranges.first[e]] += amount
                if ranges.end[e] < job_start[ranges.job[e] + 1]:
                    pay[ranges.end[e]] -= amount
    for j in range(len(reply.cost)):
        total, best, column = 0.0, np.inf, -1
        for c in range(job_start[j], job_start[j + 1]):
            total += pay[c]
            pay[c] = total
            if cost[c] + total < best:
                best, column = cost[c] + total, c
        reply.cost[j], reply.column[j] = best, column


@kernel
def chosen_sums(ranges: Ranges, column: IntArray, found: FloatArray) -> None:
    """Write to ``found``, float64[R], the left-hand side of each row when each job takes its column."""
    for r in range(len(found)):
        total = 0.0
        for e in range(ranges.start[r], ranges.start[r + 1]):
            if ranges.first[e] <= column[ranges.job[e]] < ranges.end[e]:
                total += ranges.coefficient[e]
        found[r] = total
