"""The engine of queueing policies (backfilling, conservative, waiting_tree, queue_state) against the plain one."""

from random import Random

import numpy as np
import pytest
from policy_cases import CASES, Case
from policy_oracle import KEYS, SLOPES, Piece, key_of, read_cluster, read_jobs, run_queue
from random_instances import random_instance
from test_policy_oracle import pool_of

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job, Node
from optimizer.kernels.policies.beliefs import believed_times
from optimizer.kernels.policies.queueing import Order, QueueSimulation
from optimizer.problem import Problem

NAMES = [*KEYS, *SLOPES, "priority"]


def order_of(problem: Problem, name: str, aging: float = 0.0) -> Order:
    """Return an order with the oracle's own keys."""
    jobs = read_jobs(problem, read_cluster(problem))
    if name in SLOPES:
        return Order(problem.release, np.array([SLOPES[name](job) for job in jobs]))
    return Order(np.array([key_of(name, job, 0, aging) for job in jobs], dtype=np.float64))


def runs(simulation: QueueSimulation) -> list[Piece]:
    while simulation.share < 1:
        simulation.advance()
    schedule = simulation.schedule()
    columns = (schedule.start, schedule.end, schedule.mode, schedule.node)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("case", [case for case in CASES if not case.preemptive], ids=lambda case: case.name)
def test_schedules_worked_out_by_hand(case: Case) -> None:
    problem, arguments = case.problem(), dict(case.arguments)
    aging, candidates = arguments.pop("aging", 0.0), arguments.pop("candidates", None)
    simulation = QueueSimulation(
        problem,
        order_of(problem, case.policy, aging),
        candidates=None if candidates is None else order_of(problem, candidates, aging),
        **arguments,
    )
    assert runs(simulation) == case.expected


def agree(problem: Problem, rng: Random) -> None:
    name, other = rng.choice(NAMES), rng.choice([None, None, "sjf", "fcfs", "wfp3"])
    for backfill in ("none", "any", "easy", "conservative"):
        candidates = other if backfill == "easy" else None
        placement = rng.choice(("first-fit", "best-fit"))
        expected = run_queue(problem, name, backfill=backfill, placement=placement, candidates=candidates, aging=0.5)
        simulation = QueueSimulation(
            problem,
            order_of(problem, name, 0.5),
            backfill=backfill,
            candidates=None if candidates is None else order_of(problem, candidates, 0.5),
            placement=placement,
        )
        assert runs(simulation) == expected, (name, backfill, placement, candidates)


@pytest.mark.parametrize("seed", range(100))
def test_instances_with_every_feature(seed: int) -> None:
    agree(Problem.of(random_instance(seed, jobs_max=12)), Random(seed))


@pytest.mark.parametrize("seed", range(60))
def test_crowded_pools_with_wrong_estimates(seed: int) -> None:
    rng = Random(seed)
    agree(pool_of(rng, rng.randint(1, 30)), rng)


@pytest.mark.parametrize("seed", range(2))
def test_queues_long_enough_for_the_tree(seed: int) -> None:
    rng = Random(seed)
    agree(pool_of(rng, rng.randint(120, 160)), rng)


def test_a_calendar_has_its_limits() -> None:
    nodes = (Node("n", {"g": 1}, count=5000),)
    problem = Problem.of(Instance((Job("a", duration=9e8, arrival=0.000001, demand={"g": 1}),), nodes=nodes))
    with pytest.raises(UsageError, match=r"5000 nodes and .* are too many for a calendar of reservations"):
        QueueSimulation(problem, Order(problem.release), backfill="conservative")


def test_what_is_believed() -> None:
    jobs = (Job("a", duration=4, estimate=0), Job("b", duration=0, estimate=0), Job("c", duration=2, estimate=10**12))
    problem = Problem.of(Instance(jobs, resources={"g": 1}))
    assert believed_times(problem)[:, 0].tolist() == [1, 0, problem.horizon]
