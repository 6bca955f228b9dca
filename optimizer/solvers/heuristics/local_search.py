"""Local search: annealing over local moves that are placed again only as far as they are felt."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from optimizer.kernels.generation import by_start, plan_of, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.annealing import DIRTY, SCHEDULES, Annealing, anneal, new_annealing
from optimizer.kernels.search.neighbourhood import PLACED, Neighbourhood, adopt, new_neighbourhood
from optimizer.kernels.serial import Plan
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.evolving import BEST_RULE, EvolvingIsland, evolve, reference_order
from optimizer.solvers.heuristics.common.options import require, require_between
from optimizer.solvers.heuristics.common.search import share_of
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray

_CYCLE = 25
"""A cooling takes at most so many schedules a pair of jobs, then the next begins from the best schedule."""

_COLDEST = 0.05
"""Lowest temperature of a beginning."""

_HOTTEST = 1.0
"""Highest temperature of a beginning."""

_WARMTH = 0.15
"""In between it grows with the root of the schedules a job: a hot beginning pays when there is time to cool down.
Measured for mean flow time with 50 to 400 jobs, 4 to 12 s each; total tardiness of 120 jobs in 60 s is 0.4 % above the
best known from a hot beginning, 0.04 % from the coldest."""

_FARTHEST = 2**31
_SHORTEST = 10
"""Schedules of a cooling before it is known how many there will be."""


@dataclass(frozen=True)
class LocalSearch:
    """Simulated annealing of a schedule by insertions, exchanges, shuffles and choices of mode and node.

    Kirkpatrick, Gelatt & Vecchi 1983, "Optimization by simulated annealing", Science 220; insertion and exchange are
    the moves of Bouleimen & Lecocq 2003, "A new efficient simulated annealing algorithm for the resource-constrained
    project scheduling problem", European Journal of Operational Research 149. What a move touches is taken out and
    built again, in the spirit of Shaw 1998, "Using constraint programming and local search methods to solve vehicle
    routing problems", and Schrimpf et al. 2000, "Record breaking optimization results using the ruin and recreate
    principle", Journal of Computational Physics 159. Now and then up to six jobs that start about the same time are
    built again in the best of all orders.

    Parameters
    ----------
    temperature : float or None
        At the beginning, in units of what moves make worse on average, from 0 (only better and equal schedules are
        accepted) to 1000; None: the longer a cooling lasts for its jobs, the higher, from 0.05 to 1, but 0.05 where due
        dates count.
    reach : int
        A job moves by at most so many positions in the order of starts, from 1 to 2^31.
    """

    temperature: float | None = None
    reach: int = 512

    def __post_init__(self) -> None:
        if self.temperature is not None:
            require_between(0, 1000, temperature=self.temperature)
        require(1 <= self.reach <= _FARTHEST, f"a whole number from 1 to {_FARTHEST}", reach=self.reach)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Anneal a schedule for each thread; see :class:`~optimizer.solvers.base.Solver`."""
        inputs, schedules = Inputs.of(problem), 0
        if warm_start is None:
            order, schedules = reference_order(problem, inputs, BEST_RULE, seed, limits, monitor)
            warm_start = serial_schedule(problem, order)

        def start(stream: int) -> EvolvingIsland:
            cooling = _Cooling(self, problem, inputs, limits, monitor, seed, stream)
            return EvolvingIsland(problem, inputs, cooling.search, cooling.run, cooling.adopt)

        return evolve(problem, limits, monitor, warm_start, start, schedules)


class _Cooling:
    """The search of one island, and how far the temperature has fallen.

    A cooling lasts to the end of the run as far as that can be told: there is a new estimate for each slice.
    """

    def __init__(
        self,
        options: LocalSearch,
        problem: Problem,
        inputs: Inputs,
        limits: Limits,
        monitor: Monitor,
        seed: int,
        stream: int,
    ) -> None:
        self._options = options
        self._problem = problem
        self._inputs = inputs
        self._limits = limits
        self._monitor = monitor
        self._space: Neighbourhood = new_neighbourhood(inputs)
        self.search: Annealing = new_annealing(inputs, seed, stream)
        self._since = monitor.elapsed
        self._begin = 0

    def run(self, seconds: float) -> Callable[[int, int], None]:
        """Return the loop, interpreted or compiled, that goes on to so many schedules or moves."""
        loop = anneal.sized(seconds)

        def go_on(schedules: int, moves: int) -> None:
            end = self._begin + self._length()
            if self._schedules >= end:
                self._begin, end = end, end + self._length()
                self._start_from(self.search.best, by_start(self._problem, self.search.best.start))
            jobs = self._problem.jobs
            between = (self._begin * jobs, end * jobs)
            goal, reach = min(schedules, end) * jobs, min(self._options.reach, jobs)
            hot = self._temperature(end - self._begin)
            loop(self._inputs, self._space, self.search, hot, reach, *between, goal, moves)

        return go_on

    def _temperature(self, length: int) -> float:
        """Return the first temperature of a cooling of so many schedules."""
        if self._options.temperature is not None:
            return self._options.temperature
        if self._problem.objective.uses_due_dates:
            return _COLDEST
        return min(_HOTTEST, max(_COLDEST, _WARMTH * sqrt(length) / self._problem.jobs))

    @property
    def _schedules(self) -> int:
        return int(self.search.counter[SCHEDULES])

    def _length(self) -> int:
        """Return how many schedules the cooling takes that began at ``_begin``."""
        longest = max(1, _CYCLE * self._problem.jobs**2)
        if (limit := share_of(self._limits.schedules, self._limits.threads)) is not None:
            left = limit - self._begin
        elif self._limits.time_limit is not None:
            used = max(self._monitor.elapsed - self._since, 1e-3)
            left = int(self._schedules * (1 + self._monitor.remaining / used)) - self._begin
        else:
            left = longest
        return min(longest, max(left, _SHORTEST))

    def adopt(self, order: IntArray, schedule: Schedule, _: float) -> None:
        """Take a schedule over: the first to start from, later ones only as the best."""
        search = self.search
        search.dirty[:] = np.arange(len(order))
        search.is_dirty[:] = 1
        search.counter[DIRTY] = len(order)
        if self._space.counts[PLACED] == 0:
            self._start_from(plan_of(schedule), order)

    def _start_from(self, plan: Plan, order: IntArray) -> None:
        adopt.sized(1e-4 * len(order))(self._inputs, self._space, plan, order)
