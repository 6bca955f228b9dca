from random import Random

import numpy as np
import pytest

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels import capacity as module
from optimizer.kernels.capacity import book, first_fit, new_capacity
from optimizer.kernels.inputs import Inputs
from optimizer.problem import NEVER, Problem

SPAN, JOBS = 60, 12


@pytest.mark.parametrize("most_cells", [16_000_000, 0], ids=["steps", "calendar"])
@pytest.mark.parametrize("seed", range(10))
def test_places_are_those_of_a_plain_search(seed: int, most_cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CELLS", most_cells)
    rng = Random(seed)
    nodes = (Node("a", {"g": 4, "c": 3}), Node("b", {"g": 2, "c": 5}))
    blocks = (Unavailable(5, 9, node="a", resource="g", amount=2), Unavailable(20, 22, node="b"))
    demands = [{"g": 1 + j % 2, "c": j % 3} for j in range(JOBS)]
    jobs = tuple(Job(f"j{j}", duration=1, demand=d) for j, d in enumerate(demands))
    inputs = Inputs.of(Problem.of(Instance(jobs, nodes=nodes, unavailable=blocks)))
    capacity = new_capacity(inputs, SPAN)
    assert (len(capacity.free) == 0) == (most_cells == 0)
    free = np.repeat(inputs.node_capacity[:, None, :], SPAN, axis=1)
    free[0, 5:9, 0] -= 2
    free[1, 20:22] = 0
    held: dict[int, tuple[int, int, int]] = {}
    for _ in range(200):
        j, node = rng.randrange(JOBS), rng.randrange(2)
        if j in held:
            node, begin, end = held.pop(j)
            book(capacity, node, begin, end, inputs.mode_demand, j, 1)
            free[node, begin:end] += inputs.mode_demand[j]
            continue
        ready, duration = rng.randrange(40), rng.randrange(10)
        latest, own = rng.choice([NEVER, 25]), rng.choice([NEVER, 30])
        fits = (free[node] >= inputs.mode_demand[j]).all(axis=1)
        fits[own:] = True
        starts = range(ready, SPAN - duration + 1)
        wanted = next((t for t in starts if duration == 0 or fits[t : t + duration].all()), NEVER)
        found = first_fit(capacity, node, ready, duration, inputs.mode_demand, j, latest, own)
        assert found == wanted or min(found, wanted) > latest
        if own == NEVER and found <= latest:
            book(capacity, node, found, found + duration, inputs.mode_demand, j, -1)
            free[node, found : found + duration] -= inputs.mode_demand[j]
            held[j] = (node, found, found + duration)
