"""Contradictions between the parts of an instance, collected so that the user sees them together."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from optimizer.errors import Issue
from optimizer.names import Objective, TimeUnit
from optimizer.units import processing_steps

if TYPE_CHECKING:
    from optimizer.instance import Instance, Job, Mode, Node
    from optimizer.units import Number


def inconsistencies(instance: Instance) -> list[Issue]:
    """Return everything in ``instance`` that contradicts itself.

    Parameters
    ----------
    instance : Instance
        Its fields have passed their own checks.

    Returns
    -------
    list of Issue
        In the order of the file; empty when all is well.
    """
    issues = [*_choices(instance), *_cluster(instance)]
    if issues:
        return issues
    return [*_jobs(instance), *_precedence(instance), *_unavailability(instance), *_objective(instance)]


def _choices(instance: Instance) -> Iterator[Issue]:
    """Yield what is no member of its enumeration: files cannot hold such, callers can."""
    for name, choices in (("time_unit", TimeUnit), ("objective", Objective)):
        value = getattr(instance, name)
        if not isinstance(value, choices):
            yield Issue(name, value, f"one of {', '.join(f'{choices.__name__}.{choice.name}' for choice in choices)}")


def _cluster(instance: Instance) -> Iterator[Issue]:
    if not instance.jobs:
        yield Issue("jobs", [], "at least one job")
    if instance.resources is None and instance.nodes is None:
        yield Issue("resources", None, "either 'resources' or 'nodes'")
    elif instance.resources is not None and instance.nodes is not None:
        yield Issue("nodes", f"{len(instance.nodes)} entries", "either 'resources' or 'nodes', not both")
    elif not instance.resources and not instance.nodes:
        yield Issue("resources" if instance.nodes is None else "nodes", {}, "at least one entry")
    if instance.nodes and not instance.resource_ids:
        yield Issue("nodes[0].capacity", {}, "at least one resource")
    seen: set[str] = set()
    for i, node in enumerate(instance.nodes or ()):
        for name in node.ids:
            if name in seen:
                yield Issue(f"nodes[{i}].id", name, "a name that no other node has")
            seen.add(name)


def _jobs(instance: Instance) -> Iterator[Issue]:
    kinds = _NodeKinds(instance)
    seen: dict[str, int] = {}
    for i, job in enumerate(instance.jobs):
        first = seen.setdefault(job.id, i)
        if first != i:
            yield Issue(f"jobs[{i}].id", job.id, f"a name that no other job has (jobs[{first}] has it too)")
        demands = [*_demands(kinds, job, f"jobs[{i}]")]
        yield from demands
        if not demands and job.deadline is not None:
            yield from _deadline(kinds, job, f"jobs[{i}].deadline")


def _demands(kinds: _NodeKinds, job: Job, path: str) -> Iterator[Issue]:
    for k, mode in enumerate(job.alternatives):
        if kinds.fastest(mode) is None or not mode.demand.keys() <= kinds.largest.keys():
            here = f"{path}.demand" if job.modes is None else f"{path}.modes[{k}].demand"
            together = Issue(here, mode.demand, "no more than some one node has")
            yield from [*_single_demands(kinds, mode, here)] or [together]


def _single_demands(kinds: _NodeKinds, mode: Mode | Job, path: str) -> Iterator[Issue]:
    for name, amount in mode.demand.items():
        if name not in kinds.largest:
            yield Issue(f"{path}.{name}", amount, f"one of the resources {', '.join(kinds.largest)}")
        elif amount > kinds.largest[name]:
            owner = "the capacity" if kinds.pooled else "the largest node's capacity"
            yield Issue(f"{path}.{name}", amount, f"at most {kinds.largest[name]}, {owner}")


def _deadline(kinds: _NodeKinds, job: Job, path: str) -> Iterator[Issue]:
    scale = kinds.instance.time_scale
    least = min(kinds.least_time(mode) for mode in job.alternatives)
    earliest = scale.steps(job.arrival) + least
    assert job.deadline is not None, "only jobs with a deadline come here"
    if scale.steps(job.deadline) < earliest:
        yield Issue(
            path,
            job.deadline,
            f"at least {scale.number(earliest)}: arrival {job.arrival} + processing time {scale.number(least)}",
        )


class _NodeKinds:
    """The nodes of an instance, fastest first, for questions about a single mode."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.pooled = instance.nodes is None
        self.nodes: list[Node] = sorted(instance.nodes or (), key=lambda node: -node.performance)
        capacities = [{name: entry.capacity for name, entry in instance.pool.items()}] if self.pooled else []
        self.capacities = capacities or [node.capacity for node in self.nodes]
        self.largest = {
            name: max(capacity.get(name, 0) for capacity in self.capacities) for name in instance.resource_ids
        }
        self._fastest: dict[tuple[tuple[str, Number], ...], int | None] = {}  # many jobs demand the same

    def fastest(self, mode: Mode | Job) -> int | None:
        """Return the index of the fastest node on which ``mode`` fits, None without one."""
        demand = tuple(mode.demand.items())
        if demand not in self._fastest:
            fits = (all(amount <= capacity.get(name, 0) for name, amount in demand) for capacity in self.capacities)
            self._fastest[demand] = next((v for v, it_does in enumerate(fits) if it_does), None)
        return self._fastest[demand]

    def least_time(self, mode: Mode | Job) -> int:
        """Return the shortest processing time of a mode that fits somewhere, in steps."""
        v = self.fastest(mode)
        assert v is not None, "asked only for modes that fit"
        assert mode.duration is not None, "a job that has modes is none itself"
        performance = self.instance.pool_performance(mode.demand) if self.pooled else self.nodes[v].performance
        return processing_steps(self.instance.time_scale.steps(mode.duration), performance)


def _precedence(instance: Instance) -> Iterator[Issue]:
    index = {job.id: i for i, job in enumerate(instance.jobs)}
    graph: dict[str, list[str]] = {}
    for i, job in enumerate(instance.jobs):
        for k, entry in enumerate(job.predecessors):
            if entry.job not in index:
                yield Issue(f"jobs[{i}].after[{k}]", entry.job, "the id of a job")
            elif entry.job == job.id:
                yield Issue(f"jobs[{i}].after[{k}]", entry.job, "another job than itself")
            else:
                graph.setdefault(job.id, []).append(entry.job)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = error.args[1]
        yield Issue(f"jobs[{index[cycle[0]]}].after", " -> ".join(cycle), "no cycle of jobs that wait for each other")


def _unavailability(instance: Instance) -> Iterator[Issue]:
    for i, block in enumerate(instance.unavailable):
        if block.resource is not None and block.resource not in instance.resource_ids:
            expected = f"one of the resources {', '.join(instance.resource_ids)}"
            yield Issue(f"unavailable[{i}].resource", block.resource, expected)
        if block.node is not None and block.node not in instance.node_ids:
            expected = "nothing: a pool has no nodes" if instance.nodes is None else "the id of a node"
            yield Issue(f"unavailable[{i}].node", block.node, expected)


def _objective(instance: Instance) -> Iterator[Issue]:
    if instance.objective is Objective.MAX_LATENESS and all(job.soft_due is None for job in instance.jobs):
        yield Issue("objective", str(instance.objective), "a job with a due date or deadline for this objective")
