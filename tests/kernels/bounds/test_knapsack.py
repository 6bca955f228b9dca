from itertools import product

import numpy as np
import pytest

from optimizer.kernels.bounds.knapsack import UNKNOWN, WHOLE, Items, most_valuable, new_knapsack
from optimizer.units import FloatArray, IntArray


def random_items(seed: int) -> tuple[Items, IntArray, FloatArray]:
    """Return up to six items of up to three resources, a capacity and whole values."""
    rng = np.random.default_rng(seed)
    count, kinds = int(rng.integers(1, 7)), int(rng.integers(1, 4))
    demand = rng.integers(0, 6, (count, kinds))
    demand[demand.sum(axis=1) == 0] = 1
    items = Items(demand, rng.integers(1, 4, count), rng.integers(0, count, count))
    return items, rng.integers(0, 12, kinds), rng.integers(0, 9, count).astype(np.float64)


def enumerated(items: Items, capacity: IntArray, value: FloatArray) -> float:
    best = 0.0
    for counts in product(*(range(most + 1) for most in items.most.tolist())):
        taken = np.array(counts)
        owners = items.owner[taken > 0]
        if len(np.unique(owners)) == len(owners) and (taken @ items.demand <= capacity).all():
            best = max(best, float(taken @ value))
    return best


@pytest.mark.parametrize("seed", range(300))
def test_as_by_enumeration(seed: int) -> None:
    items, capacity, value = random_items(seed)
    room = new_knapsack(items, capacity)
    found = most_valuable.compiled(items, capacity, value, 0.0, np.inf, WHOLE, room, 10_000)
    assert found == enumerated(items, capacity, value)
    assert room.best @ value == found
    assert (room.best @ items.demand <= capacity).all()
    assert not room.busy.any()


@pytest.mark.parametrize("seed", range(100))
def test_what_is_known_to_fit_is_returned_when_it_is_the_most(seed: int) -> None:
    items, capacity, value = random_items(seed)
    most = enumerated(items, capacity, value)
    room = new_knapsack(items, capacity)
    assert most_valuable.compiled(items, capacity, value, most, np.inf, WHOLE, room, 10_000) == most
    assert not room.best.any()
    if most > 0:
        assert most_valuable.compiled(items, capacity, value, most - 1, np.inf, WHOLE, room, 10_000) == most
        assert room.best @ value == most


@pytest.mark.parametrize("seed", range(100))
def test_a_search_ends_once_enough_fits(seed: int) -> None:
    items, capacity, value = random_items(seed)
    most, one, other = enumerated(items, capacity, value), new_knapsack(items, capacity), new_knapsack(items, capacity)
    found = most_valuable.compiled(items, capacity, value, 0.0, 1.0, WHOLE, one, 10_000)
    assert min(most, 1.0) <= found <= most
    assert one.best @ value == found
    assert not one.busy.any()
    most_valuable.compiled(items, capacity, value, 0.0, np.inf, WHOLE, other, 10_000)
    assert one.nodes[0] <= other.nodes[0]


@pytest.mark.parametrize("seed", range(200))
def test_exact_where_items_fill_the_capacity_to_the_last_unit(seed: int) -> None:
    """Millions of units, tiny demands in a resource that is never short, and multipliers as far apart as they get."""
    rng = np.random.default_rng(seed)
    large = rng.integers(100_000, 900_000, 8)
    items = Items(np.stack([large, rng.integers(1, 4, 8)], axis=1), np.ones(8, dtype=np.int64), np.arange(8))
    capacity = np.array([large[rng.random(8) < 0.5].sum(), 3_000_000])
    value = np.maximum(large // 1000 + rng.integers(0, 2, 8), 1).astype(np.float64)
    room = new_knapsack(items, capacity)
    for _ in range(3):
        found = most_valuable.compiled(items, capacity, value, 0.0, np.inf, WHOLE, room, 100_000)
        assert found == enumerated(items, capacity, value)


@pytest.mark.parametrize("seed", range(30))
def test_interpreted_as_compiled(seed: int) -> None:
    items, capacity, value = random_items(seed)
    one, other = new_knapsack(items, capacity), new_knapsack(items, capacity)
    value = value / 7
    assert most_valuable(items, capacity, value, 0.0, np.inf, 1e-9, one, 10_000) == most_valuable.compiled(
        items, capacity, value, 0.0, np.inf, 1e-9, other, 10_000
    )
    assert (one.best == other.best).all()


def test_a_search_that_is_given_up_leaves_no_owner_busy() -> None:
    items, capacity = Items(np.array([[2, 1], [3, 1], [4, 1]]), np.array([1, 1, 1]), np.arange(3)), np.array([5, 2])
    room = new_knapsack(items, capacity)
    value = np.array([2.0, 3.0, 4.0])
    assert most_valuable.compiled(items, capacity, value, 0.0, np.inf, WHOLE, room, 2) == UNKNOWN
    assert not room.busy.any()


@pytest.mark.parametrize("seed", range(200))
def test_a_single_resource_by_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 7))
    items = Items(rng.integers(1, 6, (count, 1)), rng.integers(1, 4, count), np.arange(count))
    value, capacity = rng.integers(-2, 9, count) / 7, rng.integers(0, 14, 1)
    room = new_knapsack(items, np.array([20]))
    for _ in range(2):
        found = most_valuable.compiled(items, capacity, value, 0.0, np.inf, 1e-9, room, 1)
        assert found == pytest.approx(enumerated(items, capacity, value))
        assert room.best @ value == pytest.approx(found)
        assert (room.best @ items.demand <= capacity).all()
        assert (room.best <= items.most).all()


def test_owners_that_are_busy_take_nothing() -> None:
    items, capacity = Items(np.array([[1], [1]]), np.array([1, 1]), np.array([0, 1])), np.array([2])
    room = new_knapsack(items, capacity)
    room.busy[0] = 1
    assert most_valuable.compiled(items, capacity, np.array([5.0, 3.0]), 0.0, np.inf, WHOLE, room, 100) == 3.0
