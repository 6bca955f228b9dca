"""Ant colony optimisation: good schedules lay pheromone on the places of their jobs, which later ones follow."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from optimizer.kernels.generation import serial_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.search.ant_colony import (
    ColonySettings,
    Direction,
    new_colony,
    new_direction,
    run_colony,
    settle_ant,
)
from optimizer.kernels.search.ant_walk import WalkSettings, new_trail
from optimizer.kernels.search.improvement import new_room
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.directions import bounds_of, is_reversible, mirrored
from optimizer.solvers.heuristics.common.evolving import (
    BEST_RULE,
    EvolvingIsland,
    evolve,
    falling,
    reference_order,
    suits_parallel,
    tie_of,
    work_of,
)
from optimizer.solvers.heuristics.common.options import require_at_least, require_between, require_one_of
from optimizer.solvers.heuristics.common.rules import RANDOM, RULES
from optimizer.solvers.heuristics.common.search import share_of
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray

_MOST_PHEROMONE = 2**24
"""Entries of the pheromone table (128 MiB): with more jobs than 4,096 each has fewer places around its reference; and
of the orders that ants keep."""

_MOST_INFLUENCE = 100.0

_LEAST_INITIAL = 1e-6
"""Without any pheromone there were no probabilities."""


@dataclass(frozen=True)
class AntColony:
    """Ant colony optimisation over orders of the jobs, each job then where it ends first.

    Merkle, Middendorf & Schmeck 2002, "Ant colony optimization for resource-constrained project scheduling", IEEE
    Transactions on Evolutionary Computation 6; but what ants keep lays the pheromone (Guntsch & Middendorf 2002), and
    they walk parts anew (Wiesemann & Stützle 2006). For makespans where time can run backwards there are two colonies,
    forward and backward, by turns (Debels & Vanhoucke 2005). The defaults were found on PSPLIB's J120 at 5,000
    schedules; those of Merkle et al. are in parentheses.

    Parameters
    ----------
    ants : int
        Orders a generation (5), each of which is kept until the ant finds a better one, >= 1; fewer with more jobs than
        400,000.
    initial : float
        Pheromone of a job before the first order, which stays, relative to that of all orders, above 0 up to 1.
    direct : float
        Weight of the pheromone of the place itself against that summed up over the places so far (0.5), from 0 to 1.
    persistence : float
        What a place's pheromone keeps in the sum from one place to the next (1), from 0 to 1.
    influence : float
        Power to which the heuristic is raised at the beginning (1), from 0 to 100. It is 1, 1/2, 1/3, … for the
        candidates by rule (Bresina 1996, "Heuristic-biased stochastic sampling", AAAI).
    fade : int
        After so many schedules of an island it has no influence any more (half of the run), >= 1.
    greed : float
        Probability of taking the candidate that pheromone and heuristic rate highest, instead of any by weight:
        Dorigo & Gambardella 1997, "Ant colony system", IEEE Transactions on Evolutionary Computation 1; from 0 to 1.
    part : float
        Largest share of an order that is walked anew (1), from 0 to 1; 18 jobs at least.
    parallel : float
        Probability that a schedule is generated instant by instant instead of job by job (0), where time can run
        backwards, from 0 to 1, at the beginning; it falls to 0 until the last schedule (Hartmann 2002).
    improve : bool
        Whether schedules are improved forward and backward, where the objective is a maximum and time cannot run
        backwards (double justification: Valls, Ballestín & Quintanilla 2005, European Journal of Operational Research
        165).
    swaps : int
        Exchanges of two jobs tried on the best order of each generation, where schedules are not improved in that way
        (2-opt, at the end of the run), >= 0.
    rule : str
        The priority rule of the heuristic (latest finish time), or ``best``: the one of the best schedule.
    """

    ants: int = 40
    initial: float = 0.01
    direct: float = 0.0
    persistence: float = 0.97
    influence: float = 0.2
    fade: int = 2500
    greed: float = 0.0
    part: float = 0.15
    parallel: float = 0.4
    improve: bool = True
    swaps: int = 50
    rule: str = BEST_RULE

    def __post_init__(self) -> None:
        require_at_least(1, ants=self.ants, fade=self.fade)
        require_at_least(0, swaps=self.swaps)
        require_between(_LEAST_INITIAL, 1, initial=self.initial)
        require_between(0, 1, direct=self.direct, persistence=self.persistence, greed=self.greed)
        require_between(0, 1, part=self.part, parallel=self.parallel)
        require_between(0, _MOST_INFLUENCE, influence=self.influence)
        require_one_of([BEST_RULE, *RULES, RANDOM], rule=self.rule)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Send out a colony for each thread; see :class:`~optimizer.solvers.base.Solver`."""
        inputs, two_sided = Inputs.of(problem), is_reversible(problem)
        reference, schedules = reference_order(problem, inputs, self.rule, seed, limits, monitor)
        settings = self._settings(problem, share_of(limits.schedules, limits.threads))
        walk_settings = WalkSettings(self.direct, self.persistence, self.greed)
        ahead = _Way(inputs, reference, integers(problem.topological_order))
        back = _turned(problem, ahead) if two_sided else ahead

        def start(stream: int) -> EvolvingIsland:
            colony = new_colony(work_of(problem), seed, stream)
            forward = self._direction(problem, ahead)
            backward = self._direction(problem, back) if two_sided else forward
            timeline, room = new_timeline(inputs), new_room(problem.jobs)

            def run(seconds: float) -> Callable[[int, int], None]:
                return partial(
                    run_colony.sized(seconds), settings, walk_settings, colony, forward, backward, room, timeline
                )

            return EvolvingIsland(problem, inputs, colony, run, partial(_adopt, forward, backward))

        return evolve(problem, limits, monitor, warm_start, start, schedules)

    def _settings(self, problem: Problem, schedules: int | None) -> ColonySettings:
        """Return the constants of the compiled loops."""
        two_sided = is_reversible(problem)
        improves = self.improve and problem.objective.is_maximum and not two_sided
        return ColonySettings(
            influence=self.influence,
            fade=self.fade,
            part=self.part,
            parallel=falling(self.parallel, schedules) if two_sided and suits_parallel(problem) else 0.0,
            swaps=0 if improves or two_sided else self.swaps,
            improves=improves,
            two_sided=two_sided,
            tie=tie_of(problem),
            most=schedules or 2**62,
        )

    def _direction(self, problem: Problem, way: "_Way") -> Direction:
        """Return a direction of a new colony."""
        places = max(1, min(problem.jobs, _MOST_PHEROMONE // problem.jobs))
        bounds = bounds_of(problem, way.inputs, way.topological[::-1])
        trail = new_trail(way.reference, places, self.initial)
        ants = max(1, min(self.ants, _MOST_PHEROMONE // problem.jobs))
        return new_direction(way.inputs, bounds, way.topological, trail, ants)


class _Way(NamedTuple):
    """The problem in one direction, a good order, and one in which predecessors come first."""

    inputs: Inputs
    reference: IntArray
    topological: IntArray


def _turned(problem: Problem, ahead: _Way) -> _Way:
    """Return the way back, whose reference is what the one ahead leads to, from the end."""
    schedule = serial_schedule(problem, ahead.reference)
    topological = integers(ahead.topological[::-1])
    return _Way(mirrored(problem, ahead.inputs), _by_end(topological, schedule), topological)


def _by_end(topological: IntArray, schedule: Schedule) -> IntArray:
    """Return the jobs by descending end."""
    return topological[np.argsort(-schedule.end[topological], kind="stable")]


def _adopt(forward: Direction, backward: Direction, order: IntArray, schedule: Schedule, score: float) -> None:
    """Let the worst ant keep the order of a schedule, in both directions."""
    settle_ant(forward, int(forward.fitness.argmax()), order, score)
    if backward is not forward:
        back = _by_end(backward.topological, schedule)
        settle_ant(backward, int(backward.fitness.argmax()), back, score)
