from random import Random

import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.instance import Instance
from optimizer.kernels.bounds.lagrangian import (
    Prices,
    Reply,
    Windows,
    answer,
    fluid_marginals,
    new_prices,
    new_reply,
    set_prices,
)
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.ranks import new_ranks
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.random_instances import random_instance


def prices_of(problem: Problem, seed: int) -> Prices:
    """Return prices, many of them 0, on one node of each kind, or on all; blocks end inside and at the end."""
    rng = np.random.default_rng(seed)
    width, buckets = int(rng.integers(1, 4)), int(rng.choice([1, 5, 32, 40, 70]))
    prices = new_prices(width, np.arange(problem.nodes), buckets, problem.mode_demand.shape[1])
    rate = rng.uniform(0, 3, (problem.nodes, buckets, problem.mode_demand.shape[1]))
    set_prices(prices, np.where(rng.random(rate.shape) < 0.3, 0, rate) * np.linspace(2, 0, buckets)[None, :, None])
    return prices


def plain_costs(problem: Problem, windows: Windows, prices: Prices) -> list[float]:
    """Return the least cost of each job, from every start up to the end of all prices."""
    costs = Costs.of(problem)
    end = prices.width * (prices.rate.shape[1] - 1)
    step = np.concatenate(
        [np.repeat(prices.rate[:, :-1], prices.width, axis=1), np.zeros((problem.nodes, 200, prices.rate.shape[2]))],
        axis=1,
    )
    best = [np.inf] * problem.jobs
    for m, j in enumerate(problem.mode_job.tolist()):
        for v in range(problem.nodes):
            speed = problem.node_speed[v]
            duration = int(problem.mode_time[m, speed])
            if (problem.mode_demand[m] > problem.node_capacity[v]).any():
                continue
            first = int(windows.first[m, speed])
            for t in range(first, min(int(windows.last[m, speed]), max(first, end)) + 1):
                late = t + duration - costs.reference[m, speed]
                cost = costs.slope[m, speed] * late + costs.step[m, speed] if late > 0 else 0.0
                best[j] = min(best[j], cost + (step[v, t : t + duration].sum(axis=0) * problem.mode_demand[m]).sum())
    return best


def answered(problem: Problem, seed: int) -> tuple[Reply, Windows, Prices]:
    rng, prices = np.random.default_rng(seed), prices_of(problem, seed)
    first = problem.release[problem.mode_job][:, None] + np.zeros_like(problem.mode_time)
    windows = Windows(first, first + rng.integers(0, 150, first.shape))
    reply = new_reply(problem.jobs, prices)
    answer(Inputs.of(problem), windows, prices, reply)
    return reply, windows, prices


def instance_of(seed: int) -> Instance:
    return random_instance(seed) if seed % 2 else generate("server", 6, seed)


@pytest.mark.parametrize("seed", range(60))
def test_no_start_costs_less(seed: int) -> None:
    problem = Problem.of(instance_of(seed))
    reply, windows, prices = answered(problem, seed)
    assert reply.cost == pytest.approx(plain_costs(problem, windows, prices))


@pytest.mark.parametrize("seed", range(20))
def test_usage_adds_up(seed: int) -> None:
    problem = Problem.of(instance_of(seed))
    reply, _, prices = answered(problem, seed)
    end = prices.width * (prices.rate.shape[1] - 1)
    used = np.zeros((problem.nodes, end, problem.mode_demand.shape[1]), dtype=np.int64)
    for j in range(problem.jobs):
        m, v = reply.mode[j], reply.kind[j]
        used[v, reply.start[j] : reply.start[j] + problem.mode_time[m, problem.node_speed[v]]] += problem.mode_demand[m]
    buckets = used.reshape(problem.nodes, -1, prices.width, used.shape[2]).sum(axis=2)
    assert (np.cumsum(reply.usage[:, :-1], axis=1) == buckets).all()


@pytest.mark.parametrize("seed", range(4))
def test_interpreted_as_compiled(seed: int) -> None:
    problem = Problem.of(instance_of(seed))
    reply, windows, prices = answered(problem, seed)
    compiled = new_reply(problem.jobs, prices)
    answer.compiled(Inputs.of(problem), windows, prices, compiled)
    assert all((one == other).all() for one, other in zip(reply, compiled, strict=True))


def test_fluid_marginals_by_hand() -> None:
    """Ratio 2 waits for nothing; ratio 1 is interrupted by it; then the machine is idle, and ratio 3 fills two."""
    area = np.full(8, 2.0)
    order, bucket = np.array([2, 1, 0]), np.array([0, 1, 5])
    work, ratio = np.array([5.0, 2.0, 5.0]), np.array([3.0, 2.0, 1.0])
    fluid_marginals(area, bucket, order, work, ratio, new_ranks(3))
    assert area.tolist() == [1, 1, 1, 0, 0, 3, 3, 0]


def test_random_orders_of_arrival_leave_no_work_behind() -> None:
    rng = Random(1)
    for _ in range(20):
        jobs = rng.randint(1, 8)
        bucket = np.sort(np.array([rng.randint(0, 5) for _ in range(jobs)]))
        work = np.array([float(rng.randint(1, 5)) for _ in range(jobs)])
        order = np.array(rng.sample(range(jobs), jobs))
        fluid_marginals(np.ones(60), bucket, order, work, np.arange(jobs, 0.0, -1), ranks := new_ranks(jobs))
        assert not ranks.any()
