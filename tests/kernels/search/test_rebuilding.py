from itertools import permutations

import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.kernels.generation import by_start, feasible_order, plan_of, schedule_of, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.neighbourhood import (
    CURRENT,
    DELTA,
    Neighbourhood,
    adopt,
    keep_move,
    new_neighbourhood,
    replace,
    undo_move,
)
from optimizer.kernels.search.rebuilding import Rebuilding, new_rebuilding, rebuild
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.units import IntArray
from optimizer.validation import Rule, violations
from tests.random_instances import random_instance


def opened(problem: Problem, seed: int) -> tuple[Inputs, Neighbourhood, Rebuilding]:
    """Return the neighbourhood of a schedule generated in random order."""
    inputs = Inputs.of(problem)
    key = np.random.default_rng(seed).random(problem.jobs)
    schedule = serial_schedule(problem, feasible_order(problem, key))
    space = new_neighbourhood(inputs)
    adopt(inputs, space, plan_of(schedule), by_start(problem, schedule.start))
    return inputs, space, new_rebuilding(problem.jobs)


def least_sum_of_ends(problem: Problem, start: IntArray, jobs: list[int]) -> int:
    """Return the least sum of the ends of some jobs, placed in any order beside the others."""
    duration, capacity = problem.mode_time[:, 0], problem.node_capacity[0]
    used = np.zeros((problem.horizon + 1, len(capacity)), dtype=np.int64)
    for j in set(range(problem.jobs)) - set(jobs):
        used[start[j] : start[j] + duration[j]] += problem.mode_demand[j]
    found = []
    for order in permutations(jobs):
        now, total = used.copy(), 0
        for j in order:
            t = int(problem.release[j])
            while (now[t : t + duration[j]] + problem.mode_demand[j] > capacity).any():
                t += 1
            now[t : t + duration[j]] += problem.mode_demand[j]
            total += t + int(duration[j])
        found.append(total)
    return min(found)


@pytest.mark.parametrize("seed", range(25))
def test_the_set_is_built_in_the_best_way(seed: int) -> None:
    problem = Problem.of(generate("server", 9, seed), Objective.MEAN_FLOW_TIME)
    problem.deadline[:] = problem.horizon
    inputs, space, room = opened(problem, seed)
    before = space.plan.start.copy(), int(space.plan.end.sum())
    rebuild(inputs, space, room, new_random(seed, 0))
    jobs = sorted(space.changed[: space.counts[0]].tolist())
    others = before[1] - sum(int(space.old.end[j]) for j in jobs)
    assert int(space.plan.end.sum()) - others == least_sum_of_ends(problem, before[0], jobs)


@pytest.mark.parametrize("seed", range(40))
def test_it_makes_nothing_worse_and_can_be_taken_back(seed: int) -> None:
    objective = tuple(Objective)[seed % len(Objective)]
    problem = Problem.of(random_instance(seed, objective=objective))
    inputs, space, room = opened(problem, seed)
    random = new_random(seed, 0)
    for step in range(6):
        before, total = [array.tolist() for array in space.plan], space.totals[CURRENT]
        rebuild(inputs, space, room, random)
        assert replace(inputs, space, np.inf)
        broken = violations(problem, schedule_of(space.plan))
        assert not [violation for violation in broken if violation.rule is not Rule.DEADLINE]
        if not objective.is_maximum:
            assert space.totals[DELTA] <= 1e-9
            assert total + space.totals[DELTA] == pytest.approx(score(inputs, space.plan))
        if step % 2:
            undo_move(inputs, space)
            assert [array.tolist() for array in space.plan] == before
        else:
            keep_move(space, score(inputs, space.plan))
