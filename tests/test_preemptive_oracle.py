import pytest

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.names import Objective
from optimizer.problem import Problem
from tests.oracle import brute_force
from tests.preemptive_oracle import preemptive_optimum


def test_a_short_job_interrupts_a_long_one() -> None:
    jobs = (Job("a", duration=4, demand={"gpu": 1}), Job("b", arrival=1, duration=1, demand={"gpu": 1}))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    assert preemptive_optimum(problem) == 3
    assert brute_force(problem) == 3.5


def test_a_job_goes_on_after_a_block() -> None:
    job = Job("a", duration=2, demand={"gpu": 1})
    problem = Problem.of(Instance((job,), resources={"gpu": 1}, unavailable=(Unavailable(1, 3, resource="gpu"),)))
    assert preemptive_optimum(problem) == 4


@pytest.mark.parametrize(("objective", "value"), [(Objective.MAKESPAN, 2), (Objective.MEAN_SLOWDOWN, 0.5)])
def test_a_job_may_end_on_a_slow_node(objective: Objective, value: float) -> None:
    nodes = (Node("fast", {"gpu": 1}, performance=2), Node("slow", {"gpu": 1}))
    problem = Problem.of(Instance((Job("a", duration=4, demand={"gpu": 1}),), nodes=nodes, objective=objective))
    assert preemptive_optimum(problem) == value


def test_empty_jobs_and_lags() -> None:
    jobs = (Job("a", arrival=1, duration=0), Job("b", duration=2, demand={"gpu": 1}, after=("a",)))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}, objective=Objective.MAKESPAN))
    assert preemptive_optimum(problem) == 3


def test_deadlines_do_not_matter() -> None:
    jobs = tuple(Job(name, duration=1, demand={"gpu": 1}, deadline=1) for name in "ab")
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    assert preemptive_optimum(problem) == 1.5
    assert brute_force(problem) is None
