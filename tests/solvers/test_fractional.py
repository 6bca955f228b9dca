import numpy as np
import pytest

from optimizer.bounds.lagrangian import Answers
from optimizer.instance import Instance, Job, Mode
from optimizer.problem import Problem
from optimizer.solvers.fractional import Fractional, listed_by_starts

HALVES = Fractional(
    jobs=2,
    job=np.array([0, 0, 1]),
    mode=np.array([0, 1, 2]),
    start=np.array([0, 6, 3]),
    duration=np.array([2, 4, 4]),
    weight=np.array([0.5, 0.5, 1.0]),
)
"""Job 0 is half done in [0, 2), half in [6, 10); job 1 in [3, 7)."""


def test_alpha_points_by_hand() -> None:
    points = HALVES.alpha_points(4)
    assert points[1].tolist() == [3, 4, 5, 6, 7]
    assert points[0, [0, 1, 3, 4]].tolist() == [0, 1, 8, 10]
    assert 2 <= points[0, 2] <= 6


def test_orders_by_hand() -> None:
    keys = [key.tolist() for key in HALVES.orders(HALVES.alpha_points(1))]
    assert keys == [[3, 3], [4.5, 5], [6, 7], [10, 7]]


def test_likeliest_modes() -> None:
    assert HALVES.likeliest_modes()[1] == 2
    more = Fractional(
        1, np.zeros(3, int), np.array([0, 1, 0]), np.zeros(3, int), np.ones(3, int), np.array([0.3, 0.4, 0.3])
    )
    assert more.likeliest_modes().tolist() == [0]


def test_answers_are_averaged_by_their_shares() -> None:
    job = Job("a", modes=(Mode(2, {"gpu": 1}), Mode(1, {"gpu": 2})))
    problem = Problem.of(Instance(jobs=(job,), resources={"gpu": 2}))
    answers = [
        Answers(share, np.array([start]), np.array([mode]), np.array([0]))
        for share, start, mode in ((1.0, 0, 0), (0.5, 4, 0), (0.2, 8, 1))
    ]
    fractional = Fractional.of_answers(problem, answers)
    assert fractional.weight == pytest.approx([0.4, 0.4, 0.2])
    assert fractional.duration.tolist() == [2, 2, 1]
    assert fractional.likeliest_modes().tolist() == [0]


def test_an_empty_job_counts_as_one_of_length_one() -> None:
    empty = Fractional(1, np.zeros(1, int), np.zeros(1, int), np.array([5]), np.zeros(1, int), np.ones(1))
    assert empty.alpha_points(2).tolist() == [[5, 5.5, 6]]


def test_jobs_are_listed_by_when_a_part_of_them_has_begun() -> None:
    """Half of the long job begins first, all of the short one before its other half: alpha 1/2 or 3/4 decides."""
    jobs = (Job("long", duration=9, demand={"gpu": 1}), Job("short", duration=1, demand={"gpu": 1}))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    begun = Fractional(
        2, np.array([0, 0, 1]), np.array([0, 0, 1]), np.array([0, 4, 2]), np.array([9, 9, 1]), np.array([0.5, 0.5, 1.0])
    )
    assert listed_by_starts(problem, begun).start.tolist() == [1, 0]
    all_at_first = Fractional(2, np.arange(2), np.arange(2), np.array([0, 9]), np.array([9, 1]), np.ones(2))
    assert listed_by_starts(problem, all_at_first).start.tolist() == [0, 9]


def test_without_a_part_of_every_job_there_are_no_orders() -> None:
    assert HALVES.is_complete
    assert not Fractional(2, np.array([1]), np.array([2]), np.array([0]), np.array([4]), np.ones(1)).is_complete
