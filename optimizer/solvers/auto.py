"""The portfolio; for now the exact solver that suits the problem, from greedy's schedule."""

from dataclasses import dataclass

from optimizer.names import Feature
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor


@dataclass(frozen=True)
class Auto:
    """Greedy (as the warm start), then HiGHS or CP-SAT."""

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        solver = registry.create(registry.find(suited(problem)), {})
        return solver.solve(problem, limits, seed=seed, warm_start=warm_start, monitor=monitor)
