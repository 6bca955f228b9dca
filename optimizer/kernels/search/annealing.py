"""Local search by annealing, for compiled loops.

Kirkpatrick, Gelatt & Vecchi 1983, "Optimization by simulated annealing", Science 220. The temperature falls with the
square of what is left of the run, from a share of what the first moves made worse on average.
"""

from math import log
from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below, new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.moves import CHOOSE, INSERT, REBUILD, SHUFFLE, SWAP, change_order
from optimizer.kernels.search.neighbourhood import (
    CHANGED,
    CURRENT,
    DELTA,
    PLACED,
    Neighbourhood,
    keep_move,
    replace,
    undo_move,
)
from optimizer.kernels.search.rebuilding import Rebuilding, new_rebuilding, rebuild
from optimizer.kernels.serial import Plan, copy_job, new_plan
from optimizer.units import FloatArray, IntArray

SCHEDULES, MOVES, DIRTY, SAMPLED = range(4)
BEST, WORSENING = range(2)
_TABLE = 1024
_SAMPLE = 100
_SHUFFLED = 6
_REBUILT = 1000
"""One move in so many builds a set of jobs again in the best way."""


class Annealing(NamedTuple):
    """State of a search.

    Parameters
    ----------
    best : Plan
        The best plan, but for the jobs that are dirty when ``value[BEST]`` is the current score.
    dirty : int64[J]
        Jobs that may stand elsewhere than in ``best``.
    is_dirty : int64[J]
        Whether a job is among them.
    random : int64[4]
        Generator.
    exponential : float64[*]
        Quantiles of the exponential distribution, rounded: no machine's logarithm decides.
    counter : int64[4]
        Generated schedules, moves, dirty jobs, moves that made the score worse while sampled.
    value : float64[2]
        Best score; sum of what these made it worse.
    room : Rebuilding
        Room to build sets of jobs again.
    """

    best: Plan
    dirty: IntArray
    is_dirty: IntArray
    random: IntArray
    exponential: FloatArray
    counter: IntArray
    value: FloatArray
    room: Rebuilding


def new_annealing(inputs: Inputs, seed: int, stream: int) -> Annealing:
    """Return the state before the first move."""
    jobs = len(inputs.release)
    dirty, is_dirty = np.zeros((2, jobs), dtype=np.int64)
    return Annealing(
        best=new_plan(jobs),
        dirty=dirty,
        is_dirty=is_dirty,
        random=new_random(seed, stream),
        exponential=np.array([round(-log((i + 0.5) / _TABLE), 6) for i in range(_TABLE)]),
        counter=np.zeros(4, dtype=np.int64),
        value=np.array([np.inf, 0.0]),
        room=new_rebuilding(jobs),
    )


@kernel
def anneal(
    inputs: Inputs,
    space: Neighbourhood,
    search: Annealing,
    hot: float,
    reach: int,
    begin: int,
    end: int,
    placed: int,
    moves: int,
) -> None:
    """Go on until so many jobs have been placed or moves been made.

    Parameters
    ----------
    inputs, space, search
        The problem, its schedule, the state of the search.
    hot : float
        First temperature, in what moves make worse on average.
    reach : int
        A job moves by at most so many positions.
    begin, end : int
        The temperature falls to 0 while the placements go from ``begin`` to ``end``.
    placed, moves : int
        Placements and moves in all, at which to stop.
    """
    while space.counts[PLACED] < placed and search.counter[MOVES] < moves:
        search.counter[MOVES] += 1
        left = max(0.0, (end - space.counts[PLACED]) / (end - begin))
        temperature = hot * left * left * search.value[WORSENING] / max(1, search.counter[SAMPLED])
        limit = temperature * search.exponential[draw_below(search.random, len(search.exponential))]
        _move(inputs, space, search, limit, reach)
    if space.totals[CURRENT] < search.value[BEST]:
        remember(search, space, space.totals[CURRENT])
    search.counter[SCHEDULES] = space.counts[PLACED] // len(space.order)


@kernel_apart
def _move(inputs: Inputs, space: Neighbourhood, search: Annealing, limit: float, reach: int) -> None:
    """Try one move, keep it when it makes the score worse by ``limit`` at most."""
    kind = _drawn_kind(inputs, search)
    while reach > 1 and draw_below(search.random, 4) > 0:
        reach //= 2
    if kind == REBUILD:
        rebuild(inputs, space, search.room, search.random)
    else:
        change_order(inputs, space, search.random, kind, _SHUFFLED if kind == SHUFFLE else reach)
    before = space.totals[CURRENT]
    sampling = search.counter[SAMPLED] < _SAMPLE
    done = replace(inputs, space, np.inf if sampling else limit)
    total = before + space.totals[DELTA]
    if done and inputs.is_maximum:
        total = score(inputs, space.plan) + _spread(inputs, space)
    if done and sampling and total > before and (inputs.miss_cost == 0.0 or total - before < inputs.miss_cost):
        search.counter[SAMPLED] += 1
        search.value[WORSENING] += total - before
    if not done or total - before > limit:
        undo_move(inputs, space)
        return
    if total > before and before < search.value[BEST]:
        remember(search, space, before)
    _soil(space, search)
    keep_move(space, total)


@kernel
def _spread(inputs: Inputs, space: Neighbourhood) -> float:
    """Return the mean end as a share of one step: it decides between schedules of equal maximum."""
    total = 0
    for j in range(len(space.order)):
        total += space.plan.end[j]
    return total / len(space.order) / (1 + inputs.horizon)


@kernel
def _drawn_kind(inputs: Inputs, search: Annealing) -> int:
    if draw_below(search.random, _REBUILT) == 0:
        return REBUILD
    kind = draw_below(search.random, 10)
    if kind < 5:
        return INSERT
    if kind < 8:
        return SWAP
    if kind < 9 and len(inputs.mode_time) * len(inputs.node_speed) > len(inputs.release):
        return CHOOSE
    return SHUFFLE


@kernel
def _soil(space: Neighbourhood, search: Annealing) -> None:
    for i in range(space.counts[CHANGED]):
        j = space.changed[i]
        if search.is_dirty[j] == 0:
            search.is_dirty[j] = 1
            search.dirty[search.counter[DIRTY]] = j
            search.counter[DIRTY] += 1


@kernel
def remember(search: Annealing, space: Neighbourhood, total: float) -> None:
    """Make the plan as it was before the move the best."""
    search.value[BEST] = total
    for i in range(search.counter[DIRTY]):
        j = search.dirty[i]
        copy_job(space.old if space.mark[j] != 0 else space.plan, search.best, j)
        search.is_dirty[j] = 0
    search.counter[DIRTY] = 0
