from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.instance import Instance, Job
from optimizer.kernels.generation import feasible_order
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import score
from optimizer.kernels.search.improvement import improve, new_room
from optimizer.kernels.serial import new_plan, serial
from optimizer.kernels.timeline import new_timeline
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import IntArray
from optimizer.validation import Rule, violations
from tests.strategies import instances


def improved(problem: Problem, order: IntArray) -> tuple[float, float, Schedule]:
    """Return the scores of a serial schedule before and after; the order is afterwards that of the starts."""
    inputs, plan, timeline = Inputs.of(problem), new_plan(problem.jobs), new_timeline(Inputs.of(problem))
    serial(inputs, order, timeline, plan)
    before = score(inputs, plan)
    improve(inputs, new_room(problem.jobs), order, timeline, plan)
    return before, score(inputs, plan), Schedule(*plan[:2], mode=plan.mode, node=plan.node)


def test_a_long_chain_that_was_forgotten_comes_forward() -> None:
    # a and b run first, so that d ends at 7; shifted right, d starts at 5, b at 4, c at 3 and a at 1
    jobs = (
        Job("a", duration=3, demand={"gpu": 1}),
        Job("b", duration=3, demand={"gpu": 1}),
        Job("c", duration=2, demand={"gpu": 1}),
        Job("d", duration=2, demand={"gpu": 1}, after=("c",)),
    )
    problem = Problem.of(Instance(jobs, resources={"gpu": 2}), Objective.MAKESPAN)
    order = np.arange(4)
    before, after, schedule = improved(problem, order)
    assert (before, after) == (7, 5)
    assert schedule.start.tolist() == [0, 2, 0, 3]
    assert (np.diff(schedule.start[order]) >= 0).all()


def test_due_dates_far_away_do_not_shift_jobs_beyond_the_end() -> None:
    demand = {"gpu": 1}
    jobs = (Job("a", duration=3, demand=demand, due=1), Job("b", duration=2, demand=demand, due=1000))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}), Objective.MAX_LATENESS)
    before, after, schedule = improved(problem, np.arange(2))
    assert (before, after) == (2, 2)
    assert schedule.end.tolist() == [3, 5]


@given(
    instances(max_jobs=7),
    st.sampled_from([Objective.MAKESPAN, Objective.MAX_LATENESS]),
    st.randoms(use_true_random=False),
)
def test_schedules_stay_valid_and_get_no_worse(instance: Instance, objective: Objective, rng: Random) -> None:
    if objective is Objective.MAX_LATENESS and all(job.soft_due is None for job in instance.jobs):
        objective = Objective.MAKESPAN
    problem = Problem.of(instance, objective)
    order = feasible_order(problem, np.array([rng.random() for _ in range(problem.jobs)]))
    before, after, schedule = improved(problem, order)
    assert {violation.rule for violation in violations(problem, schedule)} <= {Rule.DEADLINE}
    assert after <= before
    assert sorted(order.tolist()) == list(range(problem.jobs))
