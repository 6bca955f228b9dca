"""A genetic algorithm over orders, modes and nodes."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from optimizer.kernels.generation import schedule_of, score_of, write_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.randomness import new_random
from optimizer.kernels.search.decoding import new_genes
from optimizer.kernels.search.genetic import CHILDREN, PLACED, Search, Settings, evolve, welcome
from optimizer.kernels.search.improvement import new_room
from optimizer.kernels.search.neighbourhood import new_neighbourhood
from optimizer.kernels.search.population import PEAK, TWO_POINT, UNIFORM, new_population
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.names import Objective
from optimizer.problem import NEVER, Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.directions import bounds_of, is_reversible, mirrored
from optimizer.solvers.heuristics.common.evolving import (
    falling,
    seconds_per_schedule,
    suits_parallel,
    tie_of,
    work_of,
)
from optimizer.solvers.heuristics.common.options import require, require_between, require_one_of
from optimizer.solvers.heuristics.common.rules import rule_keys
from optimizer.solvers.heuristics.common.search import run_islands, share_of
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray

Crossover = Literal["two-point", "peak", "uniform"]
Encoding = Literal["activity-list", "random-key"]

_CROSSOVERS = {"two-point": TWO_POINT, "peak": PEAK, "uniform": UNIFORM}
_POPULATION = 360
"""Individuals a side for 1000 schedules of one job."""

_LEAST = 6
"""Individuals a side in any case."""

_MANY = 3_400
"""Where no number of schedules is given, the population is that for so many, and does not shrink."""

_REACH = 0.02
"""How far mutated keys move, relative to the length of the schedule."""

_PLACES = 2.5
"""Over how many jobs mutations reach in small instances."""

_NOISE = 0.2
"""How far the keys of the first individuals are from a rule's at least, relative to the largest difference of these."""

_SPREAD = 50.0
"""The same times the number of jobs: the smaller the instance, the more is left to chance."""

_FIRST_PARALLEL = 0.5
"""Share of the first individuals that are generated instant by instant."""

_FEW = 100
"""With more than so many schedules a job fewer of them are generated instant by instant:"""

_LESS_PARALLEL = 2 / 3
"""this part of what the option says."""

_SECONDS_PER_JOB = 1e-4
"""Of interpreted work to learn a schedule."""

_PATIENCE = 20
"""Generations without a success before a new start."""


