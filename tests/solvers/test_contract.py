"""One contract for every registered solver, on random instances whose optimum is known by enumeration."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.formats.schedule_file import read_schedule, save_result
from optimizer.formats.writing import save
from optimizer.names import Objective, Status
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.result import Limits, Result
from optimizer.solvers.registry import REGISTRY, SolverKind
from optimizer.solvers.solve import solve
from optimizer.validation import Rule, violations
from tests.oracle import brute_force
from tests.random_instances import random_instance

SOLVERS = sorted(REGISTRY)
EXACT = [name for name in SOLVERS if REGISTRY[name].kind in (SolverKind.EXACT, SolverKind.PORTFOLIO)]
SEEDS = range(27)
OBJECTIVES = tuple(Objective)
LIMITS = Limits(time_limit=120, threads=1)  # long enough for first compilations on a busy machine


def _solve(solver: str, seed: int) -> tuple[Result, float | None]:
    instance = random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)])
    return solve(instance, solver, limits=LIMITS, seed=seed), brute_force(Problem.of(instance))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_answers_hold(solver: str, seed: int) -> None:
    result, optimum = _solve(solver, seed)
    if result.schedule is None:
        assert optimum is None
        assert result.status in (Status.INFEASIBLE, Status.UNKNOWN)
        return
    broken = violations(result.problem, result.schedule)
    assert all(violation.rule is Rule.DEADLINE for violation in broken)
    assert bool(broken) == (result.status is Status.LATE)
    assert result.value == pytest.approx(evaluate(result.problem, result.schedule))
    assert result.lower_bound is not None
    assert result.lower_bound <= result.value + 1e-9
    if optimum is not None:
        assert result.lower_bound <= optimum + 1e-6
        assert result.status is Status.LATE or result.preemptive or result.value >= optimum - 1e-6
    if result.status is Status.OPTIMAL and not result.preemptive:
        assert result.value == pytest.approx(optimum)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "solver", [name for name in SOLVERS if REGISTRY[name].kind in (SolverKind.EXACT, SolverKind.PORTFOLIO)]
)
def test_exact_solvers_find_the_optimum_and_prove_it(solver: str, seed: int) -> None:
    result, optimum = _solve(solver, seed)
    assert result.status is (Status.INFEASIBLE if optimum is None else Status.OPTIMAL)
    if optimum is not None:
        assert result.value == pytest.approx(optimum)
        assert result.lower_bound == pytest.approx(optimum)


@pytest.mark.parametrize("seed", SEEDS)
def test_independent_checker_finds_nothing_wrong(
    seed: int, tmp_path: Path, complaints_of_checker: Callable[[Path, Path], str]
) -> None:
    solver = SOLVERS[seed % len(SOLVERS)]
    result, _ = _solve(solver, seed)
    save(result.problem.instance, tmp_path / "instance.json")
    save_result(result, tmp_path / "schedule.json")
    assert not complaints_of_checker(tmp_path / "instance.json", tmp_path / "schedule.json")


@pytest.mark.parametrize("solver", SOLVERS)
def test_schedule_files_come_back_the_same(solver: str, tmp_path: Path) -> None:
    result, _ = _solve(solver, seed=3)
    save_result(result, tmp_path / "schedule.json")
    found = read_schedule(tmp_path / "schedule.json", result.problem).schedule
    assert result.schedule is not None
    assert found is not None
    for name in ("start", "end", "mode", "node"):
        assert (getattr(found, name) == getattr(result.schedule, name)).all()
    assert json.loads((tmp_path / "schedule.json").read_text())["value"] == result.value


@pytest.mark.parametrize("solver", SOLVERS)
def test_same_seed_same_schedule(solver: str) -> None:
    first, second = (_solve(solver, seed=1)[0] for _ in range(2))
    assert first.value == second.value
