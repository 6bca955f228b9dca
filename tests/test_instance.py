from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from optimizer.errors import InstanceError
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.units import Scale

NUMBER = "with at most six decimal places, no more than 9e12"
AT_LEAST_0 = f"a number >= 0 {NUMBER}"
POSITIVE = f"a positive number {NUMBER}"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Resource(-1), f"capacity: -1, expected {AT_LEAST_0}"),
        (lambda: Resource(1, 0), f"performance: 0, expected {POSITIVE}"),
        (lambda: Node("", {}), "id: '', expected a name that is not empty"),
        (lambda: Node("a", {"gpu": -2}), f"capacity.gpu: -2, expected {AT_LEAST_0}"),
        (lambda: Node("a", {}, count=0), "count: 0, expected a whole number from 1 to 1000000"),
        (lambda: Node("a", {}, count=1_000_001), "count: 1000001, expected a whole number from 1 to 1000000"),
        (lambda: Node("a", {}, performance=-0.5), f"performance: -0.5, expected {POSITIVE}"),
        (lambda: Mode(-1), f"duration: -1, expected {AT_LEAST_0}"),
        (lambda: Mode(float("nan")), f"duration: nan, expected {AT_LEAST_0}"),
        (lambda: Mode(1, {"gpu": 1e-7}), f"demand.gpu: 1e-07, expected {AT_LEAST_0}"),
        (lambda: Predecessor("a", -1), f"lag: -1, expected {AT_LEAST_0}"),
        (lambda: Job("", duration=1), "id: '', expected a name that is not empty"),
        (lambda: Job("a", duration=1, arrival=-1), f"arrival: -1, expected {AT_LEAST_0}"),
        (lambda: Job("a", duration=1, deadline=9e13), f"deadline: {9e13}, expected {AT_LEAST_0}"),
        (lambda: Job("a", duration=1, due=-0.5), f"due: -0.5, expected {AT_LEAST_0}"),
        (lambda: Job("a", duration=1, estimate=-1), f"estimate: -1, expected {AT_LEAST_0}"),
        (lambda: Job("a", duration=0.1234567), f"duration: 0.1234567, expected {AT_LEAST_0}"),
        (lambda: Job("a", duration=1, weight=0), f"weight: 0, expected {POSITIVE}"),
        (lambda: Job("a", duration=1, priority=float("inf")), f"priority: inf, expected a number {NUMBER}"),
        (lambda: Job("a", duration=1, demand={"cpu": -3}), f"demand.cpu: -3, expected {AT_LEAST_0}"),
        (lambda: Job("a"), "duration: missing, expected a number (or 'modes')"),
        (lambda: Job("a", modes=()), "modes: [], expected at least one mode"),
        (lambda: Job("a", duration=1, modes=(Mode(1),)), "duration: 1, expected nothing beside 'modes'"),
        (lambda: Job("a", demand={"g": 1}, modes=(Mode(1),)), "demand: {'g': 1}, expected nothing beside 'modes'"),
        (lambda: Unavailable(-1, 2), f"start: -1, expected {AT_LEAST_0}"),
        (lambda: Unavailable(1, 1e-9), f"end: 1e-09, expected {AT_LEAST_0}"),
        (lambda: Unavailable(1, 2, amount=0), f"amount: 0, expected {POSITIVE}"),
        (lambda: Unavailable(2, 2), "end: 2, expected a time after the start 2"),
    ],
)
def test_bad_fields_are_refused_by_name(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(InstanceError) as caught:
        build()
    assert str(caught.value) == message


def test_limits_of_fields_are_accepted() -> None:
    Resource(0)
    Node("a", {"gpu": 0}, count=1_000_000, performance=0.000001)
    Job("a", duration=0, arrival=9e12, weight=0.000001, priority=-2.5, deadline=9e12)
    Unavailable(0, 0.000001)


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"unknown field `colour` - at `\$\.jobs\[0\]`"):
        msgspec.convert({"jobs": [{"id": "a", "duration": 1, "colour": 1}], "resources": {}}, Instance)


