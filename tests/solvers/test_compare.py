from typing import Any

import pytest

from optimizer.errors import SolverMissingError
from optimizer.instance import Instance, Job
from optimizer.names import Status, StoppedBy
from optimizer.result import Limits, Progress, Result
from optimizer.solvers import compare as module
from optimizer.solvers import registry
from optimizer.solvers.compare import compare

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=1, demand={"gpu": 1})), resources={"gpu": 1}
)
LIMITS = Limits(time_limit=5, threads=1)


def test_order_is_kept_and_the_best_bound_is_the_largest() -> None:
    comparison = compare(TWO, ["greedy:rule=longest,generation=serial", "highs", "cp-sat"], limits=LIMITS)
    assert list(comparison.outcomes) == ["greedy:rule=longest,generation=serial", "highs", "cp-sat"]
    assert [result.value for result in comparison.results] == [2.5, 2.0, 2.0]
    assert [result.lower_bound for result in comparison.results] == [2.0, 2.0, 2.0]
    assert comparison.best_bound == 2.0


def test_what_interrupts_or_is_late_is_set_against_what_holds_for_it() -> None:
    """On time a has to go first: 4 + 4. Interrupting is 4 + 1, and late b goes first: 5 + 1."""
    jobs = (
        Job("a", duration=4, demand={"gpu": 1}, deadline=4),
        Job("b", arrival=1, duration=1, demand={"gpu": 1}),
    )
    comparison = compare(Instance(jobs, resources={"gpu": 1}), ["srpt", "sjf", "highs"], limits=LIMITS)
    preemptive, exact = comparison.results[0], comparison.results[2]
    assert (preemptive.status, preemptive.value) == (Status.LATE, 3.0)
    assert (exact.status, exact.value, comparison.best_bound) == (Status.OPTIMAL, 4.0, 4.0)
    assert comparison.bounds["highs"] == comparison.bounds["sjf"] == 4.0
    bound = comparison.bounds["srpt"]
    assert bound is not None
    assert 2.5 <= bound <= 3.0


def test_the_catalogue_is_asked_when_nothing_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def bounds_of(*args: Any, entries: Any, **options: Any) -> Any:
        asked.append([entry.name for entry in entries])
        return real(*args, entries=entries, **options)

    real = module.bounds_of
    monkeypatch.setattr(module, "bounds_of", bounds_of)
    jobs = tuple(Job(name, duration=2, demand={"gpu": 2}) for name in "abc")
    open_one = compare(Instance(jobs, resources={"gpu": 3}), ["fcfs"], limits=LIMITS)
    assert open_one.best_bound == pytest.approx(4.0)
    compare(TWO, ["highs"], limits=LIMITS)
    assert "linear-program" in asked[0]
    assert "linear-program" not in asked[1]


def test_a_failure_does_not_lose_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    comparison = compare(TWO, ["highs", "greedy"], limits=LIMITS)
    assert isinstance(comparison.outcomes["highs"], SolverMissingError)
    assert [result.solver for result in comparison.results] == ["greedy"]


def test_without_results_there_is_no_bound() -> None:
    assert module.Comparison({}).best_bound is None
    assert module.Comparison({}).bounds == {}


def test_listeners_hear_of_their_own_solver() -> None:
    heard: dict[str, list[Progress]] = {}
    compare(TWO, ["greedy", "cp-sat"], limits=LIMITS, on_start=lambda name: heard.setdefault(name, []).append)
    assert list(heard) == ["greedy", "cp-sat", "bound critical-path", "bound mean-busy-time"]
    assert heard["cp-sat"][-1].value == 2.0


def test_ctrl_c_ends_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def interrupted(instance: Instance, solver: str, **_: Any) -> Result:
        begun.append(solver)
        found = real(instance, solver, limits=LIMITS)
        object.__setattr__(found, "stopped_by", StoppedBy.INTERRUPT)
        return found

    real = module.solve
    monkeypatch.setattr(module, "solve", interrupted)
    assert list(compare(TWO, ["greedy", "highs"]).outcomes) == begun == ["greedy"]
