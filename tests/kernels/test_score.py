import numpy as np
import pytest

from optimizer.instance import Instance, Job
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.score import score
from optimizer.kernels.serial import Plan
from optimizer.names import Objective
from optimizer.objective import Costs, total_cost
from optimizer.problem import NEVER, Problem
from optimizer.schedule import Schedule
from tests.random_instances import random_instance


def scored(problem: Problem, schedule: Schedule) -> float:
    plan = Plan(*(integers(array) for array in (schedule.start, schedule.end, schedule.mode, schedule.node)))
    return score(Inputs.of(problem), plan)


@pytest.mark.parametrize("seed", range(60))
def test_score_without_misses_is_the_total_cost(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=list(Objective)[seed % 9]))
    schedule = serial_schedule(problem, feasible_order(problem, np.arange(problem.jobs)))
    total, misses = total_cost(problem, Costs.of(problem), schedule), schedule.end > problem.deadline
    if misses.any():
        assert scored(problem, schedule) > total
    else:
        assert scored(problem, schedule) == pytest.approx(total)


def ends(problem: Problem, *end: int) -> Schedule:
    zeros = np.zeros(len(end), dtype=np.int64)
    return Schedule(np.array(end) - problem.mode_time[:, 0], np.array(end), np.arange(len(end)), zeros)


def test_fewer_misses_come_first_then_their_extent_then_the_value() -> None:
    jobs = tuple(Job(f"j{j}", duration=2, demand={"g": 1}, deadline=4) for j in range(3))
    problem = Problem.of(Instance(jobs, resources={"g": 3}))
    one_far, two_near = ends(problem, 2, 2, 6), ends(problem, 2, 5, 5)
    assert scored(problem, one_far) < scored(problem, two_near)
    assert scored(problem, ends(problem, 4, 4, 5)) < scored(problem, ends(problem, 2, 2, 6))
    assert scored(problem, ends(problem, 2, 3, 5)) < scored(problem, ends(problem, 3, 3, 5))


def test_a_miss_costs_more_than_any_lateness_before_far_due_dates() -> None:
    jobs = (
        Job("a", duration=300, demand={"g": 1}, deadline=300, due=2000),
        Job("b", duration=300, demand={"g": 1}, due=1000),
    )
    problem = Problem.of(Instance(jobs, resources={"g": 1}, objective=Objective.MAX_LATENESS))
    assert scored(problem, ends(problem, 300, 600)) < scored(problem, ends(problem, 600, 300))


def test_without_deadlines_nothing_is_counted_for_them() -> None:
    problem = Problem.of(Instance((Job("a", duration=1, demand={"g": 1}),), resources={"g": 1}))
    assert (problem.deadline == NEVER).all()
    assert Inputs.of(problem).miss_cost == 0
