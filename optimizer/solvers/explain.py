"""Why an instance has no schedule: jobs that cannot all keep their deadlines, none of which can be left out."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

import numpy as np
from msgspec import structs

from optimizer.bounds.lagrangian import areas_by_kind
from optimizer.errors import SolverError
from optimizer.explanation import Conflict, Explanation
from optimizer.instance import Instance, Job, Unavailable
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree_energy import least_work
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import NEVER, Problem
from optimizer.result import Limits, Result
from optimizer.solvers.solve import solve_problem
from optimizer.units import IntArray

logger = logging.getLogger(__name__)

T = TypeVar("T")

_SOLVER = "cp-sat"
_SHARE = 0.25
"""Part of the time left that one question may take, but for the first, which has all."""

_LEAST_SECONDS = 0.5


def explain(
    instance: Instance,
    *,
    limits: Limits | None = None,
    seed: int = 0,
    on_question: Callable[[int], object] | None = None,
) -> Explanation:
    """Return jobs that cannot all keep their deadlines, none of which can be left out, and the resources they lack.

    Jobs are left out as long as CP-SAT proves that those left cannot keep their deadlines: at first all that are due
    late or arrive early, then by halves (QuickXplain: Junker 2004, "QuickXplain: preferred explanations and relaxations
    for over-constrained problems", AAAI). The same is done with the resources. Ctrl-C ends it and keeps what is proven.

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
    return Explanation(Status.INFEASIBLE, questions.stopped_by or StoppedBy.OPTIMALITY, conflict)


def _conflict(whole: Problem, questions: "_Questions") -> Conflict:
    instance, everything = whole.instance, whole.instance.resource_ids

    def too_many(jobs: Sequence[int]) -> bool:
        return questions.refuted(jobs, everything)

    jobs = _shortest_prefix(_by_deadline(whole), too_many)
    jobs = _shortest_prefix(sorted(jobs, key=lambda j: -int(whole.release[j])), too_many)
    questions.stopped_by = None  # what was left open until here was only to save time
    jobs = sorted(_irreducible(jobs, too_many))
    scarce = _irreducible(everything, lambda resources: questions.refuted(jobs, resources))
    conflict = Conflict(
        jobs=tuple(instance.jobs[j] for j in jobs),
        times=tuple(whole.time_scale.number(whole.least_time[j]) for j in jobs),
        resources=tuple(name for name in everything if name in scarce),
        irreducible=questions.stopped_by is None,
        work=_too_much(_part(whole, jobs, everything), scarce),
    )
    return replace(conflict, unavailable=tuple(_in_the_way(conflict, instance)))


class _Questions:
    """Whether some of the jobs can keep their deadlines when only some of the resources are scarce."""

    def __init__(self, whole: Problem, limits: Limits, seed: int, on_question: Callable[[int], object]) -> None:
        self._whole = whole
        self._limits = limits
        self._seed = seed
        self._on_question = on_question
        self._end = None if limits.time_limit is None else monotonic() + limits.time_limit
        self._known: dict[tuple[frozenset[int], frozenset[str]], bool] = {}
        self._interrupted = False
        self.stopped_by: StoppedBy | None = None
        """Why the last question was left open that was."""

    def refuted(self, jobs: Sequence[int], resources: Sequence[str]) -> bool:
        """Return whether it is proven that they cannot."""
        if not jobs:
            return False
        key = frozenset(jobs), frozenset(resources)
        if key not in self._known:
            answer = self._answer(jobs, resources)
            if answer is None:
                return False
            self._known[key] = answer
        return self._known[key]

    def ask(self, jobs: Sequence[int], resources: Sequence[str], share: float) -> Result:
        """Return what CP-SAT finds in a share of the time that is left."""
        self._on_question(len(jobs))
        seconds = None if self._end is None else max(_LEAST_SECONDS, share * (self._end - monotonic()))
        limits = Limits(time_limit=seconds, gap=1.0, threads=self._limits.threads, memory=self._limits.memory)
        return solve_problem(_part(self._whole, jobs, resources), _SOLVER, limits=limits, seed=self._seed)

    def _answer(self, jobs: Sequence[int], resources: Sequence[str]) -> bool | None:
        """Return whether they cannot; None if that is left open, as all is after Ctrl-C and when time is over."""
        status, reason = self._outcome(jobs, resources)
        self._interrupted |= reason is StoppedBy.INTERRUPT
        if status is Status.UNKNOWN:
            self.stopped_by = reason
            return None
        return status is Status.INFEASIBLE

    def _outcome(self, jobs: Sequence[int], resources: Sequence[str]) -> tuple[Status, StoppedBy]:
        if self._interrupted:
            return Status.UNKNOWN, StoppedBy.INTERRUPT
        if self._end is not None and monotonic() > self._end:
            return Status.UNKNOWN, StoppedBy.TIME_LIMIT
        try:
            result = self.ask(jobs, resources, _SHARE)
        except KeyboardInterrupt:
            return Status.UNKNOWN, StoppedBy.INTERRUPT
        except SolverError as error:  # what is proven stays proven
            logger.warning("a question was left open: %s", error)
            return Status.UNKNOWN, StoppedBy.FINISHED
        return result.status, result.stopped_by


def _part(whole: Problem, jobs: Sequence[int], resources: Sequence[str]) -> Problem:
    """Return the problem of some jobs, on the grid of the whole and as fast, that demand only some of the resources."""
    index = np.array(sorted(jobs))
    mode = np.isin(whole.mode_job, index)
    waiting = np.repeat(np.arange(whole.jobs), np.diff(whole.predecessor_start))
    pair = np.isin(waiting, index) & np.isin(whole.predecessor_job, index)
    scarce = np.array([name in resources for name in whole.instance.resource_ids])
    return replace(
        whole,
        instance=_part_of_instance(whole.instance, index.tolist()),
        release=whole.release[index],
        deadline=whole.deadline[index],
        due=whole.due[index],
        weight=whole.weight[index],
        priority=whole.priority[index],
        mode_start=_starts(np.diff(whole.mode_start)[index]),
        mode_demand=np.where(scarce, whole.mode_demand[mode], 0),
        mode_time=whole.mode_time[mode],
        mode_estimate=whole.mode_estimate[mode],
        predecessor_start=_starts(np.bincount(waiting[pair], minlength=whole.jobs)[index]),
        predecessor_job=np.searchsorted(index, whole.predecessor_job[pair]),
        predecessor_lag=whole.predecessor_lag[pair],
    )


def _starts(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _part_of_instance(instance: Instance, jobs: Sequence[int]) -> Instance:
    ids = {instance.jobs[j].id for j in jobs}

    def part(job: Job) -> Job:
        return structs.replace(job, after=tuple(entry for entry in job.predecessors if entry.job in ids))

    return structs.replace(instance, jobs=tuple(part(instance.jobs[j]) for j in jobs), objective=Objective.MAKESPAN)


def _by_deadline(problem: Problem) -> list[int]:
    """Return the jobs by the first deadline that waits for them, without those for which none does."""
    first = problem.deadline.copy()
    for j in problem.topological_order[::-1].tolist():
        own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
        np.minimum.at(first, problem.predecessor_job[own], first[j])
    order: list[int] = np.argsort(first, kind="stable").tolist()
    return [j for j in order if first[j] < NEVER]


def _shortest_prefix(items: Sequence[T], refuted: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return the shortest prefix that is refuted; all of them are known to be."""
    least, most = 1, len(items)
    while least < most:
        middle = (least + most) // 2
        if refuted(items[:middle]):
            most = middle
        else:
            least = middle + 1
    return list(items[:most])


def _irreducible(items: Sequence[T], refuted: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return items that are refuted together, none of which can be left out; none if that is so without any."""

    def search(held: list[T], new: bool, left: Sequence[T]) -> list[T]:
        if new and refuted(held):
            return []
        if len(left) == 1:
            return list(left)
        middle = len(left) // 2
        second = search([*held, *left[:middle]], True, left[middle:])
        first = search([*held, *second], bool(second), left[:middle])
        return [*first, *second]

    return search([], True, items) if items else []


def _too_much(problem: Problem, resources: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return least work and capacity of the resources of which the jobs take more than there is from first to last."""
    last = problem.deadline[problem.deadline < NEVER].max()
    work = least_work(Inputs.of(problem)).sum(axis=0)
    area = areas_by_kind(problem, np.array([problem.release.min(), last])).sum(axis=(0, 1))
    found = {}
    for k, name in enumerate(problem.instance.resource_ids):
        per_unit = problem.demand_scale[k].per_unit * problem.time_scale.per_unit
        if name in resources and work[k] > area[k]:
            found[name] = float(work[k]) / per_unit, float(area[k]) / per_unit
    return found


def _in_the_way(conflict: Conflict, instance: Instance) -> list[Unavailable]:
    """Return what takes from the resources of a conflict while its jobs have to run."""
    return [
        block
        for block in instance.unavailable
        if block.start < conflict.end
        and conflict.begin < block.end
        and (bool(conflict.resources) if block.resource is None else block.resource in conflict.resources)
    ]
