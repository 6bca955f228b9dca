import numpy as np
import pytest

from optimizer.instance import Instance, Job, Mode, Node, Predecessor
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.branching import PruningTests, explore, start_tree
from optimizer.kernels.search.tree import (
    BEST,
    DONE,
    FLOOR,
    FULL,
    GOAL,
    HORIZON,
    PATH,
    STEPS,
    TWIN,
    Tree,
    new_tree,
    put,
)
from optimizer.kernels.search.tree_bounds import survey
from optimizer.kernels.search.tree_classes import job_classes, node_twins, one_price
from optimizer.kernels.search.tree_energy import lacks_energy, new_energy
from optimizer.kernels.search.tree_fluid import fluid_bound, new_fluid
from optimizer.kernels.search.tree_memory import is_dominated, new_memory, remember
from optimizer.kernels.search.tree_tardiness import new_lightest, tardiness_bound
from optimizer.kernels.serial import Plan, new_plan
from optimizer.kernels.timeline import Timeline, new_timeline
from optimizer.names import Objective
from optimizer.problem import Problem
from tests.random_instances import random_instance

_FOREVER = 2**62


class Search:
    """The arrays of a search that begins with the jobs in the order of the file."""

    def __init__(self, problem: Problem, megabytes: int = 1) -> None:
        self.inputs: Inputs = Inputs.of(problem)
        self.tree: Tree = new_tree(
            self.inputs, np.zeros(problem.jobs), np.ones(problem.jobs, dtype=np.int64), 1e-6, 100
        )
        self.tree.order[:] = problem.topological_order
        self.pruning = PruningTests(
            new_memory(problem.jobs, megabytes),
            new_fluid(self.inputs, 0, is_linear=problem.objective is Objective.MEAN_FLOW_TIME),
            new_energy(self.inputs),
            new_lightest(self.inputs, 0, is_tardiness=problem.objective is Objective.TOTAL_TARDINESS),
        )
        self.timeline: Timeline = new_timeline(self.inputs)
        self.plan: Plan = new_plan(problem.jobs)
        self.best: Plan = new_plan(problem.jobs)

    def start(self, discrepancies: int = FULL) -> None:
        start_tree(self.inputs, self.tree, self.timeline, discrepancies)

    def explore(self, steps: int = _FOREVER, *, compiled: bool = False) -> None:
        run = explore.compiled if compiled else explore
        run(
            self.inputs,
            self.tree,
            self.pruning,
            self.timeline,
            self.plan,
            self.best,
            steps,
            _FOREVER,
        )

    def put(self, level: int, j: int, start: int) -> None:
        put(self.inputs, self.tree, self.timeline, self.plan, level, j, j, 0, start)


def two_machines(*durations: int, objective: Objective = Objective.MEAN_FLOW_TIME) -> Search:
    jobs = tuple(Job(f"j{i}", duration=p, demand={"gpu": 1}) for i, p in enumerate(durations))
    return Search(Problem.of(Instance(jobs, resources={"gpu": 2}), objective))


def test_the_whole_tree_holds_the_optimum() -> None:
    search = two_machines(4, 3, 2, 1)  # shortest first: ends 1, 2, 4, 6
    search.start()
    search.explore()
    assert search.tree.counter[DONE]
    assert search.tree.bar[BEST] == 13
    assert sorted(search.best.end.tolist()) in ([1, 2, 4, 6], [1, 2, 5, 5])


def test_the_first_path_follows_the_order() -> None:
    search = two_machines(4, 3, 2, 1)
    search.start(discrepancies=0)
    search.explore(steps=9)
    assert search.tree.level[:4, PATH].tolist() == [0, 1, 2, 3]
    assert search.tree.bar[BEST] == 4 + 3 + 5 + 5


def test_a_tree_with_a_limit_follows_improvements() -> None:
    found = []
    for discrepancies in (0, 1):
        search = two_machines(4, 3, 2, 1)
        search.start(discrepancies)
        search.explore()
        found.append(search.tree.bar[BEST])
    assert found == [17, 13]
    assert search.best.start[search.tree.order].tolist() == sorted(search.best.start.tolist())


@pytest.mark.parametrize("seed", range(6))
def test_pauses_and_the_compiler_change_nothing(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=(*Objective,)[seed]))
    searches = []
    for slice_, compiled in ((_FOREVER, False), (7, False), (50, True)):
        search = Search(problem)
        searches.append(search)
        for discrepancies in (1, FULL):
            search.start(discrepancies)
            while not search.tree.counter[DONE]:
                search.explore(search.tree.counter[STEPS] + slice_, compiled=compiled)
    first, *others = searches
    for other in others:
        assert (other.tree.counter == first.tree.counter).all()
        assert (other.tree.bar == first.tree.bar).all()
        assert all((a == b).all() for a, b in zip(other.best, first.best, strict=True))


@pytest.mark.parametrize("seed", range(6, 12))
def test_both_forms_of_a_timeline_give_one_tree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(random_instance(seed, objective=(*Objective,)[seed % len(Objective)]))
    searches = []
    for in_slots in (True, False):
        monkeypatch.setattr("optimizer.kernels.timeline.are_suitable", lambda *_, form=in_slots: form)
        searches.append(Search(problem))
        assert searches[-1].timeline.in_slots == in_slots
        searches[-1].start()
        searches[-1].explore()
    assert (searches[0].tree.counter == searches[1].tree.counter).all()
    assert (searches[0].tree.bar == searches[1].tree.bar).all()


