import re
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from oracle import brute_force, random_schedule
from random_instances import random_instance

from optimizer.errors import InstanceError, UsageError
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.names import Feature, Objective
from optimizer.problem import NEVER, Problem
from optimizer.schedule import Schedule
from optimizer.units import Scale
from optimizer.validation import violations

NODES = Instance(
    jobs=(
        Job(
            "a",
            arrival=0.5,
            deadline=20,
            weight=1.5,
            priority=2,
            estimate=4,
            modes=(Mode(3, {"gpu": 4}), Mode(5, {"gpu": 2, "mem": 0.25})),
        ),
        Job("b", duration=2.5, demand={"mem": 1}, due=7, after=("a", Predecessor("c", 0.2))),
        Job("c", duration=0),
    ),
    nodes=(Node("fast", {"gpu": 4, "mem": 1.5}, count=2, performance=2), Node("slow", {"gpu": 2})),
    unavailable=(Unavailable(2, 4, resource="gpu", node="fast-1", amount=3), Unavailable(3, 6, resource="mem")),
)
EVERYTHING = {Feature.MODES, Feature.NODES, Feature.PRECEDENCE, Feature.DEADLINES, Feature.UNAVAILABILITY}


def test_arrays_of_nodes() -> None:
    problem = Problem.of(NODES)
    expected = {
        "release": [1, 0, 0],
        "deadline": [40, NEVER, NEVER],
        "due": [40, 14, NEVER],
        "weight": [3, 2, 2],
        "priority": [2, 0, 0],
        "mode_start": [0, 2, 3, 4],
        "mode_demand": [[4, 0], [2, 1], [0, 4], [0, 0]],
        "mode_time": [[3, 6], [5, 10], [3, 5], [0, 0]],
        "mode_estimate": [[4, 8], [4, 8], [3, 5], [0, 0]],
        "node_speed": [0, 0, 1],
        "node_capacity": [[4, 6], [4, 6], [2, 0]],
        "predecessor_start": [0, 0, 2, 2],
        "predecessor_job": [0, 2],
        "predecessor_lag": [0, 1],
        "profile_start": [0, 3, 8, 9],
        "profile_time": [0, 6, 12, 0, 4, 6, 8, 12, 0],
        "profile_level": [[4, 6], [4, 0], [4, 6], [4, 6], [1, 6], [1, 0], [4, 0], [4, 6], [2, 0]],
    }
    assert {name: getattr(problem, name).tolist() for name in expected} == expected
    assert {getattr(problem, name).dtype for name in expected if name != "priority"} == {np.dtype(np.int64)}
    assert problem.weight_scale == Scale(2)
    assert problem.demand_scale == (Scale(1), Scale(4))
    assert problem.objective is Objective.MEAN_FLOW_TIME
    assert (problem.time_step, problem.jobs, problem.nodes) == (1, 3, 3)


def test_what_follows_from_the_arrays() -> None:
    problem = Problem.of(NODES)
    assert problem.mode_job.tolist() == [0, 0, 1, 2]
    assert problem.least_time.tolist() == [3, 3, 0]
    assert problem.topological_order.tolist() == [0, 2, 1]
    assert [array.tolist() for array in problem.successors] == [[0, 1, 1, 2], [1, 1], [0, 1]]
    assert problem.horizon == 12 + (10 + 5 + 0) + 1
    assert problem.features == EVERYTHING


def test_arrays_of_a_pool() -> None:
    instance = Instance(
        jobs=(Job("a", duration=3, demand={"gpu": 1}), Job("b", duration=3, demand={"gpu": 1, "cpu": 0.5})),
        resources={"gpu": Resource(2, 2), "cpu": Resource(4, 0.7)},
    )
    problem = Problem.of(instance, Objective.MAKESPAN)
    assert problem.objective is Objective.MAKESPAN
    assert problem.mode_time.tolist() == [[2], [5]]  # 3 / 2 and 3 / 0.7, rounded up
    assert problem.mode_estimate.tolist() == problem.mode_time.tolist()
    assert problem.node_capacity.tolist() == [[2, 8]]
    assert problem.node_speed.tolist() == [0]
    assert problem.profile_time.tolist() == [0]
    assert problem.predecessor_job.dtype == problem.predecessor_lag.dtype == np.int64
    assert problem.topological_order.tolist() == [0, 1]
    assert problem.features == frozenset()
    assert problem.horizon == 7


