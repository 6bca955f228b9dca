import json
from collections.abc import Callable

import pytest
from click.testing import Result

from optimizer.solvers import registry
from optimizer.solvers.registry import REGISTRY

Command = Callable[..., Result]


def test_every_solver_has_a_line(schedopt: Command) -> None:
    text = schedopt("solvers").stdout
    assert all(name in text for name in REGISTRY)


def test_json(schedopt: Command) -> None:
    rows = {row["name"]: row for row in json.loads(schedopt("solvers", "--json").stdout)}
    assert list(rows) == list(REGISTRY)
    assert rows["local-search"]["options"] == {"temperature": None, "reach": 512}
    assert "bound" in rows["highs"]["features"]
    assert rows["highs"]["missing"] == []


def test_what_is_missing_is_said(schedopt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    rows = {row["name"]: row for row in json.loads(schedopt("solvers", "--json").stdout)}
    assert rows["cp-sat"]["missing"] == ["ortools"]
    assert rows["greedy"]["missing"] == []
    assert "pip install" in schedopt("solvers").stdout


@pytest.mark.parametrize("name", REGISTRY)
def test_a_solver_and_all_its_options_are_explained(name: str, schedopt: Command) -> None:
    (row,) = json.loads(schedopt("solvers", name, "--json").stdout)
    assert row["text"]
    assert list(row["meanings"]) == list(row["options"])
    assert all(said["values"] and said["meaning"] for said in row["meanings"].values())


def test_the_manual_of_a_solver_is_for_people(schedopt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = " ".join(schedopt("solvers", "local-search").stdout.split())
    assert "simulated annealing" in text.lower()
    assert "reach 512 whole number A job moves by at most so many positions" in text


def test_a_name_that_does_not_exist_is_wrong_usage(schedopt: Command) -> None:
    result = schedopt("solvers", "genetics")
    assert result.exit_code == 2
    assert "genetic" in result.stderr
