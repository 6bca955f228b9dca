import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.heuristics.common.sampling import Sampler
from optimizer.solvers.solve import solve
from optimizer.validation import violations


def sampler(problem: Problem, stream: int = 0) -> Sampler:
    return Sampler(problem, "arrival", "serial", bias=3, offset=1.0, candidates=50, seed=1, stream=stream)


def test_how_many_schedules_are_made_at_once_changes_nothing() -> None:
    problem = Problem.of(generate("server", 30, 0))
    at_once, in_steps, other = sampler(problem), sampler(problem), sampler(problem, stream=1)
    at_once.advance(50, 1000)
    for goal in (1, 7, 7, 50):
        in_steps.advance(goal, 1000)
    other.advance(1000, 50)
    assert at_once.schedules == in_steps.schedules == other.schedules == other.iterations == 50
    assert at_once.score == in_steps.score
    assert (at_once.best().start == in_steps.best().start).all()
    assert not (at_once.best().start == other.best().start).all()
    assert not violations(problem, at_once.best())


def test_a_better_schedule_of_another_island_is_kept() -> None:
    problem = Problem.of(generate("server", 30, 0))
    first, second = sampler(problem), sampler(problem, stream=1)
    first.advance(200, 1000)
    second.learn(first.best(), first.score)
    second.advance(1, 1000)
    assert second.score <= first.score
    assert (second.best().start == first.best().start).all() or second.score < first.score


@pytest.mark.parametrize("threads", [1, 2])
def test_samples_improve_on_the_rules_and_repeat(threads: int) -> None:
    instance, limits = generate("server", 60, 2), Limits(time_limit=20, threads=threads)
    plain = solve(instance, "greedy", limits=limits)
    first, again = (solve(instance, "greedy:starts=400", limits=limits, seed=3) for _ in range(2))
    assert first.value is not None
    assert plain.value is not None
    assert first.value < plain.value
    assert first.value == again.value
    assert first.schedule is not None
    assert again.schedule is not None
    assert (first.schedule.start == again.schedule.start).all()
    assert np.isfinite(first.value)
