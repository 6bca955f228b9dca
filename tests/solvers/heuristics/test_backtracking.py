from random import Random

import pytest

from optimizer.errors import UsageError
from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.kernels.generation import left_shifted
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.heuristics.backtracking import Backtracking
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.solve import solve
from optimizer.validation import deadline_misses
from tests.oracle import brute_force, random_schedule
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)


@pytest.mark.parametrize("seed", range(100, 190))
def test_from_any_schedule_to_the_optimum(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]))
    optimum, rng = brute_force(problem), Random(seed)
    start = left_shifted(problem, random_schedule(problem, rng))
    solver = Backtracking(discrepancies=rng.randint(0, 3), memory=rng.randint(0, 1))
    monitor = Monitor(problem, Limits(time_limit=None))
    warm_start = None if deadline_misses(problem, start) else start
    answer = solver.solve(problem, monitor.limits, seed=0, warm_start=warm_start, monitor=monitor)
    assert answer.infeasible == (optimum is None)
    if optimum is not None:
        assert not monitor.misses
        assert monitor.costs.value(monitor.total) == pytest.approx(optimum)
        assert monitor.costs.closed(monitor.total, monitor.lower_bound)


def test_a_late_start_is_kept_when_the_search_finds_nothing() -> None:
    jobs = tuple(Job(f"j{i}", duration=3 + i % 5, demand={"gpu": 1}, deadline=40 + i) for i in range(14))
    result = solve(Instance(jobs, resources={"gpu": 1}), "backtracking", limits=Limits(iterations=20))
    assert (result.status, result.stopped_by) == (Status.LATE, StoppedBy.ITERATIONS)


def test_jobs_alike_are_tried_in_one_order_only() -> None:
    jobs = tuple(Job(f"j{i}", duration=3, demand={"gpu": 1}, deadline=40) for i in range(14))
    result = solve(Instance(jobs, resources={"gpu": 1}), "backtracking")
    assert result.status is Status.INFEASIBLE


def test_improves_what_it_cannot_prove() -> None:
    instance = generate("server", 100, seed=1)
    greedy = solve(instance, "greedy").value
    results = [solve(instance, "backtracking", limits=Limits(time_limit=None, schedules=500)) for _ in range(2)]
    assert greedy is not None
    assert results[0].value is not None
    assert results[0].value < greedy
    assert results[0].stopped_by is StoppedBy.ITERATIONS
    assert results[0].value == results[1].value


@pytest.mark.parametrize("option", ["discrepancies", "memory"])
def test_options_that_make_no_sense(option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} -1"):
        Backtracking(**{option: -1})