def test_blocks_add_up_to_no_more_than_the_capacity() -> None:
    instance = Instance(
        jobs=(Job("a", duration=1),),
        resources={"g": 4, "h": 2},
        unavailable=(
            Unavailable(0, 4, resource="g", amount=3),
            Unavailable(2, 6, amount=1),
            Unavailable(4, 6, resource="g", amount=2),
            Unavailable(6, 8, resource="h", amount=9),
        ),
    )
    problem = Problem.of(instance)
    assert problem.profile_time.tolist() == [0, 2, 4, 6, 8]
    assert problem.profile_level.tolist() == [[1, 2], [0, 1], [1, 1], [4, 0], [4, 2]]


def test_a_block_that_takes_nothing_leaves_no_breakpoint() -> None:
    nodes = (Node("n", {"g": 1}), Node("m", {"h": 1}))
    blocks = (Unavailable(1, 2, resource="h", node="n"), Unavailable(2, 5, resource="h"), Unavailable(5, 7, node="m"))
    problem = Problem.of(Instance(jobs=(Job("a", duration=1),), nodes=nodes, unavailable=blocks))
    assert problem.profile_start.tolist() == [0, 1, 4]
    assert problem.profile_time.tolist() == [0, 0, 2, 7]


def test_max_lateness_needs_due_dates() -> None:
    with pytest.raises(InstanceError, match=r"'max-lateness', expected a job with a due date or deadline"):
        Problem.of(Instance(jobs=(Job("a", duration=1),), resources={"g": 1}), Objective.MAX_LATENESS)


@pytest.mark.parametrize(
    "job",
    [
        Job("a", duration=9e12, arrival=0.000001),
        Job("a", duration=1e9, arrival=0.000001, after=(Predecessor("b", 2e9),)),
        Job("a", duration=0.001, arrival=9e12),
    ],
)
def test_grids_with_too_many_steps_are_refused(job: Job) -> None:
    instance = Instance(jobs=(job, Job("b", duration=1)), nodes=(Node("n", {"g": 1}, performance=0.000001),))
    with pytest.raises(InstanceError, match=r"jobs: '\d+ time steps', expected a common grid of less than"):
        Problem.of(instance)


def test_demands_that_could_overflow_are_refused() -> None:
    jobs = tuple(Job(f"j{i}", duration=1, demand={"g": 1e12 + i, "h": 1e-6}) for i in range(5))
    Problem.of(Instance(jobs=jobs, resources={"g": 9e12, "h": 1}))
    expected = "the resource g: '1.4e+19 steps', expected demands and capacities that add up to less than"
    with pytest.raises(InstanceError, match=re.escape(expected)):
        Problem.of(Instance(jobs=(*jobs, Job("x", duration=1, demand={"g": 1e-6})), resources={"g": 9e12, "h": 1}))


def test_due_dates_beyond_all_integers_never_come() -> None:
    problem = Problem.of(Instance(jobs=(Job("a", duration=0.000001, deadline=9e12),), resources={"g": 1}))
    assert problem.deadline.tolist() == problem.due.tolist() == [NEVER]


