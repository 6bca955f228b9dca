"""Local search by annealing, for compiled loops.

Kirkpatrick, Gelatt & Vecchi 1983, "Optimization by simulated annealing", Science 220. The temperature falls with the
cube of what is left of the run, from a share of what the first moves made worse on average.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below, new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.moves import CHOOSE, INSERT, SHUFFLE, SWAP, change_order
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
from optimizer.kernels.serial import Plan, new_plan
from optimizer.units import FloatArray, IntArray

MOVES, DIRTY, SAMPLED = range(3)
BEST, WORSENING = range(2)
_TABLE = 1024
_SAMPLE = 100
_REACH = 7
_SHUFFLED = 6


class Annealing(NamedTuple):
    """State of a search.

    Parameters
    ----------
    best : Plan
        The best plan, but for the jobs that are dirty when ``numbers[BEST]`` is the current score.
    dirty : int64[J]
        Jobs that may stand elsewhere than in ``best``.
    is_dirty : int64[J]
        Whether a job is among them.
    random : int64[4]
        Generator.
    exponential : float64[*]
        Quantiles of the exponential distribution, rounded: no machine's logarithm decides.
    counts : int64[3]
        Moves; dirty jobs; moves that made the score worse while sampled.
    numbers : float64[2]
        Best score; sum of what these made it worse.
    """

    best: Plan
    dirty: IntArray
    is_dirty: IntArray
    random: IntArray
    exponential: FloatArray
    counts: IntArray
    numbers: FloatArray


def new_annealing(inputs: Inputs, seed: int, stream: int) -> Annealing:
    """Return the state before the first move."""
    jobs = len(inputs.release)
    dirty, is_dirty = np.zeros((2, jobs), dtype=np.int64)
    return Annealing(
        best=new_plan(jobs),
        dirty=dirty,
        is_dirty=is_dirty,
        random=new_random(seed, stream),
        exponential=np.round(-np.log((np.arange(_TABLE) + 0.5) / _TABLE), 6),
        counts=np.zeros(3, dtype=np.int64),
        numbers=np.array([np.inf, 0.0]),
    )


@kernel
def anneal(
    inputs: Inputs, space: Neighbourhood, search: Annealing, hot: float, begin: int, end: int, placed: int, moves: int
) -> None:
    """Go on until so many jobs have been placed or moves been made.

    Parameters
    ----------
    inputs, space, search
        The problem, its schedule, the state of the search.
    hot : float
        First temperature, in what moves make worse on average.
    begin, end : int
        The temperature falls to 0 while the placements go from ``begin`` to ``end``.
    placed, moves : int
        Placements and moves in all, at which to stop.
    """
    while space.counts[PLACED] < placed and search.counts[MOVES] < moves:
        search.counts[MOVES] += 1
        left = max(0.0, (end - space.counts[PLACED]) / (end - begin))
        temperature = hot * left * left * left * search.numbers[WORSENING] / max(1, search.counts[SAMPLED])
        limit = temperature * search.exponential[draw_below(search.random, len(search.exponential))]
        _move(inputs, space, search, limit)


@kernel_apart
def _move(inputs: Inputs, space: Neighbourhood, search: Annealing, limit: float) -> None:
    """Try one move, keep it when it makes the score worse by ``limit`` at most."""
    kind, reach = _drawn_kind(inputs, search), 1 << draw_below(search.random, _REACH)
    if kind == SHUFFLE:
        reach = _SHUFFLED
    change_order(inputs, space, search.random, kind, reach)
    before = space.totals[CURRENT]
    sampling = search.counts[SAMPLED] < _SAMPLE
    done = replace(inputs, space, np.inf, len(space.order))
    total = before + space.totals[DELTA]
    if done and inputs.is_maximum:
        total = score(inputs, space.plan)
    if done and sampling and total > before and (inputs.miss_cost == 0.0 or total - before < inputs.miss_cost):
        search.counts[SAMPLED] += 1
        search.numbers[WORSENING] += total - before
    if not done or total - before > limit:
        undo_move(inputs, space)
        return
    if total > before and before < search.numbers[BEST]:
        remember(search, space, before)
    _soil(space, search)
    keep_move(inputs, space, total)


@kernel
def _drawn_kind(inputs: Inputs, search: Annealing) -> int:
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
            search.dirty[search.counts[DIRTY]] = j
            search.counts[DIRTY] += 1


@kernel
def remember(search: Annealing, space: Neighbourhood, total: float) -> None:
    """Make the plan as it was before the move the best."""
    search.numbers[BEST] = total
    for i in range(search.counts[DIRTY]):
        j = search.dirty[i]
        source = space.old if space.mark[j] != 0 else space.plan
        search.best.start[j], search.best.end[j] = source.start[j], source.end[j]
        search.best.mode[j], search.best.node[j] = source.mode[j], source.node[j]
        search.is_dirty[j] = 0
    search.counts[DIRTY] = 0
