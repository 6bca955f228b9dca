"""The Lagrangian over capacity prices: every job on its own, where its cost and what it pays for capacity are least.

Christofides, Alvarez-Valdes & Tamarit 1987, European Journal of Operational Research 29; Möhring, Schulz, Stork & Uetz
2003, "Solving project scheduling problems by minimum cut computations", Management Science 49.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.ranks import first_from, insert, remove
from optimizer.kernels.serial import end_cost
from optimizer.kernels.timeline import exceeds
from optimizer.units import FloatArray, IntArray

BLOCK = 32
"""Buckets in a block."""


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
    least : float64[V, *, K]
        Least rate of each block of so many buckets; 0 in the last row, for all time after them.
    """

    width: int
    node: IntArray
    rate: FloatArray
    paid: FloatArray
    least: FloatArray


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
        Start, mode and kind of node of that cost.
    usage : int64[V, B + 1, K]
        Differences, from bucket to bucket, of the units times steps that all jobs together use.
    """

    cost: FloatArray
    start: IntArray
    mode: IntArray
    kind: IntArray
    usage: IntArray


def new_prices(width: int, node: IntArray, buckets: int, kinds: int) -> Prices:
    """Return prices of 0."""
    rate, paid = np.zeros((2, len(node), buckets + 1, kinds))
    return Prices(width, node, rate, paid, np.zeros((len(node), -(-buckets // BLOCK) + 1, kinds)))


def set_prices(prices: Prices, rate: FloatArray) -> None:
    """Replace prices by others, float64[V, B, K]."""
    prices.rate[:, :-1] = rate
    np.cumsum(rate * prices.width, axis=1, out=prices.paid[:, 1:])
    np.minimum.reduceat(rate, np.arange(0, rate.shape[1], BLOCK), axis=1, out=prices.least[:, :-1])


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

    All starts of the first block are tried, then the first of each other block, then, upward, all of those blocks
    in which some start may be better, until the cost without prices alone is too much.
    """
    speed = inputs.node_speed[prices.node[v]]
    duration, last = inputs.mode_time[m, speed], windows.last[m, speed]
    span, end = prices.width * BLOCK, prices.width * (prices.rate.shape[1] - 1)
    first = windows.first[m, speed]
    if first > last:
        return
    if first >= end:
        _walk(inputs, prices, reply, j, m, v, first, first)
        return
    second = (first // span + 1) * span
    _walk(inputs, prices, reply, j, m, v, first, min(last, second - 1, end))
    start, last = second, min(last, end)
    while start <= last and end_cost(inputs, m, speed, start + duration) < reply.cost[j]:
        _walk(inputs, prices, reply, j, m, v, start, start)
        start += span
    start = second
    while start <= last and end_cost(inputs, m, speed, start + duration) < reply.cost[j]:
        until = min(last, start + span - 1)
        if _least_cost(inputs, prices, m, v, start, until) < reply.cost[j]:
            _walk(inputs, prices, reply, j, m, v, start, until)
        start += span


@kernel
def _least_cost(inputs: Inputs, prices: Prices, m: int, v: int, first: int, last: int) -> float:
    """Return a lower bound on the cost of all starts from ``first`` to ``last``, of one block.

    All of them run from ``last`` to the first end, if that is later; the rest of their time costs at least the least
    price of the blocks in which it can be.
    """
    speed = inputs.node_speed[prices.node[v]]
    duration = inputs.mode_time[m, speed]
    end, span, blocks = first + duration, prices.width * BLOCK, prices.least.shape[1] - 1
    begin, middle, final = first // span, min(end // span, blocks), min((last + duration) // span, blocks)
    cost = end_cost(inputs, m, speed, end)
    for k in range(inputs.mode_demand.shape[1]):
        least = min(prices.least[v, begin, k], prices.least[v, middle, k], prices.least[v, final, k])
        payment = least * min(duration, last - first)
        if end > last:
            payment += _paid(prices, v, k, _bucket(prices, end), _inside(prices, end))
            payment -= _paid(prices, v, k, _bucket(prices, last), _inside(prices, last))
        cost += inputs.mode_demand[m, k] * payment
    return cost


@kernel
def _walk(inputs: Inputs, prices: Prices, reply: Reply, j: int, m: int, v: int, start: int, last: int) -> None:
    """Try all starts from ``start`` to ``last`` that can be the best.

    The cost with prices is linear between starts at which a bucket begins, the job ends with a bucket or the job
    begins to be late: only these and the last are looked at, until the cost without prices alone is too much.
    """
    speed = inputs.node_speed[prices.node[v]]
    duration, reference, width = inputs.mode_time[m, speed], inputs.cost_reference[m, speed], prices.width
    buckets, best = prices.rate.shape[1] - 1, reply.cost[j]
    begin, begun = _bucket(prices, start), _inside(prices, start)
    end, ended = _bucket(prices, start + duration), _inside(prices, start + duration)
    cost = end_cost(inputs, m, speed, start + duration)
    while cost < best:
        for k in range(inputs.mode_demand.shape[1]):
            payment = _paid(prices, v, k, end, ended) - _paid(prices, v, k, begin, begun)
            cost += inputs.mode_demand[m, k] * payment
        if cost < best:
            best = cost
            reply.cost[j], reply.start[j], reply.mode[j], reply.kind[j] = cost, start, m, v
        if start == last:
            return
        step = min(width - begun, last - start, width - ended)
        if start + duration < reference:
            step = min(step, reference - start - duration)
        start, begun, ended = start + step, begun + step, ended + step
        if begun == width:
            begin, begun = begin + 1, 0
        if ended == width:
            end, ended = end + 1, 0
        if end >= buckets:
            end, ended = buckets, 0
        cost = end_cost(inputs, m, speed, start + duration)


@kernel
def _paid(prices: Prices, v: int, k: int, bucket: int, inside: int) -> float:
    """Return what one unit of a resource costs from time 0 to so far inside a bucket."""
    paid: float = prices.paid[v, bucket, k] + inside * prices.rate[v, bucket, k]
    return paid


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