def test_coarsened_rounds_to_the_safe_side() -> None:
    problem = Problem.of(NODES).coarsened(5)
    expected = {
        "release": [1, 0, 0],
        "deadline": [8, NEVER, NEVER],
        "due": [8, 2, NEVER],
        "mode_time": [[1, 2], [1, 2], [1, 1], [0, 0]],
        "mode_estimate": [[1, 2], [1, 2], [1, 1], [0, 0]],
        "predecessor_lag": [0, 1],
        "profile_start": [0, 3, 7, 8],
        "profile_time": [0, 1, 3, 0, 1, 2, 3, 0],
        "profile_level": [[4, 6], [4, 0], [4, 6], [1, 6], [1, 0], [4, 0], [4, 6], [2, 0]],
    }
    assert {name: getattr(problem, name).tolist() for name in expected} == expected
    assert problem.time_step == 5
    assert problem.coarsened(2).time_step == 10


def test_coarsening_adds_no_feature() -> None:
    problem = Problem.of(Instance(jobs=(Job("a", duration=3),), resources={"g": 1}))
    assert problem.coarsened(2).features == frozenset()


def test_a_step_of_one_changes_nothing_and_none_is_refused() -> None:
    problem = Problem.of(NODES)
    assert problem.coarsened(1) is problem
    with pytest.raises(UsageError, match=r"time step 0: expected a whole number >= 1"):
        problem.coarsened(0)


def without_deadlines(problem: Problem) -> Problem:
    return replace(problem, deadline=np.full(problem.jobs, NEVER))


@pytest.mark.parametrize("step", [2, 3, 5])
def test_schedules_of_a_coarse_problem_are_schedules_of_the_fine_one(step: int) -> None:
    for seed in range(120):
        rng = Random(seed)
        fine = Problem.of(random_instance(seed))
        coarse = fine.coarsened(step)
        schedule = random_schedule(coarse, rng)
        assert not violations(without_deadlines(coarse), schedule), seed
        stretched = Schedule.starting(fine, schedule.start * step, schedule.mode, schedule.node)
        assert not violations(without_deadlines(fine), stretched), seed
        on_time = schedule.end <= coarse.deadline
        assert (stretched.end[on_time] <= fine.deadline[on_time]).all(), seed
        assert (schedule.end > coarse.due)[stretched.end > fine.due].all(), seed


def test_some_best_schedule_ends_within_the_horizon() -> None:
    for seed in range(120):
        problem = Problem.of(random_instance(seed, jobs_max=5))
        within = replace(problem, deadline=np.minimum(problem.deadline, problem.horizon))
        assert brute_force(within) == brute_force(problem), seed


def test_topological_order_and_successors_of_random_instances() -> None:
    for seed in range(60):
        problem = Problem.of(random_instance(seed))
        position = np.argsort(problem.topological_order)
        assert sorted(position.tolist()) == list(range(problem.jobs))
        after = np.repeat(np.arange(problem.jobs), np.diff(problem.predecessor_start))
        assert (position[problem.predecessor_job] < position[after]).all()
        starts, job, lag = problem.successors
        before = np.repeat(np.arange(problem.jobs), np.diff(starts))
        forward = sorted(zip(before.tolist(), job.tolist(), lag.tolist(), strict=True))
        pairs = zip(problem.predecessor_job.tolist(), after.tolist(), problem.predecessor_lag.tolist(), strict=True)
        assert forward == sorted(pairs)


def test_equal_nodes_are_of_one_kind() -> None:
    nodes = (Node("a", {"gpu": 2}, 3), Node("b", {"gpu": 2}), Node("c", {"gpu": 2}, 1, 2))
    block = Unavailable(1, 2, node="b")
    problem = Problem.of(Instance((Job("j", duration=1, demand={"gpu": 1}),), nodes=nodes, unavailable=(block,)))
    assert problem.node_kind.tolist() == [0, 0, 0, 1, 2]
    assert problem.first_of_kind.tolist() == [0, 3, 4]


def test_modes_run_only_where_they_fit() -> None:
    job = Job("a", modes=(Mode(2, {"gpu": 4}), Mode(4, {"gpu": 1})))
    nodes = (Node("small", {"gpu": 2}, count=2), Node("large", {"gpu": 8}))
    assert Problem.of(Instance((job,), nodes=nodes)).fits().tolist() == [[False, False, True], [True, True, True]]
