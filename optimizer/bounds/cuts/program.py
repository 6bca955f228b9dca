"""The time-indexed program with rows made of cuts, its bound, and the columns that a known schedule leaves.

Nodes that are alike share columns and rows: a row of one node, added up over all of them.
"""

from copy import copy
from dataclasses import replace
from math import inf

import numpy as np

from optimizer.bounds.cuts.packing import Classes, Cut, capacity_cut
from optimizer.bounds.cuts.places import Places
from optimizer.bounds.cuts.rows import Layout, Rows
from optimizer.bounds.linear_program import reduced_costs
from optimizer.bounds.volume import value_of_prices
from optimizer.kernels.bounds.ranges import Reply, answer, new_reply
from optimizer.kernels.inputs import integers
from optimizer.model.builder import BoolArray, LinearProgram
from optimizer.model.columns import Groups, Pulses, counted, make_pulses, start_groups
from optimizer.model.program import program_builder
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

SECONDS_AN_ENTRY = 1e-6
"""About how long a column or an entry of a row takes as interpreted."""

_ABSOLUTE_TOLERANCE = 1e-6
_RELATIVE_TOLERANCE = 1e-9
"""How far off a bound may be."""


class CutProgram:
    """Columns, cuts and rows, and the best prices of the rows so far.

    Parameters
    ----------
    problem : Problem
        The problem.
    total : float
        Total cost of a known schedule; the bound holds for schedules that cost no more.

    Attributes
    ----------
    pulses : Pulses
        What the columns that are left mean; on the first of the nodes that are alike.
    frame : LinearProgram
        These and other columns, with all rows but those of capacity.
    cuts : list of Cut
        All cuts so far.
    coefficient : float64[P, I]
        Coefficients of the cuts, their sides 1.
    holds : bool[P, L]
        At which capacities (``places.level``) each cut holds.
    averages : set of int
        What has been found to violate no cut; see :func:`~optimizer.bounds.cuts.packing.violated`.
    rows : Rows
        The rows.
    price : float64[R]
        Their best prices >= 0.
    bound : float
        The best lower bound on the total cost; infinite when there is no schedule of at most ``total``.
    """

    def __init__(self, problem: Problem, *, total: float = inf) -> None:
        self.problem = problem
        self.costs = Costs.of(problem)
        self.total = total
        self.classes = Classes.of(problem)
        self.pulses = make_pulses(problem, _groups(problem, self.costs, total))
        self.frame = program_builder(problem, self.costs, self.pulses, total, capacity=False).build()
        self.places = Places.of(problem, self.pulses)
        self.cuts: list[Cut] = []
        self.coefficient = np.zeros((0, len(self.classes.jobs)))
        self.holds = np.zeros((0, len(self.places.level)), dtype=bool)
        self.rows, self.price = Rows.none(), np.zeros(0)
        self._frame_dual = np.zeros(len(self.frame.row_lower))
        self.averages: set[int] = set()
        self._number_of_cut: dict[tuple[bytes, int, bytes], int] = {}
        self.bound = -inf
        self._lay_out()
        if self.bound < inf:
            self._start()

    def _start(self) -> None:
        for k in range(self.places.level.shape[1]):
            for level in np.unique(self.places.level[:, k]).tolist():
                if level > 0:
                    self.add_cut(capacity_cut(self.classes, k, level))
        self.learn(self.price, self.value(self.price))

    def _lay_out(self) -> None:
        problem, pulses = self.problem, self.pulses
        key = pulses.mode * problem.nodes + pulses.node
        first = np.flatnonzero(np.diff(key, prepend=-1))
        mode, node = pulses.mode[first], pulses.node[first]
        job = problem.mode_job[pulses.mode]
        self.layout = Layout(
            item=self.classes.of_mode[mode],
            job=problem.mode_job[mode],
            duration=pulses.duration[first],
            kind=np.searchsorted(self.places.node, node),
            kind_of=self.places.kind,
            group=np.repeat(np.arange(len(first)), np.diff(np.append(first, len(key)))),
            begin=self.places.first(pulses),
            job_start=integers(np.searchsorted(job, np.arange(problem.jobs + 1))),
        )
        self.reply: Reply = new_reply(len(job), problem.jobs)
        if len(np.unique(job)) < problem.jobs:
            self.bound = inf  # a job has no start
        else:
            self._set_frame_dual(self._frame_dual)
            self._most = self._largest_total()

    def _largest_total(self) -> float:
        """Return at least what any schedule of these columns costs."""
        if self.costs.is_maximum:
            return float(self.frame.upper[-1])
        return float(np.maximum.reduceat(self.frame.cost[: len(self.cost)], self.layout.job_start[:-1]).sum())

    def _set_frame_dual(self, dual: FloatArray) -> None:
        self._frame_dual = dual
        self.cost, self._constant = reduced_costs(self.frame, self.problem.jobs, len(self.pulses.mode), dual)

    @property
    def is_priced(self) -> bool:
        """Whether prices of the rows alone say all: neither precedence nor a maximum is in the frame."""
        return len(self.frame.row_lower) == self.problem.jobs

    def add_cut(self, cut: Cut) -> tuple[int, bool]:
        """Add a cut unless it is known; return its number and whether it is new."""
        if (number := self._number_of_cut.get(cut.key)) is not None:
            return number, False
        self._number_of_cut[cut.key] = len(self.cuts)
        self.cuts.append(cut)
        self.coefficient = np.vstack([self.coefficient, cut.coefficient / cut.side])
        self.holds = np.vstack([self.holds, (self.places.level <= cut.limit).all(axis=1)])
        return len(self.cuts) - 1, True

    def add_rows(self, found: Rows) -> None:
        """Add rows, at prices of 0."""
        self.rows = Rows.joined([self.rows, found])
        self.price = np.concatenate([self.price, np.zeros(len(found))])

    def drop_rows(self, kept: np.ndarray) -> None:
        """Keep only some of the rows; those that go have to have prices of 0."""
        self.rows = self.rows.selected(kept)
        self.price = self.price[kept]

    def value(self, price: FloatArray) -> float:
        """Return the bound of such prices, less what rounding may add, and leave in ``reply`` how the jobs answer."""
        seconds = SECONDS_AN_ENTRY * (len(self.cost) + len(self.rows.ranges.job))
        answer.sized(seconds)(self.cost, self.layout.job_start, self.rows.ranges, price, self.reply)
        paid = (price * self.rows.side).sum()  # BLAS would call threads, and wait for them
        return value_of_prices(self.reply.cost.sum() + self._constant, paid)

    def value_within(self, price: FloatArray, allowed: BoolArray) -> tuple[float, FloatArray]:
        """Return the bound of prices when only some columns may be taken, and their reduced costs.

        Parameters
        ----------
        price : float64[R]
            Prices >= 0 of the rows.
        allowed : bool[C]
            Which columns; some of each job.

        Returns
        -------
        float, float64[C]
            The second is infinite for all other columns.
        """
        self.value(price)
        spent = np.where(allowed, self.cost + self.reply.payment, inf)
        least = np.minimum.reduceat(spent, self.layout.job_start[:-1])
        bound = value_of_prices(least.sum() + self._constant, (price * self.rows.side).sum())
        return bound, spent - np.repeat(least, np.diff(self.layout.job_start))

    def learn(self, price: FloatArray, value: float) -> bool:
        """Keep prices and their bound if it is the best so far; return whether it is."""
        better = value > self.bound
        if better:
            self.bound, self.price = value, price
            if value > above(min(self.total, self._most)):
                self.bound = inf  # no schedule can cost as much
        return better

    def evaluate(self, price: FloatArray, frame_dual: FloatArray) -> float:
        """Return the bound of prices and other dual values; keep them if they are the best so far."""
        before = self._frame_dual
        self._set_frame_dual(frame_dual)
        value = self.value(price)
        if not self.learn(price, value):
            self._set_frame_dual(before)
        return value

    def reduced_costs(self) -> FloatArray:
        """Return how much each column adds to the bound if its job takes it, float64[C], >= 0."""
        self.value(self.price)
        job = self.problem.mode_job[self.pulses.mode]
        return self.cost + self.reply.payment - self.reply.cost[job]

    def columns_within(self, total: float) -> IntArray:
        """Return the columns that a schedule of at most ``total`` may take, int64[*]."""
        return np.flatnonzero(self.reduced_costs() <= above(total) - self.bound)

    def core(self, columns: IntArray, price: FloatArray) -> "CutProgram":
        """Return the program of some of the columns, some of each job, at such prices: its "bound" is none."""
        core = copy(self)
        core._restrict(columns)
        core.total = core._most = inf
        core.price, core.bound = price, core.value(price)
        return core

    def within(self, total: float) -> "CutProgram":
        """Return the program of the schedules of at most ``total``, which goes its own way from here."""
        program = copy(self)
        program.cuts, program.averages = self.cuts.copy(), self.averages.copy()
        program._number_of_cut = self._number_of_cut.copy()
        program.fix(total)
        return program

    def fix(self, total: float) -> IntArray:
        """Count only schedules of at most ``total`` from now on; return which columns are left, as they were before."""
        self.total = min(self.total, total)
        if self.bound == inf:
            return np.arange(len(self.pulses.mode))
        left = self.columns_within(self.total)
        if len(left) < len(self.pulses.mode):
            self._restrict(left)
            self.learn(self.price, self.value(self.price))
        return left

    def _restrict(self, left: IntArray) -> None:
        """Go on with some of the columns."""
        pulses, kept = self.pulses, np.zeros(len(self.frame.cost), dtype=bool)
        kept[left] = True
        kept[len(pulses.mode) :] = True
        self.pulses = Pulses(pulses.mode[left], pulses.node[left], pulses.start[left], pulses.duration[left])
        self.frame = _with_columns(self.frame, kept)
        self.rows = self.rows.of_columns(kept[: len(pulses.mode)])
        self._lay_out()


