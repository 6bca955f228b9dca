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
