"""What all iterative searches share: limits, islands in threads that exchange their best, progress."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import partial
from time import perf_counter
from typing import Protocol

from optimizer.kernels.generation import left_shifted, score_of
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.pace import next_slice
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor

_NO_LIMIT = 2**62
_FIRST = 2
_EPOCH = 20
"""Generated schedules a job between two exchanges of the islands."""

_PATIENCE = 100
"""Without an improvement for so many schedules a pair of jobs the search is over."""


class Island(Protocol):
    """One search with state of its own, which goes on from call to call as if there had been one.

    Its results hang on its seed and on what it learns only, not on how many schedules it makes in a call.
    """

    @property
    def schedules(self) -> int:
        """How many schedules were generated so far; placing every job once makes one."""
        ...

    @property
    def iterations(self) -> int:
        """How many iterations of the method were done so far."""
        ...

    @property
    def score(self) -> float:
        """Score of the best plan so far (kernels.score), infinite before the first."""
        ...

    def advance(self, schedules: int, iterations: int) -> None:
        """Go on until so many schedules or iterations, counted from the beginning, are reached."""
        ...

    def best(self) -> Schedule:
        """Return the best schedule so far."""
        ...

    def learn(self, schedule: Schedule, score: float) -> None:
        """Take over a better schedule from another island."""
        ...


def run_islands(problem: Problem, islands: Sequence[Island], limits: Limits, monitor: Monitor) -> Answer:
    """Let the islands search until a limit is reached or nothing has got better for long.

    Each island has an equal part of the limits. After every so many schedules a job, the same number for each, they
    wait for one another and learn the best schedule of all: the outcome hangs on seed and number of islands alone.

    Parameters
    ----------
    problem : Problem
        What the islands work on.
    islands : sequence of Island
        One for each thread.
    limits : Limits
        Schedules and iterations count; of the time limit the monitor knows.
    monitor : Monitor
        Hears of every improvement.
    """
    archipelago = _Archipelago(problem, islands, limits, monitor)
    reason = archipelago.search()
    winner = archipelago.winner
    if winner.score < float("inf"):
        monitor.settle(winner.best())
    return Answer(reason)


def share_of(limit: int | None, islands: int) -> int | None:
    """Return how much of a limit each of some islands has; None: there is no limit."""
    return None if limit is None else max(1, limit // islands)


def _goals(limit: int | None, islands: Sequence[Island]) -> list[int]:
    """Return how many schedules each island may have made at the end: an equal part of what is left now."""
    if limit is None:
        return [_NO_LIMIT] * len(islands)
    left = max(0, limit - sum(island.schedules for island in islands))
    part, more = divmod(left, len(islands))
    return [island.schedules + part + (i < more) for i, island in enumerate(islands)]


class _Archipelago:
    """The islands of a run, and how far they may go."""

    def __init__(self, problem: Problem, islands: Sequence[Island], limits: Limits, monitor: Monitor) -> None:
        self._problem = problem
        self._islands = islands
        self._goals = _goals(limits.schedules, islands)
        self._iterations = share_of(limits.iterations, len(islands))
        self._monitor = monitor
        self._epoch = max(1, _EPOCH * problem.jobs)
        self._patience = _PATIENCE * problem.jobs**2 // len(islands)
        self._inputs = Inputs.of(problem)
        self._known: dict[int | None, Schedule | None] = {None: monitor.schedule}

    @property
    def winner(self) -> Island:
        """The island with the best schedule, the first of several."""
        return min(self._islands, key=lambda island: island.score)

    def search(self) -> StoppedBy:
        """Let the islands search and learn from one another; return why they ended."""
        done, improved_at, best = 0, 0, float("inf")
        with ThreadPoolExecutor(len(self._islands)) as pool:
            while not self._monitor.stopped:
                done += self._epoch
                list(pool.map(self._sail, self._islands, (min(done, goal) for goal in self._goals)))
                self._monitor.schedules = sum(island.schedules for island in self._islands)
                if self._monitor.stopped or all(map(self._has_ended, self._islands, self._goals)):
                    break
                if (score := self.winner.score) < best:
                    best, improved_at = score, done
                elif done - improved_at > self._patience:
                    return StoppedBy.FINISHED
                self._exchange()
        return self._monitor.reason or StoppedBy.ITERATIONS

    def _exchange(self) -> None:
        """Let every island know the best schedule of all, and what another solver of the run has found."""
        winner = self.winner
        self._teach(winner.best, winner.score)
        found = self._monitor.schedule
        if found is not None and all(found is not known for known in self._known.values()):
            self._known[None] = found
            if self._monitor.working is self._monitor.problem and not found.preemptive:
                if found.end.max() > self._inputs.horizon:  # further than islands have room for
                    found = left_shifted(self._problem, found)
                self._teach(partial(copy, found), score_of(self._inputs, found))

    def _teach(self, best: Callable[[], Schedule], score: float) -> None:
        for island in self._islands:
            if island.score > score:
                island.learn(best(), score)

    def _has_ended(self, island: Island, goal: int) -> bool:
        enough = self._iterations is not None and island.iterations >= self._iterations
        return enough or island.schedules >= goal

    def _sail(self, island: Island, goal: int) -> None:
        """Let an island go on to ``goal`` schedules, in slices of time, and report what it finds."""
        slice_ = _FIRST
        iterations = _NO_LIMIT if self._iterations is None else self._iterations
        while not self._has_ended(island, goal) and not self._monitor.stopped:
            began, before, made = perf_counter(), island.score, island.schedules
            island.advance(min(goal, island.schedules + slice_), iterations)
            if island.score < before:
                best = island.best()
                self._monitor.report(best)
                if self._monitor.schedule is best:
                    self._known[id(island)] = best
            slice_ = next_slice(max(1, island.schedules - made), perf_counter() - began)  # it may make fewer than asked
