import numpy as np
import pytest

from optimizer.instance import Instance, Job
from optimizer.kernels.generation import feasible_order
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.parallel import new_state
from optimizer.kernels.search.sampling import draw_order, new_sampling, sample
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.units import IntArray
from tests.random_instances import random_instance

DRAWS = 3000


def drawn(problem: Problem, order: IntArray, *, draws: int = 1, **options: float) -> IntArray:
    """Return so many orders, int64[draws, J]."""
    inputs = Inputs.of(problem)
    given = {"bias": 1, "offset": 1.0, "candidates": 50} | options
    sampling = new_sampling(order, **given, seed=0, stream=0)  # type: ignore[arg-type]
    orders = np.empty((draws, problem.jobs), dtype=np.int64)
    for row in orders:
        draw_order.compiled(inputs, sampling)
        row[:] = sampling.order
    return orders


def independent(jobs: int) -> Problem:
    return Problem.of(Instance(tuple(Job(f"j{i}", duration=1) for i in range(jobs)), resources={"gpu": 1}))


@pytest.mark.parametrize(
    ("options", "chances"),
    [
        ({}, [3 / 6, 2 / 6, 1 / 6]),
        ({"bias": 2}, [9 / 14, 4 / 14, 1 / 14]),
        ({"offset": 2.0}, [4 / 9, 3 / 9, 2 / 9]),
        ({"bias": 0}, [1 / 3, 1 / 3, 1 / 3]),
        ({"candidates": 2}, [2 / 3, 1 / 3, 0]),
    ],
)
def test_chances_by_hand(options: dict[str, float], chances: list[float]) -> None:
    """Of three jobs the last in the order of the rule has regret 0, the one before it 1, the first 2."""
    order = np.array([2, 0, 1])
    first = drawn(independent(3), order, draws=DRAWS, **options)[:, 0]
    shares = np.bincount(first, minlength=3)[order] / DRAWS
    assert np.abs(shares - chances).max() < 4 * np.sqrt(0.25 / DRAWS)


def test_every_order_may_be_drawn() -> None:
    assert len(np.unique(drawn(independent(4), np.arange(4), draws=1000), axis=0)) == 24


@pytest.mark.parametrize("seed", range(40))
def test_orders_keep_precedence_and_follow_the_rule_if_there_is_no_choice(seed: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=12))
    rule = feasible_order(problem, np.random.default_rng(seed).random(problem.jobs))
    job = np.repeat(np.arange(problem.jobs), np.diff(problem.predecessor_start))
    for order in drawn(problem, rule, draws=5, candidates=3):
        position = np.argsort(order)
        assert sorted(order) == list(range(problem.jobs))
        assert (position[problem.predecessor_job] < position[job]).all()
    assert (drawn(problem, rule, candidates=1)[0] == rule).all()


@pytest.mark.parametrize("in_parallel", [False, True])
def test_compiled_and_interpreted_kernels_agree(in_parallel: bool) -> None:
    for seed in range(40):
        problem = Problem.of(random_instance(seed, jobs_max=10))
        inputs, results = Inputs.of(problem), []
        for run in (sample, sample.compiled):
            sampling = new_sampling(np.arange(problem.jobs), bias=3, offset=0.5, candidates=4, seed=seed, stream=1)
            plan, best = new_plan(problem.jobs), new_plan(problem.jobs)
            state, timeline = new_state(inputs), new_timeline(inputs)
            least = run(inputs, sampling, in_parallel, state, timeline, plan, best, np.inf, 5)
            results.append((least, [array.tolist() for array in best]))
        assert results[0] == results[1]
