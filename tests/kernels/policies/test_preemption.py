"""The engine of preemptive policies (keyed, feedback, preemption_state) against the plain one, step by step."""

from random import Random

import numpy as np
import pytest
from policy_cases import CASES, Case
from policy_oracle import Piece, key_of, read_cluster, read_jobs, run_preemptive
from random_instances import random_instance
from test_policy_oracle import pool_of

from optimizer.kernels.policies.preemption import FeedbackSimulation, KeyedSimulation
from optimizer.problem import Problem
from optimizer.units import FloatArray

POLICIES = ("srpt", "priority", "las", "round-robin", "mlfq")


def priorities(problem: Problem, aging: float) -> FloatArray:
    jobs = read_jobs(problem, read_cluster(problem))
    return np.array([key_of("priority", job, 0, aging) for job in jobs], dtype=np.float64)


def made(
    problem: Problem,
    policy: str,
    *,
    quantum: int = 1,
    cost: int = 0,
    aging: float = 0.0,
    levels: int = 3,
    factor: float = 2.0,
    promotion: int | None = None,
) -> KeyedSimulation | FeedbackSimulation:
    match policy:
        case "srpt":
            return KeyedSimulation(problem, "remaining", cost=cost)
        case "priority":
            return KeyedSimulation(problem, "fixed", values=priorities(problem, aging), cost=cost)
        case "las":
            return KeyedSimulation(problem, "attained", quantum=quantum, cost=cost)
        case "round-robin":
            return FeedbackSimulation(problem, [quantum], cost=cost)
    allotments = [max(round(quantum * factor**level), 1) for level in range(levels)]
    return FeedbackSimulation(problem, allotments, promotion=promotion, cost=cost)


def runs(simulation: KeyedSimulation | FeedbackSimulation) -> list[list[Piece]]:
    while simulation.share < 1:
        simulation.advance()
    schedule = simulation.schedule()
    assert schedule.segments is not None
    first, mode = schedule.segments.first.tolist(), schedule.mode.tolist()
    columns = (schedule.segments.start, schedule.segments.end, schedule.segments.node)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    return [
        [(start, end, mode[j], node) for start, end, node in rows[first[j] : first[j + 1]]] for j in range(len(mode))
    ]


@pytest.mark.parametrize("case", [case for case in CASES if case.preemptive], ids=lambda case: case.name)
def test_schedules_worked_out_by_hand(case: Case) -> None:
    assert runs(made(case.problem(), case.policy, **case.arguments)) == case.expected


def agree(problem: Problem, rng: Random) -> None:
    quantum = rng.randint(1, 5)
    arguments = {
        "quantum": quantum,
        "cost": min(rng.choice((0, 0, 1, 2)), quantum - 1),
        "aging": 0.5,
        "levels": rng.randint(1, 3),
        "factor": rng.choice((1, 1.5, 2)),
        "promotion": rng.choice((None, 2, 5, 9)),
    }
    for policy in POLICIES:
        expected = run_preemptive(problem, policy, **arguments)
        assert runs(made(problem, policy, **arguments)) == expected, (policy, arguments)


@pytest.mark.parametrize("seed", range(100))
def test_instances_with_every_feature(seed: int) -> None:
    agree(Problem.of(random_instance(seed, jobs_max=12)), Random(seed))


@pytest.mark.parametrize("seed", range(60))
def test_crowded_pools_with_wrong_estimates(seed: int) -> None:
    rng = Random(seed)
    agree(pool_of(rng, rng.randint(1, 60)), rng)


def test_room_for_pieces_grows() -> None:
    problem = pool_of(Random(1), 30)
    simulation = made(problem, "round-robin", quantum=1)
    simulation._jobs = simulation._jobs._replace(piece=np.empty((3 * problem.jobs, 4), dtype=np.int64))
    assert runs(simulation) == run_preemptive(problem, "round-robin", quantum=1)
