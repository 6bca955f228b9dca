import pytest

from optimizer.errors import UsageError
from optimizer.generate import generate
from optimizer.names import Objective, Status
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.heuristics.lp_rounding import LPRounding
from optimizer.solvers.solve import solve
from tests.oracle import brute_force
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)
LIMITS = Limits(time_limit=20, threads=1, schedules=2000)


@pytest.mark.parametrize("relaxation", ["linear", "lagrangian"])
@pytest.mark.parametrize("seed", range(27))
def test_bounds_and_values_enclose_the_optimum(relaxation: str, seed: int) -> None:
    instance = random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)])
    optimum = brute_force(Problem.of(instance))
    result = solve(instance, f"lp-rounding:relaxation={relaxation}", limits=LIMITS)
    if optimum is not None and result.status is not Status.LATE:
        assert result.value is not None
        assert result.lower_bound is not None
        assert result.lower_bound <= optimum + 1e-9 <= result.value + 1e-6


def test_the_optimum_of_small_instances_is_mostly_found() -> None:
    found = 0
    for seed in range(30):
        instance = random_instance(seed, objective=Objective.MEAN_WEIGHTED_FLOW_TIME)
        optimum = brute_force(Problem.of(instance))
        result = solve(instance, "lp-rounding", limits=LIMITS)
        found += result.value == pytest.approx(optimum) if result.status is not Status.LATE else optimum is None
    assert found >= 27


def test_the_bound_is_that_of_the_linear_program() -> None:
    instance = generate("server", 30, 2)
    linear, lagrangian, greedy = (
        solve(instance, name, limits=LIMITS) for name in ("lp-rounding", "lp-rounding:relaxation=lagrangian", "greedy")
    )
    assert greedy.lower_bound < 0.97 * lagrangian.lower_bound
    assert 0.99 * linear.lower_bound <= lagrangian.lower_bound <= linear.lower_bound
    assert linear.value <= greedy.value
    assert lagrangian.value <= greedy.value


def test_threads_share_the_schedules() -> None:
    instance = generate("server", 20, 3)
    limits = Limits(time_limit=20, threads=2, schedules=300)
    first, second = (solve(instance, "lp-rounding:alphas=1", limits=limits, seed=4) for _ in range(2))
    assert first.value == second.value


def test_options_are_checked() -> None:
    with pytest.raises(UsageError, match="alphas 0"):
        LPRounding(alphas=0)
    with pytest.raises(UsageError, match="relaxation 'dual'"):
        LPRounding(relaxation="dual")  # type: ignore[arg-type]
