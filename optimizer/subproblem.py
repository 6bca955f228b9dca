"""A part of a problem: some of its jobs, while only some of the resources are scarce."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from msgspec import structs

from optimizer.instance import Instance, Job
from optimizer.problem import Problem
from optimizer.units import IntArray


def subproblem(problem: Problem, jobs: Collection[int], scarce: Collection[str]) -> Problem:
    """Return the problem of some jobs, on the grid of the whole.

    Of a resource that is not scarce every node that has any has enough for all jobs at once, and at all times. Jobs run
    where they could run before, and as fast.

    Parameters
    ----------
    problem : Problem
        The whole.
    jobs : collection of int
        Which jobs, at least one; they stand in the order of the whole. Who waits for another job does no longer.
    scarce : collection of str
        Names of the resources of which there is no more than there is.
    """
    index = np.array(sorted(jobs))
    mode = np.isin(problem.mode_job, index)
    pair = np.isin(problem.waiting_job, index) & np.isin(problem.predecessor_job, index)
    capacity, level = _plentiful(problem, scarce)
    return replace(
        problem,
        instance=_part_of_instance(problem.instance, index.tolist()),
        release=problem.release[index],
        deadline=problem.deadline[index],
        due=problem.due[index],
        weight=problem.weight[index],
        priority=problem.priority[index],
        mode_start=_starts(np.diff(problem.mode_start)[index]),
        mode_demand=problem.mode_demand[mode],
        mode_time=problem.mode_time[mode],
        mode_estimate=problem.mode_estimate[mode],
        node_capacity=capacity,
        predecessor_start=_starts(np.bincount(problem.waiting_job[pair], minlength=problem.jobs)[index]),
        predecessor_job=np.searchsorted(index, problem.predecessor_job[pair]),
        predecessor_lag=problem.predecessor_lag[pair],
        profile_level=level,
    )


def _plentiful(problem: Problem, scarce: Collection[str]) -> tuple[IntArray, IntArray]:
    """Return capacity and levels of the nodes with more than enough of all but the scarce resources."""
    names = problem.instance.resource_ids
    raised = np.array([name not in scarce for name in names]) & (problem.node_capacity > 0)
    enough = problem.mode_demand.sum(axis=0)
    capacity = np.where(raised, np.maximum(problem.node_capacity, enough), problem.node_capacity)
    return capacity, np.where(raised[problem.profile_node], capacity[problem.profile_node], problem.profile_level)


def _starts(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _part_of_instance(instance: Instance, jobs: list[int]) -> Instance:
    ids = {instance.jobs[j].id for j in jobs}

    def part(job: Job) -> Job:
        return structs.replace(job, after=tuple(entry for entry in job.predecessors if entry.job in ids))

    return structs.replace(instance, jobs=tuple(part(instance.jobs[j]) for j in jobs))
