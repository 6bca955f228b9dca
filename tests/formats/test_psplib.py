import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.errors import InputError, InstanceError
from optimizer.formats.psplib import parse_psplib
from optimizer.formats.reading import load
from optimizer.instance import Job, Mode
from optimizer.names import Objective
from optimizer.result import Limits
from optimizer.solvers.solve import solve

RULE = "*" * 72
PROJECT = f"""{RULE}
file with basedata            : tiny.bas
{RULE}
projects                      :  1
jobs (incl. supersource/sink ):  5
horizon                       :  9
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
{RULE}
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          3           2   3   4
   2        1          1           5
   3        1          1           5
   4        1          1           5
   5        1          0
{RULE}
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       2    1
  3      1     4       3    0
  4      1     2       1    2
  5      1     0       0    0
{RULE}
RESOURCEAVAILABILITIES:
  R 1  R 2
    4    2
{RULE}
"""


def complaint(text: str) -> str:
    with pytest.raises(InputError) as raised:
        parse_psplib(text, "tiny", "tiny.sm")
    return str(raised.value).removeprefix("tiny.sm: ")


def test_project_with_its_dummies(tmp_path: Path) -> None:
    (tmp_path / "tiny.sm").write_text(PROJECT)
    instance = load(tmp_path / "tiny.sm")
    assert (instance.name, instance.objective) == ("tiny", Objective.MAKESPAN)
    assert instance.resources == {"R1": 4, "R2": 2}
    assert instance.jobs == (
        Job("1", duration=0),
        Job("2", duration=3, demand={"R1": 2, "R2": 1}, after=("1",)),
        Job("3", duration=4, demand={"R1": 3}, after=("1",)),
        Job("4", duration=2, demand={"R1": 1, "R2": 2}, after=("1",)),
        Job("5", duration=0, after=("2", "3", "4")),
    )
    assert solve(instance, "cp-sat", limits=Limits(time_limit=5, threads=1)).value == 7


def test_several_modes_leave_out_the_job_number() -> None:
    text = PROJECT.replace("   3        1 ", "   3        2 ").replace(
        "  3      1     4       3    0\n", "  3      1     4       3    0\n         2     6       0    1\n"
    )
    job = parse_psplib(text, "tiny", "tiny.mm").jobs[2]
    assert job.modes == (Mode(4, {"R1": 3}), Mode(6, {"R2": 1}))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("nonrenewable              :  0", "nonrenewable : 1", "nonrenewable resources are not supported"),
        ("constrained        :  0", "constrained        :  2", "doubly constrained resources are not supported"),
        ("  - renewable  ", "  - removable  ", "no line '- renewable  : …', expected a PSPLIB file"),
        ("PRECEDENCE RELATIONS", "PRECEDENCE", "no section 'PRECEDENCE RELATIONS', expected a PSPLIB file"),
        ("   2        1          1           5", "   2        1          2           5", "line 15: [2, 1, 2, 5], "),
        ("   4        1          1           5", "   4        1          1           6", "line 17: successor 6, expe"),
        ("   4        1          1           5", "   4        2          1           5", "line 17: 2 modes of job 4,"),
        ("  2      1     3       2    1", "  2      1     3", "line 24: [2, 1, 3], expected job, mode, duration"),
        ("  3      1     4       3    0", "  2      1     4       3    0", "line 25: [2, 1, 4, 3, 0], expected job"),
        ("  3      1     4 ", "  3      1   4.5 ", "line 25: '4.5', expected a whole number >= 0"),
        ("    4    2\n", "    4\n", "line 31: [4], expected one row of 2 numbers"),
        (f"    4    2\n{RULE}\n", "    4    2\n", "line 31: the section 'RESOURCEAVAILABILITIES' does not end"),
    ],
)
def test_what_does_not_fit_the_format_is_located(old: str, new: str, expected: str) -> None:
    assert PROJECT.count(old) == 1
    assert complaint(PROJECT.replace(old, new)).startswith(expected)


def test_contradictions_are_those_of_an_instance() -> None:
    with pytest.raises(InstanceError, match=r"jobs\[2\]\.demand\.R1: 3, expected at most 2, the capacity"):
        parse_psplib(PROJECT.replace("    4    2\n", "    2    2\n"), "tiny", "tiny.sm")


def test_whole_j30_set(data: Callable[[str], Path]) -> None:
    with zipfile.ZipFile(data("psplib/j30.zip")) as archive:
        names = [name for name in archive.namelist() if name.endswith(".sm")]
        projects = {name: parse_psplib(archive.read(name).decode(), name, name) for name in names}
    assert len(projects) == 480
    for project in projects.values():
        assert [job.id for job in project.jobs] == [str(number) for number in range(1, 33)]
        first, *_, last = project.jobs
        assert (first.duration, first.demand, first.after) == (0, {}, ())
        assert (last.duration, last.demand) == (0, {})
        assert project.resource_ids == ("R1", "R2", "R3", "R4")


def test_best_known_makespan_of_a_project(data: Callable[[str], Path]) -> None:
    rows = csv.DictReader(data("psplib/best_known.csv").read_text().splitlines())
    best_known = {row["instance"]: int(row["best_known_makespan"]) for row in rows}
    with zipfile.ZipFile(data("psplib/j30.zip")) as archive:
        project = parse_psplib(archive.read("j301_1.sm").decode(), "j301_1", "j301_1.sm")
    assert solve(project, "cp-sat", limits=Limits(time_limit=5, threads=1)).value == best_known["j301_1"]
