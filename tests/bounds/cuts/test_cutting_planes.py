from math import inf

import numpy as np
import pytest

from optimizer.bounds.cuts import cutting_planes
from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.bounds.linear_program import solve_relaxation
from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.model.program import Program
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.oracle import brute_force
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)


def settled(problem: Problem, total: float = inf) -> CuttingPlanes:
    planes = CuttingPlanes(problem, total=total)
    while not planes.settled:
        planes.advance()
    return planes


def value_of(problem: Problem, bound: float) -> float:
    costs = Costs.of(problem)
    return costs.value(costs.rounded_up(bound, exact=False))


@pytest.mark.parametrize("seed", range(150))
def test_no_optimum_is_below_the_bound(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]))
    optimum = brute_force(problem)
    planes = CuttingPlanes(problem)
    while not planes.settled:
        planes.advance()
        if optimum is not None:
            assert value_of(problem, planes.bound) <= optimum + 1e-9


@pytest.mark.parametrize("seed", range(100))
def test_schedules_of_the_known_total_are_never_fixed_away(seed: int) -> None:
    problem = Problem.of(random_instance(1000 + seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]))
    optimum = brute_force(problem)
    if optimum is None:
        return
    total = Costs.of(problem).total_of(float(optimum))
    planes = CuttingPlanes(problem)
    while not planes.settled:
        planes.advance()
        planes.fix(total)
        assert value_of(problem, planes.bound) <= optimum + 1e-9


@pytest.mark.parametrize("seed", range(60))
def test_prices_found_with_few_columns_give_a_bound_for_all(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting_planes, "_MANY_COLUMNS", 0)
    problem = Problem.of(random_instance(2000 + seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]))
    optimum, planes = brute_force(problem), CuttingPlanes(problem)
    while not planes.settled:
        planes.advance()
        if optimum is not None:
            assert value_of(problem, planes.bound) <= optimum + 1e-9


@pytest.mark.parametrize("family", ["server", "cluster"])
def test_prices_found_with_few_columns_are_about_as_good(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(generate(family, 40, seed=0))
    bounds = []
    for many in (cutting_planes._MANY_COLUMNS, 0):
        monkeypatch.setattr(cutting_planes, "_MANY_COLUMNS", many)
        planes = CuttingPlanes(problem)
        for _ in range(8):
            planes.advance()
        bounds.append(planes.bound)
    assert bounds[1] > 0.97 * bounds[0]


@pytest.mark.parametrize("seed", range(3))
def test_cuts_lift_the_bound_of_the_linear_program(seed: int) -> None:
    problem = Problem.of(generate("server", 12, seed))
    plain = solve_relaxation(Program.of(problem)).bound
    assert settled(problem).bound > plain * 1.005


def test_jobs_that_exclude_one_another_wait_for_one_another() -> None:
    """Three jobs of 3 of 5 GPUs for 2 steps: one after the other, mean flow time (2 + 4 + 6) / 3."""
    jobs = tuple(Job(name, duration=2, demand={"gpu": 3}) for name in "abc")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 5}))
    assert value_of(problem, settled(problem).bound) == pytest.approx(4.0)


def test_a_total_that_no_schedule_has_is_refuted() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 3}) for name in "abc")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 5}))
    assert settled(problem, total=11.0).bound > 11.0


def test_a_job_without_a_start_makes_the_bound_infinite() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 3}, deadline=2) for name in "ab")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 5}))
    assert settled(problem).bound == inf


def test_columns_that_are_fixed_leave_the_others_as_they_were() -> None:
    problem = Problem.of(generate("server", 20, 1))
    planes = settled(problem)
    before, reduced = planes.pulses, planes.reduced_costs()
    assert (reduced >= -1e-9).all()
    slack = float(np.median(reduced))
    left = planes.fix(planes.bound + slack)
    assert (left == np.flatnonzero(reduced <= slack + 2e-6)).all()
    assert (planes.pulses.start == before.start[left]).all()
    assert len(planes.solution) == len(left)
    assert planes.reduced_costs() == pytest.approx(reduced[left], abs=1e-6)
