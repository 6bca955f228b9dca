"""The linear program over cuts, with only those columns that its prices ask for."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from time import monotonic

import numpy as np

from optimizer.bounds.cuts.program import CutProgram
from optimizer.model.builder import LinearProgram
from optimizer.model.columns import counted
from optimizer.model.highs import highs_model, require_accepted
from optimizer.units import FloatArray, IntArray

_FIRST_COLUMNS = 10
_MORE_COLUMNS = 3
"""So many for each job, those that cost least at the prices."""

_TOLERANCE = 1e-6
"""Relative to the cost of a job: reduced costs above minus this are none."""

_DEAR = 10.0


class CutMaster:
    """HiGHS with the rows of a program and some of its columns, from call to call.

    Every job may also pay a high price for not running, so that there always is a solution.

    Parameters
    ----------
    program : CutProgram
        The program.
    solution : float64[C]
        A fractional solution: its columns are the first, beside those that cost little.
    stopped : callable
        Says whether to end now.
    worth : float or None
        The price is ten times this; None: what the dearest column costs.
    """

    def __init__(
        self, program: CutProgram, solution: FloatArray, stopped: Callable[[], bool], *, worth: float | None = None
    ) -> None:
        import highspy

        self._program = program
        jobs, pulses = program.problem.jobs, len(program.cost)
        self._frame_rows = len(program.frame.row_lower)
        if worth is None:
            worth = float(np.abs(program.frame.cost).max() + np.abs(program.frame.upper).max())
        self._model = highs_model(_without_pulses(program.frame, pulses, jobs, _DEAR * (1.0 + worth)))
        self._first = len(program.frame.cost) - pulses + jobs
        self._column = np.zeros(0, dtype=np.int64)
        for name, value in {"threads": 1, "solver": "simplex", "presolve": "off"}.items():
            self._model.setOptionValue(name, value)
        self._model.cbSimplexInterrupt += lambda event: event.interrupt(stopped())
        highspy.Highs.resetGlobalScheduler(True)
        self._optimal = highspy.HighsModelStatus.kOptimal
        self.add_rows(len(program.rows))
        reduced = program.reduced_costs()
        cheap = np.sort(reduced)[min(len(reduced) - 1, _FIRST_COLUMNS * jobs)]
        self._add_columns(np.flatnonzero((reduced <= cheap) | (solution > 0)))

    def add_rows(self, count: int) -> None:
        """Add the last ``count`` rows of the program."""
        ranges = self._program.rows.ranges
        by_column = np.argsort(self._column)
        column = self._column[by_column]
        own = slice(ranges.start[len(ranges.start) - 1 - count], ranges.start[-1])
        first, end = np.searchsorted(column, ranges.first[own]), np.searchsorted(column, ranges.end[own])
        sizes = end - first
        index = self._first + by_column[counted(first, sizes)]
        row = np.repeat(np.arange(count), np.diff(ranges.start[len(ranges.start) - 1 - count :]))
        start = np.cumsum(np.bincount(row, sizes, count)) - np.bincount(row, sizes, count)
        require_accepted(self._model.addRows(
            count, np.full(count, -inf), self._program.rows.side[len(self._program.rows) - count :], len(index),
            start.astype(np.int32), index.astype(np.int32), np.repeat(ranges.coefficient[own], sizes),
        ))  # fmt: skip

    def drop_rows(self, kept: np.ndarray) -> None:
        """Drop rows that the program no longer has."""
        dropped = self._frame_rows + np.flatnonzero(~kept)
        self._model.deleteRows(len(dropped), dropped.astype(np.int32))

    def _add_columns(self, columns: IntArray) -> None:
        """Add columns, ascending, that are not there yet."""
        program, frame = self._program, self._program.frame
        ranges = program.rows.ranges
        first, end = np.searchsorted(columns, ranges.first), np.searchsorted(columns, ranges.end)
        counts = end - first
        row = np.repeat(np.arange(len(program.rows)), np.diff(ranges.start))
        own = np.diff(frame.start)[columns].astype(np.int64)
        fixed = counted(frame.start[columns].astype(np.int64), own)
        which = np.concatenate([np.repeat(np.arange(len(columns)), own), counted(first, counts)])
        index = np.concatenate([frame.index[fixed], self._frame_rows + np.repeat(row, counts)])
        value = np.concatenate([frame.value[fixed], np.repeat(ranges.coefficient, counts)])
        order = np.argsort(which, kind="stable")
        start = np.searchsorted(which[order], np.arange(len(columns)))
        require_accepted(self._model.addCols(
            len(columns), frame.cost[columns], np.zeros(len(columns)), np.full(len(columns), inf), len(index),
            start.astype(np.int32), index[order].astype(np.int32), value[order],
        ))  # fmt: skip
        self._column = np.concatenate([self._column, columns])

    def solve(self, until: float, accuracy: float) -> FloatArray | None:
        """Return the fractional solution, float64[C], or None if time was not enough.

        The program learns the prices and the bound in any case.

        Parameters
        ----------
        until : float
            When to end, by the monotonic clock.
        accuracy : float
            How far, relative to it, the bound of all columns may stay below the value of those that are there.
        """
        program = self._program
        jobs = program.problem.jobs
        job = program.problem.mode_job[program.pulses.mode]
        while True:
            if until < inf:
                left = max(until - monotonic(), 0.01)
                self._model.setOptionValue("time_limit", self._model.getRunTime() + left)
            self._model.run()
            solution = self._model.getSolution()
            optimal = self._model.getModelStatus() == self._optimal
            if not solution.dual_valid:
                return None
            dual = np.array(solution.row_dual)
            price = np.maximum(-dual[self._frame_rows :], 0.0)
            bound = program.evaluate(price, dual[: self._frame_rows])
            if not optimal:
                return None
            value = self._model.getInfo().objective_function_value
            missing = program.cost + program.reply.payment - dual[:jobs][job]
            missing[self._column] = 0.0
            found = np.flatnonzero(missing < -_TOLERANCE * (1.0 + np.abs(dual[:jobs][job])))
            if not len(found) or value - bound <= accuracy * abs(value):
                return self._of_all(np.array(solution.col_value))
            if len(found) > _MORE_COLUMNS * jobs:
                found = np.sort(found[np.argpartition(missing[found], _MORE_COLUMNS * jobs)[: _MORE_COLUMNS * jobs]])
            self._add_columns(found)

    def _of_all(self, values: FloatArray) -> FloatArray:
        solution = np.zeros(len(self._program.cost))
        solution[self._column] = np.maximum(values[self._first :], 0.0)
        return solution


def _without_pulses(frame: LinearProgram, pulses: int, jobs: int, dear: float) -> LinearProgram:
    """Return the frame with columns for jobs that do not run in the place of pulses."""
    count = len(frame.cost) - pulses
    begin = int(frame.start[pulses])
    start = np.concatenate([frame.start[pulses:] - begin, frame.start[-1] - begin + 1 + np.arange(jobs)])
    return replace(
        frame,
        cost=np.concatenate([frame.cost[pulses:], np.full(jobs, dear)]),
        lower=np.concatenate([frame.lower[pulses:], np.zeros(jobs)]),
        upper=np.concatenate([frame.upper[pulses:], np.ones(jobs)]),
        integral=np.zeros(count + jobs, dtype=bool),
        start=start.astype(np.int32),
        index=np.concatenate([frame.index[begin:], np.arange(jobs)]).astype(np.int32),
        value=np.concatenate([frame.value[begin:], np.ones(jobs)]),
    )