def test_short_and_long_forms() -> None:
    job = Job("c", duration=3, demand={"gpu": 1}, after=("a", Predecessor("b", 2)))
    assert job.alternatives == (job,)
    assert job.predecessors == (Predecessor("a", 0), Predecessor("b", 2))
    modes = (Mode(1), Mode(2))
    assert Job("d", modes=modes).alternatives == modes


def test_the_due_date_is_the_deadline_unless_it_is_given() -> None:
    assert Job("a", duration=1).soft_due is None
    assert Job("a", duration=1, deadline=9).soft_due == 9
    assert Job("a", duration=1, deadline=9, due=0).soft_due == 0


def test_names_of_nodes_and_resources() -> None:
    instance = Instance(
        jobs=(Job("a", duration=1),),
        nodes=(Node("big", {"gpu": 8, "cpu": 96}, count=2), Node("login", {"mem": 4, "cpu": 32})),
    )
    assert instance.node_ids == ("big-0", "big-1", "login")
    assert instance.resource_ids == ("gpu", "cpu", "mem")
    assert instance.pool == {}


def test_a_pool_is_one_node_without_a_name() -> None:
    instance = Instance(jobs=(Job("a", duration=1),), resources={"gpu": 8, "cpu": Resource(64, 0.5)})
    assert instance.node_ids == (None,)
    assert instance.resource_ids == ("gpu", "cpu")
    assert instance.pool == {"gpu": Resource(8), "cpu": Resource(64, 0.5)}


def test_a_mode_in_a_pool_is_as_fast_as_the_slowest_resource_it_demands() -> None:
    instance = Instance(jobs=(Job("a", duration=1),), resources={"gpu": Resource(8, 2), "cpu": Resource(64, 0.5)})
    assert instance.pool_performance({"gpu": 1}) == 2
    assert instance.pool_performance({"gpu": 1, "cpu": 1}) == 0.5
    assert instance.pool_performance({"gpu": 1, "cpu": 0}) == 2
    assert instance.pool_performance({}) == 1


@pytest.mark.parametrize(
    ("job", "block", "per_unit"),
    [
        ({"duration": 2}, (0, 4), 1),
        ({"duration": 0.5}, (0, 4), 2),
        ({"duration": 2, "arrival": 0.25}, (0, 4), 4),
        ({"duration": 2, "deadline": 7.2}, (0, 4), 5),
        ({"duration": 2, "due": 7.001}, (0, 4), 1000),
        ({"duration": 2}, (0.1, 4), 10),
        ({"duration": 2}, (0, 4.5), 2),
        ({"duration": 0.5, "arrival": 0.2}, (0, 4), 10),
        ({"modes": (Mode(1), Mode(0.125))}, (0, 4), 8),
        ({"duration": 2, "estimate": 0.5, "weight": 0.5, "after": (Predecessor("b", 0.5),)}, (0, 4), 1),
    ],
)
def test_the_grid_of_time(job: dict[str, Any], block: tuple[float, float], per_unit: int) -> None:
    instance = Instance(
        jobs=(Job("a", **job), Job("b", duration=1)), resources={"g": 1}, unavailable=(Unavailable(*block),)
    )
    assert instance.time_scale == Scale(per_unit)


