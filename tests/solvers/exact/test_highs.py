import pytest

from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.model.steps import relaxes_well
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.exact import highs
from optimizer.solvers.solve import solve
from tests.oracle import brute_force
from tests.random_instances import random_instance

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=1, demand={"gpu": 1})), resources={"gpu": 1}
)


def test_a_horizon_that_is_long_enough_changes_nothing() -> None:
    result = solve(TWO, "highs:horizon=3")
    assert (result.status, result.value, result.lower_bound) == (Status.OPTIMAL, 2.0, 2.0)
    assert result.options == {"horizon": 3.0}


def test_a_horizon_that_cuts_schedules_off_proves_nothing() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=9) for i in range(4))
    result = solve(Instance(jobs, resources={"gpu": 1}), "highs:horizon=5")
    assert result.status is not Status.INFEASIBLE
    assert solve(Instance(jobs[:1], resources={"gpu": 1}), "highs:horizon=1").status is not Status.INFEASIBLE


def test_proven_infeasible() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=5) for i in range(3))
    result = solve(Instance(jobs, resources={"gpu": 1}), "highs")
    assert (result.status, result.stopped_by, result.schedule) == (Status.INFEASIBLE, StoppedBy.OPTIMALITY, None)


def test_thread_counts_may_change_within_a_process() -> None:
    for threads in (1, 2, 1):
        result = solve(generate("server", 10, seed=1), "highs", limits=Limits(time_limit=20, threads=threads))
        assert result.status is Status.OPTIMAL


@pytest.mark.parametrize("seed", [1, 2])
def test_jobs_small_beside_their_node_are_solved_in_steps(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = generate("cluster", 100, seed)
    assert relaxes_well(Problem.of(instance))
    greedy = solve(instance, "greedy")
    result = solve(instance, "highs", limits=Limits(time_limit=60), warm_start=greedy.schedule)
    monkeypatch.setattr(highs, "relaxes_well", lambda _: False)
    in_pulses = solve(instance, "highs", limits=Limits(time_limit=60), warm_start=greedy.schedule)
    assert (result.status, in_pulses.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert result.value == in_pulses.value
    assert result.value < greedy.value  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(20))
def test_steps_agree_with_enumeration_where_there_is_precedence_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of precedence follow the steps; the schedule to start from is a part of the solution."""
    monkeypatch.setattr(highs, "relaxes_well", lambda _: True)
    instance = random_instance(seed, objective=Objective.MEAN_WEIGHTED_FLOW_TIME)
    greedy = solve(instance, "greedy")
    start = None if greedy.status is Status.LATE else greedy.schedule
    result = solve(instance, "highs", limits=Limits(time_limit=20), warm_start=start)
    optimum = brute_force(Problem.of(instance))
    if optimum is None:
        assert result.status is Status.INFEASIBLE
    else:
        assert (result.status, result.value) == (Status.OPTIMAL, pytest.approx(optimum))


def test_stops_at_the_gap() -> None:
    result = solve(generate("server", 16, seed=1), "highs", limits=Limits(time_limit=20, gap=0.5))
    assert result.stopped_by is StoppedBy.GAP
    assert result.gap is not None
    assert 0 < result.gap <= 0.5


def test_stops_at_the_time_limit_with_schedule_and_bound() -> None:
    result = solve(generate("server", 60, seed=1), "highs", limits=Limits(time_limit=1))
    assert (result.status, result.stopped_by) == (Status.FEASIBLE, StoppedBy.TIME_LIMIT)
    assert result.lower_bound is not None
    assert result.value is not None
    assert 0 < result.lower_bound < result.value


@pytest.mark.parametrize(
    ("objective", "seed"),
    [(Objective.MEAN_FLOW_TIME, 141), (Objective.MEAN_SLOWDOWN, 53), (Objective.MEAN_SLOWDOWN, 218)],
)
def test_the_schedule_to_start_from_is_not_taken_for_better_than_it_is(objective: Objective, seed: int) -> None:
    instance = random_instance(seed, objective=objective)  # presolve fixes a part of the costs
    result = solve(instance, "highs")
    assert result.status is Status.OPTIMAL
    assert result.value == pytest.approx(brute_force(Problem.of(instance)))
