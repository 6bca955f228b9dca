import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from optimizer.errors import InputError, InstanceError
from optimizer.formats.reading import load
from optimizer.instance import Predecessor

FULL = """
name: nightly
time_unit: minute
start: 2026-01-05T08:00:00Z
objective: makespan
resources:
  gpu: 8
  cpu: {capacity: 64, performance: 1.5}
jobs:
  - &prep {id: prep, duration: 4, demand: {cpu: 16}}
  - id: train
    arrival: 2
    deadline: 40.5
    after: [prep, {job: prep, lag: 3}]
    user: "no"
    modes:
      - {duration: 10, demand: {gpu: 4}}
      - {duration: 6, demand: {gpu: 8}}
  - {<<: *prep, id: again}
unavailable:
  - {resource: gpu, start: 10, end: 20}
"""


def written(folder: Path, text: str, name: str = "case.json") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(InstanceError) as raised:
        load(path)
    assert raised.value.source == str(path)
    return [str(issue) for issue in raised.value.issues]


def message(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        load(path)
    text = str(raised.value)
    assert text.startswith(f"{path}: ")
    return text.removeprefix(f"{path}: ")


def job(fields: str, rest: str = '"resources": {"gpu": 8}') -> str:
    return f'{{{rest}, "jobs": [{{"id": "a", "duration": 1}}, {{{fields}}}]}}'


def test_yaml_and_json_give_the_same_instance(tmp_path: Path) -> None:
    import yaml

    instance = load(written(tmp_path, FULL, "case.yaml"))
    assert instance.start == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert instance.jobs[1].after == ("prep", Predecessor("prep", 3))
    assert instance.jobs[2].demand == {"cpu": 16}
    assert instance.jobs[1].user == "no"
    assert load(written(tmp_path, json.dumps(yaml.safe_load(FULL), default=str))) == instance


def test_large_json_takes_the_fast_way(tmp_path: Path) -> None:
    jobs = [{"id": f"j{i}", "duration": 1, "user": "u" * 100} for i in range(10_000)]
    document = {"resources": {"gpu": 8}, "jobs": jobs}
    assert len(load(written(tmp_path, json.dumps(document))).jobs) == 10_000
    jobs[9_000]["duration"] = "x"
    assert complaints(written(tmp_path, json.dumps(document))) == ["jobs[9000].duration: 'x', expected a number"]


@pytest.mark.parametrize(
    ("fields", "path", "value", "expected"),
    [
        ('"id": "b", "duration": "x"', "duration", "'x'", "a number"),
        ('"id": "b", "duration": "5"', "duration", "'5'", "a number; write it plainly, without quotes and exponent"),
        ('"id": "b", "duration": true', "duration", "True", "a number"),
        ('"id": 7, "duration": 1', "id", "7", "text; put it in quotes"),
        ('"duration": 1', "id", "missing", "text"),
        ('"id": "b", "duration": 1, "after": "a"', "after", "'a'", "a list"),
        ('"id": "b", "duration": 1, "after": [3]', "after[0]", "3", "text or a mapping; put it in quotes"),
        ('"id": "b", "duration": 1, "after": [{"job": "a", "lag": "x"}]', "after[0].lag", "'x'", "a number"),
        ('"id": "b", "modes": [{"duration": 1}, {"duration": []}]', "modes[1].duration", "[]", "a number"),
        ('"id": "b", "duration": 1, "demand": {"cpu": 1, "gpu": "x"}', "demand.gpu", "'x'", "a number"),
        ('"id": "b", "duration": 1, "demand": 5', "demand", "5", "a mapping of names to values"),
        (
            '"id": "b", "duration": 1, "kind": "bach"',
            "kind",
            "'bach'",
            "'batch', or another of the words batch, service, stream",
        ),
        ('"id": "b", "modes": [{"duration": 1, "x": 2}]', "modes[0].x", "2", "one of the keys duration, demand"),
    ],
)
def test_wrong_type_is_told_by_path_and_value(
    tmp_path: Path, fields: str, path: str, value: str, expected: str
) -> None:
    assert complaints(written(tmp_path, job(fields))) == [f"jobs[1].{path}: {value}, expected {expected}"]


@pytest.mark.parametrize("number", ["-1", "NaN", "Infinity", "1e400", "0.1234567", "10000000000000", "1" * 30])
def test_number_out_of_range_is_told_by_path(tmp_path: Path, number: str) -> None:
    (complaint,) = complaints(written(tmp_path, job(f'"id": "b", "modes": [{{"duration": {number}}}]')))
    assert complaint.startswith("jobs[1].modes[0].duration: ")
    assert complaint.endswith("expected a number >= 0 with at most six decimal places, no more than 9e12")


def test_unknown_key_names_the_nearest_known_one(tmp_path: Path) -> None:
    (complaint,) = complaints(written(tmp_path, job('"id": "b", "duration": 1, "dedline": 5')))
    assert complaint.startswith("jobs[1].dedline: 5, expected 'deadline', or another of the keys id, arrival,")
    (complaint,) = complaints(written(tmp_path, '{"job": []}'))
    assert complaint.startswith("job: [], expected 'jobs', or another of the keys jobs, name")


@pytest.mark.parametrize(
    ("rest", "complaint"),
    [
        ('"resources": {"cpu": 1, "gpu": "x"}', "resources.gpu: 'x', expected a number or a mapping"),
        ('"resources": {"gpu": {"capacity": 1, "x": 2}}', "resources.gpu.x: 2, expected one of the keys capacity"),
        ('"resources": {"gpu": {"capacity": -1}}', "resources.gpu.capacity: -1, expected a number >= 0"),
        ('"nodes": [{"id": "n", "capacity": {"gpu": 1}, "count": 1.5}]', "nodes[0].count: 1.5, expected a whole"),
        ('"resources": 5', "resources: 5, expected a mapping of names to values"),
        ('"resources": {"gpu": 8}, "start": "2026"', "start: '2026', expected a time such as 2026-01-05T08:00:00Z"),
        ('"resources": {"gpu": 8}, "objective": 5', "objective: 5, expected one of the words mean-flow-time"),
    ],
)
def test_wrong_cluster_is_told_by_path(tmp_path: Path, rest: str, complaint: str) -> None:
    (found,) = complaints(written(tmp_path, job('"id": "b", "duration": 1', rest)))
    assert found.startswith(complaint)


def test_every_wrong_entry_is_collected(tmp_path: Path) -> None:
    jobs = ", ".join(f'{{"id": "j{i}", "duration": "x"}}' for i in range(25))
    path = written(tmp_path, f'{{"resources": {{"gpu": "many"}}, "jobs": [{jobs}]}}')
    found = complaints(path)
    assert found[:2] == ["jobs[0].duration: 'x', expected a number", "jobs[1].duration: 'x', expected a number"]
    assert len(found) == 26
    assert message(path).endswith("… and 6 more")


def test_contradictions_are_collected(tmp_path: Path) -> None:
    found = complaints(written(tmp_path, job('"id": "a", "duration": 1, "demand": {"gpu": 9}')))
    assert [complaint.split(":")[0] for complaint in found] == ["jobs[1].id", "jobs[1].demand.gpu"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "line 1, column 2: not JSON: the file ends too early"),
        ('{"jobs":\n [,]}', "line 2, column 3: not JSON: Expecting value"),
        ("{'a': 1}", "line 1, column 2: not JSON: Expecting property name enclosed in double quotes"),
        ("{} x", "line 1, column 4: not JSON: Extra data"),
        ("[]", "[], expected a mapping of keys to values"),
        ('{"jobs": [{"id": "a", "due": 1, "due": 2}]}', "the key 'due' stands twice in {'id': 'a', 'due': 2}"),
        ('{"name": "\\ud800"}', "not JSON: a \\u escape that is half a character"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_malformed_json_is_located(tmp_path: Path, text: str, complaint: str) -> None:
    assert message(written(tmp_path, text)) == complaint
