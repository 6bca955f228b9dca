"""Instances are found wherever a suite says, and each run of the grid is there once."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from optimizer.bench.grid import Grid
from optimizer.errors import InputError
from optimizer.formats.reading import load
from optimizer.formats.writing import save
from optimizer.generate import generate
from optimizer.instance import Instance

SHIPPED = Path(__file__).parents[2] / "instances"
HEAD = 'solvers = ["fcfs", "greedy"]\n[suite]\nname = "tests"\n'
Make = Callable[[str], Grid]


@pytest.fixture
def grid(tmp_path: Path) -> Make:
    """Return a function that makes the grid of a suite with these tables of instances."""

    def make(instances: str, head: str = HEAD) -> Grid:
        path = tmp_path / "suite.toml"
        path.write_text(head + instances)
        return Grid.of(path)

    return make


def names(grid: Grid) -> list[tuple[str, str]]:
    return [*dict.fromkeys((cell.run.group, cell.run.instance) for cell in grid.cells)]


def test_generated_instances(grid: Make) -> None:
    found = grid('[[instances]]\ngroup="g"\ngenerate={family="server", jobs=[5, 6, 7], seeds=[0, 1]}\nevery=2\n')
    assert names(found) == [("g", "server-5-0"), ("g", "server-6-0"), ("g", "server-7-0")]
    task = next(iter(found.tasks(set())))
    assert msgspec.json.decode(task.instance, type=Instance) == generate("server", 5, 0)
    assert task.run.content == generate("server", 5, 0).sha256
    assert (task.run.solver, task.run.objective, task.hard_limit) == ("fcfs", "mean-flow-time", 180.0)


def test_files_by_path_glob_and_zip(grid: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for jobs in (9, 10):
        save(generate("server", jobs, 0), tmp_path / "deep" / "er" / f"i{jobs}.yaml")
    with ZipFile(tmp_path / "packed.zip", "w") as file:
        for jobs in (7, 8):
            save(generate("server", jobs, 0), tmp_path / "member.yaml")
            file.write(tmp_path / "member.yaml", f"set/z{jobs}.yaml")
        file.writestr("set/readme.txt", "nothing")
    monkeypatch.setenv("SHIPPED", str(SHIPPED))
    (tmp_path / "best.csv").write_text("instance,makespan,by\nz7,70,me\nz8,80.5,you\n")
    found = grid(
        """
[[instances]]
group = "one"
path = "$SHIPPED/queue.swf"
name = "morning"
window = {jobs = 3, skip = 1, from = 0, to = 1e9}
processors = 20
[[instances]]
group = "csv"
path = "${SHIPPED}/lab.csv"
[[instances]]
group = "many"
glob = "deep/**/i*.yaml"
[[instances]]
group = "packed"
zip = "packed.zip"
member = "set/*.yaml"
best_known = {file = "best.csv", value = "makespan"}
"""
    )
    assert names(found) == [
        ("one", "morning"), ("csv", "lab"), ("many", "i9"), ("many", "i10"), ("packed", "z7"), ("packed", "z8"),
    ]  # fmt: skip
    tasks = [task for task in found.tasks(set()) if task.run.solver == "fcfs"]
    assert [task.best_known for task in tasks] == [None] * 4 + [70.0, 80.5]
    morning = msgspec.json.decode(tasks[0].instance, type=Instance)
    assert (len(morning.jobs), morning.resources) == (3, {"processors": 20})
    assert tasks[1].run.content == load(SHIPPED / "lab.csv").sha256


def test_runs_are_there_once_and_what_is_done_is_left_out(grid: Make, tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "modes.yaml", tmp_path / "twin.yaml")
    shutil.copy(SHIPPED / "modes.yaml", tmp_path / "modes.yaml")
    found = grid('[[instances]]\ngroup="a"\npath="modes.yaml"\n[[instances]]\ngroup="b"\npath="twin.yaml"\n')
    assert [(cell.run.instance, cell.run.solver) for cell in found.cells] == [("modes", "fcfs"), ("modes", "greedy")]
    first = found.cells[0].run.key
    assert [task.run.solver for task in found.tasks({first})] == ["greedy"]
    assert found.keys == {cell.run.key for cell in found.cells}


def test_an_instance_that_has_changed_meanwhile_is_not_run(grid: Make, tmp_path: Path) -> None:
    save(generate("server", 5, 0), tmp_path / "one.yaml")
    found = grid('[[instances]]\ngroup="a"\npath="one.yaml"\n')
    save(generate("server", 5, 1), tmp_path / "one.yaml")
    with pytest.raises(InputError, match="the instance one has changed"):
        next(iter(found.tasks(set())))


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('path = "no.yaml"', "no.yaml: does not exist, expected an instance"),
        ('glob = "no*.yaml"', "no*.yaml: no file has such a name"),
        ('path = "$SCHEDOPT_NOWHERE/a.yaml"', "the environment variable SCHEDOPT_NOWHERE is not set"),
        ('zip = "no.zip"', "no.zip: cannot be read: No such file"),
        ('zip = "suite.toml"', "suite.toml: cannot be read: File is not a zip file"),
        ('zip = "a.zip"\nmember = "*.sm"', "a.zip: no member is called '*.sm'"),
        ('zip = "a.zip"', "a.zip:broken.yaml: "),
        ('generate = {family = "sever", jobs = [5]}', "the group 'a': family 'sever': expected one of server, cluster"),
        ('path = "x.yaml"\nbest_known = {file = "b.csv", value = "value"}', "b.csv: no value for the instance 'x'"),
        ('path = "x.yaml"\nbest_known = {file = "b.csv", value = "vale"}', "b.csv: no column 'vale', expected it"),
        ('path = "x.yaml"\nbest_known = {file = "b.csv", value = "note"}', "b.csv: line 2: 'good', expected a number"),
        ('path = "x.yaml"\nbest_known = {file = "b.csv", value = "limit"}', "b.csv: line 2: 'inf', expected a number"),
        ('path = "x.yaml"\nbest_known = {file = "b.csv", value = "old"}', "b.csv: line 3: another value for 'y'"),
        ('path = "x.yaml"\n[[instances]]\ngroup = "b"\nglob = "x.*"', "2 instances are called 'x'"),
    ],
)
def test_what_cannot_be_found_is_said(grid: Make, tmp_path: Path, entry: str, complaint: str) -> None:
    save(generate("server", 5, 0), tmp_path / "x.yaml")
    (tmp_path / "b.csv").write_text("instance,value,note,limit,old\ny,3,good,inf,3\ny,3,good,inf,4\n")
    with ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("broken.yaml", "jobs: 3\n")
    assert "SCHEDOPT_NOWHERE" not in os.environ
    with pytest.raises(InputError) as raised:
        grid(f'[[instances]]\ngroup = "a"\n{entry}\n')
    assert complaint in str(raised.value)
