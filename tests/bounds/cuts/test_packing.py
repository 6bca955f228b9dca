from itertools import product

import numpy as np
import pytest

from optimizer.bounds.cuts.packing import Classes, capacity_cut, hull_cut, inequality, lifted, violated, whole
from optimizer.instance import Instance, Job
from optimizer.kernels.bounds.knapsack import Items
from optimizer.kernels.compilation import Kernel
from optimizer.problem import Problem
from optimizer.units import IntArray


def classes_of(*demands: dict[str, int], **capacity: int) -> Classes:
    jobs = tuple(Job(f"j{i}", duration=1, demand=demand) for i, demand in enumerate(demands))
    return Classes.of(Problem.of(Instance(jobs=jobs, resources=capacity)))


def largest_sum(items: Items, capacity: IntArray, coefficient: IntArray) -> int:
    """Return what the coefficients of items that fit together add up to at most, by enumeration."""
    best = 0
    for counts in product(*(range(most + 1) for most in items.most.tolist())):
        taken = np.array(counts)
        owners = items.owner[taken > 0]
        if len(np.unique(owners)) == len(owners) and (taken @ items.demand <= capacity).all():
            best = max(best, int(taken @ coefficient))
    return best


def test_jobs_of_equal_demand_are_of_one_class() -> None:
    classes = classes_of({"gpu": 2}, {"gpu": 1}, {"gpu": 2}, gpu=3)
    assert classes.demand.ravel().tolist() == [1, 2]
    assert classes.jobs.tolist() == [1, 2]
    assert classes.of_mode.tolist() == [1, 0, 1]


def test_a_capacity_is_a_cut_in_its_coarsest_unit() -> None:
    cut = capacity_cut(classes_of({"gpu": 4}, {"gpu": 6}, gpu=8), 0, 8)
    assert (cut.coefficient.tolist(), cut.side) == ([2, 3], 4)


def test_of_jobs_that_exclude_one_another_only_one_runs() -> None:
    """3 of 5 GPUs, twice: by capacity 5/3 run at a time, in truth 1 does; 1 GPU fits beside it."""
    classes = classes_of({"gpu": 3}, {"gpu": 3}, {"gpu": 1}, gpu=5)
    cut = hull_cut(classes, np.array([5]), np.array([0.0, 5 / 3]), 1.01, set())
    assert cut is not None
    assert (cut.coefficient.tolist(), cut.side) == ([0, 1], 1)


def test_a_clique_over_two_resources() -> None:
    """Each pair is too much of one resource, no two resources together say so."""
    demands = ({"a": 3, "b": 1}, {"a": 3, "b": 3}, {"a": 1, "b": 3, "c": 3}, {"a": 2, "c": 3})
    classes = classes_of(*demands, a=4, b=4, c=4)
    half = np.full(4, 0.5)
    cut = hull_cut(classes, np.array([4, 4, 4]), half, 1.01, set())
    assert cut is not None
    assert cut.coefficient @ half > cut.side


def test_an_average_of_sets_that_fit_is_not_cut_off() -> None:
    classes = classes_of({"gpu": 3}, {"gpu": 2}, gpu=5)
    assert hull_cut(classes, np.array([5]), np.array([1.0, 1.0]), 1.001, set()) is None


def test_what_was_no_average_by_less_is_looked_at_again_for_less() -> None:
    classes, averages = classes_of({"gpu": 3}, {"gpu": 3}, {"gpu": 3}, gpu=5), set[int]()
    point = np.array([1.1])
    for _ in range(2):
        assert hull_cut(classes, np.array([5]), point, 1.2, averages) is None
    assert len(averages) == 1
    assert hull_cut(classes, np.array([5]), point, 1.05, averages) is not None
    assert hull_cut(classes, np.array([6]), point, 1.05, averages) is None
    assert len(averages) == 2


