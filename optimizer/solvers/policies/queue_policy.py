"""What policies without preemption share: an order of the queue, and what may start behind a job that has to wait."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from optimizer.errors import UsageError
from optimizer.kernels.policies.queueing import Backfill, Order, Placement, QueueSimulation
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.policies import orders
from optimizer.solvers.policies.simulation import run


@dataclass(frozen=True)
class QueuePolicy:
    """A queue in the order of ``own``.

    A pass costs the logarithm of the queue for each job that starts. ``easy`` adds the running jobs for the one
    reservation, ``conservative`` a search of the plan for each job that arrives, and for each that waits when a job
    ended early.

    Parameters
    ----------
    backfill : "none", "any", "easy" or "conservative"
        What may start behind a job that has to wait: nothing; anything that fits; what does not delay the job at the
        head as far as is believed (Lifka 1995, "The ANL/IBM SP scheduling system", JSSPP); what delays no waiting job
        (Mu'alem & Feitelson 2001, IEEE Transactions on Parallel and Distributed Systems 12).
    order : str or None
        With ``easy``: order of the jobs that may be backfilled, the name of a policy without backfilling of its own, as
        ``sjf``; None: that of the queue.
    placement : "first-fit" or "best-fit"
        Whether a job goes to the first node with room or to the one on which it leaves the least.
    """

    own: ClassVar[Callable[[Problem], Order]] = orders.fcfs

    backfill: Backfill = "none"
    order: str | None = None
    placement: Placement = "first-fit"

    def __post_init__(self) -> None:
        if self.order is not None and self.order not in orders.ORDERS:
            raise UsageError(f"order {self.order!r}: expected one of {', '.join(orders.ORDERS)}")
        if self.order is not None and self.backfill != "easy":
            raise UsageError(f"order {self.order!r}: expected none with backfill={self.backfill}, only with easy")

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Simulate; see :class:`~optimizer.solvers.base.Solver`."""
        simulation = QueueSimulation(
            problem,
            self._own_order(problem),
            backfill=self.backfill,
            candidates=None if self.order is None else orders.ORDERS[self.order](problem),
            placement=self.placement,
        )
        return run(simulation, monitor)

    def _own_order(self, problem: Problem) -> Order:
        return type(self).own(problem)
