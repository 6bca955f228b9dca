"""Random alpha-points as orders of the jobs, decoded by serial schedule generation."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.heap import pop, push
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_unit, draw_word, new_random
from optimizer.kernels.score import score
from optimizer.kernels.serial import Plan, place_in_modes
from optimizer.kernels.timeline import Timeline, reset
from optimizer.units import FloatArray, IntArray

_FINE = 256.0
"""Parts of a step that alpha-points tell apart."""

_JOB_BITS = 31
_JOB_MASK = (1 << _JOB_BITS) - 1


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
    heap : int64[J, 2]
        Jobs whose predecessors are placed, by alpha-point.
    waiting : int64[J]
        How many predecessors of each job are not placed.
    """

    points: FloatArray
    mode: IntArray
    random: IntArray
    heap: IntArray
    waiting: IntArray


def new_rounding(points: FloatArray, mode: IntArray, seed: int, stream: int) -> Rounding:
    """Return the state of stream ``stream`` for such alpha-points."""
    jobs = len(points)
    return Rounding(
        points, mode, new_random(seed, stream), np.zeros((jobs, 2), dtype=np.int64), np.zeros(jobs, dtype=np.int64)
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
        _generate(inputs, rounding, timeline, plan)
        found = score(inputs, plan)
        if found < least:
            least = found
            copy_plan(plan, best)
    return least


@kernel
def copy_plan(source: Plan, target: Plan) -> None:
    """Write one plan over another."""
    for j in range(len(source.start)):
        target.start[j], target.end[j] = source.start[j], source.end[j]
        target.mode[j], target.node[j] = source.mode[j], source.node[j]


@kernel
def _generate(inputs: Inputs, rounding: Rounding, timeline: Timeline, plan: Plan) -> None:
    """Place the jobs by the alpha-points of one alpha (Goemans 1997), of one each (Schulz & Skutella 2002) or between.

    Each of a job's modes is open to it, or only that of the fractional schedule.
    """
    reset(timeline, inputs)
    common, spread, fixed = draw_unit(rounding.random), draw_unit(rounding.random), draw_unit(rounding.random) < 0.5
    size = 0
    for j in range(len(rounding.waiting)):
        rounding.waiting[j] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        if rounding.waiting[j] == 0:
            size = _add(rounding, j, common, spread, size)
    while size > 0:
        size = pop(rounding.heap, size)
        j = rounding.heap[size, 1] & _JOB_MASK
        if fixed:
            place_in_modes(inputs, timeline, plan, j, rounding.mode[j], rounding.mode[j] + 1)
        else:
            place_in_modes(inputs, timeline, plan, j, inputs.mode_start[j], inputs.mode_start[j + 1])
        for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
            successor = inputs.successor_job[e]
            rounding.waiting[successor] -= 1
            if rounding.waiting[successor] == 0:
                size = _add(rounding, successor, common, spread, size)


@kernel
def _add(rounding: Rounding, j: int, common: float, spread: float, size: int) -> int:
    """Put job ``j`` into the heap by a random alpha-point; return the new size."""
    alpha = (common + spread * (draw_unit(rounding.random) - common)) * (rounding.points.shape[1] - 1)
    i = int(alpha)
    point = rounding.points[j, i] + (alpha - i) * (rounding.points[j, i + 1] - rounding.points[j, i])
    return push(rounding.heap, size, int(point * _FINE), ((draw_word(rounding.random) >> 1) << _JOB_BITS) | j)
