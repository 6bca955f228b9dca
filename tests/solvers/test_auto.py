import numpy as np
import psutil
import pytest

from optimizer.errors import ModelTooLargeError, SolverError
from optimizer.generate import generate
from optimizer.instance import Instance, Job, Node
from optimizer.kernels.generation import serial_schedule
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import auto, registry
from optimizer.solvers.auto import Auto, plans, suited
from optimizer.solvers.exact.highs import HiGHS
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.portfolio.parts import Plan
from optimizer.solvers.solve import solve

SMALL_JOBS = tuple(Job(f"j{i}", duration=2 + i % 3, demand={"gpu": 1}) for i in range(30))
UNEVEN_JOBS = Instance(
    tuple(Job(f"j{i}", arrival=i % 5, duration=2 + i * 5 % 7, demand={"gpu": 1 + i % 3}) for i in range(20)),
    resources={"gpu": 14},
)
DUE_JOBS = tuple(Job(f"j{i}", duration=2 + i % 3, demand={"gpu": 1}, due=5) for i in range(31))
LONG_JOBS = Instance(
    tuple(Job(f"j{i}", arrival=100 * i, duration=700 + i, demand={"gpu": 1 + i % 3}) for i in range(8)),
    resources={"gpu": 14},
)

BELOW = "cp-sat:destructive=true"


@pytest.mark.parametrize(
    ("instance", "solver"),
    [
        (Instance(SMALL_JOBS, resources={"gpu": 10}), "highs"),
        (Instance(SMALL_JOBS, resources={"gpu": 10}, objective=Objective.MAKESPAN), "cp-sat"),
        (Instance((*SMALL_JOBS, Job("x", duration=1, after=("j0",))), resources={"gpu": 10}), "cp-sat"),
        (Instance(SMALL_JOBS, resources={"gpu": 2}), "cp-sat"),  # each takes half of the node
        (generate("cluster", 3000, seed=0), "cp-sat"),  # the program has too many columns
        (LONG_JOBS, "cp-sat"),  # it has too many entries
    ],
)
def test_the_solver_suits_the_instance(instance: Instance, solver: str) -> None:
    assert suited(Problem.of(instance), None) == solver


@pytest.mark.parametrize("family", ["server", "cluster"])
def test_the_optimum_is_proven(family: str) -> None:
    result = solve(generate(family, 12, seed=3), limits=Limits(time_limit=20))
    assert (result.solver, result.status) == ("auto", Status.OPTIMAL)


