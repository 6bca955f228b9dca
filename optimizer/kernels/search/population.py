"""Individuals of a genetic algorithm, and how two of them make a third."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below, draw_unit
from optimizer.kernels.search.decoding import FREE, Genes
from optimizer.kernels.serial import Plan
from optimizer.units import FloatArray, IntArray

TWO_POINT, PEAK, UNIFORM = 0, 1, 2
"""Crossovers."""

_APART = 1e15
"""More than any difference of keys."""

_LEAST_LENGTH, _MOST_LENGTH = 0.15, 0.6
"""Length of what comes from the father, as a share of the whole."""


class Population(NamedTuple):
    """The genes of all individuals of both sides; arrays are indexed by side and individual, those that are left first.

    Parameters
    ----------
    fitness : float64[2, P]
        Smaller is better, infinite where nobody is yet.
    key, mode, node : float64[2, P, J], int64[2, P, J]
        The genes (see :class:`~optimizer.kernels.search.decoding.Genes`); keys are >= 0.
    work : float64[J]
        How much of the whole capacity each job takes for how long.
    """

    fitness: FloatArray
    key: FloatArray
    mode: IntArray
    node: IntArray
    work: FloatArray


def new_population(size: int, work: FloatArray) -> Population:
    """Return room for ``size`` individuals a side."""
    shape = (2, size, len(work))
    return Population(
        np.full((2, size), np.inf),
        np.zeros(shape),
        np.full(shape, FREE),
        np.full(shape, FREE),
        np.ascontiguousarray(work),
    )


@kernel
def settle(population: Population, side: int, i: int, genes: Genes, fitness: float) -> None:
    """Let genes be individual ``i`` of ``side``."""
    population.fitness[side, i] = fitness
    for j in range(len(genes.key)):
        population.key[side, i, j] = genes.key[j]
        population.mode[side, i, j], population.node[side, i, j] = genes.mode[j], genes.node[j]


@kernel
def least_fit(population: Population, side: int, size: int) -> int:
    """Return the least fit of the first ``size`` individuals, the first of several."""
    least = 0
    for i in range(size):
        if population.fitness[side, i] > population.fitness[side, least]:
            least = i
    return least


@kernel_apart
def dismiss(population: Population, size: int) -> None:
    """Let the least fit of the first ``size`` individuals of each side go; the last of these takes its place."""
    for side in range(2):
        least = least_fit(population, side, size)
        population.fitness[side, least] = population.fitness[side, size - 1]
        population.fitness[side, size - 1] = np.inf
        for j in range(len(population.work)):
            population.key[side, least, j] = population.key[side, size - 1, j]
            population.mode[side, least, j] = population.mode[side, size - 1, j]
            population.node[side, least, j] = population.node[side, size - 1, j]


@kernel
def lateness(work: FloatArray, plan: Plan, last: int) -> float:
    """Return a number from 0 to 1, smaller the earlier work is done: it tells schedules of equal score apart.

    Parameters
    ----------
    work : float64[J]
        How much of the whole capacity each job takes for how long.
    plan : Plan
        A schedule.
    last : int
        Its last end.
    """
    total, weight = 0.0, 0.0
    for j in range(len(plan.end)):
        total += work[j] * (plan.start[j] + plan.end[j])
        weight += work[j]
    return total / max(2.0 * weight * last, 1e-9)


@kernel
def fitter_of_two(population: Population, random: IntArray, side: int, size: int) -> int:
    """Return the fitter of two individuals drawn at random from the first ``size``."""
    i, other = draw_below(random, size), draw_below(random, size)
    return other if population.fitness[side, other] < population.fitness[side, i] else i


@kernel
def _inherit(population: Population, side: int, parent: int, j: int, genes: Genes, offset: float) -> None:
    genes.key[j] = population.key[side, parent, j] + offset
    genes.mode[j], genes.node[j] = population.mode[side, parent, j], population.node[side, parent, j]


@kernel
def _busiest(
    population: Population, random: IntArray, side: int, father: int, latest: float, length: float, windows: int
) -> float:
    """Return where, of some windows drawn at random, the one begins in which most work begins."""
    begin, most = 0.0, -1.0
    for _ in range(windows):
        at = draw_unit(random) * latest
        work = 0.0
        for j in range(len(population.work)):
            if at <= population.key[side, father, j] < at + length:
                work += population.work[j]
        if work > most:
            begin, most = at, work
    return begin


@kernel_apart
def cross_windows(
    population: Population, random: IntArray, side: int, father: int, mother: int, windows: int, genes: Genes
) -> None:
    """Keep a window of the father and arrange what lies before and after it as the mother does.

    The window is the busiest of ``windows`` drawn at random: of one, a two-point crossover (Hartmann 1998, Naval
    Research Logistics 45); of several, the peak crossover (Valls, Ballestín & Quintanilla 2008, European Journal of
    Operational Research 185) in the form of Debels & Vanhoucke 2007, Operations Research 55.
    """
    span = 0.0
    for j in range(len(genes.key)):
        span = max(span, population.key[side, father, j])
    length = span * (_LEAST_LENGTH + (_MOST_LENGTH - _LEAST_LENGTH) * draw_unit(random))
    begin = _busiest(population, random, side, father, span - length, length, windows)
    for j in range(len(genes.key)):
        key = population.key[side, father, j]
        if key < begin:
            _inherit(population, side, mother, j, genes, -_APART)
        elif key < begin + length:
            _inherit(population, side, father, j, genes, 0.0)
        else:
            _inherit(population, side, mother, j, genes, _APART)


@kernel_apart
def cross_uniformly(
    population: Population, random: IntArray, side: int, father: int, mother: int, genes: Genes
) -> None:
    """Take each job's genes from one parent or the other (Hartmann 1998, random key representation)."""
    for j in range(len(genes.key)):
        _inherit(population, side, father if draw_unit(random) < 0.5 else mother, j, genes, 0.0)


@kernel
def mutate(inputs: Inputs, random: IntArray, probability: float, reach: float, genes: Genes) -> None:
    """Move some jobs by up to ``reach`` either way and bind or free the mode and node of some.

    Parameters
    ----------
    inputs, random
        The problem; random numbers.
    probability : float
        Of a change, for each job.
    reach : float
        Most that a key changes.
    genes : Genes
        They are changed.
    """
    for j in range(len(genes.key)):
        if draw_unit(random) >= probability:
            continue
        genes.key[j] += (2.0 * draw_unit(random) - 1.0) * reach
        modes = inputs.mode_start[j + 1] - inputs.mode_start[j]
        if modes * len(inputs.node_speed) > 1:
            _bind_or_free(inputs, random, genes, j, modes)


@kernel
def _bind_or_free(inputs: Inputs, random: IntArray, genes: Genes, j: int, modes: int) -> None:
    if genes.mode[j] == FREE:
        genes.mode[j] = inputs.mode_start[j] + draw_below(random, modes)
        genes.node[j] = draw_below(random, len(inputs.node_speed))
    else:
        genes.mode[j], genes.node[j] = FREE, FREE
