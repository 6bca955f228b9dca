"""The two oracles agree with each other, and hence the arrays of a problem with the instance."""

import pytest
from oracle import brute_force, brute_force_by_starts
from random_instances import random_instance

from optimizer.names import Feature
from optimizer.problem import Problem


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_the_oracles_agree(first: int) -> None:
    for seed in range(first, first + 10):
        instance = random_instance(seed, jobs_max=4)
        assert brute_force(Problem.of(instance)) == brute_force_by_starts(instance), seed


def test_random_instances_have_everything_and_are_the_same_for_a_seed() -> None:
    instances = [random_instance(seed) for seed in range(100)]
    assert instances == [random_instance(seed) for seed in range(100)]
    problems = [Problem.of(instance) for instance in instances]
    cluster = {Feature.MODES, Feature.NODES, Feature.PRECEDENCE, Feature.DEADLINES, Feature.UNAVAILABILITY}
    assert all(sum(feature in problem.features for problem in problems) >= 20 for feature in cluster)
    assert len({instance.objective for instance in instances}) == 9
    assert sum(brute_force(problem) is None for problem in problems) in range(5, 40)
