"""What all policies share: how a simulation is run, and how times in options are read."""

from fractions import Fraction
from math import ceil, isfinite
from typing import Protocol

from optimizer.errors import UsageError
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor

_MINUTES = 10
_SLOTS = 10
_LONGEST = 2**50
_MOST_COST = 2**30


class Simulation(Protocol):
    """A policy at work."""

    @property
    def share(self) -> float:
        """The share of the jobs that have ended."""
        ...

    def advance(self) -> None:
        """Go on for a moment."""
        ...

    def schedule(self) -> Schedule:
        """Return the schedule, once all jobs have ended."""
        ...


def run(simulation: Simulation, monitor: Monitor) -> Answer:
    """Run a simulation to its end and report its schedule, unless it is stopped before."""
    while simulation.share < 1:
        if monitor.stopped:
            return Answer(monitor.reason or StoppedBy.FINISHED)
        simulation.advance()
        monitor.advance(simulation.share)
    monitor.report(simulation.schedule())
    return Answer(StoppedBy.FINISHED)


def quantum_steps(problem: Problem, quantum: float | None) -> int:
    """Return a time to run in steps, at least 1; None: ten minutes, or ten slots where a unit has no length."""
    if quantum is not None:
        return max(1, steps(problem, quantum))
    seconds = problem.instance.time_unit.seconds
    return max(1, steps(problem, _SLOTS if seconds is None else 60 * _MINUTES / seconds))


def steps(problem: Problem, time: float) -> int:
    """Return a time in the user's unit in steps of the grid, rounded up; what is longer than any run, as that long."""
    exact = Fraction(time).limit_denominator(10**6) * problem.time_scale.per_unit / problem.time_step
    return min(ceil(exact), _LONGEST)


def cost_steps(problem: Problem, cost: float) -> int:
    """Return what a preemption costs in steps; UsageError when some of them would take longer than any run."""
    found = steps(problem, cost)
    if found > _MOST_COST:
        raise UsageError(f"cost {cost}: expected at most {_MOST_COST} steps of the grid")
    return found


def quantum_and_cost(problem: Problem, quantum: float | None, cost: float) -> tuple[int, int]:
    """Return a time to run and what a preemption costs, in steps; UsageError unless that leaves something of it."""
    time, lost = quantum_steps(problem, quantum), cost_steps(problem, cost)
    if lost >= time:
        raise UsageError(f"cost {cost}: expected less than the quantum, or nothing gets done")
    return time, lost


def require_time(option: str, value: float | None, *, positive: bool = True) -> None:
    """Raise UsageError unless an option is None or a time above 0 (or 0, where it need not be positive)."""
    if value is not None and not (isfinite(value) and (value > 0 or (value == 0 and not positive))):
        raise UsageError(f"{option} {value}: expected a time {'above 0' if positive else 'of at least 0'}")
