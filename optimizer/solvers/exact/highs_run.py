"""HiGHS at work on a time-indexed program: what it is told, and what is heard from it."""

from collections.abc import Callable
from math import isfinite
from typing import Any

import numpy as np

from optimizer.errors import SolverError
from optimizer.model.program import Program
from optimizer.names import StoppedBy
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor

_BELOW_A_STEP = 0.999  # totals are whole multiples of the granularity: a smaller gap is none


class HiGHSRun:
    """One run of HiGHS's branch and cut.

    Parameters
    ----------
    model : highspy.Highs
        Holds ``program``.
    program : Program
        What the columns mean.
    monitor : Monitor
        Hears of schedules and bounds.
    latest : callable
        Returns the best schedule there is, whoever found it, None without one; asked again and again.
    most : float
        The program may lack schedules that cost as much or more, so that no bound is above it.
    """

    def __init__(
        self,
        model: Any,
        program: Program,
        monitor: Monitor,
        *,
        latest: Callable[[], Schedule | None],
        most: float = np.inf,
    ) -> None:
        self._model = model
        self._program = program
        self._monitor = monitor
        self._offered: Schedule | None = None
        self._latest = latest
        self._most = most

    def run(self, limits: Limits, seed: int, seconds: float = np.inf) -> Answer:
        """Search until an optimum is proven, a limit is reached or so many seconds are over."""
        import highspy

        self._set_options(limits, seed, min(seconds, self._monitor.remaining), self._program.problem)
        self._listen()
        highspy.Highs.resetGlobalScheduler(True)  # one pool a process: another thread count needs a new one
        self._model.run()
        return self._answer()

    def _set_options(self, limits: Limits, seed: int, remaining: float, problem: Problem) -> None:
        granularity = Costs.of(problem).granularity
        options = {
            "threads": limits.threads,
            "random_seed": seed,
            "mip_rel_gap": limits.gap,
            "mip_abs_gap": _BELOW_A_STEP * granularity if granularity else 1e-9,
            # pulses leave it nothing to reduce, and it looks for minutes; the columns of precedence do
            "presolve": "choose" if len(problem.predecessor_job) else "off",
        }
        if isfinite(remaining):
            options["time_limit"] = max(remaining, 0.01)
        for name, value in options.items():
            self._model.setOptionValue(name, value)

    def _offer(self, event: Any) -> None:
        """Hand over a new schedule when HiGHS asks; it completes the columns that stand for no pulses.

        ``setSolution`` before the run is no way: HiGHS 1.16 leaves out the costs that presolve has fixed, takes the
        schedule for better than it is and calls it optimal.
        """
        best = self._latest()
        if best is None or best is self._offered:
            return
        self._offered = best
        values = self._program.values(best)
        if values is not None:
            event.data_in.setSolution(np.arange(len(values), dtype=np.int32), values)
            event.data_in.repairSolution()

    def _listen(self) -> None:
        model, monitor = self._model, self._monitor

        def improved(event: Any) -> None:
            monitor.report(self._program.schedule(np.asarray(event.data_out.mip_solution)))

        def logged(event: Any) -> None:
            self._report_bound(event.data_out.mip_dual_bound)

        def interrupted(event: Any) -> None:
            event.interrupt(monitor.stopped)

        model.cbMipUserSolution += self._offer
        model.cbMipImprovingSolution += improved
        model.cbMipLogging += logged
        model.cbMipInterrupt += interrupted
        model.cbSimplexInterrupt += interrupted

    def _report_bound(self, bound: float) -> None:
        if isfinite(bound) and self._program.complete:
            self._monitor.report(lower_bound=min(bound, self._most))

    def _answer(self) -> Answer:
        import highspy

        model, program = self._model, self._program
        status, info, statuses = model.getModelStatus(), model.getInfo(), highspy.HighsModelStatus
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            self._monitor.report(program.schedule(np.array(model.getSolution().col_value)))
        if status in (statuses.kInfeasible, statuses.kUnboundedOrInfeasible):
            return Answer(StoppedBy.OPTIMALITY, infeasible=program.complete)
        self._report_bound(info.mip_dual_bound)
        if status == statuses.kOptimal:
            return Answer(StoppedBy.OPTIMALITY)
        if status in (statuses.kTimeLimit, statuses.kInterrupt):
            return Answer(StoppedBy.TIME_LIMIT)
        if status == statuses.kMemoryLimit:
            return Answer(StoppedBy.MEMORY)
        raise SolverError(f"HiGHS ended with {model.modelStatusToString(status)!r}")
