from dataclasses import replace

import numpy as np

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels.inputs import Inputs, active_horizon
from optimizer.problem import Problem
from tests.oracle import brute_force
from tests.random_instances import random_instance


def test_what_changes_after_the_horizon_of_active_schedules_is_left_out() -> None:
    """Two jobs of 5 end by 10 on either node; so do the blocks of the first node, and those of the second by 3."""
    jobs = (Job("a", duration=5, demand={"gpu": 1}), Job("b", duration=5, demand={"gpu": 1}))
    blocks = (
        Unavailable(2, 4, resource="gpu", node="n-0", amount=1),
        Unavailable(6, 80, resource="gpu", node="n-0", amount=2),
        Unavailable(90, 95, resource="gpu", node="n-0", amount=1),
        Unavailable(1, 3, resource="gpu", node="n-1", amount=1),
    )
    instance = Instance(jobs, nodes=(Node("n", {"gpu": 4}, count=2),), unavailable=blocks)
    inputs = Inputs.of(Problem.of(instance))
    assert inputs.horizon == 10
    assert inputs.profile_start.tolist() == [0, 5, 8]
    assert inputs.profile_time.tolist() == [0, 2, 4, 6, 10, 0, 1, 3]
    assert inputs.profile_level[:, 0].tolist() == [4, 3, 4, 2, 4, 4, 3, 4]


def test_some_best_schedule_ends_within_the_horizon_of_active_schedules() -> None:
    for seed in range(120):
        problem = Problem.of(random_instance(seed, jobs_max=5))
        assert active_horizon(problem) <= problem.horizon
        within = replace(problem, deadline=np.minimum(problem.deadline, active_horizon(problem)))
        assert brute_force(within) == brute_force(problem), seed


def test_a_block_that_keeps_nobody_waiting_does_not_stretch_active_schedules() -> None:
    """The jobs take up to 2 of 4 GPUs: the block of 3 that ends at 30 matters, that of 2 that ends at 100 does not."""
    jobs = (Job("a", arrival=7, duration=3, demand={"gpu": 2}), Job("b", duration=4, demand={"gpu": 1}))
    minor = Unavailable(50, 100, resource="gpu", amount=2)
    major = Unavailable(20, 30, resource="gpu", amount=3)
    assert active_horizon(Problem.of(Instance(jobs, resources={"gpu": 4}, unavailable=(minor,)))) == 7 + 7
    both = Problem.of(Instance(jobs, resources={"gpu": 4}, unavailable=(minor, major)))
    assert (active_horizon(both), both.horizon) == (30 + 7, 100 + 7)