@dataclass(frozen=True)
class Genetic:
    """Genetic algorithm; for makespans where time can run backwards, of two populations (Debels & Vanhoucke 2005).

    Parameters
    ----------
    population : int
        Individuals a side at the beginning, >= 2, of which 90 % leave until the last schedule; 0: 360 (schedules /
        1000)^0.72 / sqrt(jobs), found on PSPLIB's J120.
    encoding : "activity-list" or "random-key"
        What stands for an order: places in the list (Hartmann 1998) or starts (Debels & Vanhoucke 2005).
    crossover : "two-point", "peak" or "uniform"
        What a child takes from its father: a window of time, the busiest of several (Valls, Ballestín & Quintanilla
        2008), or half of the jobs at random (Hartmann 1998).
    mutation : float
        Probability that a gene changes, 0 to 1; unless it is 0, at least one gene a child on average.
    parallel : float
        Probability that a child's schedule is generated instant by instant instead of job by job, 0 to 1, at the
        beginning; it falls to 0 until the last schedule (Hartmann 2002 lets every individual have its scheme). With
        more than 100 schedules a job, which suffice for the serial scheme, two thirds of it.
    insertion : float
        For sums of costs, how many jobs a child's are placed again to look for better places by insertions, as a
        multiple of their number, from 0 (no search) to 1000.
    """

    population: int = 0
    encoding: Encoding = "random-key"
    crossover: Crossover = "peak"
    mutation: float = 0.02
    parallel: float = 0.6
    insertion: float = 1.0

    def __post_init__(self) -> None:
        require(self.population >= 2 or self.population == 0, "a whole number >= 2, or 0", population=self.population)
        require_one_of(get_args(Encoding), encoding=self.encoding)
        require_one_of(tuple(_CROSSOVERS), crossover=self.crossover)
        require_between(0, 1, mutation=self.mutation, parallel=self.parallel)
        require_between(0, 1000, insertion=self.insertion)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Let one population a thread evolve; see :class:`~optimizer.solvers.base.Solver`."""
        schedules = share_of(limits.schedules, limits.threads)
        islands = [_Island(self, problem, schedules, seed, stream) for stream in range(limits.threads)]
        if warm_start is not None:
            islands[0].start_from(warm_start)
        return run_islands(problem, islands, limits, monitor)

    def settings(self, problem: Problem, size: int, schedules: int | None) -> Settings:
        """Return the constants of the compiled loops."""
        reversible = is_reversible(problem)
        parallel = self.parallel
        if schedules is None or schedules > _FEW * problem.jobs:
            parallel *= _LESS_PARALLEL
        return Settings(
            two_sided=reversible,
            justified=problem.objective.is_maximum and not reversible,
            listed=self.encoding == "activity-list",
            tie=tie_of(problem),
            bounded=reversible,
            crossover=_CROSSOVERS[self.crossover],
            parallel=falling(parallel, schedules) if suits_parallel(problem) else 0.0,
            first_parallel=_FIRST_PARALLEL if suits_parallel(problem) else 0.0,
            mutation=max(self.mutation, 1 / problem.jobs) if self.mutation else 0.0,
            reach=max(_REACH, _PLACES / problem.jobs),
            noise=max(_NOISE, _SPREAD / problem.jobs),
            most_placed=2**62 if schedules is None else schedules * problem.jobs,
            inserted=0 if problem.objective.is_maximum else int(self.insertion * problem.jobs),
            patience=_PATIENCE * size,
        )


def _rules(problem: Problem) -> FloatArray:
    """Return keys, from 0 to 1, of the rules that suit the objective, float64[R, J]."""
    names = (
        ["critical-path"]
        if problem.objective is Objective.MAKESPAN
        else ["weighted-shortest", "weighted-smallest-area"]
    )
    if problem.objective.uses_due_dates:
        names = ["earliest-due", "slack", *names]
    if (problem.deadline < NEVER).any():
        names = ["earliest-deadline", *names]
    keys = np.array([rule_keys(name, problem, seed=0) for name in names])
    keys = np.minimum(keys, problem.horizon)  # without a deadline
    keys -= keys.min(axis=1, keepdims=True)
    return np.ascontiguousarray(keys / np.maximum(keys.max(axis=1, keepdims=True), 1e-9))


class _Island:
    """One population with its random numbers."""

    def __init__(self, options: Genetic, problem: Problem, schedules: int | None, seed: int, stream: int) -> None:
        jobs = problem.jobs
        self._inputs = Inputs.of(problem)
        self._settings = options.settings(problem, size := options.population or _size(jobs, schedules), schedules)
        self._mirror = mirrored(problem, self._inputs) if self._settings.two_sided else self._inputs
        self._population = new_population(size, work_of(problem))
        order, scratch = np.zeros((2, jobs), dtype=np.int64)
        first = integers(problem.topological_order)
        self._search = Search(
            random=new_random(seed, stream),
            counter=np.array([0, 0, 0, 0, 0, 0, size], dtype=np.int64),
            rules=_rules(problem),
            first=first,
            last=integers(first[::-1]),
            child=new_genes(jobs),
            order=order,
            scratch=scratch,
            room=new_room(jobs),
            plan=new_plan(jobs),
            best=new_plan(jobs),
            record=np.full(1, np.inf),
            forward=bounds_of(problem, self._inputs, first[::-1]),
            backward=bounds_of(problem, self._mirror, first),
            space=new_neighbourhood(self._inputs),
        )
        self._timeline = new_timeline(self._inputs)

    @property
    def schedules(self) -> int:
        return -(-int(self._search.counter[PLACED]) // len(self._search.order))

    @property
    def iterations(self) -> int:
        return int(self._search.counter[CHILDREN])

    @property
    def score(self) -> float:
        return float(self._search.record[0])

    def advance(self, schedules: int, iterations: int) -> None:
        run = evolve.sized((schedules - self.schedules) * seconds_per_schedule(self._inputs))
        run(
            self._inputs,
            self._mirror,
            self._settings,
            self._population,
            self._search,
            self._timeline,
            schedules * len(self._search.order),
            iterations,
        )

    def best(self) -> Schedule:
        return schedule_of(self._search.best)

    def learn(self, schedule: Schedule, score: float) -> None:
        """Let a schedule be the best, and for the least fit on each side."""
        write_schedule(self._search.plan, schedule)
        judge = welcome.sized(_SECONDS_PER_JOB * len(schedule.start))
        judge(self._inputs, self._settings, self._population, self._search)

    def start_from(self, schedule: Schedule) -> None:
        """Begin with a schedule."""
        self.learn(schedule, score_of(self._inputs, schedule))


def _size(jobs: int, schedules: int | None) -> int:
    """Return how many individuals suit a number of schedules: more generations the more jobs there are."""
    return max(_LEAST, int(_POPULATION * ((schedules or _MANY) / 1000) ** 0.72 / float(jobs) ** 0.5))
