import pytest
from msgspec.structs import replace

from optimizer.errors import UsageError
from optimizer.generate import generate
from optimizer.names import Objective, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.heuristics.local_search import LocalSearch
from optimizer.solvers.solve import solve
from tests.oracle import brute_force
from tests.random_instances import random_instance


@pytest.mark.parametrize("objective", list(Objective))
def test_small_instances_are_solved(objective: Objective) -> None:
    found = 0
    for seed in range(12):
        instance = random_instance(100 + seed, objective=objective)
        optimum = brute_force(Problem.of(instance))
        result = solve(instance, "local-search", limits=Limits(time_limit=20, threads=1, schedules=1500))
        found += optimum is None or result.value == pytest.approx(optimum)
    assert found >= 11


def test_same_seed_and_limit_same_schedule_however_it_is_run() -> None:
    instance = generate("server", 30, seed=1)
    limits = Limits(time_limit=None, threads=2, schedules=3000)
    first, second, other = (solve(instance, "local-search", limits=limits, seed=seed) for seed in (5, 5, 6))
    assert first.schedule is not None
    assert second.schedule is not None
    assert (first.schedule.start == second.schedule.start).all()
    assert other.value is not None
    assert first.stopped_by is StoppedBy.ITERATIONS


def test_it_is_better_than_where_it_starts() -> None:
    instance = generate("server", 60, seed=0)
    greedy = solve(instance, "greedy")
    result = solve(instance, "local-search", limits=Limits(time_limit=None, threads=1, schedules=5000))
    assert result.value is not None
    assert greedy.value is not None
    assert result.value < 0.97 * greedy.value


def test_a_reach_beyond_all_jobs_is_one_over_all_jobs() -> None:
    limits = Limits(time_limit=None, threads=1, schedules=300)
    far, further = (solve(generate("server", 20, seed=0), f"local-search:reach={2**n}", limits=limits) for n in (5, 31))
    assert far.value is not None
    assert further.value is not None


@pytest.mark.parametrize(
    ("objective", "is_coldest"), [(Objective.TOTAL_TARDINESS, True), (Objective.MEAN_FLOW_TIME, False)]
)
def test_only_where_due_dates_count_a_search_begins_cold(objective: Objective, is_coldest: bool) -> None:
    drawn = generate("server", 30, seed=0)
    instance = replace(drawn, jobs=tuple(replace(job, due=job.arrival + job.duration) for job in drawn.jobs))
    limits = Limits(time_limit=60, threads=1, schedules=2000)
    values = [
        [moment.value for moment in solve(instance, solver, objective=objective, limits=limits).trace]
        for solver in ("local-search", "local-search:temperature=0.05")
    ]
    assert (values[0] == values[1]) is is_coldest


@pytest.mark.parametrize(
    ("option", "value"), [("temperature", -1.0), ("temperature", 1001.0), ("reach", 0), ("reach", 2**33)]
)
def test_options_out_of_range_are_refused(option: str, value: float) -> None:
    with pytest.raises(UsageError, match=option):
        LocalSearch(**{option: value})  # type: ignore[arg-type]
