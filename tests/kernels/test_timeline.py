from random import Random

import numpy as np
import pytest

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.timeline import (
    COUNT,
    Timeline,
    earliest_start,
    entry_at,
    give_back,
    has_storage,
    new_timeline,
    reserve,
    reset,
)
from optimizer.problem import NEVER, Problem


def timeline_of(instance: Instance) -> tuple[Timeline, Inputs]:
    inputs = Inputs.of(Problem.of(instance))
    timeline = new_timeline(inputs)
    reset(timeline, inputs)
    return timeline, inputs


def steps(timeline: Timeline, node: int = 0) -> list[tuple[int, ...]]:
    """Return time and free capacity of each entry of a node."""
    own = slice(timeline.part[node, 0], timeline.part[node, 0] + timeline.part[node, COUNT])
    return [(int(t), *level) for t, level in zip(timeline.time[own], timeline.level[own].tolist(), strict=True)]


BLOCKED = Instance(
    jobs=(Job("a", duration=3, demand={"gpu": 2}), Job("b", duration=4, demand={"gpu": 1, "mem": 3})),
    resources={"gpu": 4, "mem": 8},
    unavailable=(Unavailable(5, 7, resource="gpu", amount=3),),
)


def test_reset_gives_the_capacity_that_is_available() -> None:
    timeline, _ = timeline_of(BLOCKED)
    assert steps(timeline) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


def test_reserving_cuts_the_timeline() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    reserve(timeline, 0, 1, 3, inputs.mode_demand, 0)
    reserve(timeline, 0, 4, 4, inputs.mode_demand, 1)
    assert steps(timeline) == [(0, 4, 8), (1, 2, 8), (4, 3, 5), (5, 0, 5), (7, 3, 5), (8, 4, 8)]
    reset(timeline, inputs)
    assert steps(timeline) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


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


def test_an_empty_job_takes_nothing() -> None:
    timeline, inputs = timeline_of(BLOCKED)
    reserve(timeline, 0, 2, 0, inputs.mode_demand, 0)
    assert steps(timeline) == [(0, 4, 8), (5, 1, 8), (7, 4, 8)]


def test_against_an_array_of_slots_with_all_jobs_on_one_of_many_nodes() -> None:
    """The busiest node outgrows its share of the storage again and again."""
    rng, horizon = Random(1), 3000
    jobs = tuple(Job(f"j{i}", duration=rng.randint(1, 9), demand={"gpu": rng.randint(0, 4)}) for i in range(300))
    block = Unavailable(20, 40, node="n-7", amount=2)
    instance = Instance(jobs=jobs, nodes=(Node("n", {"gpu": 4}, count=50),), unavailable=(block,))
    timeline, inputs = timeline_of(instance)
    free = np.full(horizon, 4)
    free[20:40] -= 2
    for j, job in enumerate(jobs):
        ready, p, demand = rng.randint(0, 400), int(job.duration), int(job.demand["gpu"])
        start = next(t for t in range(ready, horizon) if (free[t : t + p] >= demand).all())
        assert earliest_start(timeline, 7, ready, p, inputs.mode_demand, j, NEVER) == start
        reserve(timeline, 7, start, p, inputs.mode_demand, j)
        free[start : start + p] -= demand
    levels = [timeline.level[entry_at(timeline, 7, t), 0] for t in range(horizon)]
    assert levels == free.tolist()
    assert [steps(timeline, v) for v in (6, 8)] == [[(0, 4)], [(0, 4)]]


@pytest.mark.parametrize("seed", range(10))
def test_giving_back_the_last_reservation_undoes_it(seed: int) -> None:
    rng = Random(seed)
    jobs = tuple(Job(f"j{i}", duration=rng.randint(0, 4), demand={"gpu": rng.randint(0, 1)}) for i in range(12))
    timeline, inputs = timeline_of(Instance(jobs, resources={"gpu": 12}, unavailable=(Unavailable(4, 8, amount=3),)))
    placed: list[tuple[int, int, list[tuple[int, ...]]]] = []
    for _ in range(200):
        if (placed and rng.random() < 0.45) or len(placed) == len(jobs):
            j, start, before = placed.pop()
            give_back(timeline, 0, start, int(inputs.mode_time[j, 0]), inputs.mode_demand, j)
            assert levels(timeline, 30) == before
            assert timeline.part[0, COUNT] <= 3 + 2 * len(placed)
        else:
            j, start = len(placed), rng.randint(0, 10)
            placed.append((j, start, levels(timeline, 30)))
            reserve(timeline, 0, start, int(inputs.mode_time[j, 0]), inputs.mode_demand, j)


def levels(timeline: Timeline, until: int) -> list[tuple[int, ...]]:
    """Return the free capacity at each time before ``until``."""
    return [tuple(timeline.level[entry_at(timeline, 0, t)].tolist()) for t in range(until)]


def test_storage_that_was_given_up_may_run_out() -> None:
    jobs = tuple(Job(f"j{i}", duration=1, demand={"gpu": 1}) for i in range(30))
    nodes = tuple(Node(f"n{v}", {"gpu": 1}) for v in range(10))
    timeline, inputs = timeline_of(Instance(jobs, nodes=nodes))

    def fill(node: int) -> int:
        """Reserve for as many jobs as storage allows and give everything back."""
        placed = 0
        while placed < len(jobs) and has_storage(timeline, node):
            reserve(timeline, node, 2 * placed, 1, inputs.mode_demand, placed)
            placed += 1
        for j in reversed(range(placed)):
            give_back(timeline, node, 2 * j, 1, inputs.mode_demand, j)
        return placed

    assert fill(0) == len(jobs)
    assert min(fill(node) for node in range(1, 10)) < len(jobs)
    reset(timeline, inputs)
    assert fill(9) == len(jobs)
