"""Random alpha-points as orders of the jobs, decoded by serial or parallel schedule generation.

Some schedules have all alphas drawn at random (one for all jobs: Goemans 1997; one each: Schulz & Skutella 2002); the
others draw those of a few jobs anew and keep what is no worse, a (1+1) evolutionary algorithm on the alphas.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.heap import pop, push
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.parallel import State, new_state, parallel
from optimizer.kernels.randomness import draw_below, draw_unit, new_random
from optimizer.kernels.score import score
from optimizer.kernels.serial import Plan, copy_plan, place_in_modes
from optimizer.kernels.timeline import Timeline, reset
from optimizer.units import FloatArray, IntArray

_FINE = 4096.0
"""Parts of a step that alpha-points are rounded to."""

_JITTER = 1 / 64
"""By what part of a step each is moved at random, so that equal ones come in random order."""

_FRESH = 0.1
"""Part of the schedules whose alphas are all drawn anew."""

_MOST_REDRAWN = 3
"""Of how many jobs, at most, the best alphas are drawn anew for the other schedules."""

SERIAL, OWN_MODES, PARALLEL, WAYS = 0, 1, 2, 3


class Rounding(NamedTuple):
    """What random rounding works on.

    Parameters
    ----------
    points : float64[J, A + 1]
        By when 0, 1/A, …, 1 of each job is done in the fractional schedule.
    mode : int64[J]
        The mode in which most of each job is done there.
    random : int64[4]
        Random numbers.
    alpha : float64[2, J]
        The alphas on trial and the best.
    way : int64[2]
        How they become a schedule.
    kept : float64[1]
        Score of the best alphas.
    heap : int64[J, 2]
        Jobs whose predecessors are in the order, by alpha-point.
    waiting : int64[J]
        How many predecessors of each job are not in the order.
    order : int64[J]
        The order.
    state : State
        For parallel schedule generation.
    """

    points: FloatArray
    mode: IntArray
    random: IntArray
    alpha: FloatArray
    way: IntArray
    kept: FloatArray
    heap: IntArray
    waiting: IntArray
    order: IntArray
    state: State


def new_rounding(inputs: Inputs, points: FloatArray, mode: IntArray, seed: int, stream: int) -> Rounding:
    """Return stream ``stream`` of random rounding by such alpha-points."""
    jobs = len(points)
    order = np.arange(jobs)
    return Rounding(
        points=points,
        mode=mode,
        random=new_random(seed, stream),
        alpha=np.zeros((2, jobs)),
        way=np.zeros(2, dtype=np.int64),
        kept=np.full(1, np.inf),
        heap=np.zeros((jobs, 2), dtype=np.int64),
        waiting=np.zeros(jobs, dtype=np.int64),
        order=order,
        state=new_state(inputs),
    )


@kernel
def round_often(
    inputs: Inputs, rounding: Rounding, timeline: Timeline, plan: Plan, best: Plan, least: float, schedules: int
) -> float:
    """Generate so many schedules from random alphas; return the score of the best, which is in ``best``.

    Parameters
    ----------
    inputs, rounding, timeline, plan
        What to work on and with.
    best : Plan
        The best plan so far; a better one replaces it.
    least : float
        Its score.
    schedules : int
        How many.
    """
    for _ in range(schedules):
        _draw(rounding)
        _sort(inputs, rounding)
        _generate(inputs, rounding, timeline, plan)
        found = score(inputs, plan)
        if found <= rounding.kept[0]:
            rounding.kept[0], rounding.way[1] = found, rounding.way[0]
            for j in range(len(rounding.order)):
                rounding.alpha[1, j] = rounding.alpha[0, j]
        if found < least:
            least = found
            copy_plan(plan, best)
    return least


@kernel
def _draw(rounding: Rounding) -> None:
    """Draw one alpha for all jobs, one for each or something between; or some of the best anew."""
    jobs = len(rounding.order)
    if rounding.kept[0] == np.inf or draw_unit(rounding.random) < _FRESH:
        common, spread = draw_unit(rounding.random), draw_unit(rounding.random)
        rounding.way[0] = draw_below(rounding.random, WAYS)
        for j in range(jobs):
            rounding.alpha[0, j] = common + spread * (draw_unit(rounding.random) - common)
        return
    rounding.way[0] = rounding.way[1]
    for j in range(jobs):
        rounding.alpha[0, j] = rounding.alpha[1, j]
    for _ in range(1 + draw_below(rounding.random, _MOST_REDRAWN)):
        rounding.alpha[0, draw_below(rounding.random, jobs)] = draw_unit(rounding.random)


@kernel
def _sort(inputs: Inputs, rounding: Rounding) -> None:
    """Put the jobs in the order of their alpha-points, but none before a predecessor."""
    size = 0
    for j in range(len(rounding.waiting)):
        rounding.waiting[j] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        if rounding.waiting[j] == 0:
            size = _add(rounding, j, size)
    for i in range(len(rounding.order)):
        size = pop(rounding.heap, size)
        j = rounding.heap[size, 1]
        rounding.order[i] = j
        for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
            successor = inputs.successor_job[e]
            rounding.waiting[successor] -= 1
            if rounding.waiting[successor] == 0:
                size = _add(rounding, successor, size)


@kernel
def _add(rounding: Rounding, j: int, size: int) -> int:
    """Put job ``j`` into the heap by its alpha-point, equal ones in random order; return the new size."""
    alpha = rounding.alpha[0, j] * (rounding.points.shape[1] - 1)
    i = int(alpha)
    point = rounding.points[j, i] + (alpha - i) * (rounding.points[j, i + 1] - rounding.points[j, i])
    point += _JITTER * draw_unit(rounding.random)
    return push(rounding.heap, size, int(point * _FINE), j)


@kernel
def _generate(inputs: Inputs, rounding: Rounding, timeline: Timeline, plan: Plan) -> None:
    """Make a schedule of the order: parallel, or serial in any modes, or serial in those of the fractional schedule."""
    if rounding.way[0] == PARALLEL:
        parallel(inputs, rounding.order, rounding.state, timeline, plan)
        return
    reset(timeline, inputs)
    for j in rounding.order:
        first, end = inputs.mode_start[j], inputs.mode_start[j + 1]
        if rounding.way[0] == OWN_MODES:
            first, end = rounding.mode[j], rounding.mode[j] + 1
        place_in_modes(inputs, timeline, plan, j, first, end)
