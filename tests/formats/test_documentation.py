"""The examples in docs/formats.md are true."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.errors import InstanceError
from optimizer.formats.reading import load
from optimizer.formats.schedule_file import ScheduleDocument, check_schedule, read_document
from optimizer.formats.swf import read_swf
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.metrics import Metrics
from optimizer.names import Objective, Status, StoppedBy, TimeUnit

TEXT = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
Example = Callable[..., Path]


@pytest.fixture
def example(tmp_path: Path) -> Example:
    """Write the block of a language with this number to a file."""

    def write(language: str, number: int, name: str) -> Path:
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
        (tmp_path / name).write_text(blocks[number], encoding="utf-8")
        return tmp_path / name

    return write


def section(number: int) -> str:
    return TEXT.split("\n## ")[number]


def test_pool_and_its_schedule(example: Example) -> None:
    instance = load(example("yaml", 0, "nightly-training.yaml"))
    schedule = example("json", 0, "schedule.json")
    assert check_schedule(schedule, instance) == []
    assert read_document(schedule).instance.sha256 == instance.sha256


def test_nodes(example: Example) -> None:
    assert load(example("yaml", 1, "nodes.yaml")).node_ids == ("a100-0", "a100-1", "login")


def test_jobs_as_csv(example: Example) -> None:
    example("yaml", 2, "night.cluster.yaml")
    path = example("csv", 0, "night.csv")
    assert load(path).jobs[2] == Job("report", duration=0.5, user="bob", after=("prep", "train"), demand={"cpu": 1})
    path.write_text(path.read_text().replace(",10,", ",1h,"))
    with pytest.raises(InstanceError) as raised:
        load(path)
    assert f"`{str(raised.value).replace(str(path), path.name)}`" in section(4)


def test_job_log(example: Example) -> None:
    instance = read_swf(example("swf", 0, "log.swf"))
    assert [(job.id, job.duration, job.estimate, job.user) for job in instance.jobs] == [
        ("1", 600, 900, "user1"),
        ("2", 1200, 1200, "user2"),
    ]
    assert instance.resources == {"processors": 16}


def test_complaints(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("resources: {gpu: 8}\njobs:\n- {id: a, duration: 12:30}\n- {id: b, duration: 5, dedline: 9}\n")
    with pytest.raises(InstanceError) as raised:
        load(path)
    for shown, complaint in zip(re.findall(r"^bad\.yaml: (.*)$", TEXT, re.MULTILINE), raised.value.issues, strict=True):
        assert str(complaint).startswith(shown.removesuffix("…"))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *((1, kind) for kind in (Instance, Resource, Node, Job, Mode, Predecessor, Unavailable)),
        (3, ScheduleDocument),
    ],
)
def test_every_key_is_described(number: int, kind: type) -> None:
    missing = [name for name in kind.__struct_fields__ if not re.search(rf"[`{{ ]{name}[`,}}]", section(number))]
    assert missing == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, TimeUnit), (2, Objective), (3, Status), (3, StoppedBy), (3, Metrics.__dataclass_fields__)],
)
def test_every_word_is_described(number: int, words: type) -> None:
    assert [str(word) for word in words if f"`{word}`" not in section(number)] == []
