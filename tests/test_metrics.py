from random import Random

import numpy as np
import pytest
from oracle import random_schedule
from random_instances import random_instance

from optimizer.instance import Instance, Job, Node
from optimizer.metrics import Metrics, jain_index
from optimizer.names import Objective, TimeUnit
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.schedule import Schedule, Segments


def integers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


POOL = Instance(
    jobs=(
        Job("a", duration=20, arrival=1, demand={"gpu": 2}, user="u"),
        Job("b", duration=4, arrival=2, demand={"gpu": 4, "cpu": 1}, deadline=24, user="v"),
        Job("c", duration=0, arrival=1.5, user="v"),
        Job("d", duration=2.5, arrival=3, demand={"gpu": 2}),
    ),
    resources={"gpu": 4, "cpu": 8, "tpu": 0},
)


def test_metrics_of_a_pool_worked_by_hand() -> None:
    problem = Problem.of(POOL)
    schedule = Schedule.starting(problem, integers(2, 42, 7, 6), np.arange(4), np.zeros(4, dtype=np.int64))
    # a runs 1-21, b 21-25, c at 3.5, d 3-5.5: flow times 20, 23, 2, 2.5; 25 - 1 = 24 from first arrival to last end
    assert Metrics.of(problem, schedule).as_dict() == {
        "mean_wait_time": pytest.approx((0 + 19 + 2 + 0) / 4),
        "mean_flow_time": pytest.approx(47.5 / 4),
        "max_flow_time": 23,
        "mean_slowdown": pytest.approx((1 + 23 / 4 + 2 / 0.5 + 1) / 4),
        "mean_bounded_slowdown": pytest.approx((1 + 2.3 + 1 + 1) / 4),
        "makespan": 25,
        "utilization": {"gpu": pytest.approx(61 / (4 * 24)), "cpu": pytest.approx(4 / (8 * 24)), "tpu": 0},
        "load_balance": 1,
        "deadline_misses": 1,
        "fairness": pytest.approx((1 + 4.875) ** 2 / (2 * (1 + 4.875**2))),
    }


def test_load_balance_is_jains_index_of_the_nodes_mean_utilization() -> None:
    instance = Instance(
        jobs=(Job("a", duration=4, demand={"gpu": 1}), Job("b", duration=2, demand={"gpu": 2, "cpu": 4})),
        nodes=(Node("n", {"gpu": 2, "cpu": 4}, count=2), Node("m", {"gpu": 2})),
    )
    problem = Problem.of(instance)
    schedule = Schedule.starting(problem, integers(0, 0), integers(0, 1), integers(2, 0))
    metrics = Metrics.of(problem, schedule)
    assert metrics.utilization == {"gpu": pytest.approx(8 / 24), "cpu": pytest.approx(8 / 32)}
    assert metrics.load_balance == pytest.approx(1 / 3 * (0.5 + 0.5) ** 2 / (0.5**2 + 0.5**2))
    assert metrics.fairness == 1


def test_preempted_jobs_are_busy_in_their_pieces_alone() -> None:
    instance = Instance(
        jobs=(Job("a", duration=4, demand={"g": 1}),),
        nodes=(Node("fast", {"g": 1}, performance=2), Node("slow", {"g": 2})),
    )
    problem = Problem.of(instance)
    segments = Segments(integers(0, 2), integers(0, 6), integers(1, 8), integers(0, 1))
    metrics = Metrics.of(problem, Schedule(integers(0), integers(8), integers(0), integers(1), segments))
    assert metrics.utilization == {"g": pytest.approx((1 + 2) / (3 * 8))}
    assert metrics.load_balance == pytest.approx(1)
    assert metrics.mean_wait_time == 8 - 4


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (TimeUnit.SECOND, 6 / 10),
        (TimeUnit.SLOT, 6 / 10),
        (TimeUnit.MINUTE, 6 / 0.5),
        (TimeUnit.HOUR, 6 / 0.5),
        (TimeUnit.DAY, 6 / 0.5),
    ],
)
def test_slowdown_is_bounded_by_ten_seconds(unit: TimeUnit, expected: float) -> None:
    instance = Instance(jobs=(Job("a", duration=0.5),), resources={"g": 1}, time_unit=unit)
    problem = Problem.of(instance)
    metrics = Metrics.of(problem, Schedule.starting(problem, integers(11), integers(0), integers(0)))
    assert metrics.mean_bounded_slowdown == pytest.approx(max(1, expected))


def test_ten_seconds_of_a_minute_bound_shorter_jobs() -> None:
    instance = Instance(jobs=(Job("a", duration=0.05),), resources={"g": 1}, time_unit=TimeUnit.MINUTE)
    problem = Problem.of(instance)
    metrics = Metrics.of(problem, Schedule.starting(problem, integers(19), integers(0), integers(0)))
    assert metrics.mean_bounded_slowdown == pytest.approx(60 / 10)
    assert metrics.mean_slowdown == pytest.approx(20)


def test_a_schedule_without_length_uses_nothing() -> None:
    problem = Problem.of(Instance(jobs=(Job("a", duration=0, arrival=3, demand={"g": 1}),), resources={"g": 1}))
    metrics = Metrics.of(problem, Schedule.starting(problem, integers(3), integers(0), integers(0)))
    assert (metrics.makespan, metrics.utilization, metrics.load_balance) == (3, {"g": 0}, 1)
    assert (metrics.mean_slowdown, metrics.mean_bounded_slowdown) == (0, 1)


def test_metrics_that_are_objectives_have_their_values() -> None:
    for seed in range(60):
        instance = random_instance(seed)
        schedule = random_schedule(Problem.of(instance), Random(seed))
        metrics = Metrics.of(Problem.of(instance), schedule)
        for objective in ("mean-flow-time", "mean-wait-time", "mean-slowdown", "makespan"):
            value = evaluate(Problem.of(instance, Objective(objective)), schedule)
            assert getattr(metrics, objective.replace("-", "_")) == pytest.approx(value), (seed, objective)
        assert all(0 <= share <= 1 for share in metrics.utilization.values())
        assert 0 < metrics.load_balance <= 1 + 1e-12
        assert 0 < metrics.fairness <= 1 + 1e-12


@pytest.mark.parametrize(
    ("values", "index"), [([], 1), ([0, 0], 1), ([3], 1), ([2, 2, 2], 1), ([1, 0, 0, 0], 0.25), ([1, 3], 0.8)]
)
def test_jains_index(values: list[float], index: float) -> None:
    assert jain_index(np.array(values, dtype=np.float64)) == pytest.approx(index)
