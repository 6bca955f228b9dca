"""CP-SAT (OR-Tools) on interval variables: one optional interval for each mode and node that fits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf, isfinite
from threading import Event, Thread
from typing import Any

from optimizer.errors import SolverError
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.exact.cp_sat_model import IntervalModel
from optimizer.solvers.monitor import Monitor


@dataclass(frozen=True)
class CPSAT:
    """Lazy clause generation of CP-SAT (Perron, Didier & Gay 2023) on interval variables.

    Parameters
    ----------
    destructive : bool
        Whether to refute values from below, one after the other, until one has a schedule (destructive lower bounds,
        Klein & Scholl 1999, "Computing lower bounds by destructive improvement", European Journal of Operational
        Research 112); else schedules get better until none is left.
    """

    destructive: bool = False

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        from ortools.sat.python import cp_model

        known = inf if warm_start is None else total_cost(problem, Costs.of(problem), warm_start)
        model = IntervalModel(problem, known)
        if not model.feasible:
            return Answer(StoppedBy.OPTIMALITY, infeasible=True)
        if warm_start is not None:
            model.hint(warm_start)
        solver = cp_model.CpSolver()
        solver.parameters.use_objective_lb_search = self.destructive
        _set_parameters(solver.parameters, limits, seed, monitor.remaining, model.costs.is_maximum)
        solver.best_bound_callback = lambda bound: monitor.report(lower_bound=model.total(bound), exact=True)
        with _stopping(solver, monitor):
            status = solver.solve(model.model, _listener(model, monitor))
        return _answer(solver, status, model, monitor)


def _set_parameters(parameters: Any, limits: Limits, seed: int, remaining: float, is_maximum: bool) -> None:
    parameters.num_workers = limits.threads
    parameters.random_seed = seed
    parameters.catch_sigint_signal = False  # Ctrl-C reaches it through the monitor
    parameters.relative_gap_limit = limits.gap
    if isfinite(remaining):
        parameters.max_time_in_seconds = max(remaining, 0.01)
    if is_maximum:
        if limits.threads == 1:
            parameters.linearization_level = 0  # linear programs say little of maxima, and take most of the time
    else:
        parameters.linearization_level = 2
        if limits.threads == 2:
            parameters.subsolvers.append("core")


@contextmanager
def _stopping(solver: Any, monitor: Monitor) -> Iterator[None]:
    """Stop the search when the monitor stops: again and again, for CP-SAT forgets what it was told before it began."""
    ended = Event()

    def stop() -> None:
        while not ended.wait(0.1):
            solver.stop_search()

    thread = Thread(target=stop, name="stop cp-sat", daemon=True)
    monitor.on_stop(thread.start)
    try:
        yield
    finally:
        ended.set()
        if thread.is_alive():
            thread.join()


def _listener(model: IntervalModel, monitor: Monitor) -> Any:
    from ortools.sat.python import cp_model

    class Listener(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            monitor.report(model.schedule(self.value), model.total(self.best_objective_bound), exact=True)

    return Listener()


def _answer(solver: Any, status: Any, model: IntervalModel, monitor: Monitor) -> Answer:
    from ortools.sat.python import cp_model

    if status == cp_model.INFEASIBLE:
        return Answer(StoppedBy.OPTIMALITY, infeasible=True)
    if status == cp_model.MODEL_INVALID:
        raise SolverError(f"CP-SAT refused the model: {model.model.validate()}")
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        monitor.report(model.schedule(solver.value), model.total(solver.best_objective_bound), exact=True)
    return Answer(StoppedBy.OPTIMALITY if status == cp_model.OPTIMAL else StoppedBy.TIME_LIMIT)
