"""Ant colony optimisation: good schedules lay pheromone on the places of their jobs, which later ones follow."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.ant_colony import AGE, ELITIST, Colony, Customs, new_colony, run_colony
from optimizer.kernels.search.ant_walk import Habits, new_trail
from optimizer.kernels.search.improvement import new_room
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.evolving import BEST_RULE, EvolvingIsland, evolve, reference_order
from optimizer.solvers.heuristics.options import require_at_least, require_between, require_one_of
from optimizer.solvers.heuristics.rules import RANDOM, RULES
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray

_MOST_PHEROMONE = 2**24
"""Entries of the pheromone table (128 MiB): with more jobs than 4,096 each has fewer places around its reference."""

_MOST_INFLUENCE = 100.0


@dataclass(frozen=True)
class AntColony:
    """Ant colony optimisation over orders of the jobs, each job then where it ends first.

    Merkle, Middendorf & Schmeck 2002, "Ant colony optimization for resource-constrained project scheduling", IEEE
    Transactions on Evolutionary Computation 6. The defaults were found on every tenth instance of PSPLIB's J120 at
    5,000 schedules; theirs are in parentheses.

    Parameters
    ----------
    ants : int
        Orders a generation (5), >= 1.
    evaporation : float
        Share of the pheromone that each generation replaces (0.025), from 0 to 1.
    direct : float
        Weight of the pheromone of the place itself against that summed up over the places so far (0.5), from 0 to 1.
    persistence : float
        What a place's pheromone keeps in the sum from one place to the next (1), from 0 to 1.
    influence : float
        Power to which the heuristic is raised at the beginning (1), from 0 to 100. It is 1, 1/2, 1/3, … for the
        candidates by rule (Bresina 1996, "Heuristic-biased stochastic sampling", AAAI).
    fade : int
        After so many schedules of an island it has no influence any more (half of the run), >= 1.
    memory : int
        After so many generations without a better one the elitist solution is forgotten (10), >= 1.
    greed : float
        Probability of taking the candidate that pheromone and heuristic rate highest, instead of any by weight (0):
        Dorigo & Gambardella 1997, "Ant colony system", IEEE Transactions on Evolutionary Computation 1; from 0 to 1.
    improve : bool
        Whether schedules are improved forward and backward, where the objective is a maximum (double justification:
        Valls, Ballestín & Quintanilla 2005, European Journal of Operational Research 165).
    swaps : int
        Exchanges of two jobs tried on the best order of each generation, where schedules are not improved in that way
        (2-opt, at the end of the run), >= 0.
    rule : str
        The priority rule of the heuristic (latest finish time), or ``best``: the one of the best schedule.
    """

    ants: int = 5
    evaporation: float = 0.07
    direct: float = 0.0
    persistence: float = 0.97
    influence: float = 0.2
    fade: int = 2500
    memory: int = 10
    greed: float = 0.5
    improve: bool = True
    swaps: int = 50
    rule: str = BEST_RULE

    def __post_init__(self) -> None:
        require_at_least(1, ants=self.ants, fade=self.fade, memory=self.memory)
        require_at_least(0, swaps=self.swaps)
        require_between(0, 1, evaporation=self.evaporation, direct=self.direct, persistence=self.persistence)
        require_between(0, 1, greed=self.greed)
        require_between(0, _MOST_INFLUENCE, influence=self.influence)
        require_one_of([BEST_RULE, *RULES, RANDOM], rule=self.rule)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Send out a colony for each thread; see :class:`~optimizer.solvers.base.Solver`."""
        inputs = Inputs.of(problem)
        reference, schedules = reference_order(problem, inputs, self.rule, seed)
        improves = self.improve and inputs.is_maximum
        customs = Customs(
            ants=self.ants,
            influence=self.influence,
            fade=self.fade,
            memory=self.memory,
            swaps=0 if improves else self.swaps,
            improves=improves,
        )
        habits = Habits(self.evaporation, self.direct, self.persistence, self.greed)
        places = max(1, min(problem.jobs, _MOST_PHEROMONE // problem.jobs))

        def start(stream: int) -> EvolvingIsland:
            colony, trail = new_colony(reference, seed, stream), new_trail(reference, places)
            timeline, room = new_timeline(inputs), new_room(problem.jobs)

            def run(seconds: float) -> Callable[[int, int], None]:
                return partial(run_colony.sized(seconds), inputs, customs, habits, colony, trail, room, timeline)

            return EvolvingIsland(problem, inputs, colony, run, partial(_adopt, colony))

        return evolve(problem, limits, monitor, warm_start, start, schedules)


def _adopt(colony: Colony, order: IntArray, _: Schedule, score: float) -> None:
    """Make the order of a schedule the elitist solution."""
    colony.elitist[:] = order
    colony.value[ELITIST] = score
    colony.counter[AGE] = 0
