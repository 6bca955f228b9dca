"""HiGHS on the time-indexed program."""

from dataclasses import dataclass

from optimizer.model.highs import highs_model
from optimizer.model.program import Program
from optimizer.model.steps import relaxes_well
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.exact.highs_run import HiGHSRun
from optimizer.solvers.monitor import Monitor


@dataclass(frozen=True)
class HiGHS:
    """Branch and cut of HiGHS (Huangfu & Hall 2018) on the time-indexed program, in steps where it relaxes well.

    Parameters
    ----------
    horizon : float or None
        All jobs end by this time, in the user's unit; None: a time proven long enough.
    """

    horizon: float | None = None

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        program = Program.tightened(problem, warm_start, horizon=self.horizon, memory=limits.memory)
        if program.refuted:
            return Answer(StoppedBy.OPTIMALITY, infeasible=program.complete)
        if relaxes_well(problem):
            program = program.in_steps()
        return HiGHSRun(highs_model(program.linear), program, monitor, latest=lambda: warm_start).run(limits, seed)
