import math
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job
from optimizer.kernels.generation import serial_schedule
from optimizer.names import Status
from optimizer.problem import Problem
from optimizer.result import Result
from optimizer.solvers.policies.queue_policy import QueuePolicy
from optimizer.solvers.solve import solve

ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9), st.integers(1, 5)), min_size=1, max_size=14)


def pool(rows: list[tuple[int, int, int]], capacity: int = 5) -> Instance:
    """Return a pool with jobs (arrival, duration, size) whose estimates are true."""
    jobs = (Job(f"j{i}", arrival=a, duration=p, demand={"cpu": d}) for i, (a, p, d) in enumerate(rows))
    return Instance(tuple(jobs), resources={"cpu": capacity})


def run(instance: Instance, solver: str) -> tuple[Problem, list[int], list[int], list[int]]:
    """Return problem, starts, ends and sizes."""
    result = solve(instance, solver)
    assert result.schedule is not None
    sizes = result.problem.mode_demand[:, 0].tolist()
    return result.problem, result.schedule.start.tolist(), result.schedule.end.tolist(), sizes


@given(ROWS)
def test_easy_never_delays_the_reservation_of_the_head(rows: list[tuple[int, int, int]]) -> None:
    problem, start, end, size = run(pool(rows), "easy")
    order = np.lexsort((np.arange(problem.jobs), problem.release)).tolist()
    for place, j in enumerate(order):
        ahead = order[:place]
        head_since = max([int(problem.release[j]), *(start[i] for i in ahead)])
        running = [i for i in order if start[i] < head_since or (i in ahead and start[i] == head_since)]
        promised = next(
            t
            for t in sorted({head_since, *(end[i] for i in running)})
            if t >= head_since and sum(size[i] for i in running if end[i] > t) + size[j] <= 5
        )
        assert start[j] <= promised


@given(ROWS)
def test_conservative_delays_nobody(rows: list[tuple[int, int, int]]) -> None:
    problem, start, _, _ = run(pool(rows), "conservative")
    # with true estimates each job has the earliest place beside those that arrived before it
    order = np.lexsort((np.arange(problem.jobs), problem.release))
    assert start == serial_schedule(problem, order).start.tolist()


@given(ROWS, st.sampled_from(["fcfs", "sjf", "wfp3"]))
def test_no_job_waits_that_fits_when_anything_may_be_backfilled(rows: list[tuple[int, int, int]], order: str) -> None:
    problem, start, end, size = run(pool(rows), f"{order}:backfill=any")
    for now in {*start, *end, *problem.release.tolist()}:
        free = 5 - sum(d for s, e, d in zip(start, end, size, strict=True) if s <= now < e)
        waiting = [j for j in range(problem.jobs) if problem.release[j] <= now < start[j]]
        assert all(size[j] > free for j in waiting)


@given(ROWS)
def test_without_backfill_jobs_start_in_order(rows: list[tuple[int, int, int]]) -> None:
    problem, start, _, _ = run(pool(rows), "fcfs")
    order = np.lexsort((np.arange(problem.jobs), problem.release))
    assert (np.diff(np.array(start)[order]) >= 0).all()


@settings(max_examples=40)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 3))
def test_shortest_first_is_optimal_for_equal_machines(durations: list[int], machines: int) -> None:
    jobs = tuple(Job(f"j{i}", duration=p, demand={"cpu": 1}) for i, p in enumerate(durations))
    value = solve(Instance(jobs, resources={"cpu": machines}), "sjf").value
    best = min(
        sum(
            sum(queue[: place + 1])
            for m in range(machines)
            for queue in [sorted(p for p, own in zip(durations, where, strict=True) if own == m)]
            for place in range(len(queue))
        )
        for where in product(range(machines), repeat=len(durations))
    )
    assert value == pytest.approx(best / len(durations))


def test_the_best_permutation_is_not_beaten_by_any_order() -> None:
    rows = [(0, 4, 3), (0, 2, 4), (1, 3, 2), (2, 1, 5)]
    instance = pool(rows)
    problem = Problem.of(instance)
    best = min(serial_schedule(problem, np.array(order)).end.sum() for order in permutations(range(4)))
    for name in ("fcfs", "sjf", "ljf", "smallest-area", "edf", "wfp3", "unicep", "f1", "f2", "f3", "f4", "easy"):
        _, _, end, _ = run(instance, name)
        assert sum(end) >= best


def test_missed_deadlines_do_not_stop_a_policy() -> None:
    jobs = tuple(Job(f"j{i}", duration=4, demand={"cpu": 1}, deadline=9) for i in range(3))
    result = solve(Instance(jobs, resources={"cpu": 1}), "fcfs")
    assert result.status is Status.LATE
    assert result.metrics is not None
    assert result.metrics.deadline_misses == 1


def bounded(result: Result) -> tuple[float, float]:
    assert result.metrics is not None
    return result.metrics.mean_wait_time, result.metrics.mean_bounded_slowdown


@pytest.mark.parametrize(
    ("log", "fcfs", "easy"),
    [
        ("hpc2n.swf.gz", (5601.35, 47.124), (3483.42, 16.869)),
        ("kth_sp2.swf.gz", (389861.06, 7510.785), (6846.03, 90.461)),
    ],
)
def test_known_answers(data, log: str, fcfs: tuple[float, float], easy: tuple[float, float]) -> None:  # type: ignore[no-untyped-def]
    from optimizer.formats.reading import load

    instance = load(data(f"swf/{log}"), processors=240 if "hpc2n" in log else None)
    wait, slowdown = bounded(solve(instance, "fcfs"))
    assert (round(wait, 2), round(slowdown, 3)) == fcfs
    for found, known in zip(bounded(solve(instance, "easy")), easy, strict=True):
        assert math.isclose(found, known, rel_tol=0.01)  # the last digits hang on the order of simultaneous events


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"order": "fifo", "backfill": "easy"}, "order 'fifo': expected one of fcfs, sjf"),
        ({"order": "sjf"}, "order 'sjf': expected none with backfill=none, only with easy"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, str], complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        QueuePolicy(**options)  # type: ignore[arg-type]
    assert str(refused.value).startswith(complaint)


def test_a_policy_runs_on_the_grid_as_it_is() -> None:
    with pytest.raises(UsageError, match="expected 1 for the policy fcfs"):
        solve(pool([(0, 1, 1)]), "fcfs", time_step=2)
