"""The linear relaxation of the time-indexed program, and a bound that trusts no solver.

The bound holds for every schedule, not preemptive, that keeps all deadlines, under every objective.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

import numpy as np

from optimizer.bounds.request import Found, Request
from optimizer.errors import ModelTooLargeError
from optimizer.model.builder import LinearProgram
from optimizer.model.highs import highs_model
from optimizer.model.program import Program
from optimizer.problem import Problem
from optimizer.units import FloatArray

_MOST_PLACES = 100_000
"""Modes times nodes, each with several starts, of a program that may be worth a try."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What was found out about a linear relaxation.

    Parameters
    ----------
    bound : float
        A lower bound on the total cost; minus infinity if none was found.
    solution : float64[C] or None
        Value of each column; None if it was not solved.
    """

    bound: float
    solution: FloatArray | None


def solve_relaxation(program: Program, *, seconds: float = inf, stopped: Callable[[], bool] | None = None) -> Relaxed:
    """Solve the linear relaxation of ``program`` by HiGHS.

    Pulses alone take dual simplex without presolve (half the time); with the columns of precedence interior points
    without crossover are several times as fast.

    Parameters
    ----------
    program : Program
        The program.
    seconds : float
        Time that it may take.
    stopped : callable or None
        Says whether to end now.
    """
    import highspy

    linear = replace(program.linear, integral=np.zeros(len(program.linear.cost), dtype=bool))
    model = highs_model(linear)
    _set_options(model, seconds, interior=len(program.problem.predecessor_job) > 0)
    if stopped is not None:
        for interrupt in (model.cbSimplexInterrupt, model.cbIpmInterrupt):
            interrupt += lambda event: event.interrupt(stopped())
    highspy.Highs.resetGlobalScheduler(True)  # one pool a process: another thread count needs a new one
    model.run()
    if model.getModelStatus() == highspy.HighsModelStatus.kUnknown:  # interior points got stuck
        model.setOptionValue("solver", "simplex")
        model.run()
    solution = model.getSolution()
    optimal = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = safe_bound(program, np.array(solution.row_dual)) if solution.dual_valid else -inf
    return Relaxed(bound, np.array(solution.col_value) if optimal else None)


def is_in_reach(problem: Problem) -> bool:
    """Return whether the program of ``problem`` is worth measuring."""
    return len(problem.mode_demand) * problem.nodes <= _MOST_PLACES


def linear_program_bound(request: Request) -> Found:
    """Return the value of the relaxation, or of its last dual values; nothing where the program is too large."""
    if request.stopped:
        return Found(-inf, cut_short=True)
    try:
        program = Program.of(request.problem, known=request.known, memory=request.memory)
    except ModelTooLargeError:
        return Found(-inf, note="the program would be too large")
    if program.refuted:
        return Found(inf)
    relaxed = solve_relaxation(program, seconds=request.remaining, stopped=lambda: request.stopped)
    return Found(relaxed.bound, cut_short=relaxed.solution is None)


def _set_options(model: Any, seconds: float, *, interior: bool) -> None:
    options: dict[str, Any] = {"threads": 1}
    options |= {"solver": "ipm", "run_crossover": "off"} if interior else {"solver": "simplex", "presolve": "off"}
    if isfinite(seconds):
        options["time_limit"] = max(seconds, 0.01)
    for name, value in options.items():
        model.setOptionValue(name, value)


def safe_bound(program: Program, row_dual: FloatArray) -> float:
    """Return the bound that any dual values of the rows give, feasible or not.

    Wrong signs are cut off, the dual value of each job is set to what its columns allow, and every other column counts
    at its worse end (Neumaier & Shcherbina 2004, "Safe bounds in linear and mixed-integer linear programming",
    Mathematical Programming 99).

    Parameters
    ----------
    program : Program
        The program.
    row_dual : float64[R]
        Nonnegative for lower, nonpositive for upper sides of rows.
    """
    jobs, job = program.problem.jobs, program.problem.mode_job[program.pulses.mode]
    reduced, constant = reduced_costs(program.linear, jobs, len(job), row_dual)
    of_job = np.full(jobs, inf)
    np.minimum.at(of_job, job, reduced)
    return float(of_job.sum() + constant)


def reduced_costs(linear: LinearProgram, jobs: int, pulses: int, row_dual: FloatArray) -> tuple[FloatArray, float]:
    """Return what the pulses cost after paying for all rows but those of jobs, and the bound of everything else.

    Parameters
    ----------
    linear : LinearProgram
        A program whose first rows are those of jobs and whose first columns are pulses.
    jobs, pulses : int
        How many of them.
    row_dual : float64[R]
        Any numbers; wrong signs are cut off, and so are the dual values of jobs.

    Returns
    -------
    float64[C], float
        The least of the pulses of each job, added up, and the second make a bound.
    """
    dual = np.clip(row_dual, np.where(linear.row_upper < inf, -inf, 0.0), np.where(linear.row_lower > -inf, inf, 0.0))
    dual[:jobs] = 0.0
    reduced = linear.cost - _column_sums(linear, dual)
    sides = np.where(dual > 0, linear.row_lower, linear.row_upper)
    rest = reduced[pulses:]
    ends = np.where(rest > 0, linear.lower[pulses:], linear.upper[pulses:])
    used, moved = dual != 0, rest != 0
    return reduced[:pulses], float(dual[used] @ sides[used] + rest[moved] @ ends[moved])


def _column_sums(linear: LinearProgram, dual: FloatArray) -> FloatArray:
    """Return the product of the transposed matrix and the dual values; no column is empty."""
    return np.add.reduceat(linear.value * dual[linear.index], linear.start[:-1])
