"""Regret-based biased random sampling: orders drawn at random, but the more likely the better a rule finds them.

The regret of a job is how many places before the last of the candidates it stands in the order of the rule. So it needs
no unit, and ties are broken as in the rule itself.

Drexl 1991, "Scheduling of project networks by job assignment", Management Science 37; Kolisch & Drexl 1996, "Adaptive
search for solving hard project scheduling problems", Naval Research Logistics 43.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.heap import pop, push
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.parallel import State, parallel
from optimizer.kernels.randomness import draw_by_weight, new_random
from optimizer.kernels.score import score
from optimizer.kernels.serial import Plan, copy_plan, serial
from optimizer.kernels.timeline import Timeline
from optimizer.units import FloatArray, IntArray


class Sampling(NamedTuple):
    """What drawing an order needs.

    Parameters
    ----------
    rank : int64[J]
        Position of each job in the order of the rule.
    waiting : int64[J]
        How many predecessors are not drawn.
    later : int64[J, 2]
        Heap of further jobs that may be drawn: rank and job.
    candidate : int64[C]
        The first jobs that may be drawn, in no order.
    weight : float64[C]
        Their chances.
    order : int64[J]
        The jobs that are drawn.
    random : int64[4]
        Random numbers.
    bias, offset
        Chances are in proportion to (regret + offset)^bias.
    """

    rank: IntArray
    waiting: IntArray
    later: IntArray
    candidate: IntArray
    weight: FloatArray
    order: IntArray
    random: IntArray
    bias: int
    offset: float


def new_sampling(order: IntArray, *, bias: int, offset: float, candidates: int, seed: int, stream: int) -> Sampling:
    """Return what drawing orders needs.

    Parameters
    ----------
    order : int64[J]
        The order of the rule.
    bias, offset : int, float
        See :class:`Sampling`; 0 for the bias makes all jobs equally likely.
    candidates : int
        Only so many of the first jobs that may come next can be drawn, >= 1.
    seed, stream : int
        Of the random numbers.
    """
    jobs, most = len(order), min(candidates, len(order))
    rank = np.empty(jobs, dtype=np.int64)
    rank[order] = np.arange(jobs)
    return Sampling(
        rank=rank,
        waiting=np.empty(jobs, dtype=np.int64),
        later=np.empty((jobs, 2), dtype=np.int64),
        candidate=np.empty(most, dtype=np.int64),
        weight=np.empty(most, dtype=np.float64),
        order=np.empty(jobs, dtype=np.int64),
        random=new_random(seed, stream),
        bias=bias,
        offset=offset,
    )


@kernel
def sample(
    inputs: Inputs,
    sampling: Sampling,
    in_parallel: bool,
    state: State,
    timeline: Timeline,
    plan: Plan,
    best: Plan,
    least: float,
    schedules: int,
) -> float:
    """Generate so many schedules and keep in ``best`` one that scores less than ``least``; return the least score."""
    for _ in range(schedules):
        draw_order(inputs, sampling)
        if in_parallel:
            _decode_in_parallel(inputs, sampling.order, state, timeline, plan)
        else:
            _decode_serially(inputs, sampling.order, timeline, plan)
        found = score(inputs, plan)
        if found < least:
            least = found
            copy_plan(plan, best)
    return least


@kernel_apart
def _decode_serially(inputs: Inputs, order: IntArray, timeline: Timeline, plan: Plan) -> None:
    serial(inputs, order, timeline, plan)


@kernel_apart
def _decode_in_parallel(inputs: Inputs, order: IntArray, state: State, timeline: Timeline, plan: Plan) -> None:
    parallel(inputs, order, state, timeline, plan)


@kernel_apart
def draw_order(inputs: Inputs, sampling: Sampling) -> None:
    """Draw an order in which no job stands before a predecessor."""
    jobs, later = len(sampling.order), 0
    for j in range(jobs):
        sampling.waiting[j] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        if sampling.waiting[j] == 0:
            later = push(sampling.later, later, sampling.rank[j], j)
    count = 0
    for i in range(jobs):
        while count < len(sampling.candidate) and later > 0:
            later = pop(sampling.later, later)
            sampling.candidate[count] = sampling.later[later, 1]
            count += 1
        drawn = _draw(sampling, count)
        j = sampling.candidate[drawn]
        count -= 1
        sampling.candidate[drawn] = sampling.candidate[count]
        sampling.order[i] = j
        for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
            successor = inputs.successor_job[e]
            sampling.waiting[successor] -= 1
            if sampling.waiting[successor] == 0:
                later = _admit(sampling, count, later, successor)


@kernel
def _draw(sampling: Sampling, count: int) -> int:
    """Return which of the first ``count`` candidates comes next; the better it stands, the more likely."""
    last = 0
    for i in range(count):
        last = max(last, sampling.rank[sampling.candidate[i]])
    for i in range(count):
        regret = last - sampling.rank[sampling.candidate[i]]
        chance = 1.0
        for _ in range(sampling.bias):
            chance *= regret + sampling.offset
        sampling.weight[i] = chance
    return draw_by_weight(sampling.random, sampling.weight, count)


@kernel
def _admit(sampling: Sampling, count: int, later: int, j: int) -> int:
    """Let job ``j`` be drawn from now on, itself or once one of the candidates before it is; return how many wait."""
    worst = -1
    for i in range(count):
        if worst < 0 or sampling.rank[sampling.candidate[i]] > sampling.rank[sampling.candidate[worst]]:
            worst = i
    if worst >= 0 and sampling.rank[j] < sampling.rank[sampling.candidate[worst]]:
        last = sampling.candidate[worst]
        sampling.candidate[worst] = j
        return push(sampling.later, later, sampling.rank[last], last)
    return push(sampling.later, later, sampling.rank[j], j)
