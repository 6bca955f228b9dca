from optimizer.bounds.energy import energy_bound, tails
from optimizer.instance import Instance, Job, Node, Predecessor, Unavailable
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem


def bound(instance: Instance, *, preemptive: bool = False) -> float:
    problem = Problem.of(instance)
    costs = Costs.of(problem)
    total = energy_bound(problem, costs, preemptive=preemptive)
    return round(costs.value(total), 9)


def test_makespan_is_at_least_the_work_after_each_arrival() -> None:
    jobs = (
        Job("a", duration=1, demand={"gpu": 1}),
        Job("b", arrival=10, duration=3, demand={"gpu": 2}),
        Job("c", arrival=10, duration=5, demand={"gpu": 1}),
    )
    # from 10 on: 6 + 5 of work on 2 GPUs
    assert bound(Instance(jobs=jobs, resources={"gpu": 2}, objective=Objective.MAKESPAN)) == 15.5


def test_work_waits_for_capacity_that_comes_back() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 1}) for name in "abc")
    instance = Instance(
        jobs=jobs,
        resources={"gpu": 2},
        objective=Objective.MAKESPAN,
        unavailable=(Unavailable(start=2, end=7, resource="gpu"),),
    )
    assert bound(instance) == bound(instance, preemptive=True) == 8  # 4 of 6 until 2, nothing until 7, the rest in 1


def test_nodes_and_blocks_add_up() -> None:
    """24 of work; 8 GPUs in [0, 1), 4 in [1, 2), 3 in [2, 3), then 7: 15 until 3, 7 until 4, 2 / 8 after that."""
    instance = Instance(
        jobs=tuple(Job(f"{i}", duration=1, demand={"gpu": 2}) for i in range(12)),
        nodes=(Node("n", {"gpu": 2}, count=2), Node("m", {"gpu": 4})),
        unavailable=(Unavailable(start=1, end=3, node="m"), Unavailable(start=2, end=4, node="n-0", amount=1)),
        objective=Objective.MAKESPAN,
    )
    assert bound(instance) == 4.25


def test_a_slow_node_does_less() -> None:
    """12 of work on nodes of speeds 2 and 1: 4 jobs of 4 steps on one or 2 on the other, 16 / 3 in all."""
    nodes = (Node("fast", {"gpu": 1}, performance=2), Node("slow", {"gpu": 1}))
    jobs = tuple(Job(name, duration=4, demand={"gpu": 1}) for name in "abcd")
    assert bound(Instance(jobs, nodes=nodes, objective=Objective.MAKESPAN)) == round(16 / 3, 9)


def test_lateness_is_that_of_any_due_date() -> None:
    """a and b need 6 until 4; c, without a due date, does not count."""
    jobs = (
        Job("a", duration=3, demand={"gpu": 1}, due=4),
        Job("b", duration=3, demand={"gpu": 1}, due=2),
        Job("c", duration=9, demand={"gpu": 1}),
    )
    assert bound(Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.MAX_LATENESS)) == 2


def test_tails_go_through_successors() -> None:
    jobs = (
        Job("a", duration=1),
        Job("b", duration=2, after=(Predecessor("a", 3),)),
        Job("c", duration=4, after=("b", "a"), due=20),
        Job("d", duration=1),
    )
    makespan = Problem.of(Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.MAKESPAN))
    assert tails(makespan, Costs.of(makespan)).tolist() == [9, 4, 0, 0]
    lateness = Problem.of(Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.MAX_LATENESS))
    assert tails(lateness, Costs.of(lateness)).tolist() == [-11, -16, -20, -float("inf")]


def test_work_and_tail_add_up() -> None:
    """Both a's need the GPU for 2 each before a b of 5 can follow one of them."""
    jobs = (
        Job("a0", duration=2, demand={"gpu": 1}),
        Job("a1", duration=2, demand={"gpu": 1}),
        Job("b0", duration=5, after=("a0",)),
        Job("b1", duration=5, after=("a1",)),
    )
    assert bound(Instance(jobs=jobs, resources={"gpu": 1}, objective=Objective.MAKESPAN)) == 9
