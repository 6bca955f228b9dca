from typing import Any

import numpy as np
import pytest

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job
from optimizer.kernels.compilation import Kernel
from optimizer.kernels.generation import plan_of, serial_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.score import score
from optimizer.kernels.search.genetic import BACKWARD, SIZE
from optimizer.kernels.search.population import dismiss, new_population
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.heuristics import genetic
from optimizer.solvers.heuristics.common.evolving import work_of
from optimizer.solvers.heuristics.genetic import Genetic
from optimizer.solvers.monitor import Monitor
from optimizer.validation import deadline_misses
from tests.oracle import brute_force
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)
LIMITS = Limits(time_limit=None, threads=1, schedules=2000)


def run(problem: Problem, limits: Limits, seed: int = 0, warm_start: Schedule | None = None, **options: Any) -> Monitor:
    """Let the solver alone make schedules, without one of greedy's to start from."""
    monitor = Monitor(problem, limits)
    Genetic(**options).solve(problem, limits, seed=seed, warm_start=warm_start, monitor=monitor)
    assert monitor.schedule is not None
    return monitor


def project(seed: int, objective: Objective = Objective.MAKESPAN) -> Instance:
    """Return an instance of up to 30 jobs."""
    return random_instance(seed, jobs_max=30, objective=objective)


@pytest.mark.parametrize("seed", range(54))
def test_optima_of_tiny_instances_are_found(seed: int) -> None:
    problem = Problem.of(random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]))
    optimum, found = brute_force(problem), run(problem, LIMITS)
    if optimum is not None:
        assert found.misses == 0
        assert found.costs.value(found.total) == pytest.approx(optimum)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("objective", [Objective.MAKESPAN, Objective.MEAN_FLOW_TIME])
