from random import Random

import numpy as np
import pytest

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels.calendar import Calendar, change, earliest, holding, new_calendar
from optimizer.kernels.inputs import Inputs
from optimizer.problem import NEVER, Problem
from optimizer.units import IntArray

SPAN = 2000


def made(jobs: int) -> tuple[Inputs, Calendar, IntArray]:
    """Return a calendar of two nodes, the first with less in [5, 9), and what is free in each step."""
    blocks = (Unavailable(5, 9, node="a", resource="g", amount=2),)
    nodes = (Node("a", {"g": 4, "c": 3}), Node("b", {"g": 2, "c": 5}))
    demands = [{"g": 1 + j % 2, "c": j % 3} for j in range(jobs)]
    instance = Instance(
        tuple(Job(f"j{j}", duration=1, demand=d) for j, d in enumerate(demands)), nodes=nodes, unavailable=blocks
    )
    inputs = Inputs.of(Problem.of(instance))
    free = np.repeat(inputs.node_capacity[:, None, :], SPAN, axis=1)
    free[0, 5:9, 0] -= 2
    return inputs, new_calendar(inputs, SPAN), free


def first_fit(free: IntArray, demand: IntArray, ready: int, duration: int, own: int) -> int:
    fits = (free >= demand).all(axis=1)
    fits[own:] = True
    return next(t for t in range(ready, len(free)) if fits[t : t + duration].all())


@pytest.mark.parametrize(("seed", "jobs"), [*((seed, 30) for seed in range(10)), *((seed, 400) for seed in range(10))])
def test_reservations_come_and_go(seed: int, jobs: int) -> None:
    rng = Random(seed)
    inputs, calendar, free = made(jobs)
    blocks = calendar.links[-1].tolist()
    held: dict[int, tuple[int, int, int]] = {}
    for _ in range(4 * jobs):
        j = rng.randrange(jobs)
        if j in held:
            node, begin, end = held.pop(j)
            change(calendar, node, begin, end, inputs.mode_demand, j, 1)
            free[node, begin:end] += inputs.mode_demand[j]
            continue
        node, ready, duration = rng.randrange(2), rng.randrange(4 * jobs), rng.randrange(12)
        own = rng.choice([NEVER, ready + rng.randrange(20)])
        wanted = first_fit(free[node], inputs.mode_demand[j], ready, duration, min(own, SPAN))
        found = earliest(calendar, node, ready, duration, inputs.mode_demand, j, NEVER, own)
        assert found == wanted or min(found, wanted) >= own  # who has a reservation asks for an earlier one only
        assert earliest(calendar, node, ready, duration, inputs.mode_demand, j, wanted - 1, own) >= wanted
        if own == NEVER and wanted + duration < SPAN:
            change(calendar, node, wanted, wanted + duration, inputs.mode_demand, j, -1)
            free[node, wanted : wanted + duration] -= inputs.mode_demand[j]
            held[j] = (node, wanted, wanted + duration)
        when = rng.randrange(SPAN)
        place, slot = holding(calendar, node * SPAN + when)
        assert (calendar.entry[calendar.links[place, 0], slot, 1:] == free[node, when]).all()
    for j, (node, begin, end) in held.items():
        change(calendar, node, begin, end, inputs.mode_demand, j, 1)
    assert calendar.links[-1].tolist() == blocks  # all entries were given back
