"""Why an instance has no schedule: the fewest jobs that cannot all keep their deadlines."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from math import inf
from time import monotonic

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

_BRIEF_SHARE = 0.03
"""The same for the many that may show that no conflict is smaller."""

_RESERVED_SHARE = 0.1
"""Part of the time limit that these leave, for the resources of a smaller conflict."""

_LEAST_SECONDS = 0.5


def explain(
    instance: Instance,
    *,
    limits: Limits | None = None,
    seed: int = 0,
    on_question: Callable[[int], object] | None = None,
) -> Explanation:
    """Return the fewest jobs that cannot all keep their deadlines, and the resources that they lack.

    Jobs are left out as long as CP-SAT proves that those left cannot keep their deadlines: at first all that are due
    late or arrive early, then by halves, until none can be left out. The same is done with the resources. Last, other
    jobs are looked for that are fewer. Ctrl-C ends it and keeps what is proven.

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
    first = questions.ask(range(whole.jobs), instance.resource_ids, share=1.0)
    if first.status is not Status.INFEASIBLE:
        if first.schedule is None:
            return Explanation(Status.UNKNOWN, first.stopped_by)
        return Explanation(Status.FEASIBLE, StoppedBy.OPTIMALITY)
    conflict = _conflict(whole, questions)
    if conflict.irreducible and conflict.is_smallest:
        return Explanation(Status.INFEASIBLE, StoppedBy.OPTIMALITY, conflict)
    return Explanation(Status.INFEASIBLE, questions.stopped_by or StoppedBy.FINISHED, conflict)


def _conflict(whole: Problem, questions: "_Questions") -> Conflict:
    everything = whole.instance.resource_ids

    def too_many(jobs: Sequence[int]) -> bool:
        return questions.refuted(jobs, everything)

    waited_for = _by_deadline(whole, range(whole.jobs))
    jobs = shortest_prefix(waited_for, too_many)
    jobs = shortest_prefix(sorted(jobs, key=lambda j: -int(whole.release[j])), too_many)
    questions.stopped_by = None  # what was left open until here was only to save time
    jobs = _by_deadline(whole, irreducible(_by_deadline(whole, jobs), too_many))
    conflict = _between(whole, jobs, questions)
    fewest, least = _fewest(waited_for, jobs, questions)
    if len(fewest) < len(jobs):
        questions.stopped_by = None
        conflict = _between(whole, fewest, questions)
    return replace(conflict, least_jobs=least)


def _fewest(candidates: Sequence[int], jobs: list[int], questions: "_Questions") -> tuple[list[int], int]:
    """Return the smallest conflict that is found, and how many jobs any has at least."""
    try:
        return smallest(candidates, jobs, lambda some: questions.known(some, brief=len(some) >= len(jobs)))
    except KeyboardInterrupt:  # between two questions
        questions.stopped_by = StoppedBy.INTERRUPT
        return jobs, 1


def _between(whole: Problem, jobs: Collection[int], questions: "_Questions") -> Conflict:
    """Return the conflict between jobs that cannot all keep their deadlines, with the resources that they lack."""
    instance, everything = whole.instance, whole.instance.resource_ids
    scarce = irreducible(everything, lambda resources: questions.refuted(jobs, resources))
    part = subproblem(whole, jobs, everything)
    conflict = Conflict(
        jobs=tuple(instance.jobs[j] for j in sorted(jobs)),
        times=tuple(map(part.time_scale.number, part.least_time)),
        resources=tuple(name for name in everything if name in scarce),
        irreducible=questions.stopped_by is None,
        work=_too_much(part, scarce),
    )
    return replace(conflict, unavailable=tuple(_in_the_way(part, conflict)))


class _Questions:
    """Whether some of the jobs can keep their deadlines when only some of the resources are scarce."""

    def __init__(self, whole: Problem, limits: Limits, seed: int, on_question: Callable[[int], object]) -> None:
        self._whole = whole
        self._limits = limits
        self._seed = seed
        self._on_question = on_question
        seconds = inf if limits.time_limit is None else limits.time_limit
        self._end = monotonic() + seconds
        self._early_end = inf if seconds == inf else self._end - _RESERVED_SHARE * seconds
        self._refuted: list[frozenset[int | str]] = []
        self._possible: list[frozenset[int | str]] = []
        self._interrupted = False
        self.stopped_by: StoppedBy | None = None
        """Why the last question was left open that was."""

    def refuted(self, jobs: Collection[int], resources: Collection[str]) -> bool:
        """Return whether it is proven that they cannot."""
        return self._answer(jobs, resources, _SHARE, self._end) is True

    def known(self, jobs: Collection[int], *, brief: bool) -> bool | None:
        """Return whether it is proven that they cannot, None if neither that nor the contrary is; soon, if so asked."""
        return self._answer(jobs, self._whole.instance.resource_ids, _BRIEF_SHARE if brief else _SHARE, self._early_end)

    def _answer(self, jobs: Collection[int], resources: Collection[str], share: float, end: float) -> bool | None:
        """Answer, from what was answered before if that is enough: what is refuted stays so with more beside it."""
        asked: frozenset[int | str] = frozenset([*jobs, *resources])
        if not jobs or any(asked <= possible for possible in self._possible):
            return False
        if any(refuted <= asked for refuted in self._refuted):
            return True
        status, reason = self._outcome(jobs, resources, share, end)
        if status is Status.UNKNOWN:
            self.stopped_by = reason
            return None
        (self._refuted if status is Status.INFEASIBLE else self._possible).append(asked)
        return status is Status.INFEASIBLE

    def ask(self, jobs: Collection[int], resources: Collection[str], share: float) -> Result:
        """Return what CP-SAT finds in a share of the time that is left."""
        self._on_question(len(jobs))
        part = subproblem(self._whole, jobs, resources)
        seconds = None if self._end == inf else max(_LEAST_SECONDS, share * (self._end - monotonic()))
        limits = Limits(time_limit=seconds, gap=1.0, threads=self._limits.threads, memory=self._limits.memory)
        return solve_problem(part, _SOLVER, limits=limits, seed=self._seed, on_interrupt=self._interrupt)

    def _interrupt(self) -> None:
        self._interrupted = True

    def _outcome(
        self, jobs: Collection[int], resources: Collection[str], share: float, end: float
    ) -> tuple[Status, StoppedBy]:
        """Return what becomes of a question, and why it ended; all are left open after Ctrl-C and when time is over."""
        if self._interrupted:
            return Status.UNKNOWN, StoppedBy.INTERRUPT
        if monotonic() > end:
            return Status.UNKNOWN, StoppedBy.TIME_LIMIT
        try:
            result = self.ask(jobs, resources, share)
        except KeyboardInterrupt:
            self._interrupt()
            return Status.UNKNOWN, StoppedBy.INTERRUPT
        except SolverError as error:  # what is proven stays proven
            logger.warning("a question was left open: %s", error)
            return Status.UNKNOWN, StoppedBy.FINISHED
        return result.status, result.stopped_by


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
