"""The time-indexed program (Pritsker, Watters & Wolfe 1969), built as arrays in one pass.

A pulse x[j, m, v, t] is 1 when job j starts at t in mode m on node v. A maximum objective has one more column above
the end (less the due date) of each job.
"""

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from optimizer.bounds.energy import energy_bound
from optimizer.errors import UsageError
from optimizer.model.builder import Builder, LinearProgram
from optimizer.model.capacity import add_capacity
from optimizer.model.columns import Pulses, make_pulses, start_groups
from optimizer.model.precedence import add_precedence
from optimizer.model.size import refuse_if_too_large
from optimizer.model.steps import Steps
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Program:
    """The time-indexed program of a problem and what its columns mean.

    Parameters
    ----------
    problem : Problem
        What it stands for.
    pulses : Pulses
        What the first columns mean; cumulative columns and the maximum follow.
    linear : LinearProgram
        The arrays, for a solver.
    complete : bool
        Whether its optimum (or infeasibility) is that of the problem; not so when the user cut the horizon.
    steps : Steps or None
        What stands in ``linear`` for the pulses; None: they themselves.
    """

    problem: Problem
    pulses: Pulses
    linear: LinearProgram
    complete: bool
    steps: Steps | None = None

    @classmethod
    def of(
        cls, problem: Problem, *, horizon: float | None = None, known: float = inf, memory: int | None = None
    ) -> "Program":
        """Return the program of ``problem``.

        Parameters
        ----------
        problem : Problem
            What to build.
        horizon : number or None
            All jobs end by this time, in the user's unit; None: a time proven long enough to hold an optimal schedule.
        known : float
            Total cost of a known schedule; starts that only lead to worse ones are left out.
        memory : int or None
            Bytes that it may take with its solver; None: what is free now.

        Raises
        ------
        ModelTooLargeError
            Before anything is built.
        UsageError
            When the horizon is not above 0.
        """
        costs = Costs.of(problem)
        last = None if horizon is None else _last_step(problem, horizon)
        groups = start_groups(problem, costs, horizon=last, total=known)
        refuse_if_too_large(problem, groups, memory)
        pulses = make_pulses(problem, groups)
        return cls(problem, pulses, program_builder(problem, costs, pulses, known).build(), groups.complete)

    @classmethod
    def tightened(
        cls, problem: Problem, warm_start: Schedule | None, *, horizon: float | None, memory: int | None
    ) -> "Program":
        """Return the program without the starts that only lead to worse schedules than ``warm_start``."""
        known = inf if warm_start is None else total_cost(problem, Costs.of(problem), warm_start)
        return cls.of(problem, horizon=horizon, known=known, memory=memory)

    @property
    def refuted(self) -> bool:
        """Whether some job has no start left, so that there is no schedule."""
        return len(np.unique(self.problem.mode_job[self.pulses.mode])) < self.problem.jobs

    def in_steps(self) -> "Program":
        """Return the program with steps in place of pulses."""
        steps = Steps.of(self.problem, self.pulses)
        return replace(self, linear=steps.program(self.linear), steps=steps)

    def schedule(self, solution: FloatArray) -> Schedule:
        """Return the schedule of a solution: of each job the start whose pulse is largest."""
        pulses = self.pulses
        job = self.problem.mode_job[pulses.mode]
        value = solution[: len(job)] if self.steps is None else self.steps.pulses(solution)
        order = np.lexsort((-value, job))
        best = order[np.searchsorted(job[order], np.arange(self.problem.jobs))]
        return Schedule.starting(self.problem, pulses.start[best], pulses.mode[best], pulses.node[best])

    def chosen(self, schedule: Schedule) -> IntArray | None:
        """Return the pulses of ``schedule``, int64[J]; None if one of them is not in the program."""
        keys = self._keys(self.pulses.mode, self.pulses.node, self.pulses.start)
        wanted = self._keys(schedule.mode, schedule.node, schedule.start)
        found = np.searchsorted(keys, wanted)
        return found if np.isin(wanted, keys).all() else None

    def values(self, schedule: Schedule) -> FloatArray | None:
        """Return the columns that stand for the pulses, float64[C]; None if the program lacks one of ``schedule``."""
        chosen = self.chosen(schedule)
        if chosen is None:
            return None
        if self.steps is not None:
            return self.steps.values(chosen)
        values = np.zeros(len(self.pulses.mode))
        values[chosen] = 1.0
        return values

    def names(self) -> list[str]:
        """Return the names of the pulse columns: x, then job, mode of the job, node and start, all counted from 0."""
        job = self.problem.mode_job[self.pulses.mode]
        mode = self.pulses.mode - self.problem.mode_start[job]
        parts = (job, mode, self.pulses.node, self.pulses.start)
        return [f"x_{j}_{m}_{v}_{t}" for j, m, v, t in zip(*(part.tolist() for part in parts), strict=True)]

    def _keys(self, mode: IntArray, node: IntArray, start: IntArray) -> IntArray:
        """Return numbers that ascend with the pulse columns."""
        return (mode * self.problem.nodes + node) * (self.problem.horizon + 1) + start


def program_builder(problem: Problem, costs: Costs, pulses: Pulses, known: float, *, capacity: bool = True) -> Builder:
    """Return what builds the arrays of the program with these pulses, with or without the rows of capacity.

    Parameters
    ----------
    problem, costs
        The problem and its costs.
    pulses : Pulses
        The first columns.
    known : float
        Total cost of a known schedule.
    capacity : bool
        Whether there are rows of capacity.
    """
    builder = Builder()
    _add_pulses(builder, problem, costs, pulses)
    if capacity:
        add_capacity(builder, problem, pulses)
    add_precedence(builder, problem, pulses)
    if costs.is_maximum:
        _add_maximum(builder, problem, costs, pulses, known)
    return builder


def _last_step(problem: Problem, horizon: float) -> int:
    if not 0 < horizon < inf:
        raise UsageError(f"horizon {horizon}: expected a time above 0")
    return problem.time_scale.steps_below(horizon) // problem.time_step


def _add_pulses(builder: Builder, problem: Problem, costs: Costs, pulses: Pulses) -> None:
    """Add the pulses and the rows by which each job starts exactly once."""
    count = len(pulses.mode)
    speed = problem.node_speed[pulses.node]
    cost = np.zeros(count) if costs.is_maximum else costs.at(pulses.mode, speed, pulses.end)
    builder.add_columns(cost, 0.0, 1.0, integral=True)
    builder.add_rows(np.ones(problem.jobs), np.ones(problem.jobs))
    builder.add_entries(0, np.ones(count, dtype=np.int64), problem.mode_job[pulses.mode], np.ones(count))


def _add_maximum(builder: Builder, problem: Problem, costs: Costs, pulses: Pulses, known: float) -> None:
    """Add the column above the cost of every job that counts."""
    late = costs.at(pulses.mode, problem.node_speed[pulses.node], pulses.end)
    counts = np.isfinite(late)
    jobs, row = np.unique(problem.mode_job[pulses.mode][counts], return_inverse=True)
    first = builder.add_rows(np.zeros(len(jobs)), np.full(len(jobs), inf))
    least = energy_bound(problem, costs)
    largest = min(known, float(late[counts].max(initial=least)))
    column = builder.add_columns(np.ones(1), least, largest, integral=True)
    builder.add_entries(0, counts.astype(np.int64), first + row, -late[counts])
    builder.add_entries(column, np.array([len(jobs)]), first + np.arange(len(jobs)), np.ones(len(jobs)))