def test_a_class_that_is_absent_is_lifted() -> None:
    """Of 3-GPU and 4-GPU jobs only one runs on 5 GPUs; the point knows only the former."""
    classes = classes_of({"gpu": 3}, {"gpu": 3}, {"gpu": 4}, gpu=5)
    cut = hull_cut(classes, np.array([5]), np.array([1.5, 0.0]), 1.01, set())
    assert cut is not None
    assert (cut.coefficient.tolist(), cut.side) == ([1, 1], 1)


def test_what_does_not_fit_beside_certain_items() -> None:
    """A 2-GPU job runs wholly, beside it 3/4 of one that takes 4 of 5 GPUs: only one of them runs."""
    items = Items(np.array([[2], [4]]), np.array([1, 1]), np.array([0, 1]))
    found = inequality(items, np.array([5]), np.array([1.0, 0.75]), 1.01, set())
    assert found is not None
    assert (found[0].tolist(), found[1]) == ([1, 1], 1)


def test_certain_items_are_released_by_so_much_as_they_make_room_for() -> None:
    """Beside two 1-GPU jobs only two 3-GPU jobs fit on 9 GPUs, without one of them still two, without both three."""
    items = Items(np.array([[1], [3]]), np.array([2, 3]), np.array([0, 1]))
    found = inequality(items, np.array([9]), np.array([2.0, 7 / 3]), 1.01, set())
    assert found is not None
    coefficient, side = found
    assert coefficient @ [2, 7 / 3] > side
    assert largest_sum(items, np.array([9]), coefficient) == side


def test_certain_items_that_do_not_fit_together_count_as_others() -> None:
    items = Items(np.array([[3], [3]]), np.array([1, 1]), np.array([0, 1]))
    found = inequality(items, np.array([5]), np.array([1.0, 1.0]), 1.01, set())
    assert found is not None
    assert (found[0].tolist(), found[1]) == ([1, 1], 1)


@pytest.mark.parametrize("seed", range(300))
def test_what_cuts_off_a_random_point_holds_for_all_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, kinds = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    capacity = rng.integers(4, 10, kinds)
    demand = np.maximum(rng.integers(0, capacity + 1, (count, kinds)), np.eye(count, kinds, dtype=np.int64))
    demand[demand.sum(axis=1) == 0] = 1
    items = Items(demand, rng.integers(1, 3, count), rng.integers(0, count, count))
    point = rng.random(count) * rng.integers(0, 2, count)
    if seed % 2:  # some items are wholly there
        certain = rng.random(count) < 0.4
        point[certain] = items.most[certain]
    of_owner = np.bincount(items.owner, point / items.most, count)[items.owner]  # together no more than one of them
    point /= np.maximum(of_owner, 1.0)
    inequality = violated(items, capacity, point, 1.01, set())
    if inequality is None:
        return
    found = lifted(items, capacity, inequality.alpha, point, 1.0)
    assert found is not None
    coefficient, side = found
    assert largest_sum(items, capacity, coefficient) <= side < coefficient @ point


def test_fractions_become_whole() -> None:
    assert whole(np.array([1 / 3, 1 / 2, 0.0])).tolist() == [2, 3, 0]
    assert whole(np.array([1.0, np.pi / 4])).tolist() == [5040, 3958]


def test_interpreted_as_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    classes = classes_of({"a": 3, "b": 1}, {"a": 3, "b": 3}, {"a": 1, "b": 3}, {"a": 2}, a=4, b=4)
    point = np.array([0.7, 0.4, 0.6, 0.8])
    monkeypatch.setattr(Kernel, "sized", lambda kernel, _: kernel.compiled)
    compiled = hull_cut(classes, np.array([4, 4]), point, 1.01, set())
    monkeypatch.setattr(Kernel, "sized", lambda kernel, _: kernel)
    interpreted = hull_cut(classes, np.array([4, 4]), point, 1.01, set())
    assert compiled is not None
    assert interpreted is not None
    assert compiled.key == interpreted.key
