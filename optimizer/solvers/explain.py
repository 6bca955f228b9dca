"""Why an instance has no schedule: jobs that cannot all keep their deadlines, as few of them as can be."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

import numpy as np
from msgspec.structs import replace

from optimizer.bounds.lagrangian import areas_by_kind
from optimizer.explanation import Conflict, Explanation
from optimizer.instance import Instance, Job, Mode
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree_energy import least_work
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import NEVER, Problem
from optimizer.result import Limits
from optimizer.solvers.solve import solve

T = TypeVar("T")

_SOLVER = "cp-sat"
_SHARE = 0.25
"""Part of the time left that one question may take, but for the first, which has all."""

_LEAST_SECONDS = 0.5


def explain(instance: Instance, *, limits: Limits | None = None, seed: int = 0) -> Explanation:
    """Return as few jobs as can be that cannot all keep their deadlines, and the resources that they lack.

    Jobs are left out as long as CP-SAT proves that those left cannot keep their deadlines: at first all that are due
    late or arrive early, then by halves (QuickXplain: Junker 2004, "QuickXplain: preferred explanations and relaxations
    for over-constrained problems", AAAI). The same is done with the resources.

    Parameters
    ----------
    instance : Instance
        What has no schedule.
    limits : Limits or None
        What all of this may use; None: 60 s and all processors.
    seed : int
        For CP-SAT.

    Raises
    ------
    SolverMissingError
        When CP-SAT is not installed.
    """
    questions = _Questions(instance, limits or Limits(), seed)
    everything = tuple(instance.resource_ids)

    def refuted(some: Sequence[int]) -> bool:
        return questions.refuted(some, everything)

    jobs = list(range(len(instance.jobs)))
    if not questions.refuted(jobs, everything, share=1.0):
        return Explanation(questions.last, questions.stopped_by)
    jobs = _shortest_prefix(_by_deadline(instance), refuted)
    jobs = _shortest_prefix(_by_arrival(instance, jobs), refuted)
    jobs = sorted(_fewest(jobs, refuted))
    resources = _fewest(everything, lambda some: questions.refuted(jobs, tuple(some)))
    kept = tuple(name for name in everything if name in resources)
    problem = Problem.of(questions.part(jobs, everything))
    conflict = Conflict(
        jobs=tuple(instance.jobs[j] for j in jobs),
        times=tuple(map(instance.time_scale.number, problem.least_time)),
        resources=kept,
        smallest=not questions.undecided,
        work=_too_much(problem, kept),
    )
    return Explanation(Status.INFEASIBLE, StoppedBy.OPTIMALITY, conflict)


class _Questions:
    """Whether some of the jobs can keep their deadlines when only some of the resources are scarce."""

    def __init__(self, instance: Instance, limits: Limits, seed: int) -> None:
        self._instance = instance
        self._limits = limits
        self._seed = seed
        self._end = None if limits.time_limit is None else monotonic() + limits.time_limit
        self._known: dict[tuple[frozenset[int], tuple[str, ...]], bool] = {}
        self.undecided = False
        self.last = Status.UNKNOWN
        self.stopped_by = StoppedBy.FINISHED

    def refuted(self, jobs: Sequence[int], resources: tuple[str, ...], share: float = _SHARE) -> bool:
        """Return whether it is proven that they cannot."""
        key = frozenset(jobs), resources
        if key not in self._known:
            self._known[key] = bool(jobs) and self._ask(self.part(jobs, resources), share)
        return self._known[key]

    def part(self, jobs: Sequence[int], resources: tuple[str, ...]) -> Instance:
        """Return the instance of some jobs, with their demands for some resources."""
        instance = self._instance
        ids = {instance.jobs[j].id for j in jobs}
        return replace(
            instance,
            jobs=tuple(_part_of_job(instance.jobs[j], ids, resources) for j in sorted(jobs)),
            objective=Objective.MAKESPAN,
        )

    def _ask(self, instance: Instance, share: float) -> bool:
        seconds = None if self._end is None else max(_LEAST_SECONDS, share * (self._end - monotonic()))
        if self.stopped_by is StoppedBy.INTERRUPT or (self._end is not None and monotonic() > self._end):
            self.undecided = True
            return False
        limits = Limits(time_limit=seconds, gap=1.0, threads=self._limits.threads, memory=self._limits.memory)
        result = solve(instance, _SOLVER, limits=limits, seed=self._seed)
        self.stopped_by = result.stopped_by
        self.last = Status.FEASIBLE if result.schedule is not None else result.status
        self.undecided |= result.status is Status.UNKNOWN
        return result.status is Status.INFEASIBLE


def _part_of_job(job: Job, ids: set[str], resources: tuple[str, ...]) -> Job:
    def part(demand: dict[str, int | float]) -> dict[str, int | float]:
        return {name: amount for name, amount in demand.items() if name in resources}

    after = tuple(entry for entry in job.predecessors if entry.job in ids)
    modes = job.modes and tuple(Mode(mode.duration, part(mode.demand)) for mode in job.modes)
    return replace(job, after=after, demand=part(job.demand), modes=modes)


def _by_deadline(instance: Instance) -> list[int]:
    """Return the jobs by the first deadline that waits for them, without those for which none does."""
    problem = Problem.of(instance, Objective.MAKESPAN)
    first = problem.deadline.copy()
    for j in problem.topological_order[::-1].tolist():
        own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
        np.minimum.at(first, problem.predecessor_job[own], first[j])
    order: list[int] = np.argsort(first, kind="stable").tolist()
    return [j for j in order if first[j] < NEVER]


def _by_arrival(instance: Instance, jobs: Sequence[int]) -> list[int]:
    return sorted(jobs, key=lambda j: -instance.jobs[j].arrival)


def _shortest_prefix(items: Sequence[int], refuted: Callable[[Sequence[int]], bool]) -> list[int]:
    """Return the shortest prefix that is refuted; all of them are known to be."""
    least, most = 1, len(items)
    while least < most:
        middle = (least + most) // 2
        if refuted(items[:middle]):
            most = middle
        else:
            least = middle + 1
    return list(items[:most])


def _fewest(items: Sequence[T], refuted: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return items that are refuted together, none of which can be left out."""

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


def _too_much(problem: Problem, resources: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Return least work and capacity of the resources of which the jobs take more than there is from first to last."""
    instance = problem.instance
    last = problem.deadline[problem.deadline < NEVER].max()
    work = least_work(Inputs.of(problem)).sum(axis=0)
    area = areas_by_kind(problem, np.array([problem.release.min(), last])).sum(axis=(0, 1))
    found = {}
    for name in resources:
        k = instance.resource_ids.index(name)
        per_unit = problem.demand_scale[k].per_unit * instance.time_scale.per_unit
        if work[k] > area[k]:
            found[name] = float(work[k]) / per_unit, float(area[k]) / per_unit
    return found
