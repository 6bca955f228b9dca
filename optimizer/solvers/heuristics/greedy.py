"""List scheduling by a priority rule, and jobs that miss their deadline moved forward."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import UsageError
from optimizer.kernels.generation import feasible_order, parallel_schedule, serial_schedule
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.rules import RANDOM, RULES, rule_keys
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray
from optimizer.validation import deadline_misses

Generation = Literal["serial", "parallel", "best"]

BEST: Final = "best"
_GENERATORS: dict[str, Callable[[Problem, IntArray], Schedule]] = {
    "serial": serial_schedule,
    "parallel": parallel_schedule,
}
_ROUNDS = 20


@dataclass(frozen=True)
class Greedy:
    """List scheduling: the jobs in the order of a rule, each where it ends first.

    Parameters
    ----------
    rule : str
        A priority rule, or ``best``: the best schedule of all rules but ``random``.
    generation : "serial", "parallel" or "best"
        Job after job, or instant after instant, or the better of both (Kolisch 1996).
    """

    rule: str = BEST
    generation: Generation = BEST

    def __post_init__(self) -> None:
        _require_name("rule", self.rule, [BEST, *RULES, RANDOM])
        _require_name("generation", self.generation, get_args(Generation))

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Report the schedules of all rules; see :class:`~optimizer.solvers.base.Solver`."""
        found: list[tuple[int, int, Schedule]] = []
        for schedule in self._schedules(problem, seed):
            monitor.report(schedule)
            found.append((deadline_misses(problem, schedule), len(found), schedule))
            if monitor.stopped:
                break
        *_, least_late = min(found)
        for schedule in self._hastened(problem, least_late):
            if monitor.stopped:
                break
            monitor.report(schedule)
        return Answer(monitor.reason or StoppedBy.FINISHED)

    @property
    def _generators(self) -> list[Callable[[Problem, IntArray], Schedule]]:
        return [*_GENERATORS.values()] if self.generation == BEST else [_GENERATORS[self.generation]]

    def _schedules(self, problem: Problem, seed: int) -> Iterator[Schedule]:
        for rule in RULES if self.rule == BEST else [self.rule]:
            order = feasible_order(problem, rule_keys(rule, problem, seed))
            for generate in self._generators:
                yield generate(problem, order)

    def _hastened(self, problem: Problem, schedule: Schedule) -> Iterator[Schedule]:
        """Yield schedules in which the jobs that were late before come earlier, until none is.

        Each round every late job, and what it waits for, gains a step of priority over all others. Jobs of equal
        priority go by their (inherited) deadlines if they were late once, else by their starts (squeaky wheel
        optimisation: Joslin & Clements 1999, Journal of Artificial Intelligence Research 10).
        """
        deadline = rule_keys("earliest-deadline", problem, seed=0)
        blame = np.zeros(problem.jobs, dtype=np.int64)
        for _ in range(_ROUNDS):
            late = schedule.end > problem.deadline
            if not late.any():
                return
            blame += _with_predecessors(problem, late)
            rank = np.empty(problem.jobs, dtype=np.int64)
            rank[np.lexsort((schedule.start, deadline * (blame > 0), -blame))] = np.arange(problem.jobs)
            schedule = self._generators[0](problem, feasible_order(problem, rank))
            yield schedule


def _require_name(option: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise UsageError(f"{option} {name!r}: expected one of {', '.join(names)}")


def _with_predecessors(problem: Problem, jobs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the jobs and all that have to end before them."""
    found = jobs.copy()
    for j in problem.topological_order[::-1] if len(problem.predecessor_job) else ():
        if found[j]:
            found[problem.predecessor_job[problem.predecessor_start[j] : problem.predecessor_start[j + 1]]] = True
    return found
