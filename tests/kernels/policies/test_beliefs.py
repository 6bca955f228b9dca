import pytest

from optimizer.instance import Instance, Job, Mode, Node
from optimizer.kernels.policies.beliefs import believed_times, estimates, first_modes, sizes
from optimizer.problem import Problem


@pytest.mark.parametrize("capacity", [22, 25, 49, 100])
def test_the_size_of_a_job_in_a_pool_is_its_demand_exactly(capacity: int) -> None:
    jobs = tuple(Job(f"j{d}", duration=1, demand={"cpu": d}) for d in range(capacity + 1))
    assert sizes(Problem.of(Instance(jobs, resources={"cpu": capacity}))).tolist() == list(range(capacity + 1))


def test_the_size_of_a_job_does_not_hang_on_the_grid_of_others() -> None:
    jobs = [Job("a", duration=1, demand={"cpu": 3}), Job("b", duration=1, demand={"cpu": 2, "gpu": 4})]
    other = Job("fine", duration=1, demand={"cpu": 0.001})
    plain = sizes(Problem.of(Instance(tuple(jobs), resources={"cpu": 8, "gpu": 8})))
    finer = sizes(Problem.of(Instance((*jobs, other), resources={"cpu": 8, "gpu": 8})))
    assert plain.tolist() == [3, 4]  # half of the GPUs count as half of the CPUs
    assert finer.tolist() == [3, 4, 0.001]


def test_a_resource_that_is_not_there_is_no_measure() -> None:
    nodes = (Node("n", {"gpu": 0, "cpu": 4}),)
    jobs = tuple(Job(f"j{d}", duration=1, demand={"cpu": d}) for d in (4, 1, 2))
    assert sizes(Problem.of(Instance(jobs, nodes=nodes))).tolist() == [4, 1, 2]
    assert sizes(Problem.of(Instance((Job("a", duration=1),), resources={"gpu": 0}))).tolist() == [0]


def test_estimates_are_those_of_the_first_mode_that_fits_on_the_fastest_node() -> None:
    nodes = (Node("slow", {"cpu": 4}), Node("fast", {"cpu": 2}, performance=2))
    modes = (Mode(1, {"cpu": 5}), Mode(8, {"cpu": 2}), Mode(3, {"cpu": 4}))
    job = Job("a", modes=modes[1:])
    problem = Problem.of(Instance((job, Job("b", modes=modes[2:], estimate=5)), nodes=nodes))
    assert first_modes(problem).tolist() == [0, 2]
    assert estimates(problem).tolist() == [4, 5]
    assert believed_times(problem).tolist() == [[8, 4], [3, 2], [5, 3]]
