from optimizer.bounds.critical_path import critical_path_bound
from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Unavailable
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem


def bound(instance: Instance, *, preemptive: bool = False) -> float:
    problem = Problem.of(instance)
    costs = Costs.of(problem)
    return costs.value(critical_path_bound(problem, costs, preemptive=preemptive))


def test_flow_time_is_at_least_the_mean_processing_time() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=5, demand={"gpu": 1}))
    assert bound(Instance(jobs=jobs, resources={"gpu": 1})) == 3.5


def test_jobs_wait_for_the_longest_chain_before_them() -> None:
    jobs = (
        Job("a", duration=2, demand={"gpu": 1}),
        Job("b", duration=3, demand={"gpu": 1}, after=(Predecessor("a", 4),)),
        Job("c", arrival=8, duration=1, after=("b",)),
    )
    assert bound(Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.MAKESPAN)) == 10
    assert bound(Instance(jobs=jobs, resources={"gpu": 1})) == (2 + 9 + 2) / 3


def test_preempted_jobs_step_over_a_block() -> None:
    """Without preemption the job waits until 3; a preemptive one may have run in [0, 1), however much that is."""
    block = Unavailable(1, 3, resource="gpu")
    instance = Instance((Job("a", duration=2, demand={"gpu": 1}),), resources={"gpu": 1}, unavailable=(block,))
    assert bound(instance) == 5
    assert bound(instance, preemptive=True) == 2


def test_a_preempted_job_may_end_on_a_slow_node() -> None:
    """Two steps on the fast node do all the work; the slowdown counts with the four of the slow one."""
    nodes = (Node("fast", {"gpu": 1}, performance=2), Node("slow", {"gpu": 1}))
    instance = Instance((Job("a", duration=4, demand={"gpu": 1}),), nodes=nodes, objective=Objective.MEAN_SLOWDOWN)
    assert bound(instance) == 1
    assert bound(instance, preemptive=True) == 0.5


def test_the_shortest_mode_counts() -> None:
    job = Job("a", modes=(Mode(6, {"gpu": 1}), Mode(4, {"gpu": 2})))
    assert bound(Instance((job,), resources={"gpu": 2})) == 4
