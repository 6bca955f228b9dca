"""What every bound of the catalogue has to stand up to: the optimum of the schedules that it says it holds for."""

from dataclasses import replace

import numpy as np

from optimizer.bounds.catalogue import Holds
from optimizer.names import Objective
from optimizer.problem import NEVER, Problem
from tests.oracle import brute_force
from tests.preemptive_oracle import preemptive_optimum
from tests.random_instances import random_instance

_JOBS, _STEPS = 4, 16
"""So many jobs that take so many steps in a row have a preemptive optimum that is found at once."""


def random_problem(seed: int) -> Problem:
    """Return the problem of ``seed``; nine in a row have all objectives."""
    return Problem.of(random_instance(seed, jobs_max=5, objective=[*Objective][seed % len(Objective)]))


def optima(problem: Problem) -> dict[Holds, float]:
    """Return the optimum of each set of schedules, as far as there is one and it is soon found."""
    free = replace(problem, deadline=np.full(problem.jobs, NEVER))
    found = {Holds.ON_TIME: brute_force(problem), Holds.WITHOUT_PREEMPTION: brute_force(free)}
    if problem.jobs <= _JOBS and problem.mode_time.max(axis=1).sum() <= _STEPS and problem.horizon <= 2 * _STEPS:
        found[Holds.ALWAYS] = preemptive_optimum(problem)
    return {holds: value for holds, value in found.items() if value is not None}
