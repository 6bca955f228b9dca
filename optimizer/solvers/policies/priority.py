"""Highest priority first, with or without preemption."""

from dataclasses import dataclass
from math import isfinite

from optimizer.errors import UsageError
from optimizer.kernels.policies.preemption import KeyedSimulation
from optimizer.kernels.policies.queueing import Order
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.policies import orders
from optimizer.solvers.policies.queue_policy import QueuePolicy
from optimizer.solvers.policies.simulation import cost_steps, require_time, run


@dataclass(frozen=True)
class Priority(QueuePolicy):
    """Highest ``priority`` first, then by arrival and file; knows no run times.

    With preemption a job of higher priority takes the place of one of lower at once, and what it leaves goes to those
    behind it; backfill, order and placement are for queues without it. A pass then costs the running jobs, and the
    distinct demands that wait for each job that starts.

    Parameters
    ----------
    aging : float
        What a job's priority gains a unit of time since its arrival, >= 0.
    preemptive : bool
        Whether a running job gives way.
    cost : float
        Time that each preemption adds to the run time, >= 0.
    """

    aging: float = 0.0
    preemptive: bool = False
    cost: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_time("cost", self.cost, positive=False)
        if not (isfinite(self.aging) and self.aging >= 0):
            raise UsageError(f"aging {self.aging}: expected a number of at least 0")
        if self.preemptive and (self.backfill, self.placement) != ("none", "first-fit"):
            raise UsageError("preemptive true: expected neither backfill nor placement; what is left is always filled")
        if self.cost and not self.preemptive:
            raise UsageError(f"cost {self.cost}: expected 0 without preemptive=true")

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Simulate; see :class:`~optimizer.solvers.base.Solver`."""
        if not self.preemptive:
            return super().solve(problem, limits, seed=seed, warm_start=warm_start, monitor=monitor)
        key = orders.priority_key(problem, self.aging)
        return run(KeyedSimulation(problem, "fixed", values=key, cost=cost_steps(problem, self.cost)), monitor)

    def _own_order(self, problem: Problem) -> Order:
        return orders.priority(problem, self.aging)
