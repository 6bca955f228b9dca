"""The portfolio; for now the exact solver that suits the problem, from greedy's schedule."""

from dataclasses import dataclass
from math import inf

import numpy as np

from optimizer.model.columns import start_groups
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor

_EXACT = ("cp-sat", "highs", "cbc")
_SMALL_SHARE = 0.15
_MANY_COLUMNS = 100_000


@dataclass(frozen=True)
class Auto:
    """Greedy (as the warm start), then HiGHS or CP-SAT; where the one that suits is not installed, another."""

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        names = (suited(problem, warm_start), *_EXACT)
        installed = next((entry for name in names if not (entry := registry.find(name)).missing), None)
        if installed is None:
            return Answer(StoppedBy.FINISHED)
        solver = registry.create(installed, {})
        return solver.solve(problem, limits, seed=seed, warm_start=warm_start, monitor=monitor)


def suited(problem: Problem, warm_start: Schedule | None) -> str:
    """Return the name of the exact solver for ``problem``.

    HiGHS where the time-indexed program is at its best: sums of costs, no precedence, jobs that are small beside their
    node, so that the linear relaxation is nearly tight, and not too many columns. CP-SAT everywhere else
    (benchmarks/exact.md).
    """
    if problem.objective.is_maximum or len(problem.predecessor_job) or _mean_share(problem) > _SMALL_SHARE:
        return "cp-sat"
    costs = Costs.of(problem)
    known = inf if warm_start is None else total_cost(problem, costs, warm_start)
    columns = int(start_groups(problem, costs, total=known).sizes.sum())
    return "highs" if columns <= _MANY_COLUMNS else "cp-sat"


def _mean_share(problem: Problem) -> float:
    """Return how much of the largest node a mode takes of its scarcest resource, on average."""
    capacity = np.maximum(problem.node_capacity.max(axis=0), 1)
    return float((problem.mode_demand / capacity).max(axis=1, initial=0).mean())
