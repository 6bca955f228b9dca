import numpy as np
import pytest

from optimizer.kernels.generation import by_start, feasible_order, plan_of, schedule_of, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.insertion import insert_jobs
from optimizer.kernels.search.neighbourhood import new_neighbourhood
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.validation import Rule, violations
from tests.oracle import brute_force
from tests.random_instances import random_instance

SUMS = [objective for objective in Objective if not objective.is_maximum]


@pytest.mark.parametrize("seed", range(40))
def test_plans_stay_valid_get_no_worse_and_mostly_best(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=SUMS[seed % len(SUMS)]))
    inputs, jobs = Inputs.of(problem), problem.jobs
    schedule = serial_schedule(problem, feasible_order(problem, np.random.default_rng(seed).random(jobs)))
    plan, before = plan_of(schedule), score(inputs, plan_of(schedule))
    placed = insert_jobs(
        inputs, new_neighbourhood(inputs), new_random(seed, 0), plan, by_start(problem, schedule.start), 50 * jobs
    )
    assert 50 * jobs <= placed < 52 * jobs
    assert score(inputs, plan) <= before + 1e-9
    broken = violations(problem, schedule_of(plan))
    assert not [violation for violation in broken if violation.rule is not Rule.DEADLINE]


def test_one_descent_finds_most_optima() -> None:
    found = 0
    for seed in range(30):
        problem = Problem.of(random_instance(seed, objective=Objective.MEAN_FLOW_TIME))
        optimum = brute_force(problem)
        inputs, schedule = Inputs.of(problem), serial_schedule(problem, problem.topological_order)
        plan = plan_of(schedule)
        order = by_start(problem, schedule.start)
        insert_jobs(inputs, new_neighbourhood(inputs), new_random(seed, 0), plan, order, 200)
        best = schedule_of(plan)
        late = (best.end > problem.deadline).any()
        found += optimum is None or (not late and abs((best.end - problem.release).mean() - optimum) < 1e-9)
    assert found >= 15
