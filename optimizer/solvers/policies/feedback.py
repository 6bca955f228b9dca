"""Round robin and multi-level feedback queues: jobs take turns, without anything being known of their run times."""

from dataclasses import dataclass
from typing import ClassVar

from optimizer.errors import UsageError
from optimizer.kernels.policies.preemption import FeedbackSimulation
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.policies.simulation import quantum_and_cost, require_time, run, steps

_MOST_LEVELS = 64


@dataclass(frozen=True)
class RoundRobin:
    """Each job runs for a quantum; then it goes to the tail if others wait (Kleinrock 1964).

    The queue is served from its head; a job that does not fit holds up those behind it, so that none starves. A pass
    costs as much as the jobs that start.

    Parameters
    ----------
    quantum : float or None
        Time to run, > 0; None: ten minutes, ten slots where the unit has no length.
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
        return run(FeedbackSimulation(problem, [quantum], cost=cost), monitor)


@dataclass(frozen=True)
class MLFQ:
    """Queues of several levels (Corbató, Merwin-Daggett & Daley 1962; rules as in Arpaci-Dusseau, OSTEP, chapter 8).

    Jobs arrive at the top; one that has run for the allotment of its level, in one go or several, goes down a level. A
    higher level preempts the lower ones, which may use what it leaves. Within a level jobs take turns; one that does
    not fit holds up those behind it. A pass costs as much as the jobs that start and stop, times the number of levels.

    Parameters
    ----------
    levels : int
        How many, from 1 to 64.
    quantum : float or None
        Allotment at the top, > 0; None: ten minutes, ten slots where the unit has no length.
    factor : float
        How much longer the allotment of each level is than that of the one above, >= 1.
    promotion : float or None
        A job that has waited so long below the top goes to the top, > 0; None: it does not.
    cost : float
        Time that each preemption adds to the run time, >= 0 and less than the quantum; 0 with ``promotion``.
    """

    preemptive: ClassVar[bool] = True

    levels: int = 3
    quantum: float | None = None
    factor: float = 2.0
    promotion: float | None = None
    cost: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.levels <= _MOST_LEVELS:
            raise UsageError(f"levels {self.levels}: expected a whole number from 1 to {_MOST_LEVELS}")
        if not 1 <= self.factor <= 1000:
            raise UsageError(f"factor {self.factor}: expected a number from 1 to 1000")
        require_time("quantum", self.quantum)
        require_time("promotion", self.promotion)
        require_time("cost", self.cost, positive=False)
        if self.cost and self.promotion is not None:
            raise UsageError(
                f"cost {self.cost}: expected 0 with promotion, or jobs that go up and down get nothing done"
            )

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Simulate; see :class:`~optimizer.solvers.base.Solver`."""
        quantum, cost = quantum_and_cost(problem, self.quantum, self.cost)
        longest = max(problem.horizon, 1)
        allotments = [max(1, round(min(quantum * self.factor**level, longest))) for level in range(self.levels)]
        promotion = None if self.promotion is None else max(1, steps(problem, self.promotion))
        return run(FeedbackSimulation(problem, allotments, promotion=promotion, cost=cost), monitor)
