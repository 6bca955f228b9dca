"""Orders against the keys of the plain simulator."""

import numpy as np
import pytest
from policy_oracle import KEYS, SLOPES, key_of, read_cluster, read_jobs
from random_instances import random_instance

from optimizer.problem import Problem
from optimizer.solvers.policies.orders import ORDERS, priority


def test_every_order_of_the_oracle_is_there() -> None:
    assert set(ORDERS) == {*KEYS, *SLOPES, "priority"}


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("name", sorted(ORDERS))
def test_keys_are_those_of_the_oracle(name: str, seed: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=10))
    jobs = read_jobs(problem, read_cluster(problem))
    order = ORDERS[name](problem)
    if name in SLOPES:
        assert order.slope == pytest.approx([SLOPES[name](job) for job in jobs])
    else:
        assert np.asarray(order.key, dtype=float) == pytest.approx([float(key_of(name, job, 0, 0.0)) for job in jobs])


def test_aging_makes_early_jobs_important() -> None:
    problem = Problem.of(random_instance(4, jobs_max=10))
    jobs = read_jobs(problem, read_cluster(problem))
    assert priority(problem, 0.5).key == pytest.approx([key_of("priority", job, 0, 0.5) for job in jobs])
