from random import Random

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from optimizer.instance import Instance, Job, Unavailable
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.justification import shift_right
from optimizer.kernels.serial import Plan
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.validation import Rule, violations
from tests.oracle import random_schedule
from tests.strategies import instances


def shifted(problem: Problem, schedule: Schedule) -> Schedule:
    """Return the schedule with all jobs as late as its last end allows."""
    position = np.empty(problem.jobs, dtype=np.int64)
    position[problem.topological_order] = np.arange(problem.jobs)
    order = np.lexsort((-position, -schedule.end))
    plan = Plan(*(array.copy() for array in (schedule.start, schedule.end, schedule.mode, schedule.node)))
    inputs = Inputs.of(problem)
    latest = np.full(problem.jobs, schedule.end.max())
    shift_right(inputs, order, latest, new_timeline(inputs), plan)
    return Schedule(plan.start, plan.end, plan.mode, plan.node)


def test_jobs_go_to_the_right_around_a_block() -> None:
    jobs = (
        Job("a", duration=2, demand={"gpu": 2}),
        Job("b", duration=3, demand={"gpu": 1}, after=("a",)),
        Job("c", duration=9, demand={"gpu": 1}),
    )
    block = Unavailable(6, 8, amount=1)
    problem = Problem.of(Instance(jobs, resources={"gpu": 3}, unavailable=(block,)))
    schedule = Schedule.starting(problem, np.array([0, 2, 2]), np.arange(3), np.zeros(3, dtype=np.int64))
    assert shifted(problem, schedule).start.tolist() == [4, 8, 2]


@given(instances(max_jobs=7), st.randoms(use_true_random=False))
def test_every_job_finds_a_place_no_earlier_than_it_had(instance: Instance, rng: Random) -> None:
    problem = Problem.of(instance)
    schedule = random_schedule(problem, rng)
    assume(schedule.end.max() <= Inputs.of(problem).horizon)  # a timeline goes no further
    late = shifted(problem, schedule)
    assert (late.end >= schedule.end).all()
    assert late.end.max() == schedule.end.max()
    assert all(violation.rule is Rule.DEADLINE for violation in violations(problem, late))
