import subprocess
import sys
from typing import Any

import pytest

from optimizer.errors import SolverMissingError, UnsupportedError, UsageError
from optimizer.names import Feature
from optimizer.solvers import registry
from optimizer.solvers.exact.highs import HiGHS
from optimizer.solvers.heuristics.greedy import Greedy
from optimizer.solvers.registry import REGISTRY, Entry, SolverKind


def test_name_and_options_are_read() -> None:
    entry, options = registry.parse("greedy:rule=shortest, generation=serial")
    assert (entry.name, options) == ("greedy", {"rule": "shortest", "generation": "serial"})
    assert registry.create(entry, options) == Greedy(rule="shortest", generation="serial")
    assert registry.create(REGISTRY["highs"], {"horizon": "12.5"}) == HiGHS(horizon=12.5)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("cpsat", "did you mean 'cp-sat'?"),
        ("", "one of"),
        ("greedy:rule", "option 'rule', expected key=value"),
        ("greedy:=x", "option '=x', expected key=value"),
    ],
)
def test_what_is_no_solver(text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        registry.parse(text)
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("auto", {"speed": 1}, "solver auto: option 'speed', expected one of none"),
        ("greedy", {"speed": 1}, "solver greedy: option 'speed', expected one of rule, generation"),
        ("highs", {"horizon": "soon"}, "solver highs: option horizon=soon, expected a number"),
        ("greedy", {"generation": "x"}, "option generation=x, expected 'serial' or 'parallel' or 'best'"),
        ("greedy", {"rule": "x"}, "solver greedy: rule 'x': expected one of"),
        ("greedy", {"offset": "1e308"}, "solver greedy: offset 1e+308: expected a number from 1e-09 to 1e+06"),
    ],
)
def test_options_that_do_not_fit(name: str, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        registry.create(REGISTRY[name], options)
    assert complaint in str(refused.value)


def test_lists_of_solvers() -> None:
    assert registry.split("cbc, greedy:rule=arrival,generation=serial ,highs") == [
        "cbc",
        "greedy:rule=arrival,generation=serial",
        "highs",
    ]
    for text in ("", "rule=arrival", "cbc,gredy"):
        with pytest.raises(UsageError):
            registry.split(text)


def test_chosen_options_are_those_that_differ() -> None:
    assert registry.chosen_options(Greedy()) == {}
    assert registry.chosen_options(Greedy(rule="slack")) == {"rule": "slack"}


def test_refusal_names_the_feature_and_who_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Entry("plain", SolverKind.HEURISTIC, "", "x:Y", frozenset({Feature.MODES}), {})
    monkeypatch.setitem(REGISTRY, "plain", plain)  # type: ignore[arg-type]
    registry.require_features(plain, frozenset({Feature.MODES}))
    with pytest.raises(UnsupportedError) as refused:
        registry.require_features(plain, frozenset({Feature.MODES, Feature.NODES, Feature.DEADLINES}))
    message = str(refused.value)
    assert message.startswith("solver plain does not do deadlines, nodes; auto, branch-and-cut, highs, cbc, ")
    assert message.endswith(" do")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None if module == "pulp" else object())
    assert REGISTRY["cbc"].missing == ("'pulp>=3.3,<4'",)
    assert REGISTRY["highs"].missing == ()
    with pytest.raises(SolverMissingError, match=r"solver cbc is not installed: pip install 'pulp>=3.3,<4'"):
        registry.create(REGISTRY["cbc"], {})


def test_looking_around_imports_no_solver() -> None:
    program = (
        "import sys\nfrom optimizer.solvers.registry import REGISTRY\n"
        "for entry in REGISTRY.values(): entry.missing, entry.options\n"
        "print({'ortools', 'pulp', 'highspy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
