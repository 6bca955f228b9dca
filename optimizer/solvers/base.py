"""What every solver is: one method that reports what it finds and says why it ended."""

from dataclasses import dataclass
from typing import Protocol

from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.monitor import Monitor


@dataclass(frozen=True)
class Answer:
    """How a solver ended; schedules and bounds went to the monitor.

    Parameters
    ----------
    stopped_by : StoppedBy
        Why it ended.
    infeasible : bool
        Whether it proved that the problem has no schedule.
    """

    stopped_by: StoppedBy
    infeasible: bool = False


class Solver(Protocol):
    """A method that yields schedules; its options are the fields of a dataclass."""

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Look for a schedule until done or until ``monitor.stopped``.

        Parameters
        ----------
        problem : Problem
            What to solve; it asks for no feature that the registry does not list for this solver.
        limits : Limits
            What the run may use.
        seed : int
            Same seed, same run, where the method is deterministic.
        warm_start : Schedule or None
            A valid schedule to start from.
        monitor : Monitor
            Takes schedules and bounds as they are found, and knows when to stop.

        Raises
        ------
        SolverError
            When the solver fails.
        """
        ...
