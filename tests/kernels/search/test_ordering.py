import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.instance import Instance, Job
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.search.ordering import feasible_by_key, sort_by_key
from optimizer.problem import Problem


def sorted_by(key: list[float], *, compiled: bool) -> list[int]:
    order = np.arange(len(key))
    sort = sort_by_key.compiled if compiled else sort_by_key
    sort(order, np.array(key), np.zeros(len(key), dtype=np.int64))
    return order.tolist()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_sorting_is_stable(key: list[int]) -> None:
    expected = sorted(range(len(key)), key=key.__getitem__)
    assert sorted_by([float(k) for k in key], compiled=False) == expected
    assert sorted_by([float(k) for k in key], compiled=True) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ([0.0, 1, 2, 3], [0, 1, 2, 3]),
        ([5.0, 1, 2, 0], [3, 2, 0, 1]),  # b waits for a
        ([1.0, 0, 5, 0], [3, 0, 1, 2]),
    ],
)
def test_no_job_stands_before_a_predecessor(key: list[float], expected: list[int]) -> None:
    jobs = (
        Job("a", duration=1, demand={"gpu": 1}),
        Job("b", duration=1, demand={"gpu": 1}, after=("a",)),
        Job("c", duration=1, demand={"gpu": 1}),
        Job("d", duration=1, demand={"gpu": 1}),
    )
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    order, scratch = np.zeros((2, 4), dtype=np.int64)
    feasible_by_key(Inputs.of(problem), integers(problem.topological_order), np.array(key), order, scratch)
    assert order.tolist() == expected
