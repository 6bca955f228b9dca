import pytest

from optimizer.bounds.trivial import total_capacity, trivial_bound
from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.oracle import brute_force
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)


def bound(instance: Instance) -> float:
    problem = Problem.of(instance)
    costs = Costs.of(problem)
    return costs.value(trivial_bound(problem, costs))


@pytest.mark.parametrize("seed", range(120))
def test_never_above_the_optimum(seed: int) -> None:
    instance = random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)])
    optimum = brute_force(Problem.of(instance))
    assert optimum is None or bound(instance) <= optimum + 1e-9


def test_flow_time_is_at_least_the_mean_processing_time() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=5, demand={"gpu": 1}))
    assert bound(Instance(jobs=jobs, resources={"gpu": 1})) == 3.5


def test_makespan_is_at_least_the_work_after_each_arrival() -> None:
    jobs = (
        Job("a", duration=1, demand={"gpu": 1}),
        Job("b", arrival=10, duration=3, demand={"gpu": 2}),
        Job("c", arrival=10, duration=5, demand={"gpu": 1}),
    )
    # from 10 on: 6 + 5 of work on 2 GPUs
    instance = Instance(jobs=jobs, resources={"gpu": 2}, objective=Objective.MAKESPAN)
    assert bound(instance) == 15.5


def test_energy_waits_for_capacity_that_comes_back() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 1}) for name in "abc")
    instance = Instance(
        jobs=jobs,
        resources={"gpu": 2},
        objective=Objective.MAKESPAN,
        unavailable=(Unavailable(start=2, end=7, resource="gpu"),),
    )
    assert bound(instance) == 8.0  # 4 of 6 until 2, nothing until 7, the rest in 1


def test_total_capacity_adds_up_nodes_and_blocks() -> None:
    instance = Instance(
        jobs=(Job("a", duration=1),),
        nodes=(Node("n", {"gpu": 2}, count=2), Node("m", {"gpu": 4})),
        unavailable=(Unavailable(start=1, end=3, node="m"), Unavailable(start=2, end=4, node="n-0", amount=1)),
    )
    time, level = total_capacity(Problem.of(instance))
    assert time.tolist() == [0, 1, 2, 3, 4]
    assert level[:, 0].tolist() == [8, 4, 3, 7, 8]
