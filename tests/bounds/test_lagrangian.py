from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest

from optimizer.bounds.lagrangian import Lagrangian, lagrangian_bound
from optimizer.bounds.request import Found, Request
from optimizer.generate import generate
from optimizer.instance import Instance, Job, Unavailable
from optimizer.kernels.compilation import Kernel
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.names import Objective
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from tests.oracle import brute_force
from tests.random_instances import random_instance

SUMS = [objective for objective in Objective if not objective.is_maximum]


def settled(problem: Problem, **options: Any) -> Lagrangian:
    lagrangian = Lagrangian(problem, **options)
    while not (lagrangian.settled and lagrangian.width == 1):
        if lagrangian.settled:
            lagrangian.refine()
        lagrangian.advance(10)
    return lagrangian


def value_of(problem: Problem, bound: float) -> float:
    costs = Costs.of(problem)
    return costs.value(costs.rounded_up(bound, exact=False))


@pytest.mark.parametrize("seed", range(200))
def test_no_optimum_is_below_the_bound(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=SUMS[seed % len(SUMS)]))
    optimum = brute_force(problem)
    lagrangian = Lagrangian(problem, buckets=(1, 3, 2000)[seed % 3])
    for _ in range(5):
        if optimum is not None:
            assert value_of(problem, lagrangian.bound) <= optimum + 1e-9
        if lagrangian.width > 1:
            lagrangian.refine()
        lagrangian.advance(20)


@pytest.mark.parametrize("seed", range(50))
def test_a_known_schedule_keeps_all_that_are_no_worse(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=SUMS[seed % len(SUMS)]))
    problem = replace(problem, deadline=np.full(problem.jobs, 2**60))
    schedule = serial_schedule(problem, feasible_order(problem, problem.release))
    costs, optimum = Costs.of(problem), brute_force(problem)
    total = total_cost(problem, costs, schedule)
    assert optimum is not None
    assert value_of(problem, settled(problem, total=total).bound) <= optimum + 1e-9


def test_jobs_that_exclude_one_another_pay_for_it() -> None:
    """Two unit jobs on one unit: mean flow time (1 + 2) / 2, which prices 1, 0 prove."""
    jobs = tuple(Job(name, duration=1, demand={"gpu": 1}) for name in "ab")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 1}))
    assert value_of(problem, settled(problem).bound) == pytest.approx(1.5, abs=0.01)


def test_unavailable_time_is_not_for_sale() -> None:
    """Nothing is there in [0, 4): the heads know."""
    jobs = tuple(Job(name, duration=1, demand={"gpu": 1}) for name in "ab")
    block = Unavailable(0, 4, resource="gpu")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 1}, unavailable=(block,)))
    assert value_of(problem, settled(problem).bound) == pytest.approx(5.5, abs=0.01)


def test_bounds_of_longer_runs_are_no_worse() -> None:
    problem = Problem.of(generate("server", 30, 1))
    lagrangian = Lagrangian(problem)
    bounds = [lagrangian.bound, *(lagrangian.advance(10) for _ in range(10))]
    assert bounds == sorted(bounds)
    assert bounds[-1] > bounds[0]


def test_finer_prices_start_where_coarse_ones_ended() -> None:
    problem = Problem.of(generate("server", 30, 1))
    lagrangian = Lagrangian(problem, buckets=20)
    assert lagrangian.width == 16
    bound = lagrangian.advance(50)
    lagrangian.refine()
    assert lagrangian.width == 8
    assert lagrangian._value(lagrangian._center) == pytest.approx(bound)


def test_rounds_go_on_as_if_there_had_been_one_call() -> None:
    problem = Problem.of(generate("server", 20, 2))
    once, often = Lagrangian(problem), Lagrangian(problem)
    for _ in range(7):
        often.advance(3)
    assert once.advance(21) == often.bound
    assert once.rounds == often.rounds == 21


def test_interpreted_as_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(random_instance(4, objective=Objective.MEAN_FLOW_TIME))
    monkeypatch.setattr(Kernel, "sized", lambda kernel, _: kernel.compiled)
    compiled = Lagrangian(problem, buckets=3)
    compiled.advance(10)
    monkeypatch.setattr(Kernel, "sized", lambda kernel, _: kernel)
    interpreted = Lagrangian(problem, buckets=3)
    interpreted.advance(10)
    assert interpreted.bound == compiled.bound
    for one, other in zip(interpreted.answers, compiled.answers, strict=True):
        assert (one.start == other.start).all()


def test_a_job_that_must_be_late_does_not_make_the_bound_infinite() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 1}, deadline=2) for name in "ab")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 1}, unavailable=(Unavailable(0, 1),)))
    assert settled(problem).bound < inf


def test_prices_without_end_prove_that_no_schedule_is_on_time() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 1}, deadline=3) for name in "ab")
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 1}))
    assert lagrangian_bound(Request(problem, Costs.of(problem))).total == inf


def test_time_that_is_up_cuts_the_rounds_short() -> None:
    problem = Problem.of(generate("server", 30, 1))
    first = Lagrangian(problem).bound
    found = lagrangian_bound(Request(problem, Costs.of(problem), seconds=0.0))
    assert found == Found(first, cut_short=True)
    assert lagrangian_bound(Request(problem, Costs.of(problem))).total > first


def test_it_looks_whether_to_end_after_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a million jobs a round takes seconds."""
    rounds: list[int] = []
    advance = Lagrangian.advance

    def counted(self: Lagrangian, count: int) -> float:
        rounds.append(count)
        return advance(self, count)

    monkeypatch.setattr(Lagrangian, "advance", counted)
    problem = Problem.of(generate("server", 30, 1))
    found = lagrangian_bound(Request(problem, Costs.of(problem), interrupted=lambda: sum(rounds) > 0))
    assert (rounds, found.cut_short) == ([1], True)
