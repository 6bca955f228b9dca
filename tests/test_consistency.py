from itertools import pairwise
from typing import Any

import pytest

from optimizer.errors import InstanceError
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.names import Objective

POOL: dict[str, Any] = {"resources": {"gpu": 8, "cpu": Resource(64, 0.5)}}
NODES: dict[str, Any] = {
    "nodes": (Node("big", {"gpu": 8, "cpu": 4}, count=2, performance=2), Node("small", {"cpu": 32})),
}


def job(name: str = "a", duration: float = 4, **fields: Any) -> Job:
    return Job(name, duration=duration, **fields)


def issues(jobs: list[Job], **fields: Any) -> list[str]:
    """Return what is wrong with an instance, line by line."""
    with pytest.raises(InstanceError) as caught:
        Instance(jobs=tuple(jobs), **fields)
    return [str(issue) for issue in caught.value.issues]


@pytest.mark.parametrize(
    ("jobs", "fields", "expected"),
    [
        ([], POOL, ["jobs: [], expected at least one job"]),
        ([job()], {}, ["resources: missing, expected either 'resources' or 'nodes'"]),
        ([job()], {**POOL, **NODES}, ["nodes: '2 entries', expected either 'resources' or 'nodes', not both"]),
        ([job()], {"resources": {}}, ["resources: {}, expected at least one entry"]),
        ([job()], {"nodes": ()}, ["nodes: {}, expected at least one entry"]),
        ([job()], {"nodes": (Node("n", {}),)}, ["nodes[0].capacity: {}, expected at least one resource"]),
        (
            [job()],
            {"nodes": (Node("n", {"g": 1}, count=2), Node("m", {}), Node("n-1", {"g": 1}))},
            ["nodes[2].id: 'n-1', expected a name that no other node has"],
        ),
        ([], {}, ["jobs: [], expected at least one job", "resources: missing, expected either 'resources' or 'nodes'"]),
    ],
)
def test_clusters(jobs: list[Job], fields: dict[str, Any], expected: list[str]) -> None:
    assert issues(jobs, **fields) == expected


def test_job_names_are_unique() -> None:
    assert issues([job("a"), job("b"), job("a"), job("a")], **POOL) == [
        "jobs[2].id: 'a', expected a name that no other job has (jobs[0] has it too)",
        "jobs[3].id: 'a', expected a name that no other job has (jobs[0] has it too)",
    ]


@pytest.mark.parametrize(
    ("fields", "demand", "expected"),
    [
        (POOL, {"tpu": 1}, "jobs[0].demand.tpu: 1, expected one of the resources gpu, cpu"),
        (POOL, {"tpu": 0}, "jobs[0].demand.tpu: 0, expected one of the resources gpu, cpu"),
        (POOL, {"gpu": 8.5}, "jobs[0].demand.gpu: 8.5, expected at most 8, the capacity"),
        (NODES, {"cpu": 33}, "jobs[0].demand.cpu: 33, expected at most 32, the largest node's capacity"),
        (NODES, {"gpu": 1, "cpu": 5}, "jobs[0].demand: {'gpu': 1, 'cpu': 5}, expected no more than some one node has"),
    ],
)
def test_demands_fit_somewhere(fields: dict[str, Any], demand: dict[str, float], expected: str) -> None:
    assert issues([job(demand=demand)], **fields) == [expected]


def test_every_mode_fits_somewhere() -> None:
    jobs = [job("a"), Job("b", modes=(Mode(1, {"gpu": 8}), Mode(1, {"gpu": 9}), Mode(1, {"tpu": 1, "cpu": 99})))]
    assert issues(jobs, **POOL) == [
        "jobs[1].modes[1].demand.gpu: 9, expected at most 8, the capacity",
        "jobs[1].modes[2].demand.tpu: 1, expected one of the resources gpu, cpu",
        "jobs[1].modes[2].demand.cpu: 99, expected at most 64, the capacity",
    ]


def test_demands_up_to_the_capacity_are_fine() -> None:
    Instance(jobs=(job(demand={"gpu": 8, "cpu": 64}),), **POOL)
    Instance(jobs=(job(demand={"gpu": 8, "cpu": 4}), job("b", demand={"gpu": 0, "cpu": 32})), **NODES)