def above(total: float) -> float:
    """Return a total that is above ``total`` by more than rounding: bounds above it refute it."""
    return total + _ABSOLUTE_TOLERANCE + _RELATIVE_TOLERANCE * abs(total)


def count_columns(problem: Problem, costs: Costs, total: float) -> int:
    """Return how many columns the program has at first, for schedules of at most ``total``."""
    return int(_groups(problem, costs, total).sizes.sum())


def _groups(problem: Problem, costs: Costs, total: float) -> Groups:
    """Return the starts on the first node of each kind."""
    groups = start_groups(problem, costs, total=total)
    kept = np.isin(groups.node, problem.first_of_kind)
    return Groups(groups.mode[kept], groups.node[kept], groups.first[kept], groups.last[kept], groups.complete)


def _with_columns(linear: LinearProgram, kept: np.ndarray) -> LinearProgram:
    """Return the program with some of its columns and all of its rows."""
    counts = np.diff(linear.start)[kept]
    entries = counted(linear.start[:-1][kept].astype(np.int64), counts.astype(np.int64))
    return replace(
        linear,
        cost=linear.cost[kept],
        lower=linear.lower[kept],
        upper=linear.upper[kept],
        integral=linear.integral[kept],
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        index=linear.index[entries],
        value=linear.value[entries],
    )
