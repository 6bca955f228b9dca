"""The linear program over cuts when only some columns may be taken, now these and then those."""

from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import NamedTuple

import numpy as np

from optimizer.bounds.cuts.agenda import QUICK, THOROUGH
from optimizer.bounds.cuts.master import CutMaster
from optimizer.bounds.cuts.place_search import PlaceSearch
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import Running, Searches
from optimizer.bounds.cuts.rows import Rows
from optimizer.model.builder import BoolArray
from optimizer.units import FloatArray

_PATIENCE = 2
"""A row that has had no price in so many linear programs in a row leaves the program, until it is violated again."""

_EXACT: Searches = ((PlaceSearch, 1 + 1e-9),)
"""What finds whatever a whole solution breaks."""

_ENOUGH = 20
"""Rows that wake which make it needless to look for new ones."""

_FEW = 5
"""With fewer rows than this, found or woken, the thorough search follows the quick ones."""

_MOST = 200
"""Rows of a kind that are added at a time."""

_LEAST = 1.001
"""Least left-hand side, relative to the right, that wakes a row."""

_TRIAL = 60
"""Iterations of dual simplex that show well enough what a change will do."""


class Relaxation(NamedTuple):
    """What is known when only some columns may be taken.

    Parameters
    ----------
    bound : float
        Lower bound on the total cost; infinite when some job has no column.
    reduced : float64[C]
        How much it grows, at least, if a job takes a column; infinite for those that may not be taken.
    solution : float64[C]
        A fractional solution; the best one for the rows if the linear program was solved to its end.
    """

    bound: float
    reduced: FloatArray
    solution: FloatArray


class SwitchedMaster(CutMaster):
    """HiGHS with all columns of a program, each of which can be switched off and on, and the rows that matter.

    Parameters
    ----------
    program : CutProgram
        The program, of schedules of at most some known total; rows are added to it and dropped from it.
    stopped : callable
        Says whether to end now.
    """

    def __init__(self, program: CutProgram, stopped: Callable[[], bool]) -> None:
        priced = program.price > 0
        self._asleep = program.rows.selected(~priced)
        program.drop_rows(priced)
        worth = abs(program.total)  # then a schedule without some job is of no interest
        super().__init__(program, np.ones(len(program.cost)), stopped, worth=worth)
        self._stopped = stopped
        self._allowed = np.ones(len(program.cost), dtype=bool)
        self._idle = np.zeros(len(program.rows), dtype=np.int64)

    def relax(self, allowed: BoolArray, until: float) -> Relaxation | None:
        """Return what follows when only the columns ``allowed``, bool[C], may be taken; None if time is not enough."""
        self._switch(allowed)
        if until < inf:
            self._model.setOptionValue("time_limit", self._model.getRunTime() + max(until - monotonic(), 0.01))
        self._model.run()
        return self._relaxation() if self._model.getModelStatus() == self._optimal else None

    def try_out(self, choices: Sequence[BoolArray]) -> list[Relaxation]:
        """Return what a few steps from the last solution show of each of some choices of columns."""
        basis = self._model.getBasis()
        self._model.setOptionValue("simplex_iteration_limit", _TRIAL)
        found = []
        for allowed in choices:
            self._switch(allowed)
            self._model.setBasis(basis)
            self._model.run()
            found.append(self._relaxation())
        self._model.setOptionValue("simplex_iteration_limit", np.iinfo(np.int32).max)
        self._model.setBasis(basis)
        return found

    def improve(self, solution: FloatArray, *, whole: bool) -> bool:
        """Add rows that a solution violates, those that were known first; return whether there are any.

        Parameters
        ----------
        solution : float64[C]
            Of the last call of :meth:`relax`.
        whole : bool
            Whether each job takes one column in it: then the least violation counts.
        """
        if not whole:  # else rows that have no price, but rule out whole solutions, would come and go for ever
            self._let_sleep()
        rows = self._woken(solution)
        if len(rows) < _ENOUGH:
            running = Running.of(self._program.layout, solution)
            rows = self._found(rows, running, QUICK)
            if len(rows) < _FEW:
                rows = self._found(rows, running, _EXACT if whole else THOROUGH)
        self._program.add_rows(rows)
        self._idle = np.concatenate([self._idle, np.zeros(len(rows), dtype=np.int64)])
        self.add_rows(len(rows))
        return len(rows) > 0

    def _switch(self, allowed: BoolArray) -> None:
        changed = np.flatnonzero(allowed != self._allowed)
        if len(changed):
            upper = np.where(allowed[changed], inf, 0.0)
            self._model.changeColsBounds(
                len(changed), (self._first + changed).astype(np.int32), np.zeros(len(changed)), upper
            )
            self._allowed = allowed.copy()

    def _relaxation(self) -> Relaxation:
        solution = self._model.getSolution()
        self._price = np.maximum(-np.array(solution.row_dual)[self._frame_rows :], 0.0)
        return Relaxation(
            *self._program.value_within(self._price, self._allowed), self._of_all(np.array(solution.col_value))
        )

    def _found(self, rows: Rows, running: Running, searches: Searches) -> Rows:
        more = [search(self._program, running, least, self._stopped).rows(_MOST) for search, least in searches]
        return Rows.joined([rows, *more])

    def _let_sleep(self) -> None:
        """Take rows that have had no price for some time out of the program."""
        self._idle = np.where(self._price > 0, 0, self._idle + 1)
        kept = self._idle < _PATIENCE
        if not kept.all():
            self._asleep = Rows.joined([self._asleep, self._program.rows.selected(~kept)])
            self._program.drop_rows(kept)
            self._idle = self._idle[kept]
            self.drop_rows(kept)

    def _woken(self, solution: FloatArray) -> Rows:
        """Return the rows asleep that a solution violates most, and no longer keep them."""
        violation = self._asleep.left_hand_sides(solution) / self._asleep.side
        woken = violation > _LEAST
        if woken.sum() > _MOST:
            woken &= violation >= np.partition(violation, -_MOST)[-_MOST]
        rows = self._asleep.selected(woken)
        self._asleep = self._asleep.selected(~woken)
        return rows
