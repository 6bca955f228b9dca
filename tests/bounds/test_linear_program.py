from math import inf
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from optimizer.bounds.linear_program import safe_bound, solve_relaxation
from optimizer.formats.reading import load
from optimizer.generate import generate
from optimizer.instance import Instance
from optimizer.model.program import Program
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.oracle import brute_force
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)


def chain(seed: int) -> Instance:
    """Return jobs of which every third waits for the one before."""
    jobs = generate("server", 20, seed).jobs
    linked = [replace(job, after=(jobs[j - 1].id,) if j % 3 else (), deadline=None) for j, job in enumerate(jobs)]
    return replace(generate("server", 20, seed), jobs=tuple(linked))


def value_of(problem: Problem, bound: float) -> float:
    costs = Costs.of(problem)
    return costs.value(costs.rounded_up(bound, exact=False))


@pytest.mark.parametrize("seed", range(150))
def test_no_optimum_is_below_the_bound_of_any_dual_values(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]))
    optimum, program = brute_force(problem), Program.of(problem)
    if optimum is None or program.refuted:
        return
    relaxed = solve_relaxation(program)
    assert relaxed.bound > -inf
    assert value_of(problem, relaxed.bound) <= optimum + 1e-9
    rng = np.random.default_rng(seed)
    for _ in range(5):
        assert value_of(problem, safe_bound(program, rng.normal(size=len(program.linear.row_lower)))) <= optimum + 1e-9


@pytest.mark.parametrize("objective", [Objective.MEAN_FLOW_TIME, Objective.MEAN_SLOWDOWN])
def test_the_bound_is_the_value_of_the_relaxation(objective: Objective) -> None:
    program = Program.of(Problem.of(generate("server", 20, 1), objective))
    relaxed = solve_relaxation(program)
    assert relaxed.solution is not None
    assert relaxed.bound == pytest.approx(program.linear.cost @ relaxed.solution)


@pytest.mark.parametrize("seed", [None, 5, 8])
def test_a_run_that_is_stopped_has_no_solution(seed: int | None) -> None:
    instance = generate("server", 20, 1) if seed is None else chain(seed)
    program = Program.of(Problem.of(instance))
    relaxed = solve_relaxation(program, stopped=lambda: True)
    assert relaxed.solution is None


def test_where_interior_points_get_stuck_simplex_goes_on() -> None:
    """Without crossover they end here without an answer, at 1.83343 (HiGHS 1.16)."""
    instance = load(Path(__file__).parents[2] / "instances" / "pipeline.yaml")
    problem = Problem.of(instance)
    problem = problem.coarsened(problem.common_step)
    relaxed = solve_relaxation(Program.of(problem))
    assert relaxed.solution is not None
    assert relaxed.bound == pytest.approx(11 / 6, rel=1e-6)
