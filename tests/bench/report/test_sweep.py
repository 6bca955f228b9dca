"""Which runs belong together."""

import pytest
from report_cases import ran

from optimizer.bench.names import natural
from optimizer.bench.report.sweep import Sweep
from optimizer.errors import UsageError


def test_rows_are_those_of_entrants_on_cases_in_natural_order() -> None:
    rows = [ran("b", "j120-1", 1.0), ran("a", "j30-10", 1.0), ran("a", "j30-2", 1.0), ran("b", "j30-2", 1.0, seed=3)]
    sweep = Sweep.of(rows)
    assert sweep.entrants == ("a", "b")
    assert [case.instance for case in sweep.cases] == ["j30-2", "j30-10", "j120-1"]
    assert sweep.entrant.tolist() == [1, 0, 0, 1]
    assert sweep.case.tolist() == [2, 1, 0, 0]


def test_limits_tell_entrants_apart_only_where_a_solver_ran_with_several_on_one_case() -> None:
    apart = Sweep.of([ran("a", "x", 1.0, time_limit=1.0), ran("a", "y", 1.0, time_limit=60.0)])
    assert apart.entrants == ("a",)
    rows = [ran("a", "x", 1.0, time_limit=1.0), ran("a", "x", 1.0, time_limit=None), ran("a", "x", 1.0, threads=2)]
    assert Sweep.of(rows).entrants == ("a, 1 s, 1 thread", "a, 10 s, 2 threads", "a, no time limit, 1 thread")
    versions = Sweep.of([ran("a", "x", 1.0, version="1.9"), ran("a", "x", 1.0, version="1.10")])
    assert versions.entrants == ("a, version 1.9", "a, version 1.10")


def test_groups_are_split_by_objective_where_there_are_several() -> None:
    rows = [ran("a", "x", 1.0, group="g"), ran("a", "x", 1.0, group="g", objective="makespan")]
    assert Sweep.of(rows[:1]).groups == ("g",)
    assert sorted(Sweep.of(rows).groups) == ["g, makespan", "g, mean flow time"]


def test_an_instance_that_has_changed_is_another_case() -> None:
    assert len(Sweep.of([ran("a", "x", 1.0), ran("b", "x", 1.0, content="ff" * 32)]).cases) == 2


def test_no_rows_are_no_sweep() -> None:
    with pytest.raises(UsageError, match="no runs"):
        Sweep.of([])


@pytest.mark.parametrize("names", [["1", "2", "10"], ["a2", "a10", "b1"], ["", "7", "a", "a7", "a7b"]])
def test_natural_order(names: list[str]) -> None:
    assert max(names, key=natural) == names[-1]
    assert min(names, key=natural) == names[0]
