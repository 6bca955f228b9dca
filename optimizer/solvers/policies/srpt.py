"""Shortest remaining processing time."""

from dataclasses import dataclass
from typing import ClassVar

from optimizer.kernels.policies.preemption import KeyedSimulation
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.policies.simulation import cost_steps, require_time, run


@dataclass(frozen=True)
class SRPT:
    """Shortest estimated remaining run time first (Schrage & Miller 1966, Operations Research 14).

    It knows estimates; a job that outlives its own comes first. Ties: what runs, then by arrival and file. What does
    not fit waits, and leaves its room to those behind it. With true estimates it is optimal for the mean flow time on
    one machine (Schrage 1968). A pass costs the running jobs, and the distinct demands that wait for each job that
    starts.

    Parameters
    ----------
    cost : float
        Time that each preemption adds to the run time, >= 0.
    """

    preemptive: ClassVar[bool] = True

    cost: float = 0.0

    def __post_init__(self) -> None:
        require_time("cost", self.cost, positive=False)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Simulate; see :class:`~optimizer.solvers.base.Solver`."""
        return run(KeyedSimulation(problem, "remaining", cost=cost_steps(problem, self.cost)), monitor)
