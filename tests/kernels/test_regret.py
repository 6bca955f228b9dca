import numpy as np
import pytest

from optimizer.instance import Instance, Job, Mode
from optimizer.kernels.generation import feasible_order, regret_schedule, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.regret import regret_part
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.validation import Rule, violations
from tests.random_instances import random_instance


def job(name: str, gpu: int, cpu: int, deadline: int | None = None) -> Job:
    """Return a job that takes so long on the one GPU or on the one CPU."""
    modes = (Mode(gpu, {"gpu": 1}), Mode(cpu, {"cpu": 1}))
    return Job(name, modes=modes, deadline=deadline)


def ends(*jobs: Job, candidates: int) -> list[int]:
    objective = Objective.MEAN_FLOW_TIME
    problem = Problem.of(Instance(jobs, resources={"gpu": 1, "cpu": 1}, objective=objective))
    return regret_schedule(problem, np.arange(len(jobs)), candidates).end.tolist()


def test_who_has_most_to_lose_comes_first() -> None:
    assert ends(job("a", 2, 3), job("b", 2, 10), candidates=1) == [2, 4]
    assert ends(job("a", 2, 3), job("b", 2, 10), candidates=2) == [3, 2]  # a would lose 1, b 8


def test_a_deadline_is_to_lose() -> None:
    assert ends(job("a", 2, 9), job("b", 2, 3, deadline=2), candidates=2) == [4, 2]


def test_only_the_next_jobs_are_compared() -> None:
    assert ends(job("a", 2, 3), job("b", 3, 4), job("c", 2, 20), candidates=2)[0] == 2
    assert ends(job("a", 2, 3), job("b", 3, 4), job("c", 2, 20), candidates=3)[2] == 2


@pytest.mark.parametrize("seed", range(40))
def test_schedules_are_valid_and_those_of_one_candidate_serial(seed: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=12))
    order = np.random.default_rng(seed).permutation(problem.jobs)
    one, serial = regret_schedule(problem, order, 1), serial_schedule(problem, order)
    assert (one.start == serial.start).all()
    assert (one.node == serial.node).all()
    several = regret_schedule(problem, order, 5)
    assert all(violation.rule is Rule.DEADLINE for violation in violations(problem, several))


@pytest.mark.parametrize("seed", range(6))
def test_compiled_parts_are_the_interpreted_whole(seed: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=12))
    inputs, plans = Inputs.of(problem), [new_plan(problem.jobs) for _ in range(2)]
    orders = [feasible_order(problem, np.zeros(problem.jobs)).copy() for _ in range(2)]
    regret_part(inputs, orders[0], 4, 0, problem.jobs, new_timeline(inputs), plans[0])
    timeline = new_timeline(inputs)
    for i in range(problem.jobs):
        regret_part.compiled(inputs, orders[1], 4, i, i + 1, timeline, plans[1])
    assert (orders[0] == orders[1]).all()
    assert sorted(orders[0].tolist()) == list(range(problem.jobs))
    for mine, other in zip(*plans, strict=True):
        assert (mine == other).all()
