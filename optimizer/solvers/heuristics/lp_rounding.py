"""List scheduling in the order of a fractional schedule, which also gives a bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite
from typing import Literal, get_args

from optimizer.bounds.lagrangian import Lagrangian
from optimizer.bounds.linear_program import solve_relaxation
from optimizer.kernels.generation import (
    feasible_order,
    parallel_schedule,
    schedule_of,
    score_of,
    serial_schedule,
    write_schedule,
)
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.rounding import Rounding, new_rounding, round_often
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.model.columns import start_groups
from optimizer.model.program import Program
from optimizer.model.size import estimated_size
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.fractional import Fractional
from optimizer.solvers.heuristics.common.evolving import seconds_per_schedule
from optimizer.solvers.heuristics.common.options import require_at_least, require_one_of
from optimizer.solvers.heuristics.common.search import run_islands
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray, IntArray
from optimizer.validation import deadline_misses

Relaxation = Literal["auto", "linear", "lagrangian"]

_LARGEST = 3_000_000
"""Entries of the largest linear program that is solved unless the user insists: about a second."""

_ROUNDS_AVERAGED, _ANSWERS = 100, 4_000_000
"""Of how many rounds the answers are averaged at most, and of how many jobs times rounds."""

_ROUNDS = 10
"""Rounds of the Lagrangian between two looks at the clock."""

_SHARE = 0.3
"""Part of the time left that each relaxation may take."""


@dataclass(frozen=True)
class LPRounding:
    """Jobs in the order of their alpha-points in a relaxation, many alphas at once, then random ones.

    The relaxation is the Lagrangian over capacity prices of the time-indexed linear program, then, unless that is too
    large, the program itself.
    A job's alpha-point is when the part alpha of it has been processed (Hall, Schulz, Shmoys & Wein 1997, Mathematics
    of Operations Research 22); lists by alpha-points of Lagrangian solutions are those of Möhring, Schulz, Stork & Uetz
    2003, Management Science 49, random alphas those of Schulz & Skutella 2002, SIAM Journal on Discrete Mathematics 15.

    Parameters
    ----------
    relaxation : "auto", "linear" or "lagrangian"
        The linear program where it takes about a second, always, or never. Under a maximum objective the Lagrangian
        gives orders, but no bound.
    alphas : int
        How many alphas are tried before random ones, >= 1.
    """

    relaxation: Relaxation = "auto"
    alphas: int = 16

    def __post_init__(self) -> None:
        require_one_of(get_args(Relaxation), relaxation=self.relaxation)
        require_at_least(1, alphas=self.alphas)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Relax, then round; see :class:`~optimizer.solvers.base.Solver`."""
        on_time = warm_start is not None and not deadline_misses(problem, warm_start)
        total = total_cost(problem, Costs.of(problem), warm_start) if warm_start is not None and on_time else inf
        fractional = _lagrangian(problem, total, monitor)
        if self.relaxation != "lagrangian":
            fractional = self._linear(problem, limits, total, monitor) or fractional
        points = fractional.alpha_points(self.alphas)
        inputs = Inputs.of(problem)
        modes = fractional.likeliest_modes()
        lists = [
            partial(_list_schedule, problem, key, generate)
            for key in fractional.orders(points)
            for generate in (serial_schedule, parallel_schedule)
        ]
        islands = [
            _Island(inputs, new_rounding(inputs, points, modes, seed, i), lists[i :: limits.threads])
            for i in range(limits.threads)
        ]
        return run_islands(problem, islands, limits, monitor)

    def _linear(self, problem: Problem, limits: Limits, total: float, monitor: Monitor) -> Fractional | None:
        """Solve the linear program and report its bound; None where it is too large or takes too long."""
        size = estimated_size(problem, start_groups(problem, Costs.of(problem), total=total))
        memory = inf if limits.memory is None else limits.memory
        if self.relaxation == "auto" and (size.entries > _LARGEST or size.memory > memory):
            return None
        program = Program.of(problem, known=total, memory=limits.memory)
        if program.refuted:
            return None
        relaxed = solve_relaxation(program, seconds=_SHARE * monitor.remaining, stopped=lambda: monitor.stopped)
        if isfinite(relaxed.bound):
            monitor.report(lower_bound=relaxed.bound)
        return None if relaxed.solution is None else Fractional.of_pulses(problem, program.pulses, relaxed.solution)


def _lagrangian(problem: Problem, total: float, monitor: Monitor) -> Fractional:
    """Improve the prices of capacity, report their bound (where the objective is a sum) and average the answers."""
    lagrangian = Lagrangian(problem, total=total, memory=max(1, min(_ROUNDS_AVERAGED, _ANSWERS // problem.jobs)))
    end, reported = (1 - _SHARE) * monitor.remaining, -inf
    while not lagrangian.refuted:
        if lagrangian.bound > reported and not problem.objective.is_maximum:
            monitor.report(lower_bound=lagrangian.bound)
            reported = lagrangian.bound
        if monitor.stopped or monitor.remaining < end or lagrangian.exhausted:
            break
        lagrangian.improve(_ROUNDS)
    return Fractional.of_answers(problem, lagrangian.answers)


def _list_schedule(problem: Problem, key: FloatArray, generate: Callable[[Problem, IntArray], Schedule]) -> Schedule:
    return generate(problem, feasible_order(problem, key))


class _Island:
    """First lists, then random alphas."""

    def __init__(self, inputs: Inputs, rounding: Rounding, lists: Sequence[Callable[[], Schedule]]) -> None:
        self._inputs = inputs
        self._rounding = rounding
        self._lists = lists
        self._timeline = new_timeline(inputs)
        self._plan = new_plan(len(inputs.release))
        self._best = new_plan(len(inputs.release))
        self.score = inf
        self.schedules = 0

    @property
    def iterations(self) -> int:
        """How many orders were made so far: one a schedule."""
        return self.schedules

    def advance(self, schedules: int, iterations: int) -> None:
        """Make so many schedules, counted from the beginning."""
        goal = min(schedules, iterations)
        for generate in self._lists[self.schedules : goal]:
            schedule = generate()
            self.learn(schedule, score_of(self._inputs, schedule))
            self.schedules += 1
        left = goal - self.schedules
        run = round_often.sized(left * seconds_per_schedule(self._inputs))
        self.score = run(self._inputs, self._rounding, self._timeline, self._plan, self._best, self.score, left)
        self.schedules = max(goal, self.schedules)

    def best(self) -> Schedule:
        """Return the best schedule so far."""
        return schedule_of(self._best)

    def learn(self, schedule: Schedule, score: float) -> None:
        """Take over a schedule that is better."""
        if score < self.score:
            self.score = score
            write_schedule(self._best, schedule)
