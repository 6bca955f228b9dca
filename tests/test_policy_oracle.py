"""The plain simulator of queueing policies: against schedules worked out by hand, the validator and a lean one."""

from random import Random

import numpy as np
import pytest
from policy_cases import CASES, Case
from policy_oracle import KEYS, SLOPES, Piece, run_preemptive, run_queue
from random_instances import random_instance

from benchmarks import plain_policies as plain
from optimizer.instance import Instance, Job
from optimizer.kernels.policies.beliefs import believed_times
from optimizer.problem import Problem
from optimizer.schedule import Schedule, Segments
from optimizer.validation import Rule, violations


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_schedules_worked_out_by_hand(case: Case) -> None:
    run = run_preemptive if case.preemptive else run_queue
    assert run(case.problem(), case.policy, **case.arguments) == case.expected


def pool_of(rng: Random, jobs: int) -> Problem:
    """Return a pool with jobs that arrive in a crowd, some empty, with estimates that may be wrong either way."""
    capacity = rng.randint(1, 6)
    last = rng.choice((0, 6, 20))
    return Problem.of(
        Instance(
            jobs=tuple(
                Job(
                    id=f"j{j}",
                    arrival=rng.randint(0, last),
                    duration=rng.choice((0, 1, 2, 3, 4, 6, 9)),
                    estimate=rng.choice((None, None, 0, 1, 2, 4, 8, 12)),
                    demand={"cpu": rng.randint(1, capacity)},
                )
                for j in range(jobs)
            ),
            resources={"cpu": capacity},
        )
    )


def starts(pieces: list[Piece]) -> list[int]:
    return [piece[0] for piece in pieces]


def last_ends(jobs: list[list[Piece]]) -> list[int]:
    return [pieces[-1][1] for pieces in jobs]


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_the_lean_simulators_agree_with_the_plain_one(first: int) -> None:
    for seed in range(first, first + 50):
        rng = Random(seed)
        problem = pool_of(rng, rng.randint(1, 14))
        quantum, levels, factor = rng.randint(1, 4), rng.randint(1, 3), rng.choice((1, 1.5, 2))
        arrival, size = problem.release.tolist(), problem.mode_demand[:, 0].tolist()
        duration, estimate = problem.mode_time[:, 0].tolist(), believed_times(problem)[:, 0].tolist()
        capacity = int(problem.node_capacity[0, 0])
        believed = (arrival, duration, estimate, size, capacity)
        assert plain.fcfs(arrival, duration, size, capacity) == starts(run_queue(problem)), seed
        assert plain.sjf(*believed) == starts(run_queue(problem, "sjf")), seed
        assert plain.easy(*believed) == starts(run_queue(problem, backfill="easy")), seed
        if all(p <= e for p, e in zip(duration, estimate, strict=True)):
            assert plain.conservative(*believed) == starts(run_queue(problem, backfill="conservative")), seed
        turns, _ = plain.round_robin(arrival, duration, size, capacity, quantum)
        assert turns == last_ends(run_preemptive(problem, "round-robin", quantum=quantum)), seed
        sunk, _ = plain.mlfq(arrival, duration, size, capacity, quantum, levels, factor)
        oracle = run_preemptive(problem, "mlfq", quantum=quantum, levels=levels, factor=factor)
        assert sunk == last_ends(oracle), seed


def schedule_of(runs: list[list[Piece]]) -> Schedule:
    """Return the runs of each job as a schedule."""
    start, end, _, node = np.array([run for own in runs for run in own], dtype=np.int64).T
    first = np.cumsum([0, *(len(own) for own in runs)])
    mode = np.array([own[0][2] for own in runs])
    return Schedule(start[first[:-1]], end[first[1:] - 1], mode, node[first[1:] - 1], Segments(first, start, end, node))


def broken_rules(problem: Problem, runs: list[list[Piece]]) -> set[Rule]:
    return {violation.rule for violation in violations(problem, schedule_of(runs))} - {Rule.DEADLINE}


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_schedules_of_random_instances_are_valid(first: int) -> None:
    orders = [*KEYS, *SLOPES, "priority"]
    for seed in range(first, first + 40):
        problem, order = Problem.of(random_instance(seed, jobs_max=8)), orders[seed % len(orders)]
        for backfill in ("none", "any", "easy", "conservative"):
            for placement in ("first-fit", "best-fit"):
                pieces = run_queue(problem, order, backfill=backfill, placement=placement, aging=0.5)
                assert not broken_rules(problem, [[piece] for piece in pieces]), (seed, backfill, placement)
        for policy in ("srpt", "priority", "las", "round-robin", "mlfq"):
            runs = run_preemptive(problem, policy, quantum=1 + seed % 3, promotion=(None, 2, 5)[seed % 3])
            assert not broken_rules(problem, runs), (seed, policy)