@pytest.mark.parametrize(
    ("fields", "one", "expected"),
    [
        (POOL, job(arrival=2, deadline=5.5), "at least 6: arrival 2 + processing time 4"),
        (POOL, job(deadline=7, demand={"cpu": 1}), "at least 8: arrival 0 + processing time 8"),
        (POOL, job(duration=0.5, arrival=0.5, deadline=0.5), "at least 1: arrival 0.5 + processing time 0.5"),
        (NODES, job(duration=5, deadline=2), "at least 3: arrival 0 + processing time 3"),
        (NODES, job(duration=5, deadline=2.5, arrival=0.5), "at least 3: arrival 0.5 + processing time 2.5"),
        (NODES, job(duration=5, deadline=4, demand={"cpu": 5}), "at least 5: arrival 0 + processing time 5"),
        (NODES, Job("a", deadline=1, modes=(Mode(9), Mode(4))), "at least 2: arrival 0 + processing time 2"),
    ],
)
def test_each_job_alone_can_meet_its_deadline(fields: dict[str, Any], one: Job, expected: str) -> None:
    assert issues([job("z"), one], **fields) == [f"jobs[1].deadline: {one.deadline}, expected {expected}"]


def test_the_earliest_possible_deadline_is_fine() -> None:
    Instance(jobs=(job(arrival=2, deadline=6), job("b", demand={"cpu": 1}, deadline=8)), **POOL)
    Instance(jobs=(job(duration=5, deadline=3),), **NODES)


def test_deadlines_of_jobs_that_fit_nowhere_are_not_judged() -> None:
    assert len(issues([job(demand={"tpu": 1}, deadline=0)], **POOL)) == 1


def test_predecessors_exist_and_are_others() -> None:
    jobs = [job("a", after=("b", "x")), job("b", after=(Predecessor("b", 2),)), job("c", after=(Predecessor("y"),))]
    assert issues(jobs, **POOL) == [
        "jobs[0].after[1]: 'x', expected the id of a job",
        "jobs[1].after[0]: 'b', expected another job than itself",
        "jobs[2].after[0]: 'y', expected the id of a job",
    ]


def test_cycles_are_shown() -> None:
    jobs = [job("a"), job("b", after=("d", "a")), job("c", after=("b",)), job("d", after=("c",))]
    (issue,) = issues(jobs, **POOL)
    path, rest = issue.split(": ", 1)
    cycle, expected = rest.split(", expected ")
    names = cycle.strip("'").split(" -> ")
    assert expected == "no cycle of jobs that wait for each other"
    assert names[0] == names[-1]
    assert set(names) == {"b", "c", "d"}
    assert path == f"jobs[{'abcd'.index(names[0])}].after"
    waits = {"b": "d", "c": "b", "d": "c"}
    assert all(waits[later] == earlier for earlier, later in pairwise(names))


def test_a_predecessor_named_twice_is_fine() -> None:
    Instance(jobs=(job("a"), job("b", after=("a", Predecessor("a", 3)))), **POOL)


@pytest.mark.parametrize(
    ("fields", "block", "expected"),
    [
        (POOL, {"resource": "tpu"}, "unavailable[1].resource: 'tpu', expected one of the resources gpu, cpu"),
        (POOL, {"node": "big-0"}, "unavailable[1].node: 'big-0', expected nothing: a pool has no nodes"),
        (NODES, {"node": "big"}, "unavailable[1].node: 'big', expected the id of a node"),
    ],
)
def test_unavailability_names_what_is_there(fields: dict[str, Any], block: dict[str, Any], expected: str) -> None:
    blocks = (Unavailable(0, 1), Unavailable(1, 2, **block))
    assert issues([job()], **fields, unavailable=blocks) == [expected]


def test_max_lateness_needs_a_due_date() -> None:
    expected = ["objective: 'max-lateness', expected a job with a due date or deadline for this objective"]
    assert issues([job()], **POOL, objective=Objective.MAX_LATENESS) == expected
    Instance(jobs=(job(deadline=9), job("b")), **POOL, objective=Objective.MAX_LATENESS)


def test_contradictions_are_collected_in_the_order_of_the_file() -> None:
    jobs = [job("a", demand={"tpu": 1}), job("a", deadline=1, after=("x",))]
    found = issues(jobs, **POOL, unavailable=(Unavailable(0, 1, resource="x"),))
    assert [line.split(":")[0] for line in found] == [
        "jobs[0].demand.tpu",
        "jobs[1].id",
        "jobs[1].deadline",
        "jobs[1].after[0]",
        "unavailable[0].resource",
    ]


@pytest.mark.parametrize(("field", "value"), [("time_unit", "s"), ("time_unit", "second"), ("objective", "makespan")])
def test_a_word_is_no_member_of_an_enumeration(field: str, value: str) -> None:
    (line,) = issues([job()], resources={"gpu": 8}, **{field: value})
    assert line.startswith(f"{field}: {value!r}") or value in line
    assert "TimeUnit.SECOND" in line or "Objective.MAKESPAN" in line
