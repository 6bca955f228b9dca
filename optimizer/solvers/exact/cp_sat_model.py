"""The constraint model of a problem: intervals, capacities, precedence and costs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.model.columns import start_groups
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray

_LARGEST_TOTAL = 2**50
_LARGEST_COST = 2**57


@dataclass(frozen=True)
class _Option:
    """A mode on a node, with its window of starts and the literal that chooses it (None: there is no other)."""

    mode: int
    node: int
    first: int
    last: int
    duration: int
    literal: Any


class IntervalModel:
    """A CP-SAT model of ``problem``.

    Parameters
    ----------
    problem : Problem
        What to model.
    known : float
        Total cost of a known schedule; infinite without one.
    """

    def __init__(self, problem: Problem, known: float) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.costs = Costs.of(problem)
        self.model = cp_model.CpModel()
        self._hints: list[tuple[Any, Callable[[Schedule], int]]] = []
        self._options = self._make_options(known)
        self._scale = 1 if self.costs.granularity else self._fine_scale()
        self.feasible = all(self._options)
        if self.feasible:
            self._start = [self._make_start(j) for j in range(problem.jobs)]
            self._end = [self._make_end(j) for j in range(problem.jobs)]
            self._add_capacity()
            self._add_precedence()
            self._add_objective()

    def total(self, objective: float) -> float:
        """Return the total cost that an objective value of the model stands for."""
        return objective / self._scale

    def schedule(self, value: Callable[[Any], int]) -> Schedule:
        """Return the schedule of a solution, given as the value of each expression."""
        chosen = [
            next(option for option in options if option.literal is None or value(option.literal))
            for options in self._options
        ]
        start = np.array([value(start) for start in self._start], dtype=np.int64)
        mode = np.array([option.mode for option in chosen], dtype=np.int64)
        node = np.array([option.node for option in chosen], dtype=np.int64)
        return Schedule.starting(self.problem, start, mode, node)

    def hint(self, schedule: Schedule) -> None:
        """Hand over a schedule as a value for every variable; CP-SAT makes little of part of one."""
        for variable, value_in in self._hints:
            self.model.add_hint(variable, value_in(schedule))

    def _make_options(self, known: float) -> list[list[_Option]]:
        problem = self.problem
        groups = start_groups(problem, self.costs, total=known)
        duration = problem.mode_time[groups.mode, problem.node_speed[groups.node]]
        job = problem.mode_job[groups.mode]
        alone = (np.bincount(job, minlength=problem.jobs) == 1)[job]
        options: list[list[_Option]] = [[] for _ in range(problem.jobs)]
        columns = (job, groups.mode, groups.node, groups.first, groups.last, duration, alone)
        for j, mode, node, first, last, length, only in zip(*(column.tolist() for column in columns), strict=True):
            literal = None if only else self._make_literal(j, mode, node)
            options[j].append(_Option(mode, node, first, last, length, literal))
        for own in options:
            if len(own) > 1:
                self.model.add_exactly_one(option.literal for option in own)
        return options

    def _fine_scale(self) -> int:
        """Return by what costs that are no integers are multiplied: as much as the sum of all of them allows."""
        most = 0.0
        for own in self._options:
            late = [max(0, option.last + option.duration - self._reference(option)) for option in own]
            slopes = [self.costs.slope[option.mode, self.problem.node_speed[option.node]] for option in own]
            most += max((slope * time for slope, time in zip(slopes, late, strict=True)), default=0.0)
        return max(1, int(_LARGEST_COST / max(most, 1.0)))

    def _make_literal(self, j: int, mode: int, node: int) -> Any:
        literal = self.model.new_bool_var("")
        self._hints.append((literal, lambda schedule: int(schedule.mode[j] == mode and schedule.node[j] == node)))
        return literal

    def _make_start(self, j: int) -> Any:
        own = self._options[j]
        first, last = min(option.first for option in own), max(option.last for option in own)
        start = self.model.new_int_var(first, last, "")
        self._hints.append((start, lambda schedule: int(schedule.start[j])))
        for option in own:
            if option.last < last:
                self.model.add(start <= option.last).only_enforce_if(option.literal)
        return start

    def _make_end(self, j: int) -> Any:
        return self._start[j] + self._chosen(j, lambda option: option.duration)

    def _chosen(self, j: int, amount: Callable[[_Option], int]) -> Any:
        """Return the amount of the option that is chosen for job j, as an expression."""
        own = self._options[j]
        if len({amount(option) for option in own}) == 1:
            return amount(own[0])
        return sum(amount(option) * option.literal for option in own)

    def _add_capacity(self) -> None:
        """Add what runs on each node, with what is taken away from it, and hold it below the capacity."""
        uses: list[list[tuple[Any, IntArray]]] = [self._blocks(v) for v in range(self.problem.nodes)]
        for start, own in zip(self._start, self._options, strict=True):
            for option in own:
                if option.duration:
                    demand = self.problem.mode_demand[option.mode]
                    uses[option.node].append((self._interval(start, option), demand))
        for node_uses, capacities in zip(uses, self.problem.node_capacity.tolist(), strict=True):
            for k, capacity in enumerate(capacities):
                pairs = [(interval, int(amounts[k])) for interval, amounts in node_uses if amounts[k]]
                if sum(amount for _, amount in pairs) > capacity:
                    self.model.add_cumulative(*zip(*pairs, strict=True), capacity)

    def _interval(self, start: Any, option: _Option) -> Any:
        if option.literal is None:
            return self.model.new_fixed_size_interval_var(start, option.duration, "")
        return self.model.new_optional_fixed_size_interval_var(start, option.duration, option.literal, "")

    def _blocks(self, v: int) -> list[tuple[Any, IntArray]]:
        """Return the times at which node v has less than its capacity, as fixed intervals, and how much less."""
        problem = self.problem
        own = range(problem.profile_start[v], problem.profile_start[v + 1])
        blocks = []
        for b in own:
            less = problem.node_capacity[v] - problem.profile_level[b]
            if less.any():  # never at the last breakpoint: every block ends
                start, until = int(problem.profile_time[b]), int(problem.profile_time[b + 1])
                blocks.append((self.model.new_fixed_size_interval_var(start, until - start, ""), less))
        return blocks

    def _add_precedence(self) -> None:
        problem = self.problem
        for j in range(problem.jobs):
            for e in range(problem.predecessor_start[j], problem.predecessor_start[j + 1]):
                before = self._end[int(problem.predecessor_job[e])]
                self.model.add(self._start[j] >= before + int(problem.predecessor_lag[e]))

    def _add_objective(self) -> None:
        costs = [cost for j in range(self.problem.jobs) if (cost := self._cost(j)) is not None]
        if not self.costs.is_maximum:
            self.model.minimize(sum(costs))
            return
        highest = self.model.new_int_var(-_LARGEST_TOTAL, _LARGEST_TOTAL, "")
        self._hints.append((highest, lambda schedule: int(self._job_costs(schedule).max())))
        for cost in costs:
            self.model.add(highest >= cost)
        self.model.minimize(highest)

    def _job_costs(self, schedule: Schedule) -> FloatArray:
        return self.costs.at(schedule.mode, self.problem.node_speed[schedule.node], schedule.end)

    def _cost(self, j: int) -> Any:
        """Return the cost of job j as an expression, None when it never costs anything."""
        own = self._options[j]
        rates = {(self._rate(option, self.costs.slope), self._rate(option, self.costs.step)) for option in own}
        if len(rates) > 1:
            return self._cost_by_option(j)
        slope, step = rates.pop()
        lateness = self._end[j] - self._chosen(j, self._reference)
        if self.costs.is_maximum:
            return lateness if slope else None
        if step:
            return step * self._late(j, lateness)
        return slope * self._positive(j, lateness) if slope else None

    def _reference(self, option: _Option) -> int:
        return int(self.costs.reference[option.mode, self.problem.node_speed[option.node]])

    def _rate(self, option: _Option, rates: FloatArray) -> int:
        """Return a slope or step as an integer, rounded down so that a bound stays one."""
        return int(rates[option.mode, self.problem.node_speed[option.node]] * self._scale)

    def _positive(self, j: int, lateness: Any) -> Any:
        """Return the positive part of the lateness of job j."""
        spans = [(option.duration - self._reference(option), option) for option in self._options[j]]
        if all(option.first + span >= 0 for span, option in spans):
            return lateness
        most = max(0, *(option.last + span for span, option in spans))
        tardiness = self.model.new_int_var(0, most, "")
        self.model.add(tardiness >= lateness)
        self._hints.append((tardiness, lambda schedule: max(0, self._lateness(j, schedule))))
        return tardiness

    def _late(self, j: int, lateness: Any) -> Any:
        """Return the literal that says that job j is late."""
        late = self.model.new_bool_var("")
        self.model.add(lateness <= 0).only_enforce_if(late.negated())
        self._hints.append((late, lambda schedule: int(self._lateness(j, schedule) > 0)))
        return late

    def _lateness(self, j: int, schedule: Schedule) -> int:
        speed = self.problem.node_speed[schedule.node[j]]
        return int(schedule.end[j] - self.costs.reference[schedule.mode[j], speed])

    def _cost_by_option(self, j: int) -> Any:
        """Return a cost whose slope depends on the option (slowdown with modes or speeds)."""
        own = self._options[j]
        slopes = [self._rate(option, self.costs.slope) for option in own]
        most = max(
            slope * (option.last + option.duration - self._reference(option))
            for slope, option in zip(slopes, own, strict=True)
        )
        cost = self.model.new_int_var(0, max(0, most), "")
        for slope, option in zip(slopes, own, strict=True):
            lateness = self._end[j] - self._reference(option)
            self.model.add(cost >= slope * lateness).only_enforce_if(option.literal)
        self._hints.append((cost, lambda schedule: self._scaled_cost(j, schedule)))
        return cost

    def _scaled_cost(self, j: int, schedule: Schedule) -> int:
        speed = self.problem.node_speed[schedule.node[j]]
        return int(self.costs.slope[schedule.mode[j], speed] * self._scale) * max(0, self._lateness(j, schedule))
