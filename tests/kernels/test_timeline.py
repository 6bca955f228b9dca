from random import Random

import numpy as np
import pytest

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.slots import are_suitable
from optimizer.kernels.timeline import (
    Timeline,
    copy_free,
    earliest_start,
    first_conflict,
    free_amount,
    give_back,
    latest_start,
    new_timeline,
    next_change,
    reserve,
    reset,
)
from optimizer.problem import NEVER, Problem
from optimizer.units import IntArray


@pytest.fixture(params=[True, False], ids=["slots", "calendar"], autouse=True)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs on both forms of a timeline."""
    monkeypatch.setattr("optimizer.kernels.timeline.are_suitable", lambda *_: request.param)


def timeline_of(instance: Instance) -> tuple[Timeline, Inputs]:
    inputs = Inputs.of(Problem.of(instance))
    timeline = new_timeline(inputs)
    reset(timeline, inputs)
    return timeline, inputs


def free(timeline: Timeline, inputs: Inputs, node: int, until: int) -> IntArray:
    """Return what is free on a node in every step, int64[until, K]."""
    levels = np.zeros((until, *inputs.node_capacity.shape), dtype=np.int64)
    for t in range(until):
        copy_free(timeline, node, t, levels[t])
    return levels[:, node]


def steps(timeline: Timeline, inputs: Inputs, node: int = 0) -> list[tuple[int, ...]]:
    """Return the times at which the free capacity of a node changes, and what it changes to."""
    levels = free(timeline, inputs, node, 12).tolist()
    return [(t, *level) for t, level in enumerate(levels) if t == 0 or level != levels[t - 1]]


BLOCKED = Instance(
    jobs=(
        Job("a", duration=3, demand={"gpu": 2}),
        Job("b", duration=4, demand={"gpu": 1, "mem": 3}),
        Job("late", arrival=100, duration=1),
    ),
    resources={"gpu": 4, "mem": 8},
    unavailable=(Unavailable(5, 7, resource="gpu", amount=3),),
)


def test_reset_gives_the_capacity_that_is_available() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    assert steps(timeline, inputs) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


def test_reserving_cuts_the_timeline() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    reserve(timeline, 0, 1, 3, inputs.mode_demand, 0)
    reserve(timeline, 0, 4, 4, inputs.mode_demand, 1)
    assert steps(timeline, inputs) == [(0, 4, 8), (1, 2, 8), (4, 3, 5), (5, 0, 5), (7, 3, 5), (8, 4, 8)]
    reset(timeline, inputs)
    assert steps(timeline, inputs) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


@pytest.mark.parametrize(
    ("ready", "duration", "mode", "start"),
    [
        (0, 5, 0, 0),
        (1, 4, 0, 1),
        (2, 4, 0, 7),
        (5, 1, 0, 7),
        (6, 9, 1, 6),
        (2, 4, 1, 2),
        (6, 0, 0, 6),
        (100, 3, 0, 100),
    ],
)
def test_a_job_needs_room_for_its_whole_length(ready: int, duration: int, mode: int, start: int) -> None:
    timeline, inputs = timeline_of(BLOCKED)
    assert earliest_start(timeline, 0, ready, duration, inputs.mode_demand, mode, NEVER) == start


def test_the_search_ends_at_the_latest_useful_start() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    assert earliest_start(timeline, 0, 3, 3, inputs.mode_demand, 0, 7) == 7
    assert earliest_start(timeline, 0, 3, 3, inputs.mode_demand, 0, 6) > 6
    assert earliest_start(timeline, 0, 3, 3, inputs.mode_demand, 0, 2) > 2


@pytest.mark.parametrize(
    ("limit", "duration", "mode", "start"),
    [
        (12, 4, 0, 8),
        (11, 4, 0, 7),
        (10, 4, 0, 1),
        (6, 1, 0, 4),
        (9, 9, 1, 0),
        (9, 8, 0, -3),
        (4, 4, 0, 0),
        (6, 0, 0, 6),
    ],
)
def test_a_job_as_late_as_possible(limit: int, duration: int, mode: int, start: int) -> None:
    timeline, inputs = timeline_of(BLOCKED)
    assert latest_start(timeline, 0, limit, duration, inputs.mode_demand, mode) == start


def test_what_is_given_back_is_free_again() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    for action in (reserve, give_back):
        action(timeline, 0, 1, 3, inputs.mode_demand, 0)
    assert steps(timeline, inputs) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


def walk(timeline: Timeline, node: int, kinds: int, time: int = 0) -> list[tuple[int, ...]]:
    """Return the times from ``time`` on at which the free capacity of a node changes, and what it changes to."""
    found = []
    while time < NEVER:
        found.append((time, *(free_amount(timeline, node, time, k) for k in range(kinds))))
        time = next_change(timeline, node, time)
    return found


def test_a_walk_over_the_changes() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    for mode, start in ((1, 0), (0, 2)):
        reserve(timeline, 0, start, 3, inputs.mode_demand, mode)
    assert walk(timeline, 0, 2) == steps(timeline, inputs) == [(0, 3, 5), (2, 1, 5), (3, 2, 8), (5, 1, 8), (7, 4, 8)]
    assert walk(timeline, 0, 2, 4) == [(4, 2, 8), (5, 1, 8), (7, 4, 8)]
    assert walk(timeline, 0, 2, 10**9) == [(10**9, 4, 8)]


def test_an_empty_job_takes_nothing() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    reserve(timeline, 0, 2, 0, inputs.mode_demand, 0)
    assert steps(timeline, inputs) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


def test_against_an_array_of_slots_with_all_jobs_on_one_of_many_nodes() -> None:
    rng, horizon = Random(1), 1400
    jobs = tuple(Job(f"j{i}", duration=rng.randint(1, 9), demand={"gpu": rng.randint(0, 4)}) for i in range(300))
    block = Unavailable(20, 40, node="n-7", amount=2)
    instance = Instance(jobs=jobs, nodes=(Node("n", {"gpu": 4}, count=50),), unavailable=(block,))
    timeline, inputs = timeline_of(instance)
    left = np.full(horizon, 4)
    left[20:40] -= 2
    for j, job in enumerate(jobs):
        ready, p, demand = rng.randint(0, 400), int(job.duration), int(job.demand["gpu"])
        start = next(t for t in range(ready, horizon) if (left[t : t + p] >= demand).all())
        assert earliest_start(timeline, 7, ready, p, inputs.mode_demand, j, NEVER) == start
        full = (t for t in range(ready, ready + p) if left[t] < demand)
        assert first_conflict(timeline, 7, ready, ready + p, inputs.mode_demand, j) == next(full, NEVER)
        limit = rng.randint(p, 400)
        fitting = (t for t in range(limit - p, -1, -1) if (left[t : t + p] >= demand).all())
        assert max(latest_start(timeline, 7, limit, p, inputs.mode_demand, j), -1) == next(fitting, -1)
        reserve(timeline, 7, start, p, inputs.mode_demand, j)
        left[start : start + p] -= demand
    assert free(timeline, inputs, 7, horizon)[:, 0].tolist() == left.tolist()
    assert [steps(timeline, inputs, v) for v in (6, 8)] == [[(0, 4)], [(0, 4)]]
    changes = [0, *(np.flatnonzero(np.diff(left)) + 1)]
    assert [walk(timeline, v, 1) for v in (6, 7, 49)] == [[(0, 4)], [(t, left[t]) for t in changes], [(0, 4)]]
    assert walk(timeline, 7, 1, 10**9) == [(10**9, 4)]
    reset(timeline, inputs)
    assert steps(timeline, inputs, 7) == [(0, 4)]
    assert free(timeline, inputs, 7, horizon)[:, 0].tolist() == [4] * 20 + [2] * 20 + [4] * (horizon - 40)


def test_amounts_that_do_not_fit_into_one_integer_are_kept_apart() -> None:
    """62 bits hold what is in use of all resources in a step, and one more bit of each."""
    for capacity, in_slots in ((2**30 - 1, True), (2**30, False)):
        wide = Instance(jobs=(Job("a", duration=3, demand={"a": 1, "b": 1}),), resources={"a": capacity, "b": capacity})
        inputs = Inputs.of(Problem.of(wide))
        assert are_suitable(inputs, 4) is in_slots


def test_a_long_horizon_is_not_kept_step_by_step() -> None:
    inputs = Inputs.of(Problem.of(BLOCKED))
    assert are_suitable(inputs, 768)
    assert not are_suitable(inputs, 769)


def test_a_search_that_walks_often_asks_for_fewer_steps_a_job() -> None:
    inputs = Inputs.of(Problem.of(BLOCKED))
    assert are_suitable(inputs, 150, slots_a_job=50)
    assert not are_suitable(inputs, 151, slots_a_job=50)
