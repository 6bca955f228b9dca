"""The Lagrangian over capacity prices: every job on its own, where its cost and what it pays for capacity are least.

Christofides, Alvarez-Valdes & Tamarit 1987, European Journal of Operational Research 29; Möhring, Schulz, Stork & Uetz
2003, "Solving project scheduling problems by minimum cut computations", Management Science 49.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.ranks import first_from, insert, remove
from optimizer.kernels.timeline import exceeds
from optimizer.units import FloatArray, IntArray


class Prices(NamedTuple):
    """What capacity costs on V kinds of equal nodes in B buckets of time; after the last bucket nothing.

    Parameters
    ----------
    width : int
        Steps in a bucket, >= 1.
    node : int64[V]
        A node of each kind.
    rate : float64[V, B + 1, K]
        Price >= 0 of one unit of a resource for one step; 0 in the last row.
    paid : float64[V, B + 1, K]
        Price of one unit from time 0 to the beginning of each bucket.
    """

    width: int
    node: IntArray
    rate: FloatArray
    paid: FloatArray


class Windows(NamedTuple):
    """Between which starts, both included, each mode at each speed may run: two int64[M, S]."""

    first: IntArray
    last: IntArray


class Reply(NamedTuple):
    """How the jobs answer to prices.

    Parameters
    ----------
    cost : float64[J]
        Least cost of each job with what it pays, infinite for a job that has no start.
    start, mode, kind : int64[J]
        Start, mode and kind of node of that cost, the earliest of equal ones.
    usage : int64[V, B + 1, K]
        Differences, from bucket to bucket, of the units times steps that all jobs together use.
    """

    cost: FloatArray
    start: IntArray
    mode: IntArray
    kind: IntArray
    usage: IntArray


def new_reply(jobs: int, prices: Prices) -> Reply:
    """Return room for the answer of ``jobs`` jobs to such prices."""
    start, mode, kind = np.zeros((3, jobs), dtype=np.int64)
    return Reply(np.zeros(jobs), start, mode, kind, np.zeros(prices.rate.shape, dtype=np.int64))


@kernel
def answer(inputs: Inputs, windows: Windows, prices: Prices, reply: Reply) -> None:
    """Let every job choose; add up what they use."""
    reply.usage[:] = 0
    for j in range(len(reply.cost)):
        reply.cost[j] = np.inf
        for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
            for v in range(len(prices.node)):
                if not exceeds(inputs.mode_demand, m, inputs.node_capacity, prices.node[v]):
                    _scan(inputs, windows, prices, reply, j, m, v)
        if reply.cost[j] < np.inf:
            _use(inputs, prices, reply, j)


@kernel
def _scan(inputs: Inputs, windows: Windows, prices: Prices, reply: Reply, j: int, m: int, v: int) -> None:
    """Find the best start of a job in a mode on a kind of node, if it is better than what was found before.

    The cost with prices is linear between starts at which a bucket begins, the job ends with a bucket or the job
    begins to be late: only these are looked at, upward, until the cost without prices alone is too much.
    """
    speed = inputs.node_speed[prices.node[v]]
    duration = inputs.mode_time[m, speed]
    reference, slope, jump = inputs.cost_reference[m, speed], inputs.cost_slope[m, speed], inputs.cost_step[m, speed]
    start, last = windows.first[m, speed], windows.last[m, speed]
    buckets, width = prices.rate.shape[1] - 1, prices.width
    best = reply.cost[j]
    begin, begun = _bucket(prices, start), _inside(prices, start)
    end, ended = _bucket(prices, start + duration), _inside(prices, start + duration)
    while start <= last:
        late = start + duration - reference
        cost = slope * late + jump if late > 0 else 0.0
        if cost >= best:
            break
        cost += _payment(inputs, prices, m, v, begin, begun, end, ended)
        if cost < best:
            best = cost
            reply.cost[j], reply.start[j], reply.mode[j], reply.kind[j] = cost, start, m, v
        if begin == buckets or start == last:
            break
        step = min(width - begun, last - start)
        if end < buckets:
            step = min(step, width - ended)
        if late < 0:
            step = min(step, -late)
        start, begun = start + step, begun + step
        if begun == width:
            begin, begun = begin + 1, 0
        if end < buckets:
            ended += step
            if ended == width:
                end, ended = end + 1, 0


@kernel
def _payment(inputs: Inputs, prices: Prices, m: int, v: int, begin: int, begun: int, end: int, ended: int) -> float:
    """Return what a mode pays on a kind of node from some way into one bucket to some way into another."""
    total = 0.0
    for k in range(inputs.mode_demand.shape[1]):
        before = prices.paid[v, begin, k] + begun * prices.rate[v, begin, k]
        total += inputs.mode_demand[m, k] * (prices.paid[v, end, k] + ended * prices.rate[v, end, k] - before)
    return total


@kernel
def _bucket(prices: Prices, time: int) -> int:
    """Return the bucket of ``time``; what is later than all of them is at the beginning of one more."""
    last: int = prices.rate.shape[1] - 1
    return min(time // prices.width, last)


@kernel
def _inside(prices: Prices, time: int) -> int:
    """Return how far inside its bucket ``time`` is."""
    return time % prices.width if time < (prices.rate.shape[1] - 1) * prices.width else 0


@kernel
def _use(inputs: Inputs, prices: Prices, reply: Reply, j: int) -> None:
    """Add what job ``j`` uses."""
    m, v, start = reply.mode[j], reply.kind[j], reply.start[j]
    end = start + inputs.mode_time[m, inputs.node_speed[prices.node[v]]]
    for k in range(inputs.mode_demand.shape[1]):
        _shift(prices, reply, v, k, start, inputs.mode_demand[m, k])
        _shift(prices, reply, v, k, end, -inputs.mode_demand[m, k])


@kernel
def _shift(prices: Prices, reply: Reply, v: int, k: int, time: int, amount: int) -> None:
    """Let the use of a resource change by ``amount`` from ``time`` on."""
    if time < (prices.rate.shape[1] - 1) * prices.width:
        begin, begun = _bucket(prices, time), _inside(prices, time)
        reply.usage[v, begin, k] += amount * (prices.width - begun)
        reply.usage[v, begin + 1, k] += amount * begun


@kernel
def fluid_marginals(
    area: FloatArray, bucket: IntArray, order: IntArray, work: FloatArray, ratio: FloatArray, ranks: IntArray
) -> None:
    """Replace the area of each bucket by the least ratio among the work done in it, 0 where area is left over.

    The work of all jobs flows through one machine, always that of the largest ratio first; what is in the way of less
    work than fills a bucket costs nothing.

    Parameters
    ----------
    area : float64[B]
        Work that fits into each bucket; overwritten.
    bucket : int64[J]
        In which bucket each job of ``order`` arrives, ascending.
    order : int64[J]
        Ranks of the jobs by descending ratio, in the order of their arrival.
    work, ratio : float64[J]
        Work and ratio of each rank; the work is used up.
    ranks : int64[*, *]
        An empty set of J ranks.
    """
    i = 0
    for b in range(len(area)):
        while i < len(order) and bucket[i] <= b:
            insert(ranks, order[i])
            i += 1
        left, last = area[b], 0.0
        rank = first_from(ranks, 0)
        while rank >= 0 and work[rank] <= left:
            left -= work[rank]
            remove(ranks, rank)
            rank = first_from(ranks, rank)
        if rank >= 0:
            work[rank] -= left
            last = ratio[rank]
        area[b] = last