def test_the_horizon_is_where_a_job_that_fits_before_would_be_over() -> None:
    search = two_machines(5, 2, 9)
    search.start()
    search.put(0, 0, 1)  # job 1 could run in [0, 2), job 2 in [0, 9): before the last start, so neither may come later
    assert survey(search.inputs, search.tree, search.timeline, 1) == pytest.approx(6 + 3 + 10)
    assert search.tree.level[1, HORIZON] == 2


def test_nothing_is_left_where_a_job_is_too_late() -> None:
    search = two_machines(5, 5, 2)
    search.inputs.deadline[2] = 4
    search.start()
    search.put(0, 0, 0)
    assert survey(search.inputs, search.tree, search.timeline, 1) < np.inf
    search.put(1, 1, 0)
    assert survey(search.inputs, search.tree, search.timeline, 2) == np.inf


def test_what_is_remembered_dominates_what_ends_no_earlier() -> None:
    search = two_machines(3, 3, 3, 3)
    search.start()
    for level, (j, start) in enumerate([(0, 0), (1, 0)]):
        search.put(level, j, start)
    remember(search.tree, search.pruning.memory, search.plan, 2)
    assert is_dominated(search.tree, search.pruning.memory, search.plan, 2)
    search.start()
    for level, (j, start) in enumerate([(1, 0), (0, 0)]):
        search.put(level, j, start)
    assert not is_dominated(search.tree, search.pruning.memory, search.plan, 2)  # of an older tree
    remember(search.tree, search.pruning.memory, search.plan, 2)
    for array in (search.tree.level[:, -3], search.plan.end):
        array += 1
    assert is_dominated(search.tree, search.pruning.memory, search.plan, 2)
    search.plan.end[0] -= 2
    assert not is_dominated(search.tree, search.pruning.memory, search.plan, 2)


def test_jobs_and_nodes_that_are_alike() -> None:
    jobs = (
        Job("a", duration=2, demand={"gpu": 1}),
        Job("b", duration=2, demand={"gpu": 1}),
        Job("c", duration=2, demand={"gpu": 1}, after=("a",)),
        Job("d", duration=2, demand={"gpu": 1}, after=(Predecessor("a", 1),)),
        Job("e", duration=2, demand={"gpu": 1}, after=("a",)),
        Job("f", duration=2, demand={"gpu": 1}),
    )
    nodes = (Node("n", {"gpu": 1}, count=2), Node("fast", {"gpu": 1}, performance=2), Node("m", {"gpu": 1}))
    search = Search(Problem.of(Instance(jobs, nodes=nodes)))
    assert job_classes(search.inputs).tolist() == [0, 1, 2, 3, 2, 1]
    assert node_twins(search.inputs).tolist() == [-1, 0, -1, 1]
    search.start()
    twin = dict(enumerate(search.tree.job[:-1, TWIN].tolist()))
    assert {j: i for j, i in twin.items() if i >= 0} == {4: 2, 5: 1}


def test_prices_that_hang_on_the_mode() -> None:
    jobs = (Job("a", modes=(Mode(2, {"gpu": 1}), Mode(1, {"gpu": 2}))), Job("b", duration=2, demand={"gpu": 1}))
    instance = Instance(jobs, resources={"gpu": 2})
    for objective, expected in ((Objective.MEAN_FLOW_TIME, [1, 1]), (Objective.MEAN_WAIT_TIME, [0, 1])):
        assert one_price(Inputs.of(Problem.of(instance, objective))).tolist() == expected


def test_the_fluid_does_the_most_urgent_work_first() -> None:
    search = two_machines(4, 2, 4)
    search.start()
    search.put(0, 0, 0)  # until 4 one machine is left: job 1 in [0, 2), job 2 in [2, 4) and, at twice the rate, [4, 5)
    middle = (2 * 3 + 2 * 4.5) / 4
    expected = 4 + (1 + 2 / 2) + (middle + 4 / 2)
    found = fluid_bound(search.inputs, search.tree, search.pruning.fluid, search.timeline, 1)
    assert found == pytest.approx(expected)


def test_work_that_does_not_fit_below_the_goal() -> None:
    search = two_machines(4, 3, 4, objective=Objective.MAKESPAN)
    search.start()
    search.put(0, 0, 0)
    for best, lacks in ((np.inf, False), (7, False), (6, True)):
        search.tree.bar[BEST], search.tree.bar[GOAL] = best, best - 0.5
        assert lacks_energy(search.inputs, search.tree, search.pruning.energy, search.timeline, 1) == lacks


def test_work_that_does_not_fit_before_deadlines() -> None:
    for deadline, lacks in ((10, False), (9, True)):
        search = two_machines(4, 4, 4, 4)
        search.inputs.deadline[:3] = deadline
        search.pruning = search.pruning._replace(energy=new_energy(search.inputs))
        search.start()
        search.put(0, 3, 0)
        search.tree.level[1, FLOOR] = 3  # one machine is free for 1, then both
        assert lacks_energy(search.inputs, search.tree, search.pruning.energy, search.timeline, 1) == lacks


def test_so_many_ends_before_so_many_due_dates() -> None:
    jobs = tuple(
        Job(f"j{i}", duration=p, demand={"gpu": 1}, due=due) for i, (p, due) in enumerate([(4, 9), (2, 3), (4, 4)])
    )
    search = Search(Problem.of(Instance(jobs, resources={"gpu": 2}), Objective.TOTAL_TARDINESS))
    search.start()
    search.put(0, 2, 0)  # until 4 one machine is left: one end at 2 or later, another at 5 (the work is 6)
    search.inputs.cost_reference[1] = 1
    search.inputs.cost_reference[0] = 3
    found = tardiness_bound(search.inputs, search.tree, search.pruning.lightest, search.timeline, 1)
    assert found == pytest.approx((2 - 1) + (5 - 3))
