import numpy as np
import pytest

from optimizer.instance import Instance, Job, Mode, Node
from optimizer.problem import Problem
from optimizer.schedule import Schedule, ScheduledJob, Segment, Segments, processing_times, scheduled_jobs

INSTANCE = Instance(
    jobs=(Job("a", modes=(Mode(1.5), Mode(3))), Job("b", duration=0), Job("c", duration=5, demand={"gpu": 1})),
    nodes=(Node("slow", {"gpu": 1}), Node("fast", {"gpu": 1}, performance=2)),
)


def integers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@pytest.fixture
def problem() -> Problem:
    return Problem.of(INSTANCE)


@pytest.fixture
def schedule(problem: Problem) -> Schedule:
    return Schedule.starting(problem, start=integers(0, 3, 7), mode=integers(1, 2, 3), node=integers(1, 0, 0))


def test_ends_follow_from_modes_and_nodes(problem: Problem, schedule: Schedule) -> None:
    assert processing_times(problem, schedule.mode, schedule.node).tolist() == [3, 0, 10]
    assert schedule.end.tolist() == [3, 3, 17]


def test_a_schedule_in_one_piece_a_job(schedule: Schedule) -> None:
    assert not schedule.preemptive
    pieces = schedule.pieces
    assert pieces.first.tolist() == [0, 1, 2, 3]
    assert pieces.start.tolist() == [0, 3, 7]
    assert pieces.end.tolist() == [3, 3, 17]
    assert pieces.node.tolist() == [1, 0, 0]


def test_rows_in_the_users_unit(problem: Problem, schedule: Schedule) -> None:
    assert scheduled_jobs(problem, schedule) == [
        ScheduledJob("a", 0, 1.5, 1, "fast"),
        ScheduledJob("b", 1.5, 1.5, 0, "slow"),
        ScheduledJob("c", 3.5, 8.5, 0, "slow"),
    ]


def test_rows_of_a_preemptive_schedule(problem: Problem) -> None:
    segments = Segments(
        first=integers(0, 1, 2, 4), start=integers(0, 3, 4, 9), end=integers(2, 3, 8, 12), node=integers(1, 0, 0, 1)
    )
    schedule = Schedule(integers(0, 3, 4), integers(2, 3, 12), integers(0, 2, 3), integers(1, 0, 1), segments)
    assert schedule.preemptive
    assert schedule.pieces is segments
    assert scheduled_jobs(problem, schedule)[0] == ScheduledJob("a", 0, 1, 0, "fast", (Segment(0, 1, "fast"),))
    assert scheduled_jobs(problem, schedule)[2] == ScheduledJob(
        "c", 2, 6, 0, "fast", (Segment(2, 4, "slow"), Segment(4.5, 6, "fast"))
    )


def test_a_pool_has_no_node_names() -> None:
    problem = Problem.of(Instance(jobs=(Job("a", duration=2),), resources={"g": 1}))
    schedule = Schedule.starting(problem, integers(4), integers(0), integers(0))
    assert scheduled_jobs(problem, schedule) == [ScheduledJob("a", 4, 6, 0, None)]
