import msgspec
import numpy as np

from optimizer.bounds.windows import earliest_free, heads, latest_ends
from optimizer.instance import Instance, Job, Predecessor, Unavailable
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.random_instances import random_instance

CHAIN = Instance(
    jobs=(
        Job("a", arrival=1, duration=2, demand={"gpu": 1}),
        Job("b", duration=3, demand={"gpu": 2}, after=(Predecessor("a", lag=1),)),
        Job("c", duration=1, deadline=12, after=("b",)),
    ),
    resources={"gpu": 2},
)


def test_heads_follow_arrivals_and_lags() -> None:
    head = heads(Problem.of(CHAIN))
    assert head.start.tolist() == [1, 4, 7]
    assert head.end.tolist() == [3, 7, 8]


def test_heads_wait_for_unavailable_capacity() -> None:
    blocked = Instance(
        jobs=CHAIN.jobs,
        resources={"gpu": 2},
        unavailable=(Unavailable(start=2, end=5, amount=2), Unavailable(start=8, end=9, amount=1)),
    )
    head = heads(Problem.of(blocked))
    assert head.end.tolist() == [7, 12, 13]  # a cannot start before 5; b needs both GPUs from 9 on
    assert head.start.tolist() == [1, 8, 12]


def test_heads_of_all_jobs_at_once_are_those_of_each() -> None:
    """A precedence pair with a job that nobody waits for makes them one by one."""
    for seed in range(60):
        instance = random_instance(seed)
        jobs = tuple(msgspec.structs.replace(job, after=()) for job in instance.jobs)
        last = Job("last", arrival=1000, duration=1, after=(jobs[0].id,))
        together = heads(Problem.of(msgspec.structs.replace(instance, jobs=jobs), Objective.MAKESPAN))
        one_by_one = heads(Problem.of(msgspec.structs.replace(instance, jobs=(*jobs, last)), Objective.MAKESPAN))
        assert together.end.tolist() == one_by_one.end[:-1].tolist()
        assert together.start.tolist() == one_by_one.start[:-1].tolist()


def test_tails_follow_deadlines_and_lags() -> None:
    problem = Problem.of(CHAIN)
    latest = latest_ends(problem, Costs.of(problem), heads(problem), 100, np.inf)
    assert latest[:, 0].tolist() == [7, 11, 12]


def test_a_known_total_limits_what_each_job_may_cost() -> None:
    jobs = (Job("a", duration=2), Job("b", duration=3, weight=2), Job("c", duration=1, weight=4))
    instance = Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.MEAN_WEIGHTED_FLOW_TIME)
    problem = Problem.of(instance)
    # at least 2 + 6 + 4 = 12; 18 leaves 6 more: a may end 6 later, b 3, c 1
    latest = latest_ends(problem, Costs.of(problem), heads(problem), 100, 18)
    assert latest[:, 0].tolist() == [8, 6, 2]


def test_number_late_allows_lateness_only_for_the_weight_that_is_left() -> None:
    jobs = (Job("a", duration=1, due=5, weight=3), Job("b", duration=1, due=5))
    instance = Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.WEIGHTED_NUMBER_LATE)
    problem = Problem.of(instance)
    latest = latest_ends(problem, Costs.of(problem), heads(problem), 100, 1)
    assert latest[:, 0].tolist() == [5, 100]


def test_earliest_free_passes_every_short_interval() -> None:
    time, short = np.array([0, 4, 6, 8, 9]), np.array([False, True, False, True, False])
    assert [earliest_free(time, short, ready, 2) for ready in (0, 2, 3, 5, 7)] == [0, 2, 6, 6, 9]
    assert earliest_free(time, short, 3, 3) == 9
    assert earliest_free(time, short, 5, 0) == 5
    assert earliest_free(time, np.array([False] * 4 + [True]), 9, 1) >= 2**60
