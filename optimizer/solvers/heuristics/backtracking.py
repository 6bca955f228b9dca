"""Depth-first branch and bound over schedules, first with few discrepancies, then all: a proof for small problems."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from time import perf_counter

import numpy as np

from optimizer.bounds.windows import heads, least_costs
from optimizer.kernels.generation import (
    by_start,
    feasible_order,
    left_shifted,
    schedule_of,
    serial_schedule,
    write_schedule,
)
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.pace import next_slice
from optimizer.kernels.search.branching import PruningTests, explore, start_tree
from optimizer.kernels.search.tree import BEST, DONE, FIRST_OPTION, FULL, GOAL, PLACEMENTS, SLACK, STEPS, new_tree
from optimizer.kernels.search.tree_energy import new_energy
from optimizer.kernels.search.tree_fluid import new_fluid
from optimizer.kernels.search.tree_memory import new_memory
from optimizer.kernels.search.tree_tardiness import new_lightest
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.options import require_at_least
from optimizer.solvers.heuristics.common.rules import rule_keys
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray
from optimizer.validation import deadline_misses

_FIRST = 50
"""Candidates that are looked at before the first look at the clock."""

_CHOICES, _JOBS_LEAST = 2_000, 30
"""So many (job, mode, node) the bounds look at, but not less than so many jobs."""

_SECONDS_PER_CHOICE = 1e-5
"""What a look at one takes interpreted."""

_SLOTS_A_JOB = 50
"""Where jobs are longer, bounds walk faster over the instants at which capacity changes than over all steps."""

_LARGEST = 2**62

_RELATIVE_SLACK = 1e-8
"""What is better by less is not better, where totals are not integers."""


@dataclass(frozen=True)
class Backtracking:
    """Depth-first branch and bound with limited discrepancy search (Harvey & Ginsberg 1995, IJCAI-95).

    Parameters
    ----------
    discrepancies : int
        Trees with 1, 2, ... up to so many discrepancies are searched before the whole tree, >= 0.
    memory : int
        MB for partial schedules that were searched (Demeulemeester & Herroelen 1997, Management Science 43), >= 0.
    """

    discrepancies: int = 2
    memory: int = 128

    def __post_init__(self) -> None:
        require_at_least(0, discrepancies=self.discrepancies, memory=self.memory)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Search the trees one after the other; see :class:`~optimizer.solvers.base.Solver`."""
        search = _Search(problem, self.memory, limits)
        search.follow(_guide(problem) if warm_start is None else warm_start, monitor)
        for discrepancies in chain(range(1, self.discrepancies + 1), [FULL]):
            search.start(discrepancies)
            for schedule in search.improvements(monitor):
                monitor.report(schedule)
            if not search.is_exhausted:
                return Answer(monitor.reason or StoppedBy.ITERATIONS)
        if search.best is None:
            return Answer(StoppedBy.FINISHED, infeasible=True)
        monitor.report(lower_bound=search.goal, exact=True)
        return Answer(StoppedBy.FINISHED)


def _guide(problem: Problem) -> Schedule:
    """Return a schedule to begin with where none that keeps all deadlines is known."""
    return serial_schedule(problem, feasible_order(problem, rule_keys("earliest-deadline", problem, seed=0)))


