"""HiGHS on the time-indexed program."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from optimizer.errors import SolverError
from optimizer.model.highs import highs_model
from optimizer.model.program import Program
from optimizer.names import StoppedBy
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor

_BELOW_A_STEP = 0.999  # totals are whole multiples of the granularity: a smaller gap is none


@dataclass(frozen=True)
class HiGHS:
    """Branch and cut of HiGHS (Huangfu & Hall 2018) on the time-indexed program.

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
        import highspy

        program = Program.tightened(problem, warm_start, horizon=self.horizon, memory=limits.memory)
        if program.refuted:
            return Answer(StoppedBy.OPTIMALITY, infeasible=program.complete)
        model = highs_model(program.linear)
        _set_options(model, limits, seed, monitor.remaining, problem)
        if warm_start is not None:
            _offer(model, program, warm_start)
        _listen(model, program, monitor)
        highspy.Highs.resetGlobalScheduler(True)  # one pool a process: another thread count needs a new one
        model.run()
        return _answer(model, program, monitor)


def _set_options(model: Any, limits: Limits, seed: int, remaining: float, problem: Problem) -> None:
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
        model.setOptionValue(name, value)


def _offer(model: Any, program: Program, warm_start: Schedule) -> None:
    """Hand over the pulses of a schedule when HiGHS first asks; it completes the other columns.

    ``setSolution`` before the run is no way: HiGHS 1.16 leaves out the costs that presolve has fixed, takes the
    schedule for better than it is and calls it optimal.
    """
    chosen = program.chosen(warm_start)
    if chosen is None:
        return
    pulses = np.arange(len(program.pulses.mode), dtype=np.int32)
    values = np.zeros(len(pulses))
    values[chosen] = 1.0
    waiting = [values]

    def asked(event: Any) -> None:
        if waiting:
            event.data_in.setSolution(pulses, waiting.pop())
            event.data_in.repairSolution()

    model.cbMipUserSolution += asked


def _listen(model: Any, program: Program, monitor: Monitor) -> None:
    def improved(event: Any) -> None:
        monitor.report(program.schedule(np.asarray(event.data_out.mip_solution)))

    def logged(event: Any) -> None:
        _report_bound(event.data_out.mip_dual_bound, program, monitor)

    def interrupted(event: Any) -> None:
        event.interrupt(monitor.stopped)

    model.cbMipImprovingSolution += improved
    model.cbMipLogging += logged
    model.cbMipInterrupt += interrupted
    model.cbSimplexInterrupt += interrupted


def _report_bound(bound: float, program: Program, monitor: Monitor) -> None:
    if isfinite(bound) and program.complete:
        monitor.report(lower_bound=bound)


def _answer(model: Any, program: Program, monitor: Monitor) -> Answer:
    import highspy

    status = model.getModelStatus()
    info = model.getInfo()
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        monitor.report(program.schedule(np.array(model.getSolution().col_value)))
    statuses = highspy.HighsModelStatus
    if status in (statuses.kInfeasible, statuses.kUnboundedOrInfeasible):
        return Answer(StoppedBy.OPTIMALITY, infeasible=program.complete)
    _report_bound(info.mip_dual_bound, program, monitor)
    if status == statuses.kOptimal:
        return Answer(StoppedBy.OPTIMALITY)
    if status in (statuses.kTimeLimit, statuses.kInterrupt):
        return Answer(StoppedBy.TIME_LIMIT)
    if status == statuses.kMemoryLimit:
        return Answer(StoppedBy.MEMORY)
    raise SolverError(f"HiGHS ended with {model.modelStatusToString(status)!r}")
