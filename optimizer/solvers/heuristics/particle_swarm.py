"""Particle swarm optimisation: random keys that drift towards the best of themselves and of their neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.improvement import new_room
from optimizer.kernels.search.particle_swarm import Motion, Swarm, new_swarm, run_swarm
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.evolving import BEST_RULE, EvolvingIsland, evolve, reference_order
from optimizer.solvers.heuristics.common.options import require_at_least, require_between, require_one_of
from optimizer.solvers.heuristics.common.rules import RANDOM, RULES
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray

_MOST_PULL = 10.0


@dataclass(frozen=True)
class ParticleSwarm:
    """Particle swarm optimisation of keys: jobs by ascending key, each where it ends first or where its gene says.

    Kennedy & Eberhart 1995, "Particle swarm optimization", Proceedings of ICNN'95; for project scheduling Zhang, Li, Li
    & Huang 2005, Automation in Construction 14. After a move the keys become the places of the jobs in the order of the
    (improved) schedule.

    Parameters
    ----------
    particles : int
        How many, >= 1.
    constriction : float
        What is kept of velocity and pulls, from 0 to 1 (0.7298 with pulls of 2.05: Clerc & Kennedy 2002, IEEE
        Transactions on Evolutionary Computation 6; the default was found on J120, where 5,000 schedules are few).
    personal, social : float
        How strongly a particle is pulled to its own best position and to the best of its neighbours, from 0 to 10.
    neighbours : int
        How many on each side of a particle on the ring it looks at (local best: Eberhart & Kennedy 1995, "A new
        optimizer using particle swarm theory", MHS'95), >= 0.
    free : float
        Share of the genes that leave a job the mode and node where it ends first, from 0 to 0.99.
    improve : bool
        Whether schedules are improved forward and backward, where the objective is a maximum (double justification:
        Valls, Ballestín & Quintanilla 2005, European Journal of Operational Research 165).
    rule : str
        The priority rule whose order the first particles are near, or ``best``: the one of the best schedule.
    """

    particles: int = 30
    constriction: float = 0.4
    personal: float = 2.05
    social: float = 2.05
    neighbours: int = 2
    free: float = 0.5
    improve: bool = True
    rule: str = BEST_RULE

    def __post_init__(self) -> None:
        require_at_least(1, particles=self.particles)
        require_at_least(0, neighbours=self.neighbours)
        require_between(0, 1, constriction=self.constriction)
        require_between(0, 0.99, free=self.free)
        require_between(0, _MOST_PULL, personal=self.personal, social=self.social)
        require_one_of([BEST_RULE, *RULES, RANDOM], rule=self.rule)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Let a swarm fly for each thread; see :class:`~optimizer.solvers.base.Solver`."""
        inputs = Inputs.of(problem)
        reference, schedules = reference_order(problem, inputs, self.rule, seed, limits, monitor)
        motion = Motion(
            constriction=self.constriction,
            personal=self.personal,
            social=self.social,
            neighbours=min(self.neighbours, self.particles // 2),
            free=self.free,
            improves=self.improve and inputs.is_maximum,
        )

        def start(stream: int) -> EvolvingIsland:
            swarm = new_swarm(inputs, reference, self.particles, seed, stream)
            timeline, room = new_timeline(inputs), new_room(problem.jobs)

            def run(seconds: float) -> Callable[[int, int], None]:
                return partial(run_swarm.sized(seconds), inputs, motion, swarm, room, timeline)

            return EvolvingIsland(problem, inputs, swarm, run, partial(self._adopt, inputs, swarm))

        return evolve(problem, limits, monitor, warm_start, start, schedules)

    def _adopt(self, inputs: Inputs, swarm: Swarm, order: IntArray, schedule: Schedule, score: float) -> None:
        """Put the particle whose own best is worst where a schedule is."""
        worst, jobs = int(swarm.value[1:].argmax()), len(order)
        swarm.value[1 + worst] = score
        swarm.velocity[worst] = 0.0
        swarm.position[worst, order] = (np.arange(jobs) + 0.5) / jobs
        if swarm.position.shape[1] > jobs:
            nodes = len(inputs.node_speed)
            pair = (schedule.mode - inputs.mode_start[:-1]) * nodes + schedule.node
            share = (pair + 0.5) / (np.diff(inputs.mode_start) * nodes)
            swarm.position[worst, jobs:] = self.free + (1.0 - self.free) * share
        swarm.personal[worst] = swarm.position[worst]