class _Search:
    """The state of a run: a tree, its memory and the best schedule."""

    def __init__(self, problem: Problem, megabytes: int, limits: Limits) -> None:
        costs = Costs.of(problem)
        least = least_costs(problem, costs, heads(problem))
        slack = costs.granularity / 2 or _RELATIVE_SLACK * max(1.0, least.sum())
        choices = len(problem.mode_demand) * problem.nodes / problem.jobs
        self._problem = problem
        self._costs = costs
        self._inputs = Inputs.of(problem)
        self._tree = new_tree(
            self._inputs, least, _pull(problem, costs), slack, max(_JOBS_LEAST, int(_CHOICES / choices))
        )
        self._aids = _aids(problem, costs, self._inputs, megabytes)
        self._timeline = new_timeline(self._inputs, _SLOTS_A_JOB)
        self._plan, self._best = new_plan(problem.jobs), new_plan(problem.jobs)
        self._seconds_per_step = _SECONDS_PER_CHOICE * min(_CHOICES, choices * problem.jobs)
        placed = (limits.iterations, limits.schedules and limits.schedules * problem.jobs)
        self._placed_most = min((limit for limit in placed if limit), default=2**62)

    @property
    def best(self) -> Schedule | None:
        """The best schedule that keeps all deadlines."""
        if self._tree.bar[BEST] == np.inf:
            return None
        return schedule_of(self._best)

    @property
    def goal(self) -> float:
        """What the total of a better schedule would be below."""
        return float(self._tree.bar[GOAL])

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing is left of the tree."""
        return bool(self._tree.counter[DONE])

    def follow(self, schedule: Schedule, monitor: Monitor) -> None:
        """Let a schedule be the first that the search meets, and the best so far if it keeps all deadlines."""
        order = by_start(self._problem, schedule.start)
        shifted = left_shifted(self._problem, schedule)
        while (shifted.start < schedule.start).any():
            schedule, order = shifted, by_start(self._problem, shifted.start)
            shifted = left_shifted(self._problem, schedule)
        self._tree.order[:] = order
        first = self._problem.mode_start[:-1]
        self._tree.job[:-1, FIRST_OPTION] = (schedule.mode - first) * self._problem.nodes + schedule.node
        monitor.report(schedule)
        if not deadline_misses(self._problem, schedule):
            write_schedule(self._best, schedule)
            self._tree.bar[BEST] = total_cost(self._problem, self._costs, schedule)
            self._tree.bar[GOAL] = self._tree.bar[BEST] - self._tree.bar[SLACK]

    def start(self, discrepancies: int) -> None:
        """Begin the tree of so many discrepancies."""
        start_tree.sized(self._seconds_per_step)(self._inputs, self._tree, self._timeline, discrepancies)

    def improvements(self, monitor: Monitor) -> Iterator[Schedule]:
        """Search the tree until it is exhausted or a limit is reached, and yield each better schedule."""
        slice_ = _FIRST
        counter, bar = self._tree.counter, self._tree.bar
        while not (self.is_exhausted or monitor.stopped or counter[PLACEMENTS] >= self._placed_most):
            began, before = perf_counter(), bar[BEST]
            go_on = explore.sized(slice_ * self._seconds_per_step)
            state = (self._inputs, self._tree, self._aids, self._timeline, self._plan, self._best)
            go_on(*state, counter[STEPS] + slice_, self._placed_most)
            if bar[BEST] < before and self.best is not None:
                yield self.best
            slice_ = next_slice(slice_, perf_counter() - began)


def _pull(problem: Problem, costs: Costs) -> IntArray:
    """Return slopes where costs are linear, else processing times, as weights of the ends; 1 if that gets too large."""
    first = problem.mode_start[:-1]
    weight = np.minimum.reduceat(problem.mode_time.min(axis=1), first)
    if _is_linear(problem, costs) and costs.granularity:
        weight = np.minimum.reduceat(costs.slope.min(axis=1), first).astype(np.int64)
    weight = np.maximum(weight, 1)
    return weight if float(weight.sum()) * problem.horizon < _LARGEST else np.ones_like(weight)


def _is_linear(problem: Problem, costs: Costs) -> bool:
    """Return whether the objective is a sum of costs that grow from the earliest possible end on."""
    earliest = problem.release[problem.mode_job][:, None] + problem.mode_time
    return not costs.is_maximum and not costs.step.any() and bool((costs.reference <= earliest).all())


def _aids(problem: Problem, costs: Costs, inputs: Inputs, megabytes: int) -> PruningTests:
    """Return what cuts the tree; sums look at the resource that the work takes longest."""
    capacity = np.maximum(problem.node_capacity.sum(axis=0), 1)
    energy = new_energy(inputs)
    scarcest = int(np.argmax(energy.work.sum(axis=0) / capacity))
    is_linear = _is_linear(problem, costs)
    is_tardiness = not (is_linear or costs.is_maximum or costs.step.any())
    return PruningTests(
        new_memory(problem.jobs, megabytes),
        new_fluid(inputs, scarcest, is_linear=is_linear),
        energy,
        new_lightest(inputs, scarcest, is_tardiness=is_tardiness and problem.objective.uses_due_dates),
    )