def test_interpreted_and_compiled_are_the_same(
    seed: int, objective: Objective, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem.of(project(seed, objective))
    limits = Limits(time_limit=None, threads=1, schedules=60)
    monkeypatch.setattr(Kernel, "sized", lambda kernel, _: kernel.compiled)
    compiled = run(problem, limits, population=8)
    monkeypatch.setattr(Kernel, "sized", lambda kernel, _: kernel)
    interpreted = run(problem, limits, population=8)
    assert compiled.total == interpreted.total
    assert compiled.schedule is not None
    assert interpreted.schedule is not None
    assert (compiled.schedule.start == interpreted.schedule.start).all()


@pytest.mark.parametrize("seed", range(12))
def test_no_more_schedules_than_allowed(seed: int) -> None:
    problem = Problem.of(project(seed, OBJECTIVES[-seed] if seed < 5 else Objective.MAKESPAN))
    for schedules in (1, 2, 7, 100, 1000):
        assert run(problem, Limits(time_limit=None, threads=1, schedules=schedules)).schedules <= schedules


@pytest.mark.parametrize(
    "options", [{"encoding": "activity-list"}, {"crossover": "two-point"}, {"crossover": "uniform"}]
)
def test_all_variants_search(options: dict[str, str]) -> None:
    problem = Problem.of(project(7))
    first = run(problem, Limits(time_limit=None, threads=1, schedules=1), **options)
    assert run(problem, Limits(time_limit=None, threads=1, schedules=500), **options).total < first.total


def test_steps_of_any_size_make_the_same_schedules() -> None:
    problem = Problem.of(project(5))
    ends = []
    for step in (1, 13, 200):
        island = genetic._Island(Genetic(), problem, 200, seed=3, stream=0)
        for goal in range(step, 201, step):
            island.advance(goal, 2**62)
        island.advance(200, 2**62)
        ends.append(island.best().end.tolist())
        assert island.schedules <= 200
    assert ends[0] == ends[1] == ends[2]


def test_the_least_fit_leave() -> None:
    population = new_population(3, np.ones(2))
    population.fitness[:] = population.key[:, :, 0] = [[2, 9, 4], [7, 3, 5]]
    dismiss(population, 3)
    assert population.fitness.tolist() == [[2, 4, np.inf], [5, 3, np.inf]]
    assert population.key[:, :2, 0].tolist() == [[2, 4], [5, 3]]


@pytest.mark.parametrize(("schedules", "left"), [(200, 4), (None, 40)])
def test_few_are_left_at_the_last_schedule(schedules: int | None, left: int) -> None:
    island = genetic._Island(Genetic(population=40), Problem.of(project(5)), schedules, seed=3, stream=0)
    island.advance(200, 2**62)
    assert left <= island._search.counter[SIZE] <= left + 8  # shrinks after whole generations only


@pytest.mark.parametrize("seed", range(4))
def test_a_warm_start_is_never_lost(seed: int) -> None:
    problem = Problem.of(project(seed, OBJECTIVES[seed]))
    good = run(problem, Limits(time_limit=None, threads=1, schedules=500))
    again = Monitor(problem, Limits(time_limit=None, threads=1, schedules=3))
    assert good.schedule is not None
    again.start_from(good.schedule)
    Genetic().solve(problem, again.limits, seed=1, warm_start=good.schedule, monitor=again)
    assert again.total <= good.total
    island = genetic._Island(Genetic(), problem, None, seed=0, stream=0)
    island.start_from(good.schedule)
    assert island.score == score(Inputs.of(problem), plan_of(good.schedule))
    assert (island.best().start == good.schedule.start).all()


@pytest.mark.parametrize("objective", [Objective.MAKESPAN, Objective.MEAN_FLOW_TIME])
def test_what_an_island_learns_lives_in_its_population(objective: Objective) -> None:
    """In place of the least fit; on both sides where there are two, one of which has its times turned."""
    jobs = tuple(Job(f"{j}", duration=3 + 7 * j % 11, demand={"gpu": 1 + j % 5}) for j in range(30))
    problem = Problem.of(Instance(jobs, resources={"gpu": 7}, objective=objective))
    good = run(problem, Limits(time_limit=None, threads=1, schedules=2000)).schedule
    assert good is not None
    island = genetic._Island(Genetic(population=10), problem, 400, seed=7, stream=0)
    island.advance(40, 2**62)
    population, sides = island._population, 2 if island._settings.two_sided else 1
    before = population.fitness.copy()
    value = score(Inputs.of(problem), plan_of(good))
    assert value < island.score
    island.learn(good, value)
    assert island.score == value
    assert (island.best().start == good.start).all()
    for side in range(sides):
        (i,) = np.flatnonzero(population.fitness[side] != before[side])
        assert before[side, i] == before[side].max()
        assert value <= population.fitness[side, i] < value + 1
        key = population.key[side, i]
        expected = good.start if sides == 1 or side == BACKWARD else good.end.max() - good.end
        assert (key == expected).all()


def test_threads_are_islands() -> None:
    problem = Problem.of(project(2))
    limits = Limits(time_limit=None, threads=3, schedules=600)
    assert run(problem, limits).total == run(problem, limits).total


def exchange(objective: Objective) -> Instance:
    """Return jobs that cost most late, all in time in one order only, and what every rule for costs puts elsewhere."""
    lengths = (9, 8, 7, 6, 5, 4, 3, 2, 1)
    ends = np.cumsum(lengths)
    jobs = tuple(
        Job(f"{end}", duration=length, demand={"gpu": 1}, priority=float(end), due=0, deadline=int(end))
        for length, end in zip(lengths, ends, strict=True)
    )
    return Instance(jobs[::-1], resources={"gpu": 1}, objective=objective)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_deadlines_that_exchanges_meet_are_met(objective: Objective) -> None:
    """From a schedule in which two neighbours stand the wrong way round, and from none."""
    problem = Problem.of(exchange(objective))
    right = serial_schedule(problem, integers(np.arange(problem.jobs)[::-1]))
    assert not deadline_misses(problem, right)
    for i in range(problem.jobs - 1):
        order = np.arange(problem.jobs)[::-1]
        order[[i, i + 1]] = order[[i + 1, i]]
        wrong = serial_schedule(problem, integers(order))
        assert deadline_misses(problem, wrong) == 1
        found = run(problem, LIMITS, warm_start=wrong)
        assert found.misses == 0
    assert run(problem, LIMITS).misses == 0


@pytest.mark.parametrize(
    ("option", "value"),
    [("population", 1), ("encoding", "x"), ("crossover", "x"), ("mutation", 2.0), ("parallel", -0.5)],
)
def test_wrong_options(option: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"{option} .*expected"):
        Genetic(**{option: value})  # type: ignore[arg-type]


def test_options_come_from_the_name() -> None:
    entry, options = registry.parse("genetic:population=80,crossover=two-point")
    assert registry.create(entry, options) == Genetic(population=80, crossover="two-point")


def test_work_is_the_share_of_the_cluster() -> None:
    problem = Problem.of(project(1))
    assert (work_of(problem) >= 0).all()
    assert np.isfinite(genetic._rules(problem)).all()