@pytest.mark.parametrize("error", [ModelTooLargeError, SolverError])
def test_a_first_solver_that_fails_leaves_the_rest_to_the_team(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("no program")

    monkeypatch.setattr(HiGHS, "solve", fail)
    result = solve(UNEVEN_JOBS, limits=Limits(time_limit=60, threads=2))
    assert result.status is Status.OPTIMAL
    assert f"highs failed: {error.__name__}: no program" in caplog.text


def test_parts_suit_the_problem_and_the_threads() -> None:
    sums = Problem.of(Instance(SMALL_JOBS, resources={"gpu": 10}))
    latest = Problem.of(Instance(SMALL_JOBS, resources={"gpu": 10}, objective=Objective.MAKESPAN))
    assert [(plan.solver, plan.threads) for plan in plans(sums, 4)] == [
        ("local-search", 1), ("branch-and-cut", 1), ("cp-sat", 2), ("local-search", 1),
    ]  # fmt: skip
    assert [(plan.solver, plan.threads) for plan in plans(latest, 2)] == [
        (BELOW, 1), ("genetic", 1), ("cp-sat", 1), (BELOW, 1), ("genetic", 2),
    ]  # fmt: skip
    project = Problem.of(Instance((*SMALL_JOBS, Job("x", duration=1, after=("j0",))), resources={"gpu": 10}))
    assert [(plan.solver, plan.threads) for plan in plans(project, 2)] == [
        ("local-search", 1), ("cp-sat", 1), ("local-search", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_maxima_are_refuted_from_below_whatever_the_threads(threads: int) -> None:
    latest = Problem.of(Instance(SMALL_JOBS, resources={"gpu": 10}, objective=Objective.MAKESPAN))
    assert plans(latest, threads).count(Plan(BELOW, 1, apart=True)) == 1


def test_with_one_thread_they_take_turns_as_the_documentation_says() -> None:
    few, many = (Problem.of(generate("server", jobs, seed=0)) for jobs in (60, 61))
    latest = Problem.of(generate("server", 60, seed=0), Objective.MAKESPAN)
    for problem, turns in [
        (
            few,
            [
                ("local-search", 0.15),
                ("branch-and-cut", 0.75),
                ("local-search", 0.2),
                ("local-search", 0.25),
                ("cp-sat", 1.0),
                ("local-search", 1.0),
            ],
        ),
        (many, [("local-search", 0.15), ("branch-and-cut", 0.75), ("local-search", 1.0), ("cp-sat", 1.0)]),
        (latest, [("genetic", 0.1), ("cp-sat", 0.3), (BELOW, 1.0), ("genetic", 1.0)]),
    ]:
        assert [(plan.solver, plan.share) for plan in plans(problem, 1)] == turns


@pytest.mark.parametrize(
    ("jobs", "nodes", "objective", "parts"),
    [
        (5_000, 1, Objective.MAKESPAN, [(BELOW, 1), ("genetic", 7), ("cp-sat", 7), (BELOW, 1), ("genetic", 8)]),
        (5_001, 1, Objective.MAKESPAN, [("genetic", 7), ("genetic", 8)]),
        (251, 20, Objective.MAKESPAN, [("genetic", 7), ("genetic", 8)]),
        (20_000, 1, Objective.MEAN_FLOW_TIME, [("local-search", 7), ("branch-and-cut", 1), ("local-search", 7)]),
    ],
)
def test_cp_sat_enters_when_the_size_allows(
    jobs: int, nodes: int, objective: Objective, parts: list[tuple[str, int]]
) -> None:
    cluster = (Node("small", {"gpu": 1}), Node("large", {"gpu": 4}, count=nodes))
    instance = Instance(tuple(Job(f"j{i}", duration=1, demand={"gpu": 2}) for i in range(jobs)), nodes=cluster)
    assert [(plan.solver, plan.threads) for plan in plans(Problem.of(instance, objective), 8)] == parts


@pytest.mark.parametrize("objective", Objective)
@pytest.mark.parametrize("missing", [(), ("ortools",), ("ortools", "highspy")])
def test_whatever_is_missing_one_part_has_all_the_time_that_is_left(
    objective: Objective, missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None if module in missing else object())
    problem = Problem.of(Instance(DUE_JOBS, resources={"gpu": 10}), objective)
    for threads in (1, 2, 8):
        last = plans(problem, threads)[-1]
        assert (last.apart, last.share) == (False, 1.0)


class FakePart:
    """A part that waits for an offer."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.answer, self.heard = plan, None, list[Schedule]()

    @property
    def ended(self) -> bool:
        return bool(self.heard)

    @property
    def memory(self) -> int:
        return 0

    def offer(self, schedule: Schedule) -> None:
        self.heard.append(schedule)

    def ask_to_end(self) -> None: ...

    def end(self, grace: float) -> None: ...


@pytest.mark.parametrize("step", [1, 5])
def test_what_a_part_finds_reaches_the_others_on_their_grid(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = tuple(Job(f"j{i}", duration=(2 + i % 3) * step, demand={"gpu": 1}) for i in range(31))
    problem = Problem.of(Instance(jobs, resources={"gpu": 10}))
    working = problem.coarsened(problem.common_step)
    found, parts = serial_schedule(working, np.arange(31)), list[FakePart]()

    def start(plan: Plan, problem: Problem, seed: int, warm_start: Schedule | None, parent: Monitor) -> FakePart:
        parent.report(found)
        parts.append(FakePart(plan))
        return parts[-1]

    monkeypatch.setattr(auto, "started", start)
    limits = Limits(time_limit=2, threads=2)
    Auto().solve(working, limits, seed=0, warm_start=None, monitor=Monitor(problem, limits, working=working))
    assert problem.common_step == step
    assert len(parts) >= 2
    assert all((part.heard[0].start == found.start).all() for part in parts[:2])


class AskedPart(FakePart):
    """A part that ends when it is asked to."""

    asked = False

    @property
    def ended(self) -> bool:
        return self.asked

    def ask_to_end(self) -> None:
        self.asked = True


def test_a_search_begins_anew_from_what_another_part_suggests(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(generate("cluster", 31, seed=0))
    poor = serial_schedule(problem, np.arange(31)[::-1])
    begun = list[tuple[str, Schedule | None]]()

    def start(plan: Plan, problem: Problem, seed: int, warm_start: Schedule | None, parent: Monitor) -> FakePart:
        begun.append((plan.solver, warm_start))
        if plan.solver == "branch-and-cut":
            parent.suggest(poor)
        return AskedPart(plan)

    monkeypatch.setattr(auto, "started", start)
    limits = Limits(time_limit=1, threads=2)
    Auto().solve(problem, limits, seed=0, warm_start=None, monitor=Monitor(problem, limits))
    assert [solver for solver, _ in begun] == ["local-search", "branch-and-cut", "local-search"]
    assert begun[2][1] is poor


def test_only_searches_begin_from_a_late_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=20) for i in range(31))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    begun = dict[str, Schedule | None]()

    def start(plan: Plan, problem: Problem, seed: int, warm_start: Schedule | None, parent: Monitor) -> FakePart:
        begun[plan.solver] = warm_start
        return FakePart(plan)

    monkeypatch.setattr(auto, "started", start)
    limits = Limits(time_limit=1, threads=2)
    monitor = Monitor(problem, limits)
    monitor.start_from(serial_schedule(problem, np.arange(31)))
    Auto().solve(problem, limits, seed=0, warm_start=None, monitor=monitor)
    assert monitor.misses
    assert {solver: late is not None for solver, late in begun.items()} == {
        "local-search": True,
        "branch-and-cut": False,
    }


def test_every_part_of_the_trace_says_who_found_it() -> None:
    result = solve(generate("server", 40, seed=0), limits=Limits(time_limit=8, threads=2))
    found = {moment.source for moment in result.trace}
    assert "branch-and-cut" in found
    assert result.gap is not None
    values = [moment.value for moment in result.trace if moment.value is not None]
    assert values == sorted(values, reverse=True)


def test_what_takes_too_much_memory_is_ended_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    result = solve(generate("server", 70, seed=0), limits=Limits(time_limit=4, threads=2, memory=2**20))
    assert "branch-and-cut was ended: processes may take 0.0 GiB of memory" in caplog.text
    assert result.stopped_by is StoppedBy.TIME_LIMIT
    assert "local-search" in {moment.source for moment in result.trace}


def test_when_time_is_up_no_process_is_left() -> None:
    limits = Limits(time_limit=3, threads=2)
    result = solve(generate("server", 200, seed=0), limits=limits)
    assert result.stopped_by is StoppedBy.TIME_LIMIT
    assert not [child for child in psutil.Process().children() if _is_worker(child)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "optimizer.solvers.portfolio.worker" in process.cmdline()
    except psutil.ZombieProcess:  # a compiler in the background that has ended
        return False


def test_what_one_part_proves_ends_the_others() -> None:
    result = solve(generate("cluster", 60, seed=0), limits=Limits(time_limit=100, threads=2))
    assert (result.status, result.stopped_by) == (Status.OPTIMAL, StoppedBy.OPTIMALITY)


def test_infeasible_is_infeasible() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=35) for i in range(40))
    result = solve(Instance(jobs, resources={"gpu": 2}), limits=Limits(time_limit=60, threads=2))
    assert result.status is Status.INFEASIBLE