BASE: dict[str, Any] = {
    "jobs": [
        {"id": "a", "duration": 1, "demand": {"gpu": 1}, "user": "u"},
        {"id": "b", "modes": [{"duration": 2, "demand": {"gpu": 2}}], "after": ["a"], "deadline": 30, "priority": 1},
    ],
    "resources": {"gpu": 4, "cpu": 2},
    "unavailable": [{"start": 3, "end": 4}],
}
NODES: dict[str, Any] = {"jobs": [{"id": "a", "duration": 1}], "nodes": [{"id": "n", "capacity": {"gpu": 4}}]}


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return ``document`` with the value at ``a.0.b`` replaced."""
    copy = msgspec.json.decode(msgspec.json.encode(document))
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    inner = copy
    for key in parents:
        inner = inner[key]
    inner[last] = value
    return copy  # type: ignore[no-any-return]


def sha256(document: dict[str, Any]) -> str:
    return msgspec.convert(document, Instance).sha256


@pytest.mark.parametrize(
    ("base", "path", "value"),
    [
        (BASE, "name", "other"),
        (BASE, "jobs.0.duration", 1.0),
        (BASE, "jobs.0.arrival", 0.0),
        (BASE, "jobs.0.weight", 1.0),
        (BASE, "jobs.0.priority", 0.0),
        (BASE, "jobs.0.demand.gpu", 1.0),
        (BASE, "jobs.0.kind", "batch"),
        (BASE, "jobs.0.after", []),
        (BASE, "jobs.0.due", None),
        (BASE, "jobs.1.deadline", 30.0),
        (BASE, "jobs.1.after", [{"job": "a"}]),
        (BASE, "jobs.1.after", [{"job": "a", "lag": 0.0}]),
        (BASE, "jobs.1.modes.0.duration", 2.0),
        (BASE, "resources.gpu", 4.0),
        (BASE, "resources.gpu", {"capacity": 4, "performance": 1.0}),
        (BASE, "resources", {"cpu": 2, "gpu": 4}),
        (BASE, "objective", "mean-flow-time"),
        (BASE, "time_unit", "slot"),
        (BASE, "unavailable.0.amount", None),
        (NODES, "unavailable", []),
        (NODES, "nodes.0.performance", 1.0),
        (NODES, "nodes.0.count", 1),
    ],
)
def test_hash_is_equal_for_the_same_in_other_words(base: dict[str, Any], path: str, value: Any) -> None:
    assert sha256(changed(base, path, value)) == sha256(base)


DIFFERENT: list[tuple[dict[str, Any], str, Any]] = [
    (BASE, "time_unit", "hour"),
    (BASE, "start", "2026-01-05T08:00:00Z"),
    (BASE, "objective", "makespan"),
    (BASE, "resources.cpu", 3),
    (BASE, "resources.cpu", {"capacity": 2, "performance": 2}),
    (BASE, "jobs", BASE["jobs"][:1]),
    (BASE, "jobs", BASE["jobs"][::-1]),
    (BASE, "jobs.1.id", "c"),
    (BASE, "jobs.1.arrival", 0.5),
    (BASE, "jobs.1.deadline", 31),
    (BASE, "jobs.1.due", 29),
    (BASE, "jobs.1.weight", 2),
    (BASE, "jobs.1.priority", 0),
    (BASE, "jobs.1.estimate", 2),
    (BASE, "jobs.0.user", "v"),
    (BASE, "jobs.1.kind", "service"),
    (BASE, "jobs.1.after", []),
    (BASE, "jobs.1.after", [{"job": "a", "lag": 1}]),
    (BASE, "jobs.0.duration", 3),
    (BASE, "jobs.0.demand", {"gpu": 2}),
    (BASE, "jobs.1.modes", [{"duration": 2, "demand": {"gpu": 2}}, {"duration": 3}]),
    (BASE, "jobs.1.modes.0.duration", 3),
    (BASE, "jobs.1.modes.0.demand", {"gpu": 1}),
    (BASE, "unavailable", []),
    (BASE, "unavailable.0.start", 2),
    (BASE, "unavailable.0.end", 5),
    (BASE, "unavailable.0.resource", "gpu"),
    (BASE, "unavailable.0.amount", 1),
    (NODES, "unavailable", [{"start": 1, "end": 2, "node": "n"}]),
    (NODES, "nodes", [{"id": "n", "capacity": {"gpu": 4}}, {"id": "m", "capacity": {"gpu": 4}}]),
    (NODES, "nodes.0.id", "m"),
    (NODES, "nodes.0.capacity", {"gpu": 5}),
    (NODES, "nodes.0.count", 2),
    (NODES, "nodes.0.performance", 2),
]


@pytest.mark.parametrize(("base", "path", "value"), DIFFERENT)
def test_hash_differs_when_anything_differs(base: dict[str, Any], path: str, value: Any) -> None:
    assert sha256(changed(base, path, value)) != sha256(base)


def test_the_cases_above_change_every_field() -> None:
    kinds = (Instance, Job, Mode, Predecessor, Resource, Node, Unavailable)
    fields = {field.name for kind in kinds for field in msgspec.structs.fields(kind)}
    text = str([(path, value) for _, path, value in DIFFERENT])
    assert {field for field in fields if field not in text} == {"name"}
