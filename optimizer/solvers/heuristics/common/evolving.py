"""Islands whose state is arrays and whose steps are one compiled loop, and where they start from."""

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np

from optimizer.kernels.generation import (
    by_start,
    feasible_order,
    schedule_of,
    score_of,
    serial_schedule,
    write_schedule,
)
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.serial import Plan
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.rules import RULES, rule_keys
from optimizer.solvers.heuristics.common.search import run_islands
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray, IntArray

BEST_RULE: Final = "best"

_SECONDS_PER_CHOICE = 1e-4
_MOST_IN_PARALLEL = 1000


class State(Protocol):
    """What the states of such searches have in common."""

    @property
    def counter(self) -> IntArray:
        """Schedules and iterations so far, then whatever else the search counts."""
        ...

    @property
    def value(self) -> FloatArray:
        """Score of the best plan so far, then others."""
        ...

    @property
    def best(self) -> Plan:
        """The best plan so far."""
        ...


class EvolvingIsland:
    """An island (see search.py) around a state and the loop that goes on from it.

    Parameters
    ----------
    problem, inputs
        What it works on.
    state : State
        Changed by ``run``.
    run : callable
        Returns the loop, interpreted or compiled, for about so many seconds of interpreted work; the loop goes on
        until so many schedules or iterations are reached.
    adopt : callable
        Takes a schedule into the state: the order by start, the schedule and its score.
    """

    def __init__(
        self,
        problem: Problem,
        inputs: Inputs,
        state: State,
        run: Callable[[float], Callable[[int, int], None]],
        adopt: Callable[[IntArray, Schedule, float], None],
    ) -> None:
        self._problem = problem
        self._inputs = inputs
        self._state = state
        self._run = run
        self._adopt = adopt

    @property
    def schedules(self) -> int:
        """How many schedules were generated so far."""
        return int(self._state.counter[0])

    @property
    def iterations(self) -> int:
        """How many iterations were done so far."""
        return int(self._state.counter[1])

    @property
    def score(self) -> float:
        """Score of the best plan so far."""
        return float(self._state.value[0])

    def advance(self, schedules: int, iterations: int) -> None:
        """Go on until so many schedules or iterations are reached."""
        self._run((schedules - self.schedules) * seconds_per_schedule(self._inputs))(schedules, iterations)

    def best(self) -> Schedule:
        """Return the best schedule so far."""
        return schedule_of(self._state.best)

    def learn(self, schedule: Schedule, score: float) -> None:
        """Take over a better schedule."""
        self._state.value[0] = score
        write_schedule(self._state.best, schedule)
        self._adopt(by_start(self._problem, schedule.start), schedule, score)

    def begin(self, schedules: int, schedule: Schedule | None) -> None:
        """Count what was generated before the first step, and start from a schedule if there is one."""
        self._state.counter[0] = schedules
        if schedule is not None:
            self.learn(schedule, score_of(self._inputs, schedule))


def evolve(
    problem: Problem,
    limits: Limits,
    monitor: Monitor,
    warm_start: Schedule | None,
    start: Callable[[int], EvolvingIsland],
    schedules: int,
) -> Answer:
    """Run an island for each thread; see :class:`~optimizer.solvers.base.Solver`.

    Parameters
    ----------
    problem, limits, monitor, warm_start
        As a solver gets them.
    start : callable
        Returns the island of a stream of random numbers.
    schedules : int
        How many were generated before, which count for the first island.
    """
    if warm_start is not None:
        monitor.report(warm_start)  # in case that there is no time for more: the loops may have to be compiled first
    islands = [start(stream) for stream in range(limits.threads)]
    for stream, island in enumerate(islands):
        island.begin(0 if stream else schedules, warm_start)
    return run_islands(problem, islands, limits, monitor)


def seconds_per_schedule(inputs: Inputs) -> float:
    """Return about how long a search takes, as interpreted, to generate a schedule."""
    return len(inputs.mode_time) * len(inputs.node_speed) * _SECONDS_PER_CHOICE


def work_of(problem: Problem) -> FloatArray:
    """Return the share of the whole capacity that each job takes, times its length, float64[J]."""
    work = np.minimum.reduceat(problem.mode_share.sum(axis=1) * problem.mode_time.min(axis=1), problem.mode_start[:-1])
    return np.ascontiguousarray(work)


def suits_parallel(problem: Problem) -> bool:
    """Return whether jobs are few enough for the parallel scheme, which looks at all that wait at each instant."""
    return problem.jobs <= _MOST_IN_PARALLEL


def falling(probability: float, schedules: int | None) -> float:
    """Return the first value of a probability that falls to 0 until the last of so many schedules.

    Where their number is not known it does not fall: then it is the average from the beginning.
    """
    return probability if schedules else probability / 2


def tie_of(problem: Problem) -> float:
    """Return less than what two scores differ by at least: how much the later of two equal schedules is less fit."""
    return 0.9 * Costs.of(problem).granularity


def reference_order(
    problem: Problem, inputs: Inputs, rule: str, seed: int, limits: Limits, monitor: Monitor
) -> tuple[IntArray, int]:
    """Return the order of a rule or of the one with the best serial schedule, int64[J], and schedules made for it."""
    if rule != BEST_RULE:
        return feasible_order(problem, rule_keys(rule, problem, seed)), 0
    best, least, made = problem.topological_order, np.inf, 0
    for name in list(RULES)[: limits.schedules]:
        if made and monitor.stopped:
            break
        order = feasible_order(problem, rule_keys(name, problem, seed))
        schedule = serial_schedule(problem, order)
        monitor.report(schedule)
        made += 1
        if (found := score_of(inputs, schedule)) < least:
            best, least = order, found
    return best, made
