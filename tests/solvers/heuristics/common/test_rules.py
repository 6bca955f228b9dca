import numpy as np
import pytest

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job, Mode, Predecessor
from optimizer.problem import NEVER, Problem
from optimizer.solvers.heuristics.common.rules import RULES, rule_keys

JOBS = (
    Job("a", arrival=3, duration=4, weight=2, priority=1, demand={"gpu": 1}, deadline=20, due=9),
    Job("b", arrival=0, duration=6, weight=1, priority=5, demand={"gpu": 2}, after=("a",), deadline=16),
    Job("c", arrival=1, duration=2, weight=4, priority=0, demand={"gpu": 4}, after=(Predecessor("a", lag=3),)),
    Job("d", modes=(Mode(8, {"gpu": 1}), Mode(3, {"gpu": 4})), weight=1),
)
PROBLEM = Problem.of(Instance(JOBS, resources={"gpu": 4}))


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("arrival", [3, 0, 1, 0]),
        ("priority", [-1, -5, 0, 0]),
        ("shortest", [4, 6, 2, 3]),
        ("weighted-shortest", [2, 6, 0.5, 3]),
        ("longest", [-4, -6, -2, -3]),
        ("smallest-area", [1, 3, 2, 2]),  # d by its longer mode: 8 / 4
        ("weighted-smallest-area", [0.5, 3, 0.5, 2]),
        ("largest-area", [-1, -3, -2, -2]),
        ("earliest-deadline", [10, 16, NEVER, NEVER]),  # a leaves b its 6
        ("earliest-due", [9, 16, NEVER, NEVER]),
        ("slack", [2, 10, NEVER, NEVER]),
        ("critical-path", [-6, 0, 0, 0]),  # b needs 6, c 3 + 2
        ("most-successors", [-2, 0, 0, 0]),
        ("greatest-rank-positional-weight", [-12, -6, -2, -3]),
    ],
)
def test_keys_by_hand(rule: str, keys: list[float]) -> None:
    assert rule_keys(rule, PROBLEM, seed=0).tolist() == keys


def test_random_keys_follow_the_seed() -> None:
    first, again, other = (rule_keys("random", PROBLEM, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).any()


def test_without_precedence() -> None:
    problem = Problem.of(Instance((Job("a", duration=1, deadline=5), Job("b", duration=2)), resources={"gpu": 1}))
    for rule in RULES:
        assert np.isfinite(rule_keys(rule, problem, 0)).all()


def test_unknown_rules_are_named() -> None:
    with pytest.raises(UsageError, match="rule 'fastest': expected one of arrival, priority"):
        rule_keys("fastest", PROBLEM, 0)
