import numpy as np

from optimizer.bounds.fluid import fluid_resources, relative_speeds, weighted_times
from optimizer.bounds.windows import heads
from optimizer.instance import Instance, Job, Mode, Node, Unavailable
from optimizer.problem import Problem

TWO_SPEEDS = Instance(
    jobs=(
        Job("a", duration=8, demand={"gpu": 2}),
        Job("b", arrival=3, modes=(Mode(12, {"gpu": 1}), Mode(4, {"gpu": 2}))),
    ),
    nodes=(Node("fast", {"gpu": 2, "cpu": 4}, performance=2), Node("slow", {"gpu": 4, "cpu": 4}, count=2)),
    unavailable=(Unavailable(5, 7, node="slow-1"),),
)


def test_speeds_are_relative_to_the_fastest() -> None:
    problem = Problem.of(TWO_SPEEDS)
    assert relative_speeds(problem).tolist() == [1.0, 0.5]
    assert weighted_times(problem).tolist() == [4.0, 6.0, 2.0]


def test_a_resource_is_one_machine_with_the_capacity_that_is_there() -> None:
    problem = Problem.of(TWO_SPEEDS)
    (gpu,) = fluid_resources(problem, heads(problem))  # nobody needs a cpu
    assert gpu.machine.time.tolist() == [0, 5, 7]
    assert gpu.machine.rate.tolist() == [6, 4, 6]
    assert gpu.work.tolist() == [8, 4]
    assert gpu.arrival.tolist() == [0, 3]
    assert gpu.area(np.array([0.0, 6.0, 10.0])).tolist() == [0, 34, 56]


def test_ends_are_those_of_the_least_work_first() -> None:
    problem = Problem.of(Instance((Job("e", arrival=2, duration=0), *TWO_SPEEDS.jobs), nodes=TWO_SPEEDS.nodes))
    (gpu,) = fluid_resources(problem, heads(problem))
    assert gpu.ends(np.array([True, True, True])).tolist() == [8 / 6, 2, 3 + 4 / 6]
