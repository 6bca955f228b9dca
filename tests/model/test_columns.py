import numpy as np

from optimizer.instance import Instance, Job, Predecessor, Unavailable
from optimizer.model.columns import counted, make_pulses, start_groups
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem


def groups(instance: Instance, **limits: float) -> list[tuple[int, int, int, int]]:
    """Return mode, node, first and last start of each run."""
    problem = Problem.of(instance)
    found = start_groups(problem, Costs.of(problem), **limits)  # type: ignore[arg-type]
    return [*zip(*(a.tolist() for a in (found.mode, found.node, found.first, found.last)), strict=True)]


def test_counted() -> None:
    assert counted(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert counted(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []


def test_windows_by_arrival_deadline_and_horizon() -> None:
    jobs = (Job("a", duration=3, arrival=2, deadline=8), Job("b", duration=5))
    instance = Instance(jobs, resources={"gpu": 1})
    assert groups(instance) == [(0, 0, 2, 5), (1, 0, 0, 5)]  # proven horizon: 2 + 3 + 5
    assert groups(instance, horizon=6) == [(0, 0, 2, 3), (1, 0, 0, 1)]
    assert groups(instance, horizon=4) == []


def test_windows_by_precedence_in_both_directions() -> None:
    jobs = (
        Job("a", duration=2),
        Job("b", duration=3, after=(Predecessor("a", lag=4),)),
        Job("c", duration=1, after=("b",), deadline=12),
    )
    # nothing waits for capacity, so the longest chain is proven long enough
    assert groups(Instance(jobs, resources={"gpu": 1})) == [(0, 0, 0, 0), (1, 0, 6, 6), (2, 0, 9, 9)]


def test_a_known_value_leaves_each_job_what_the_others_spare() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=3, demand={"gpu": 1}))
    assert groups(Instance(jobs, resources={"gpu": 1}), total=7) == [(0, 0, 0, 2), (1, 0, 0, 2)]


def test_a_known_maximum_bounds_every_end() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=3, demand={"gpu": 1}))
    instance = Instance(jobs, resources={"gpu": 1}, objective=Objective.MAKESPAN)
    assert groups(instance, total=5) == [(0, 0, 0, 3), (1, 0, 0, 2)]


def test_pulses_keep_clear_of_what_is_taken_away() -> None:
    instance = Instance(
        jobs=(Job("a", duration=2, demand={"gpu": 2}), Job("idle", duration=2)),
        resources={"gpu": 2},
        unavailable=(Unavailable(start=3, end=5, amount=1, resource="gpu"),),
    )
    problem = Problem.of(instance)
    pulses = make_pulses(problem, start_groups(problem, Costs.of(problem), horizon=8))
    assert pulses.start[pulses.mode == 0].tolist() == [0, 1, 5, 6]
    assert pulses.end[pulses.mode == 0].tolist() == [2, 3, 7, 8]
    assert pulses.start[pulses.mode == 1].tolist() == [0, 1, 2, 3, 4, 5, 6]
