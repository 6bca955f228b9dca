"""Ant colony and particle swarm."""

import numpy as np
import pytest

from optimizer.errors import UsageError
from optimizer.generate import generate
from optimizer.names import Feature, Objective, Status
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers import registry
from optimizer.solvers.heuristics.ant_colony import AntColony
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.solve import solve
from tests.oracle import brute_force
from tests.random_instances import random_instance

SOLVERS = ["ant-colony", "particle-swarm"]
CHOICES = {Feature.MODES, Feature.NODES}


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("solver", SOLVERS)
def test_tiny_problems_are_solved(solver: str, objective: Objective) -> None:
    """Where some order is optimal: one mode a job and one node; the swarm has genes for the others, too."""
    for seed in range(8):
        instance = random_instance(seed, jobs_max=5, objective=objective)
        problem = Problem.of(instance)
        optimum = brute_force(problem)
        if optimum is None or (solver == "ant-colony" and problem.features & CHOICES):
            continue
        result = solve(instance, solver, limits=Limits(threads=1, schedules=1000))
        assert result.value == pytest.approx(optimum)


@pytest.mark.parametrize("objective", [Objective.MEAN_FLOW_TIME, Objective.MAKESPAN])
@pytest.mark.parametrize("solver", SOLVERS)
def test_results_hang_on_seed_and_threads_alone(solver: str, objective: Objective) -> None:
    instance = generate("server", 30, 1)
    limits = Limits(threads=2, schedules=2000)
    first, second = (solve(instance, solver, objective=objective, limits=limits, seed=3) for _ in range(2))
    assert first.schedule is not None
    assert second.schedule is not None
    assert (first.schedule.start == second.schedule.start).all()


@pytest.mark.parametrize("solver", SOLVERS)
def test_greedy_is_improved_upon(solver: str) -> None:
    instance = generate("server", 40, 1)
    greedy = solve(instance, "greedy")
    result = solve(instance, solver, limits=Limits(threads=1, schedules=3000))
    assert result.status is not Status.LATE
    assert greedy.value is not None
    assert result.value is not None
    assert result.value < 0.9 * greedy.value


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_warm_start_is_gone_on_from(solver: str) -> None:
    """What is better after a few more schedules than after many was not begun from anything else."""
    many, few = (Limits(threads=1, schedules=schedules) for schedules in (1000, 400))
    values = []
    for seed in range(3):
        instance = generate("server", 100, seed)
        start = solve(instance, solver, limits=many)
        again = solve(instance, solver, limits=few, seed=1, warm_start=start.schedule)
        scratch = solve(instance, solver, limits=few, seed=1)
        values.append([result.value for result in (again, start, scratch)])
    again_mean, start_mean, scratch_mean = np.array(values, dtype=float).mean(axis=0)
    assert again_mean < start_mean < scratch_mean


@pytest.mark.parametrize("solver", SOLVERS)
def test_fewer_schedules_than_threads(solver: str) -> None:
    problem = Problem.of(generate("server", 20, 1))
    entry, options = registry.parse(solver)
    for schedules in (1, 3, 14, 15, 16, 19, 22):  # 14 rules come first
        limits = Limits(time_limit=None, threads=8, schedules=schedules)
        monitor = Monitor(problem, limits)
        registry.create(entry, options).solve(problem, limits, seed=0, warm_start=None, monitor=monitor)
        assert monitor.schedule is not None
        assert monitor.schedules <= schedules


@pytest.mark.parametrize("objective", [Objective.MEAN_FLOW_TIME, Objective.MAKESPAN, Objective.MAX_LATENESS])
def test_ants_make_no_more_schedules_than_allowed(objective: Objective) -> None:
    for seed in range(4):
        problem = Problem.of(random_instance(seed, jobs_max=20, objective=objective))
        for schedules in (20, 21, 22, 23, 500):
            limits = Limits(time_limit=None, threads=1, schedules=schedules)
            monitor = Monitor(problem, limits)
            AntColony().solve(problem, limits, seed=0, warm_start=None, monitor=monitor)
            assert monitor.schedules <= schedules


@pytest.mark.parametrize(
    ("solver", "complaint"),
    [
        ("ant-colony:ants=0", "ants 0: expected a whole number >= 1"),
        ("ant-colony:initial=0", "initial 0.0: expected a number from 1e-06 to 1"),
        ("ant-colony:greed=1.5", "greed 1.5: expected a number from 0 to 1"),
        ("ant-colony:rule=x", "rule 'x': expected one of best, arrival"),
        ("particle-swarm:particles=0", "particles 0: expected a whole number >= 1"),
        ("particle-swarm:free=1", "free 1.0: expected a number from 0 to 0.99"),
    ],
)
def test_options_out_of_range(solver: str, complaint: str) -> None:
    entry, options = registry.parse(solver)
    with pytest.raises(UsageError, match=complaint):
        registry.create(entry, options)
