import numpy as np
import pytest

from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.switched_master import SwitchedMaster
from optimizer.generate import generate
from optimizer.instance import Instance, Job, Node
from optimizer.kernels.generation import serial_schedule
from optimizer.names import Objective, StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.exact import start_tree
from optimizer.solvers.exact.start_tree import StartTree, branches_on_starts
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.solve import solve
from tests.oracle import brute_force
from tests.random_instances import random_instance

SUMS = tuple(objective for objective in Objective if not objective.is_maximum)


def tree_of(problem: Problem, monitor: Monitor, total: float, steps: int = 0) -> StartTree:
    """Return the tree of the schedules of at most ``total``, after so many steps of cuts."""
    costs, planes = Costs.of(problem), CuttingPlanes(problem, total=total)
    for _ in range(steps):
        planes.advance()
    return StartTree(planes.within(total), monitor, lambda: min(total, monitor.known_total - costs.granularity))


def suited(seeds: range) -> list[Problem]:
    """Return random problems with a schedule that the tree is made for."""
    problems = [Problem.of(random_instance(seed, objective=SUMS[seed % len(SUMS)])) for seed in seeds]
    return [problem for problem in problems if branches_on_starts(problem) and brute_force(problem) is not None]


PROBLEMS = suited(range(400))


def test_there_are_problems_of_every_kind() -> None:
    assert len(PROBLEMS) > 60
    assert {problem.objective for problem in PROBLEMS} >= set(SUMS) - {Objective.MEAN_SLOWDOWN}
    assert any(problem.nodes > 1 for problem in PROBLEMS)
    assert any(len(problem.mode_time) > problem.jobs for problem in PROBLEMS)


@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.instance.name)
def test_it_finds_an_optimum_and_proves_it(problem: Problem, steps: int) -> None:
    costs, optimum = Costs.of(problem), brute_force(problem)
    assert optimum is not None
    best = costs.total_of(float(optimum))
    for above_best in (0, 7):
        monitor = Monitor(problem, Limits())
        answer = tree_of(problem, monitor, best + above_best * costs.granularity, steps).run()
        assert (answer.stopped_by, answer.infeasible) == (StoppedBy.OPTIMALITY, False)
        assert monitor.total == pytest.approx(best)
        assert monitor.lower_bound == pytest.approx(best)
    monitor = Monitor(problem, Limits())
    answer = tree_of(problem, monitor, best - costs.granularity, steps).run()
    assert answer.infeasible
    assert monitor.schedule is None


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_another_exact_solver(seed: int) -> None:
    instance = generate("server", 14, seed)
    problem = Problem.of(instance)
    known = solve(instance, "cp-sat", limits=Limits(time_limit=60, threads=1))
    assert known.schedule is not None
    costs = Costs.of(problem)
    best = total_cost(problem, costs, known.schedule)
    monitor = Monitor(problem, Limits())
    assert not tree_of(problem, monitor, best + 20).run().infeasible
    assert monitor.total == best
    assert tree_of(problem, Monitor(problem, Limits()), best - 1).run().infeasible


def listed(problem: Problem, schedules: int) -> tuple[float, Schedule]:
    """Return total cost and schedule of the best of some random orders."""
    costs, random = Costs.of(problem), np.random.default_rng(0)
    found = [serial_schedule(problem, random.permutation(problem.jobs)) for _ in range(schedules)]
    return min(((total_cost(problem, costs, schedule), schedule) for schedule in found), key=lambda pair: pair[0])


def test_a_schedule_that_another_part_finds_ends_what_costs_as_much() -> None:
    instance = generate("server", 12, seed=1)
    problem, known = Problem.of(instance), solve(instance, "cp-sat", limits=Limits(time_limit=60, threads=1))
    assert known.schedule is not None
    monitor = Monitor(problem, Limits())
    total, _ = listed(problem, 50)
    tree = tree_of(problem, monitor, total)
    monitor.start_from(known.schedule)
    answer = tree.run()
    assert (answer.stopped_by, answer.infeasible) == (StoppedBy.OPTIMALITY, False)
    assert monitor.schedule is known.schedule
    assert monitor.lower_bound == monitor.total


