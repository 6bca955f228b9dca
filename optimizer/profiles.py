"""How much capacity each node has at each time, as breakpoints."""

from itertools import pairwise

import numpy as np

from optimizer.instance import Instance, Unavailable
from optimizer.units import IntArray, Scale


def capacity_profile(
    instance: Instance, capacity: IntArray, scales: list[Scale]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the breakpoints of every node's capacity.

    Parameters
    ----------
    instance : Instance
        What is unavailable, and when.
    capacity : int64[N, K]
        What each node has.
    scales : list of Scale
        The grid of each resource.

    Returns
    -------
    int64[N + 1], int64[P], int64[P, K]
        Where the breakpoints of each node begin, their times, and what there is from each of them on.
    """
    node_index = {name: v for v, name in enumerate(instance.node_ids)}
    blocks: list[list[tuple[int, int, IntArray]]] = [[] for _ in node_index]
    for block in instance.unavailable:
        start, end = instance.time_scale.steps(block.start), instance.time_scale.steps(block.end)
        for v in range(len(node_index)) if block.node is None else [node_index[block.node]]:
            blocks[v].append((start, end, _taken(instance, block, capacity[v], scales)))
    times, levels = [], []
    for v, own in enumerate(blocks):
        when = np.unique(np.array([0, *(t for start, end, _ in own for t in (start, end))], dtype=np.int64))
        level = np.repeat(capacity[v][None, :], len(when), axis=0)
        for start, end, taken in own:
            level[(when >= start) & (when < end)] -= taken
        times.append(when)
        levels.append(np.maximum(level, 0))
    return _joined(times, levels)


def coarse_profile(start: IntArray, time: IntArray, level: IntArray, step: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return the breakpoints on a grid ``step`` times as coarse, each level the least within its coarse step."""
    times, levels = [], []
    for first, end in pairwise(start.tolist()):
        when, fine = time[first:end], level[first:end]
        coarse = np.unique(np.concatenate([when // step, when // step + 1]))
        begin = np.searchsorted(when, coarse * step, side="right") - 1
        last = np.searchsorted(when, (coarse + 1) * step, side="left")
        times.append(coarse)
        levels.append(np.array([fine[a:b].min(axis=0) for a, b in zip(begin, last, strict=True)]))
    return _joined(times, levels)


def _joined(times: list[IntArray], levels: list[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    """Return the profiles of all nodes in a row, without breakpoints at which nothing changes."""
    changes = [np.append(True, (level[1:] != level[:-1]).any(axis=1)) for level in levels]
    starts = np.concatenate([[0], np.cumsum([change.sum() for change in changes])]).astype(np.int64)
    kept = np.concatenate(changes)
    return starts, np.concatenate(times)[kept], np.concatenate(levels)[kept]


def _taken(instance: Instance, block: Unavailable, capacity: IntArray, scales: list[Scale]) -> IntArray:
    """Return how much of each resource of one node ``block`` takes away."""
    return np.array(
        [
            0
            if block.resource not in (None, name)
            else capacity[k]
            if block.amount is None
            else min(int(capacity[k]), scales[k].steps(block.amount))
            for k, name in enumerate(instance.resource_ids)
        ],
        dtype=np.int64,
    )
