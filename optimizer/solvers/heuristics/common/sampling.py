"""Schedules sampled around a priority rule, as one island of a search."""

import numpy as np

from optimizer.kernels.generation import feasible_order, schedule_of, write_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.parallel import new_state
from optimizer.kernels.search.sampling import new_sampling, sample
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.solvers.heuristics.common.rules import rule_keys

_SECONDS_A_JOB = 1e-3


class Sampler:
    """Draws orders around a rule and generates their schedules (kernels/search/sampling.py).

    Parameters
    ----------
    problem : Problem
        What to schedule.
    rule : str
        The priority rule.
    method : "serial" or "parallel"
        How schedules are generated.
    bias, offset, candidates : int, float, int
        Options of :class:`~optimizer.solvers.heuristics.greedy.Greedy`.
    seed, stream : int
        Of the random numbers.
    """

    def __init__(
        self,
        problem: Problem,
        rule: str,
        method: str,
        *,
        bias: int,
        offset: float,
        candidates: int,
        seed: int,
        stream: int,
    ) -> None:
        self.schedules = 0
        self.score = np.inf
        order = feasible_order(problem, rule_keys(rule, problem, seed))
        self._in_parallel = method == "parallel"
        self._inputs = Inputs.of(problem)
        self._sampling = new_sampling(order, bias=bias, offset=offset, candidates=candidates, seed=seed, stream=stream)
        self._state = new_state(self._inputs)
        self._timeline = new_timeline(self._inputs)
        self._plan, self._best = new_plan(problem.jobs), new_plan(problem.jobs)

    @property
    def iterations(self) -> int:
        """Each sample is one."""
        return self.schedules

    def advance(self, schedules: int, iterations: int) -> None:
        """Go on until so many schedules, counted from the beginning, are generated."""
        count = max(0, min(schedules, iterations) - self.schedules)
        run = sample.sized(_SECONDS_A_JOB * count * len(self._inputs.release))
        self.score = run(
            self._inputs, self._sampling, self._in_parallel, self._state, self._timeline, self._plan, self._best,
            self.score, count,
        )  # fmt: skip
        self.schedules += count

    def best(self) -> Schedule:
        """Return the best schedule so far."""
        return schedule_of(self._best)

    def learn(self, schedule: Schedule, score: float) -> None:
        """Take over a better schedule from another island; samples do not hang on one another."""
        write_schedule(self._best, schedule)
        self.score = score