def test_undecided_it_says_what_the_nodes_left_say(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(generate("server", 25, seed=0))
    total, _ = listed(problem, 50)
    best = solve(problem.instance, "auto", limits=Limits(time_limit=60, threads=2))
    assert best.value is not None
    bounds = []
    for nodes in (0, 1, 2):
        count = [0]
        children = start_tree.StartTree._children

        def some(tree: StartTree, node, count=count, nodes=nodes, children=children):  # type: ignore[no-untyped-def]
            count[0] += 1
            return children(tree, node) if count[0] <= nodes else None

        with monkeypatch.context() as patch:
            patch.setattr(start_tree.StartTree, "_children", some)
            monitor = Monitor(problem, Limits())
            answer = tree_of(problem, monitor, total).run()
        assert answer.stopped_by is StoppedBy.FINISHED
        assert not answer.infeasible
        bounds.append(monitor.lower_bound)
    assert bounds[0] < bounds[1]
    assert all(bound <= best.value * problem.jobs + 1e-6 for bound in bounds)


def test_a_tree_that_is_half_done_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(generate("server", 12, seed=0))
    tree = tree_of(problem, Monitor(problem, Limits()), listed(problem, 50)[0])
    now = [0.0]
    monkeypatch.setattr(start_tree, "monotonic", lambda: now[0])
    tree._end, tree._last_end = 10.0, 20.0
    node = start_tree._Node(np.ones(1, dtype=bool), 0.0, share=0.25)
    for time, left, ended in ((9, 4, False), (11, 4, True), (11, 2, False), (21, 1, True)):
        now[0], tree._left = float(time), [node] * left
        assert tree._ended() is ended


@pytest.mark.parametrize(
    ("instance", "objective"),
    [
        (generate("server", 10, seed=0), Objective.MAKESPAN),
        (Instance((Job("a", duration=2, demand={"gpu": 2}),), nodes=(Node("n", {"gpu": 2}, count=2),)), None),
    ],
)
def test_what_it_is_not_made_for(instance: Instance, objective: Objective | None) -> None:
    assert not branches_on_starts(Problem.of(instance, objective))


def test_what_it_is_made_for() -> None:
    assert branches_on_starts(Problem.of(generate("server", 10, seed=0)))


def program_of(problem: Problem) -> CutProgram:
    planes = CuttingPlanes(problem, total=listed(problem, 50)[0])
    for _ in range(4):
        planes.advance()
    return planes.within(listed(problem, 50)[0])


def test_trying_out_leaves_no_trace() -> None:
    program = program_of(Problem.of(generate("server", 15, seed=0)))
    master = SwitchedMaster(program, lambda: False)
    allowed = np.ones(len(program.cost), dtype=bool)
    first = master.relax(allowed, np.inf)
    assert first is not None
    half = np.arange(len(allowed)) % 2 == 0
    half[program.layout.job_start[:-1]] = True
    (tried,) = master.try_out([half])
    assert tried.bound >= first.bound - 1e-6
    assert np.isinf(tried.reduced[~half]).all()
    again = master.relax(allowed, np.inf)
    assert again is not None
    assert again.bound == pytest.approx(first.bound)


def test_rows_sleep_and_wake() -> None:
    program = program_of(Problem.of(generate("server", 15, seed=0)))
    master = SwitchedMaster(program, lambda: False)
    allowed, bounds, asleep = np.ones(len(program.cost), dtype=bool), [], []
    for _ in range(12):
        relaxed = master.relax(allowed, np.inf)
        assert relaxed is not None
        bounds.append(relaxed.bound)
        asleep.append(len(master._asleep))
        if not master.improve(relaxed.solution, whole=False):
            break
    assert bounds[-1] > bounds[0]
    assert len(set(asleep)) > 1
    assert len(program.rows) == len(program.price)
