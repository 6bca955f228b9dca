"""Least attained service."""

from dataclasses import dataclass
from typing import ClassVar

from optimizer.kernels.policies.preemption import KeyedSimulation
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.policies.simulation import quantum_and_cost, require_time, run


@dataclass(frozen=True)
class LAS:
    """Least size x time run so far first (Gu et al. 2019, "Tiresias: a GPU cluster manager", NSDI; Kleinrock 1976).

    It knows no run times. Ties: what runs, then by arrival and file. What does not fit waits, and leaves its room to
    those behind it. While jobs wait, all are looked at anew after each quantum. A pass costs the running jobs, and the
    distinct demands that wait for each job that starts.

    Parameters
    ----------
    quantum : float or None
        Time after which jobs are compared anew, > 0; None: ten minutes, ten slots where the unit has no length.
    cost : float
        Time that each preemption adds to the run time, >= 0 and less than the quantum.
    """

    preemptive: ClassVar[bool] = True

    quantum: float | None = None
    cost: float = 0.0

    def __post_init__(self) -> None:
        require_time("quantum", self.quantum)
        require_time("cost", self.cost, positive=False)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Simulate; see :class:`~optimizer.solvers.base.Solver`."""
        quantum, cost = quantum_and_cost(problem, self.quantum, self.cost)
        return run(KeyedSimulation(problem, "attained", quantum=quantum, cost=cost), monitor)
