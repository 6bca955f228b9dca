"""Why an instance has no schedule: the fewest jobs that cannot all keep their deadlines."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from time import monotonic
from typing import NamedTuple

import numpy as np

from optimizer.bounds.lagrangian import areas_by_kind
from optimizer.errors import SolverError
from optimizer.explanation import Conflict, Explanation
from optimizer.instance import Instance, Unavailable
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import NEVER, Problem
from optimizer.result import Limits, Result
from optimizer.solvers.conflicts import irreducible, shortest_prefix, smallest
from optimizer.solvers.solve import solve_problem
from optimizer.subproblem import subproblem

logger = logging.getLogger(__name__)

_SOLVER = "cp-sat"
_SHARE = 0.25
"""Part of the time left that one question may take, but for the first, which has all."""

_BRIEF_SECONDS = 2.0
"""No more than this for a question about many jobs that may help to show that no fewer are in conflict."""

_RESERVED_SHARE = 0.1
"""Part of the time limit that questions about jobs leave, for the resources of the last conflict."""

_LEAST_SECONDS = 0.5


def explain(
    instance: Instance,
    *,
    limits: Limits | None = None,
    seed: int = 0,
    on_question: Callable[[int], object] | None = None,
) -> Explanation:
    """Return jobs that cannot all keep their deadlines, the fewest if there is time, and the resources that they lack.

    Jobs are left out as long as CP-SAT proves that those left cannot keep their deadlines: at first all that are due
    late or arrive early, then by halves, until none can be left out. The same is done with the resources. Last, it
    looks for other jobs that are fewer. Ctrl-C ends it and keeps what is proven.

    Parameters
    ----------
    instance : Instance
        What has no schedule.
    limits : Limits or None
        What all of this may use; None: 60 s and all processors.
    seed : int
        For CP-SAT.
    on_question : callable or None
        Hears of each question to CP-SAT: how many jobs it is about.

    Raises
    ------
    SolverMissingError, SolverError
        When CP-SAT is not installed, or fails before anything is proven.
    """
    whole = Problem.of(instance, Objective.MAKESPAN)
    questions = _Questions(whole, limits or Limits(), seed, on_question or (lambda jobs: None))
    first = questions.first()
    if first.status is not Status.INFEASIBLE:
        if first.schedule is None:
            return Explanation(Status.UNKNOWN, first.stopped_by)
        return Explanation(Status.FEASIBLE, StoppedBy.OPTIMALITY)
    conflict = _conflict(whole, questions)
    if conflict.irreducible and conflict.resources_irreducible and conflict.is_smallest:
        return Explanation(Status.INFEASIBLE, StoppedBy.OPTIMALITY, conflict)
    return Explanation(Status.INFEASIBLE, questions.stopped_by or StoppedBy.FINISHED, conflict)


class _Found(NamedTuple):
    """Jobs that cannot all keep their deadlines, and what is proven of them; see :class:`Conflict`."""

    jobs: frozenset[int]
    irreducible: bool
    least_jobs: int


def _conflict(whole: Problem, questions: "_Questions") -> Conflict:
    found = _found(whole, questions)
    try:
        return _between(whole, found, questions)
    except KeyboardInterrupt:  # no question is answered any more, so this takes no time
        questions.interrupt()
        return _between(whole, found, questions)


def _found(whole: Problem, questions: "_Questions") -> _Found:
    """Return the fewest jobs in conflict that are found until no more questions are answered."""
    waited_for, least, needed = _by_deadline(whole, range(whole.jobs)), 1, frozenset[int]()
    with questions.until_they_end():
        jobs = shortest_prefix(waited_for, questions.refuted)
        jobs = shortest_prefix(sorted(jobs, key=lambda j: -int(whole.release[j])), questions.refuted)
        questions.stopped_by = None  # what was left open until here was only to save time
        jobs = _by_deadline(whole, irreducible(_by_deadline(whole, jobs), questions.refuted))
        if questions.stopped_by is None:
            needed = frozenset(jobs)
        questions.scarce(jobs)  # there may be no time for that later
        for _, bound in smallest(waited_for, jobs, lambda some: questions.known(some, brief=len(some) >= len(jobs))):
            least = bound
    fewest = min(needed or questions.fewest, questions.fewest, key=len)
    fewest = frozenset(_by_deadline(whole, fewest))
    return _Found(fewest, fewest == needed or len(fewest) == least, least)


def _between(whole: Problem, found: _Found, questions: "_Questions") -> Conflict:
    """Return the conflict between jobs, with the resources that they lack."""
    names, proven = questions.scarce(found.jobs)
    part = subproblem(whole, found.jobs, whole.instance.resource_ids)
    conflict = Conflict(
        jobs=tuple(whole.instance.jobs[j] for j in sorted(found.jobs)),
        times=tuple(map(part.time_scale.number, part.least_time)),
        resources=tuple(names),
        irreducible=found.irreducible,
        resources_irreducible=proven,
        work=_too_much(part, names),
        least_jobs=found.least_jobs,
    )
    return replace(conflict, unavailable=tuple(_in_the_way(part, conflict)))


class _EndedError(Exception):
    """No more questions are answered."""


class _Part(NamedTuple):
    """What a question is about: jobs, and the resources of which there is no more than there is."""

    jobs: frozenset[int]
    scarce: frozenset[str]

    def is_within(self, other: "_Part") -> bool:
        return self.jobs <= other.jobs and self.scarce <= other.scarce


class _Questions:
    """Whether some of the jobs can keep their deadlines when only some of the resources are scarce."""

    def __init__(self, whole: Problem, limits: Limits, seed: int, on_question: Callable[[int], object]) -> None:
        self._whole = whole
        self._resources = frozenset(whole.instance.resource_ids)
        self._limits = limits
        self._seed = seed
        self._on_question = on_question
        seconds = inf if limits.time_limit is None else limits.time_limit
        self._end = monotonic() + seconds
        self._early_end = inf if seconds == inf else self._end - _RESERVED_SHARE * seconds
        self._refuted: list[_Part] = []
        self._possible: list[_Part] = []
        self._interrupted = False
        self.stopped_by: StoppedBy | None = None
        """Why the last question was left open that was."""

    @property
    def fewest(self) -> frozenset[int]:
        """The fewest jobs of which it is proven that they cannot, the first of those."""
        return min((part.jobs for part in self._refuted), key=len)

    def first(self) -> Result:
        """Return what CP-SAT finds for all jobs in all the time there is."""
        everything = _Part(frozenset(range(self._whole.jobs)), self._resources)
        result = self._ask(everything, self._end - monotonic())
        if result.status is Status.INFEASIBLE:
            self._refuted.append(everything)
        return result

    def refuted(self, jobs: Collection[int]) -> bool:
        """Return whether it is proven that they cannot, as long as questions are answered."""
        return self.known(jobs, brief=False) is True

    def known(self, jobs: Collection[int], *, brief: bool) -> bool | None:
        """Return the same, and None where neither that nor the contrary is proven; in a brief time if so asked.

        Raises
        ------
        _EndedError
            When no more questions are answered, but a few about resources.
        """
        if (over := self._over(self._early_end)) is not None:
            self.stopped_by = over
            raise _EndedError
        part = _Part(frozenset(jobs), self._resources)
        return self._answer(part, self._early_end, most=_BRIEF_SECONDS if brief else inf)

    def scarce(self, jobs: Collection[int]) -> tuple[list[str], bool]:
        """Return resources for want of which jobs cannot, and whether it is proven that none can be left out."""
        some, before, self.stopped_by = frozenset(jobs), self.stopped_by, None
        demanded = self._whole.mode_demand[np.isin(self._whole.mode_job, list(some))].any(axis=0)
        names = [self._whole.instance.resource_ids[k] for k in np.flatnonzero(demanded)]
        found = irreducible(names, lambda held: self._answer(_Part(some, frozenset(held)), self._end) is True)
        proven = self.stopped_by is None
        self.stopped_by = self.stopped_by or before
        return found, proven

    @contextmanager
    def until_they_end(self) -> Iterator[None]:
        """Leave off when no more questions are answered."""
        try:
            yield
        except _EndedError:
            pass
        except KeyboardInterrupt:  # between two questions
            self.interrupt()
            self.stopped_by = StoppedBy.INTERRUPT

    def interrupt(self) -> None:
        """Answer no more questions."""
        self._interrupted = True

    def _over(self, end: float) -> StoppedBy | None:
        """Return why no question is answered any more; None while they are."""
        if self._interrupted:
            return StoppedBy.INTERRUPT
        return StoppedBy.TIME_LIMIT if monotonic() > end else None

    def _answer(self, part: _Part, end: float, most: float = inf) -> bool | None:
        """Answer in so many seconds at most, or from what was answered before."""
        if not part.jobs or any(part.is_within(possible) for possible in self._possible):
            return False
        if any(refuted.is_within(part) for refuted in self._refuted):
            return True
        over = self._over(end)
        status, reason = self._outcome(part, most) if over is None else (Status.UNKNOWN, over)
        if status is Status.UNKNOWN:
            self.stopped_by = reason
            return None
        (self._refuted if status is Status.INFEASIBLE else self._possible).append(part)
        return status is Status.INFEASIBLE

    def _outcome(self, part: _Part, most: float) -> tuple[Status, StoppedBy]:
        """Return what becomes of a question, and why it ended."""
        try:
            result = self._ask(part, min(most, _SHARE * (self._end - monotonic())))
        except KeyboardInterrupt:
            self.interrupt()
            return Status.UNKNOWN, StoppedBy.INTERRUPT
        except SolverError as error:  # what is proven stays proven
            logger.warning("a question was left open: %s", error)
            return Status.UNKNOWN, StoppedBy.FINISHED
        return result.status, result.stopped_by

    def _ask(self, part: _Part, seconds: float) -> Result:
        """Return what CP-SAT finds in so many seconds, or a little more."""
        self._on_question(len(part.jobs))
        problem = subproblem(self._whole, part.jobs, part.scarce)
        limit = None if seconds == inf else max(_LEAST_SECONDS, seconds)
        limits = Limits(time_limit=limit, gap=1.0, threads=self._limits.threads, memory=self._limits.memory)
        return solve_problem(problem, _SOLVER, limits=limits, seed=self._seed, on_interrupt=self.interrupt)


def _by_deadline(whole: Problem, jobs: Collection[int]) -> list[int]:
    """Return jobs by the first deadline that waits for them among them, without those for which none does."""
    among, first = set(jobs), whole.deadline.copy()
    for j in whole.topological_order[::-1].tolist():
        if j in among:
            own = slice(whole.predecessor_start[j], whole.predecessor_start[j + 1])
            np.minimum.at(first, whole.predecessor_job[own], first[j])
    return sorted((j for j in sorted(among) if first[j] < NEVER), key=first.__getitem__)


def _too_much(problem: Problem, scarce: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return least work and capacity of the resources of which the jobs take more than there is from first to last."""
    last = problem.deadline[problem.deadline < NEVER].max()
    time = problem.on_fastest_node(problem.mode_time).astype(np.float64)
    work = np.where(time == NEVER, np.inf, problem.mode_demand.T * time)
    least = np.minimum.reduceat(work, problem.mode_start[:-1], axis=1).sum(axis=1)
    area = areas_by_kind(problem, np.array([problem.release.min(), last])).sum(axis=(0, 1))
    found = {}
    for k, name in enumerate(problem.instance.resource_ids):
        per_unit = problem.demand_scale[k].per_unit * problem.time_scale.per_unit
        if name in scarce and least[k] > area[k]:
            found[name] = float(least[k]) / per_unit, float(area[k]) / per_unit
    return found


def _in_the_way(problem: Problem, conflict: Conflict) -> Iterator[Unavailable]:
    """Yield what takes from the resources of a conflict while its jobs have to run, where they fit."""
    instance = problem.instance
    scarce = np.array([name in conflict.resources for name in instance.resource_ids])
    fits = np.asarray(problem.fits().any(axis=0))
    used = fits[:, None] & (problem.node_capacity > 0) & scarce
    for block in instance.unavailable:
        node = slice(None) if block.node is None else instance.node_ids.index(block.node)
        resource = slice(None) if block.resource is None else instance.resource_ids.index(block.resource)
        if block.start < conflict.end and conflict.begin < block.end and used[node, resource].any():
            yield block
