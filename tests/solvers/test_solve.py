import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

import numpy as np
import pytest

from optimizer import patience
from optimizer.errors import InputError, SolverError, UnsupportedError, UsageError
from optimizer.generate import generate
from optimizer.instance import Instance, Job, Mode
from optimizer.names import Feature, Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import solve as module
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.registry import REGISTRY, Entry, SolverKind
from optimizer.solvers.solve import solve

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=1, demand={"gpu": 1})), resources={"gpu": 1}
)  # best: b then a, mean 2; a then b 2.5
TIGHT = Instance(
    jobs=tuple(Job(name, duration=2, demand={"gpu": 1}, deadline=3) for name in "ab"), resources={"gpu": 1}
)
Behaviour = Callable[[Problem, Monitor, Schedule | None], Answer]


@dataclass(frozen=True)
class Fake:
    """A solver that does what a test wants."""

    behaviour: ClassVar[Behaviour]

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        return type(self).behaviour(problem, monitor, warm_start)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that registers a behaviour as the exact solver ``fake``, or another kind."""

    def register(behaviour: Behaviour, kind: SolverKind = SolverKind.EXACT, *features: Feature) -> None:
        monkeypatch.setattr(Fake, "behaviour", staticmethod(behaviour), raising=False)
        entry = Entry("fake", kind, "", f"{__name__}:Fake", frozenset(features), {})
        monkeypatch.setattr(Entry, "type", property(lambda self: Fake if self.name == "fake" else TYPE(self)))
        monkeypatch.setitem(REGISTRY, "fake", entry)  # type: ignore[arg-type]

    return register


TYPE: Any = Entry.type.fget  # type: ignore[attr-defined]


def starting(problem: Problem, *start: int) -> Schedule:
    return Schedule.starting(problem, np.array(start), np.arange(len(start)), np.zeros(len(start), dtype=np.int64))


def test_a_claim_of_optimality_is_not_passed_on(fake: Callable[..., None]) -> None:
    def claim(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 0, 2))
        return Answer(StoppedBy.OPTIMALITY)

    fake(claim)
    result = solve(TWO, "fake")
    assert (result.status, result.value) == (Status.FEASIBLE, 2.5)
    assert result.lower_bound == 2.0  # mean busy times
    assert result.stopped_by is StoppedBy.FINISHED


def test_a_schedule_that_is_none_is_not_passed_on(fake: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    def overlap(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 0, 0))
        return Answer(StoppedBy.OPTIMALITY)

    fake(overlap)
    with caplog.at_level(logging.WARNING):
        result = solve(TWO, "fake")
    assert (result.status, result.schedule, result.value, result.metrics) == (Status.UNKNOWN, None, None, None)
    assert "refused" in caplog.text


def test_a_bound_above_a_schedule_is_not_passed_on(fake: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    def boast(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(lower_bound=100)
        monitor.report(starting(problem, 0, 2))
        return Answer(StoppedBy.OPTIMALITY)

    fake(boast)
    with caplog.at_level(logging.WARNING):
        result = solve(TWO, "fake")
    assert (result.status, result.value, result.lower_bound) == (Status.FEASIBLE, 2.5, 2.0)
    assert "a bound of 50 above a valid schedule was refused" in caplog.text


def test_infeasible_is_not_believed_beside_a_schedule(fake: Callable[..., None]) -> None:
    def contradict(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 1, 0))
        return Answer(StoppedBy.OPTIMALITY, infeasible=True)

    fake(contradict)
    assert solve(TWO, "fake").schedule is not None


@pytest.mark.parametrize("error", [ValueError("bad luck"), KeyError("bad luck"), SystemExit("bad luck")])
def test_a_solver_that_raises(fake: Callable[..., None], error: BaseException) -> None:
    def fail(*_: Any) -> Answer:
        raise error

    fake(fail)
    with pytest.raises(SolverError, match=f"solver fake failed: {type(error).__name__}: .*bad luck") as caught:
        solve(TWO, "fake")
    assert caught.value.__cause__ is error


def test_out_of_memory_keeps_what_was_found(fake: Callable[..., None]) -> None:
    def exhaust(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 0, 2))
        raise MemoryError

    fake(exhaust)
    result = solve(TWO, "fake")
    assert (result.stopped_by, result.value) == (StoppedBy.MEMORY, 2.5)


def test_ctrl_c_keeps_the_incumbent(fake: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    def wait_for_stop(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 0, 2))
        while not monitor.stopped:
            time.sleep(0.01)
        return Answer(StoppedBy.TIME_LIMIT)

    class Pressed(patience.Event):
        pressed = False

        def wait(self, timeout: float | None = None) -> bool:
            super().wait(timeout)
            if not Pressed.pressed:
                Pressed.pressed = True
                raise KeyboardInterrupt
            return self.is_set()

    fake(wait_for_stop)
    monkeypatch.setattr(patience, "Event", Pressed)
    result = solve(TWO, "fake", limits=Limits(time_limit=None))
    assert (result.status, result.stopped_by, result.value) == (Status.FEASIBLE, StoppedBy.INTERRUPT, 2.5)


def test_a_solver_that_does_not_end_is_left_behind(
    fake: Callable[..., None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.1)

    def sleep_on(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 0, 2))
        time.sleep(3)
        return Answer(StoppedBy.OPTIMALITY)

    fake(sleep_on)
    result = solve(TWO, "fake", limits=Limits(time_limit=0.1))
    assert (result.stopped_by, result.value) == (StoppedBy.TIME_LIMIT, 2.5)
    assert "solver fake did not end" in caplog.text


def test_exact_solvers_return_no_late_schedule_others_do(fake: Callable[..., None]) -> None:
    def be_late(problem: Problem, monitor: Monitor, _: Schedule | None) -> Answer:
        monitor.report(starting(problem, 0, 2))
        return Answer(StoppedBy.FINISHED)

    fake(be_late, SolverKind.EXACT, Feature.DEADLINES)
    assert solve(TIGHT, "fake").status is Status.UNKNOWN
    fake(be_late, SolverKind.HEURISTIC, Feature.DEADLINES)
    result = solve(TIGHT, "fake")
    assert (result.status, result.value, result.lower_bound) == (Status.LATE, 3.0, 3.0)
    assert result.metrics is not None
    assert result.metrics.deadline_misses == 1


def looking(seen: list[Schedule | None]) -> Callable[..., Answer]:
    """Return the behaviour of a solver that only notes what it starts from."""

    def look(problem: Problem, monitor: Monitor, warm_start: Schedule | None) -> Answer:
        seen.append(warm_start)
        return Answer(StoppedBy.FINISHED)

    return look


def not_for_greedy(*deadlines: int | None) -> Instance:
    """Return an instance on which greedy leaves a gap, so that the solver is asked at all."""
    sizes = zip([(3, 2), (5, 2), (2, 3)], deadlines, strict=True)
    jobs = (Job(f"j{i}", duration=p, demand={"gpu": r}, arrival=i, deadline=d) for i, ((p, r), d) in enumerate(sizes))
    return Instance(tuple(jobs), resources={"gpu": 4})


def test_greedy_is_the_warm_start_of_those_that_take_one(fake: Callable[..., None]) -> None:
    seen: list[Schedule | None] = []
    look, hard = looking(seen), not_for_greedy(None, None, None)
    fake(look, SolverKind.EXACT)
    solve(hard, "fake")
    fake(look, SolverKind.EXACT, Feature.WARM_START)
    result = solve(hard, "fake")
    assert seen[0] is None
    assert seen[1] is not None
    assert result.value is not None
    assert (seen[1].start == result.schedule.start).all()  # type: ignore[union-attr]


def test_the_users_warm_start_is_kept() -> None:
    problem = Problem.of(TWO)
    result = solve(TWO, "highs", warm_start=starting(problem, 1, 0), limits=Limits(time_limit=5))
    assert (result.status, result.value) == (Status.OPTIMAL, 2.0)


@pytest.mark.parametrize("solver", ["local-search", "genetic", "ant-colony", "particle-swarm", "highs"])
def test_a_warm_start_may_leave_everything_idle_for_long(solver: str) -> None:
    """Solvers keep room for times up to the horizon of active schedules only: what ends later is moved to the left."""
    instance = Instance(
        tuple(Job(f"j{i}", duration=2 + i % 2, demand={"gpu": 1}) for i in range(5)), resources={"gpu": 2}
    )
    start = 1000 * np.arange(5) + 1
    late = Schedule.starting(Problem.of(instance), start, np.arange(5), np.zeros(5, dtype=np.int64))
    result = solve(instance, solver, warm_start=late, limits=Limits(time_limit=20, schedules=50))
    assert result.value == 4.0


def test_a_warm_start_has_to_be_valid() -> None:
    with pytest.raises(InputError, match="the warm start is not a valid schedule: "):
        solve(TWO, "highs", warm_start=starting(Problem.of(TWO), 0, 0))


def test_unsupported_features_are_refused(fake: Callable[..., None]) -> None:
    fake(lambda *_: Answer(StoppedBy.FINISHED))
    moded = Instance((Job("a", modes=(Mode(1, {"gpu": 1}), Mode(2, {}))),), resources={"gpu": 1})
    with pytest.raises(UnsupportedError, match="solver fake does not do modes; auto, "):
        solve(moded, "fake")


def test_coarse_runs_return_fine_schedules_and_no_coarse_bound() -> None:
    jobs = tuple(Job(f"j{i}", duration=3, demand={"gpu": 1}) for i in range(3))
    result = solve(Instance(jobs, resources={"gpu": 1}), "cp-sat", time_step=2, limits=Limits(time_limit=5))
    assert result.schedule is not None
    assert sorted(result.schedule.start.tolist()) == [0, 3, 6]
    assert (result.time_step, result.value) == (2, 6.0)
    assert result.lower_bound is not None
    assert result.lower_bound <= 6.0


def test_objective_by_name_and_wrong_ones() -> None:
    assert solve(TWO, "greedy", objective="makespan").value == 3
    assert solve(TWO, "greedy", objective=Objective.MAKESPAN).objective is Objective.MAKESPAN
    with pytest.raises(ValueError, match="fun"):
        solve(TWO, "greedy", objective="fun")
    with pytest.raises(UsageError):
        solve(TWO, "greedy", time_step=0)


def test_nothing_within_no_time() -> None:
    jobs = tuple(Job(f"j{i}", duration=4, demand={"gpu": 1}, deadline=39) for i in range(10))
    result = solve(Instance(jobs, resources={"gpu": 1}), "cbc", limits=Limits(time_limit=1e-6))
    assert (result.status, result.schedule) == (Status.UNKNOWN, None)
    assert result.stopped_by is StoppedBy.TIME_LIMIT
    assert result.lower_bound not in (None, inf)


LATE = 1_000_000_000


@pytest.mark.parametrize("solver", ["cp-sat", "greedy", "auto"])
def test_optimal_means_to_the_last_step_however_large_the_value(solver: str) -> None:
    jobs = tuple(Job(f"j{i}", arrival=LATE, duration=d, demand={"g": 1}) for i, d in enumerate((2, 2, 2, 3, 3)))
    instance = Instance(jobs, resources={"g": 2}, objective=Objective.MAKESPAN)
    result = solve(instance, solver, limits=Limits(time_limit=10))
    assert result.value is not None
    assert result.value >= LATE + 6
    assert (result.status is Status.OPTIMAL) == (result.value == LATE + 6)
    assert (result.gap == 0) == (result.status is Status.OPTIMAL)


def test_a_warm_start_is_kept_though_the_solver_works_on_a_coarser_grid() -> None:
    instance = Instance(tuple(Job(f"j{i}", duration=2, demand={"g": 1}) for i in range(3)), resources={"g": 1})
    best = solve(instance, "cp-sat")
    again = solve(instance, "highs", time_step=5, warm_start=best.schedule)
    assert again.value == best.value == 4


def test_values_of_late_schedules_are_no_incumbents_of_an_exact_solver() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"g": 1}, deadline=5) for i in range(3))
    result = solve(Instance(jobs, resources={"g": 1}), "cp-sat")
    assert result.status is Status.INFEASIBLE
    assert all(moment.value is None for moment in result.trace)


def test_a_program_that_is_too_large_leaves_the_schedule_to_start_from(caplog: pytest.LogCaptureFixture) -> None:
    result = solve(generate("server", 20, seed=1), "highs", limits=Limits(memory=1000))
    assert (result.status, result.stopped_by) == (Status.FEASIBLE, StoppedBy.MEMORY)
    assert "the time-indexed program would have" in caplog.text


def test_greedy_starts_on_the_fine_grid_though_the_solver_works_on_a_coarser_one() -> None:
    instance = generate("server", 30, seed=2)
    greedy = solve(instance, "greedy")
    result = solve(instance, "highs", time_step=25, limits=Limits(time_limit=2))
    assert greedy.value is not None
    assert result.value is not None
    assert result.value <= greedy.value


@pytest.mark.parametrize("solver", ["local-search", "backtracking", "greedy", "cp-sat", "highs"])
def test_a_preemptive_warm_start_gives_its_order_where_preemption_is_not_allowed(solver: str) -> None:
    arrivals = {"long": (0, 10), "b": (1, 1), "c": (5, 1)}
    jobs = tuple(Job(name, arrival=a, duration=p, demand={"gpu": 1}) for name, (a, p) in arrivals.items())
    instance = Instance(jobs, resources={"gpu": 1})
    preempted = solve(instance, "srpt").schedule
    assert preempted is not None
    assert preempted.preemptive
    result = solve(instance, solver, warm_start=preempted, limits=Limits(time_limit=20, threads=1, schedules=100))
    assert not result.preemptive
    assert result.value is not None
    assert result.value >= 5.99


def test_what_starts_from_no_late_schedule_starts_from_greedys(fake: Callable[..., None]) -> None:
    seen: list[Schedule | None] = []
    look, instance = looking(seen), not_for_greedy(6, 7, 8)
    late = starting(Problem.of(instance), 4, 4, 2)
    for kind in (SolverKind.PORTFOLIO, SolverKind.HEURISTIC):
        fake(look, kind, Feature.WARM_START, Feature.DEADLINES)
        solve(instance, "fake", warm_start=late)
    greedys, given = seen
    assert greedys is not None
    assert greedys.start.tolist() == [0, 1, 6]
    assert given is not None
    assert given.start.tolist() == [4, 4, 2]


@pytest.mark.parametrize("solver", ["local-search", "genetic", "greedy", "lp-rounding", "backtracking"])
def test_heuristics_start_from_schedules_that_are_late(solver: str) -> None:
    jobs = (
        Job("a", duration=10, demand={"gpu": 1}, deadline=10),
        Job("b", arrival=5, duration=10, demand={"gpu": 1}, deadline=15),
    )
    instance = Instance(jobs, resources={"gpu": 1})
    late = starting(Problem.of(instance), 30, 20)
    result = solve(instance, solver, warm_start=late, limits=Limits(time_limit=20, threads=1, schedules=100))
    assert result.status in (Status.LATE, Status.INFEASIBLE)
    if result.status is Status.LATE:
        assert result.schedule is not None
        assert result.schedule.end.tolist() == [10, 20]


def test_of_equally_many_misses_the_smaller_come_first() -> None:
    jobs = (
        Job("x", duration=10, demand={"gpu": 1}, deadline=10, weight=0.1),
        Job("y", duration=10, demand={"gpu": 1}, deadline=15),
    )
    instance = Instance(jobs, resources={"gpu": 1}, objective=Objective.MEAN_WEIGHTED_FLOW_TIME)
    for solver in ("greedy", "local-search", "genetic"):
        result = solve(instance, solver, limits=Limits(time_limit=20, threads=1, schedules=200))
        assert result.schedule is not None
        assert result.schedule.end.tolist() == [10, 20], solver


@pytest.mark.parametrize("policy", ["fcfs", "priority:preemptive=true"])
def test_policies_are_simulated_from_no_other_schedule(policy: str, caplog: pytest.LogCaptureFixture) -> None:
    instance = generate("server", 15, seed=1)
    best = solve(instance, "local-search", limits=Limits(schedules=500, threads=1))
    alone = solve(instance, policy)
    beside = solve(instance, policy, warm_start=best.schedule)
    assert best.value < alone.value == beside.value  # type: ignore[operator]
    assert "is simulated as it is" in caplog.text
