"""Which jobs and nodes of a problem are alike, so that a search need not try both."""

import numpy as np

from optimizer.kernels.inputs import Inputs
from optimizer.units import IntArray


def one_price(inputs: Inputs) -> IntArray:
    """Return which jobs cost the same in all modes at all speeds, 0 or 1: int64[J]."""
    same = np.ones(len(inputs.mode_time), dtype=bool)
    first = np.repeat(inputs.mode_start[:-1], np.diff(inputs.mode_start))
    for array in (inputs.cost_reference, inputs.cost_slope, inputs.cost_step):
        same &= (array == array[first, :1]).all(axis=1)
    return np.logical_and.reduceat(same, inputs.mode_start[:-1]).astype(np.int64)


def job_classes(inputs: Inputs) -> IntArray:
    """Return a number for each job, the same for jobs that differ in nothing but the name."""
    known: dict[tuple[object, ...], int] = {}
    pairs: list[list[tuple[int, int]]] = [[] for _ in inputs.release]
    found = np.zeros(len(inputs.release), dtype=np.int64)
    for j in range(len(inputs.release)):
        for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
            pairs[inputs.predecessor_job[e]].append((j, int(inputs.predecessor_lag[e])))
    for j in range(len(inputs.release)):
        own = slice(inputs.mode_start[j], inputs.mode_start[j + 1])
        before = slice(inputs.predecessor_start[j], inputs.predecessor_start[j + 1])
        lags = zip(inputs.predecessor_job[before].tolist(), inputs.predecessor_lag[before].tolist(), strict=True)
        costs = (inputs.cost_reference, inputs.cost_slope, inputs.cost_step)
        key = (
            int(inputs.release[j]),
            int(inputs.deadline[j]),
            *(array[own].tobytes() for array in (inputs.mode_demand, inputs.mode_time, *costs)),
            tuple(sorted(lags)),
            tuple(sorted(pairs[j])),
        )
        found[j] = known.setdefault(key, len(known))
    return found


def node_twins(inputs: Inputs) -> IntArray:
    """Return for each node the previous one that differs in nothing but the name, -1 if there is none: int64[N]."""
    last: dict[tuple[object, ...], int] = {}
    twin = np.empty(len(inputs.node_speed), dtype=np.int64)
    for v in range(len(inputs.node_speed)):
        own = slice(inputs.profile_start[v], inputs.profile_start[v + 1])
        profile = (inputs.profile_time[own].tobytes(), inputs.profile_level[own].tobytes())
        key = (int(inputs.node_speed[v]), inputs.node_capacity[v].tobytes(), *profile)
        twin[v] = last.get(key, -1)
        last[key] = v
    return twin
