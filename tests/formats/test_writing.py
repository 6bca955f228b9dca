import random
import string
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import UsageError
from optimizer.formats.reading import load
from optimizer.formats.writing import save
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.names import Kind, Objective, TimeUnit

TRAPS = [
    "no",
    "yes",
    "null",
    "~",
    "12:30",
    "010",
    "1e3",
    "1_0",
    "0x1F",
    "=",
    "<<",
    "2026-01-05",
    "*a",
    "- b",
    "#c",
    "ü\n",
]
names = st.sampled_from(TRAPS) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8
)
numbers = st.integers(1, 1000) | st.integers(1, 10**9).map(lambda millionths: millionths / 10**6)
times = st.datetimes(
    datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])
)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    resources = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    ids = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    demand = st.dictionaries(st.sampled_from(resources), numbers, max_size=2)
    capacity = dict.fromkeys(resources, 1000)
    unavailable = (Unavailable(1, 2.5, draw(st.sampled_from([None, *resources]))),)

    def job(j: int) -> Job:
        before = tuple(draw(st.sampled_from([name, Predecessor(name, draw(numbers))])) for name in ids[:j])
        several = draw(st.booleans())
        return Job(
            ids[j],
            arrival=draw(numbers),
            due=draw(st.none() | numbers),
            weight=draw(numbers),
            user=draw(st.none() | names),
            kind=draw(st.sampled_from(Kind)),
            after=before,
            duration=None if several else draw(numbers),
            demand={} if several else draw(demand),
            modes=tuple(Mode(draw(numbers), draw(demand)) for _ in range(2)) if several else None,
        )

    pool = draw(st.booleans())
    return Instance(
        jobs=tuple(job(j) for j in range(len(ids))),
        name=draw(names),
        time_unit=draw(st.sampled_from(TimeUnit)),
        start=draw(st.none() | times),
        objective=draw(st.sampled_from([name for name in Objective if name is not Objective.MAX_LATENESS])),
        resources={name: draw(st.sampled_from([1000, Resource(1000, 2.5)])) for name in resources} if pool else None,
        nodes=None if pool else (Node("n", capacity, 2), Node("m", capacity, performance=0.5)),
        unavailable=unavailable,
    )


@pytest.mark.parametrize("ending", [".json", ".yaml"])
@settings(max_examples=60, deadline=None)
@given(instance=instances())
def test_reading_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, ending: str, instance: Instance
) -> None:
    path = tmp_path_factory.getbasetemp() / f"round-trip{ending}"
    save(instance, path)
    again = load(path)
    assert again == instance
    assert again.sha256 == instance.sha256


def test_defaults_are_left_out_and_jobs_come_last(tmp_path: Path) -> None:
    instance = Instance(jobs=(Job("a", duration=1), Job("b", duration=2.5)), name="x", resources={"gpu": 1})
    save(instance, tmp_path / "x.yaml")
    save(instance, tmp_path / "x.json")
    assert (tmp_path / "x.yaml").read_text() == (
        "name: x\nresources: {gpu: 1}\njobs:\n- {id: a, duration: 1}\n- {id: b, duration: 2.5}\n"
    )
    assert (tmp_path / "x.json").read_text() == (
        '{\n"name": "x",\n"resources": {"gpu":1},\n"jobs": [\n  {"id":"a","duration":1},\n  '
        '{"id":"b","duration":2.5}\n]\n}\n'
    )


def test_equal_parts_do_not_become_anchors(tmp_path: Path) -> None:
    demand = {"gpu": 1}
    jobs = tuple(
        Job("".join(random.Random(i).choices(string.ascii_letters, k=8)), duration=1, demand=demand) for i in range(3)
    )
    save(Instance(jobs=jobs, name="x", resources=demand), tmp_path / "x.yml")
    assert "&" not in (tmp_path / "x.yml").read_text()


def test_other_suffix_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"x\.csv: instances are written to files that end in \.json, \.yaml, \.yml"):
        save(Instance(jobs=(Job("a", duration=1),), resources={"gpu": 1}), tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()
