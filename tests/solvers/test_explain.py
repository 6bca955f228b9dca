from collections.abc import Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from optimizer.explanation import Explanation
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Unavailable
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers import explain as module
from optimizer.solvers.explain import explain
from tests.oracle import brute_force
from tests.random_instances import random_instance


def gpu(*jobs: Job, capacity: int = 2, unavailable: tuple[Unavailable, ...] = ()) -> Instance:
    return Instance(jobs, resources={"gpu": capacity, "cpu": 100}, unavailable=unavailable)


def job(name: str, duration: int, deadline: int | None = None, gpu: int = 1, **more: object) -> Job:
    return Job(name, duration=duration, deadline=deadline, demand={"gpu": gpu, "cpu": 1}, **more)  # type: ignore[arg-type]


def job_of(name: str, duration: int, deadline: int) -> Job:
    return Job(name, duration=duration, deadline=deadline, demand={"gpu": 4})


def names(explanation: Explanation) -> list[str]:
    assert explanation.conflict is not None
    return [job.id for job in explanation.conflict.jobs]


def test_the_fewest_jobs_and_the_resource_that_they_lack() -> None:
    """Of three jobs of 3 that need both GPUs until 8 no two are too many, all three are."""
    three = [job(name, 3, 8, gpu=2) for name in "abc"]
    found = explain(gpu(job("other", 2, 9), three[0], job("free", 50), *three[1:], job("late", 3, 40)))
    assert found.status is Status.INFEASIBLE
    assert names(found) == ["a", "b", "c"]
    conflict = found.conflict
    assert conflict is not None
    assert (conflict.resources, conflict.smallest) == (("gpu",), True)
    assert (conflict.begin, conflict.end) == (0, 8)
    assert conflict.work == {"gpu": (18.0, 16.0)}


def test_chains_are_whole() -> None:
    chain = (job("a", 3), job("b", 3, after=("a",)), job("c", 3, 8, after=(Predecessor("b"),)))
    found = explain(gpu(*chain, job("d", 3, 8)))
    assert names(found) == ["a", "b", "c"]
    assert found.conflict is not None
    assert found.conflict.resources == ()


def test_times_are_those_on_the_fastest_node() -> None:
    nodes = (Node("old", {"gpu": 4}, count=2), Node("new", {"gpu": 4}, performance=2))
    found = explain(Instance((job_of("a", 60, 35), job_of("b", 50, 33)), nodes=nodes)).conflict
    assert found is not None
    assert (found.times, found.resources) == ((30, 25), ("gpu",))


def test_unavailable_capacity_counts() -> None:
    found = explain(gpu(job("a", 3, 6), unavailable=(Unavailable(start=2, end=5, resource="gpu"),)))
    assert names(found) == ["a"]
    assert found.conflict is not None
    assert found.conflict.resources == ("gpu",)
    assert found.conflict.work == {}


def test_what_has_a_schedule_is_feasible() -> None:
    assert explain(gpu(job("a", 3, 6))) == Explanation(Status.FEASIBLE, StoppedBy.OPTIMALITY)
    assert explain(gpu(job("a", 3), job("b", 3))).status is Status.FEASIBLE


def test_when_time_runs_out_what_is_proven_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    solve = module.solve

    def solve_once(instance: Instance, *words: object, **options: object) -> object:
        asked.append(len(instance.jobs))
        result = solve(instance, *words, **options)  # type: ignore[arg-type]
        monkeypatch.setattr(module, "monotonic", lambda: np.inf)
        return result

    monkeypatch.setattr(module, "solve", solve_once)
    found = explain(gpu(*(job(name, 3, 8, gpu=2) for name in "abcd")))
    assert asked == [4]
    assert found.status is Status.INFEASIBLE
    assert names(found) == ["a", "b", "c", "d"]
    assert found.conflict is not None
    assert not found.conflict.smallest
    assert found.conflict.resources == ("gpu", "cpu")


def test_without_an_answer_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "monotonic", iter([0.0, 0.0, 9.0]).__next__)
    found = explain(gpu(job("a", 3, 4, gpu=2), job("b", 3, 4)), limits=Limits(time_limit=5))
    assert (found.status, found.conflict) == (Status.UNKNOWN, None)


def has_schedule(instance: Instance, jobs: Sequence[Job], resources: Sequence[str]) -> bool:
    """Return whether some of the jobs have a schedule where only some of the resources are scarce."""
    ids = {job.id for job in jobs}

    def part(demand: dict[str, int | float]) -> dict[str, int | float]:
        return {name: amount for name, amount in demand.items() if name in resources}

    kept = tuple(
        replace(
            job,
            demand=part(job.demand),
            modes=job.modes and tuple(Mode(mode.duration, part(mode.demand)) for mode in job.modes),
            after=tuple(entry for entry in job.predecessors if entry.job in ids),
        )
        for job in jobs
    )
    return brute_force(Problem.of(replace(instance, jobs=kept, objective=Objective.MAKESPAN))) is not None


def conflicting() -> list[Instance]:
    found = [random_instance(seed, jobs_max=5, objective=Objective.MAKESPAN) for seed in range(400)]
    return [instance for instance in found if brute_force(Problem.of(instance)) is None]


CONFLICTING = conflicting()


def test_there_are_conflicts_of_every_kind() -> None:
    assert len(CONFLICTING) > 30
    explanations = [explain(instance).conflict for instance in CONFLICTING]
    assert {len(conflict.jobs) > 1 for conflict in explanations if conflict is not None} == {True, False}
    assert {len(conflict.resources) for conflict in explanations if conflict is not None} >= {0, 1}


@pytest.mark.parametrize("instance", CONFLICTING, ids=lambda instance: instance.name)
def test_neither_a_job_nor_a_resource_can_be_left_out(instance: Instance) -> None:
    conflict = explain(instance).conflict
    assert conflict is not None
    assert conflict.smallest
    assert not has_schedule(instance, conflict.jobs, conflict.resources)
    for one in conflict.jobs:
        others = [other for other in conflict.jobs if other is not one]
        assert not others or has_schedule(instance, others, instance.resource_ids)
    for name in conflict.resources:
        others_ = [other for other in conflict.resources if other != name]
        assert has_schedule(instance, conflict.jobs, others_)
