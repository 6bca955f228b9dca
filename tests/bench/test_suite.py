"""A suite says what it says; what is wrong with it is said with its line."""

from pathlib import Path

import pytest

from optimizer.bench.suite import Suite, read_suite
from optimizer.errors import InputError
from optimizer.names import Objective

ROOT = Path(__file__).parents[2]
HEAD = """solvers = ["fcfs", "greedy"]
[suite]
name = "tests"
"""
INSTANCES = """[[instances]]
group = "small"
generate = {family = "server", jobs = [5, 6], seeds = [0]}
"""


def suite(tmp_path: Path, text: str) -> Suite:
    path = tmp_path / "suite.toml"
    path.write_text(text)
    return read_suite(path)


def test_defaults(tmp_path: Path) -> None:
    found = suite(tmp_path, HEAD + INSTANCES)
    assert [solver.calls for solver in found.tables] == [["fcfs"], ["greedy"]]
    assert found.objectives == (None,)
    assert [*found.settings(found.tables[0])] == [(60.0, 1, None, 0)]
    assert found.suite.memory is None
    assert (found.hard_limit(10.0), found.hard_limit(None)) == (80.0, 3600.0)


def test_lists_multiply_and_solvers_differ(tmp_path: Path) -> None:
    found = suite(
        tmp_path,
        """
[suite]
name = "tests"
objectives = ["makespan", "mean-flow-time"]
seeds = [0, 1]
time_limits = [0, 5]
threads = 2
memory_gib = 0.5
hard_limit = 7

[[solvers]]
name = "genetic:insertion=0.5"
options = {population = [40, 80], encoding = "random-key"}

[[solvers]]
name = "easy"
seeds = 3
threads = [1, 2]
schedules = 10
time_limits = 1
"""
        + INSTANCES,
    )
    genetic, easy = found.tables
    assert genetic.calls == [f"genetic:insertion=0.5,population={n},encoding=random-key" for n in (40, 80)]
    assert [*found.settings(genetic)] == [(None, 2, None, 0), (None, 2, None, 1), (5.0, 2, None, 0), (5.0, 2, None, 1)]
    assert [*found.settings(easy)] == [(1.0, 1, 10, 3), (1.0, 2, 10, 3)]
    assert found.objectives == (Objective.MAKESPAN, Objective.MEAN_FLOW_TIME)
    assert found.suite.memory == 2**29
    assert found.hard_limit(5.0) == 7.0


BROKEN = [
    ("[suite\n", "not TOML: Expected ']' at the end of a table declaration (at line 1, column 7)"),
    (HEAD, "instances: missing, expected a list"),
    (HEAD + "instances = 3\n", "suite.instances: 3, expected one of the keys name, "),
    ("solvers = []\n" + HEAD.partition("\n")[2] + INSTANCES, "line 1: solvers: [], expected at least one"),
    (HEAD + "seed = 3\n" + INSTANCES, "line 4: suite.seed: 3, expected 'seeds', or another of the keys name, "),
    (HEAD + "seeds = 0.5\n" + INSTANCES, "line 4: suite.seeds: 0.5, expected a whole number or a list"),
    (HEAD + "seeds = -1\n" + INSTANCES, "line 1: solvers[0]: 'fcfs', expected seeds from 0 to 2147483647, not -1"),
    (HEAD + "seeds = []\n" + INSTANCES, "expected at least one of seeds, time_limits and threads each"),
    (HEAD + "time_limits = -1\n" + INSTANCES, "expected other limits: time limit -1.0: expected a number > 0"),
    (HEAD + "memory_gib = 0\n" + INSTANCES, "line 4: suite.memory_gib: 0.0, expected a number > 0"),
    (HEAD + "memory_gib = inf\n" + INSTANCES, "line 4: suite.memory_gib: inf, expected a number > 0"),
    (HEAD + "hard_limit = inf\n" + INSTANCES, "line 4: suite.hard_limit: inf, expected a number > 0"),
    (
        HEAD + 'objectives = ["makespan", "mean-wait-time"]\n' + INSTANCES + 'best_known = {file = "b", value = "v"}\n',
        "line 8: instances[0].best_known: 'v', expected none in a suite of several objectives",
    ),
    (
        HEAD + INSTANCES + "window = {form = 1}\n",
        "instances[0].window.form: 1, expected 'from', or another of the keys",
    ),
    (HEAD + INSTANCES + 'window = {from = "a"}\n', "line 7: instances[0].window.from: 'a', expected a number"),
    (HEAD + 'objectives = "beauty"\n' + INSTANCES, "line 4: suite.objectives: 'beauty', expected "),
    (HEAD.replace("fcfs", "fcsf") + INSTANCES, "did you mean 'fcfs'?"),
    (HEAD.replace("fcfs", "fcfs:quick=1") + INSTANCES, "solver fcfs: option 'quick', expected one of "),
    (HEAD + INSTANCES.replace("jobs = [5, 6]", "jobs = 5"), "line 6: instances[0].generate.jobs: 5, expected a list"),
    (HEAD + INSTANCES + "evry = 2\n", "line 7: instances[0].evry: 2, expected 'every', or another of the keys"),
    (HEAD + INSTANCES + "every = 0\n", "line 7: instances[0].every: 0, expected a whole number >= 1"),
    (HEAD + INSTANCES + 'path = "a"\n', "line 4: instances[0]: ['path', 'generate'], expected exactly one of the keys"),
    (HEAD + INSTANCES + 'name = "a"\n', "expected none but for an instance given by its path"),
]


@pytest.mark.parametrize(("text", "complaint"), BROKEN)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError) as raised:
        suite(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path / 'suite.toml'}: ")
    assert complaint in str(raised.value)


def test_all_that_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        suite(tmp_path, HEAD.replace("greedy", "gredy") + "memory_gib = -1\n" + INSTANCES + "every = 0\n")
    assert len(str(raised.value).splitlines()) == 3


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.toml: cannot be read: No such file"):
        read_suite(tmp_path / "no.toml")
