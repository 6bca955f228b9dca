"""The parts of ``auto`` at work together, on random instances whose optimum is known by enumeration."""

import pytest
from msgspec.structs import replace

from optimizer.instance import Instance, Job, Predecessor
from optimizer.names import Objective, Status
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers import auto
from optimizer.solvers.solve import solve
from optimizer.units import Number
from tests.oracle import brute_force
from tests.random_instances import random_instance

OBJECTIVES = tuple(Objective)
LIMITS = Limits(time_limit=120, threads=2)


def stretched(instance: Instance, factor: int) -> Instance:
    """Return the instance with all times so many times as long."""

    def longer(time: Number | None) -> Number | None:
        return None if time is None else time * factor

    def later(entry: str | Predecessor) -> str | Predecessor:
        return entry if isinstance(entry, str) else replace(entry, lag=entry.lag * factor)

    def stretch(job: Job) -> Job:
        return replace(
            job,
            arrival=job.arrival * factor,
            duration=longer(job.duration),
            modes=job.modes and tuple(replace(mode, duration=mode.duration * factor) for mode in job.modes),
            estimate=longer(job.estimate),
            deadline=longer(job.deadline),
            due=longer(job.due),
            after=tuple(map(later, job.after)),
        )

    blocks = tuple(replace(b, start=b.start * factor, end=b.end * factor) for b in instance.unavailable)
    return replace(instance, jobs=tuple(map(stretch, instance.jobs)), unavailable=blocks)


@pytest.mark.parametrize("seed", range(18))
def test_the_team_finds_the_optimum_and_proves_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "_FEW_JOBS", 0)
    factor = 1 if seed % 2 else 6
    instance = stretched(random_instance(seed, objective=OBJECTIVES[seed % len(OBJECTIVES)]), factor)
    assert factor == 1 or Problem.of(instance).common_step > 1
    result, optimum = solve(instance, limits=LIMITS, seed=seed), brute_force(Problem.of(instance))
    assert result.status is (Status.INFEASIBLE if optimum is None else Status.OPTIMAL)
    if optimum is not None:
        assert result.value == pytest.approx(optimum)
        assert result.lower_bound == pytest.approx(optimum)
