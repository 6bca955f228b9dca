"""Ant colony optimisation over orders of the jobs, for compiled loops.

The pheromone of Merkle, Middendorf & Schmeck 2002, "Ant colony optimization for resource-constrained project
scheduling", IEEE Transactions on Evolutionary Computation 6, laid by a population of solutions instead of evaporating
(Guntsch & Middendorf 2002, "A population based approach for ACO", LNCS 2279): each ant keeps the best order that it has
found, and walks anew only a part of one (Wiesemann & Stützle 2006, "Iterated ants: an experimental study for the
quadratic assignment problem", LNCS 4150).

Where time can run backwards there are two directions with a population each, as in genetic.py: an order of the one is
generated there and kept, by its schedule, in the other, so that each schedule generated is a walk and a justification
at once.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below, draw_unit, draw_word, new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.ant_walk import Trail, WalkSettings, lay, set_influence, walk
from optimizer.kernels.search.decoding import Bounds, Genes, decode_parallel, decode_serial, new_genes
from optimizer.kernels.search.improvement import PASSES, Room, improve
from optimizer.kernels.search.ordering import feasible_by_key, sort_by_key
from optimizer.kernels.search.population import lateness
from optimizer.kernels.serial import Plan, copy_plan, copy_turned, new_plan
from optimizer.kernels.timeline import Timeline
from optimizer.units import FloatArray, IntArray

SCHEDULES, GENERATIONS, STEP, SIDE, LEFT = range(5)
FORWARD, BACKWARD = 0, 1

_SHORTEST, _LONGEST = 3, 18
"""Least length of the part that is walked anew, and the least of its greatest."""


class ColonySettings(NamedTuple):
    """Parameters of a colony; those of the solver of the same name.

    Parameters
    ----------
    improves : bool
        Whether schedules are improved forward and backward.
    two_sided : bool
        Whether generations run forward and backward by turns; a schedule is then given up as soon as it is certain to
        end above the one that it is to replace.
    tie : float
        Less than what two scores differ by at least: how much the less compact of two schedules is less fit.
    most : int
        So many schedules may be generated in all.
    """

    influence: float
    fade: int
    part: float
    parallel: float
    swaps: int
    improves: bool
    two_sided: bool
    tie: float
    most: int


class Direction(NamedTuple):
    """One direction of time.

    Parameters
    ----------
    inputs, bounds
        The problem in this direction, and what is known of jobs that are not placed.
    topological : int64[J]
        The jobs so that predecessors come first.
    trail : Trail
        Pheromone.
    memory, fitness : int64[N, J], float64[N]
        The order that each ant keeps, and how good it is: smaller is better, infinite before the first.
    """

    inputs: Inputs
    bounds: Bounds
    topological: IntArray
    trail: Trail
    memory: IntArray
    fitness: FloatArray


class Colony(NamedTuple):
    """State of a colony.

    Parameters
    ----------
    counter : int64[5]
        Schedules (the last may be begun only), generations, steps of this generation (ants, then swaps), direction,
        jobs left of the last schedule.
    value : float64[1]
        Score of the best plan.
    order : int64[J]
        The order of the ant.
    random : int64[4]
        Generator of random numbers.
    genes : Genes
        Which bind nothing.
    work : float64[J]
        Share of the whole capacity that each job takes, times its length.
    plan, best : Plan
        The plan of the ant, and the best.
    """

    counter: IntArray
    value: FloatArray
    order: IntArray
    random: IntArray
    genes: Genes
    work: FloatArray
    plan: Plan
    best: Plan


def new_direction(inputs: Inputs, bounds: Bounds, topological: IntArray, trail: Trail, ants: int) -> Direction:
    """Return a direction in which nothing is known yet; see :class:`Direction`."""
    return Direction(inputs, bounds, topological, trail, np.tile(topological, (ants, 1)), np.full(ants, np.inf))


def new_colony(work: FloatArray, seed: int, stream: int) -> Colony:
    """Return a colony that has done nothing yet.

    Parameters
    ----------
    work : float64[J]
        See :class:`Colony`.
    seed, stream : int
        Of the random numbers, >= 0.
    """
    jobs = len(work)
    return Colony(
        counter=np.zeros(5, dtype=np.int64),
        value=np.full(1, np.inf),
        order=np.zeros(jobs, dtype=np.int64),
        random=new_random(seed, stream),
        genes=new_genes(jobs),
        work=work,
        plan=new_plan(jobs),
        best=new_plan(jobs),
    )


@kernel
def run_colony(
    settings: ColonySettings,
    walk_settings: WalkSettings,
    colony: Colony,
    forward: Direction,
    backward: Direction,
    room: Room,
    timeline: Timeline,
    schedules: int,
    generations: int,
) -> None:
    """Go on until so many schedules or generations, counted from the beginning, are reached.

    Parameters
    ----------
    settings, walk_settings, colony, room, timeline
        Constants, state and room.
    forward, backward : Direction
        The same twice unless ``two_sided``.
    schedules, generations : int
        The limits.
    """
    counter = colony.counter
    while counter[SCHEDULES] < schedules and counter[GENERATIONS] < generations:
        if counter[SIDE] == FORWARD:
            _step(settings, walk_settings, colony, forward, backward, room, timeline)
        else:
            _step(settings, walk_settings, colony, backward, forward, room, timeline)


@kernel_apart
def _step(
    settings: ColonySettings,
    walk_settings: WalkSettings,
    colony: Colony,
    here: Direction,
    there: Direction,
    room: Room,
    timeline: Timeline,
) -> None:
    """Let one ant, or a swap, make an order and a schedule ``here`` for one that is kept ``there``."""
    counter, ants = colony.counter, len(here.fitness)
    if counter[STEP] == 0:
        set_influence(here.trail, settings.influence * max(0.0, 1.0 - counter[SCHEDULES] / settings.fade))
    i = counter[STEP]
    if i < ants:
        _walk(settings, walk_settings, colony, here, i)
    else:
        i = _fittest(here)
        _swap(here, i, colony, room)
    if _generate(settings, colony, here, there, i, room, timeline):
        _judge(settings, colony, there, i)
    counter[STEP] += 1
    if counter[STEP] == ants + settings.swaps:
        counter[STEP] = 0
        counter[GENERATIONS] += 1
        if settings.two_sided:
            counter[SIDE] = 1 - counter[SIDE]


@kernel
def _walk(settings: ColonySettings, walk_settings: WalkSettings, colony: Colony, here: Direction, i: int) -> None:
    """Walk a part of the ant's own order anew, or of the fitter of two others'; all of it where nothing is known."""
    jobs, ants, random = len(colony.order), len(here.fitness), colony.random
    if draw_word(random) & 1:
        i, other = draw_below(random, ants), draw_below(random, ants)
        if here.fitness[other] < here.fitness[i]:
            i = other
    begin, end = 0, jobs
    if here.fitness[i] < np.inf:
        longest = max(_LONGEST, int(settings.part * jobs))
        length = min(jobs, _SHORTEST + draw_below(random, longest - _SHORTEST + 1))
        begin = draw_below(random, jobs - length + 1)
        end = begin + length
    walk(here.inputs, walk_settings, here.trail, colony.order, random, here.memory, i, begin, end)


@kernel
def _fittest(direction: Direction) -> int:
    best = 0
    for i in range(len(direction.fitness)):
        if direction.fitness[i] < direction.fitness[best]:
            best = i
    return best


@kernel
def _swap(here: Direction, i: int, colony: Colony, room: Room) -> None:
    """Take an ant's order with two jobs exchanged; others make way where precedence asks for it."""
    jobs = len(colony.order)
    for place in range(jobs):
        room.key[here.memory[i, place]] = place
    first, second = draw_below(colony.random, jobs), draw_below(colony.random, jobs)
    room.key[here.memory[i, first]], room.key[here.memory[i, second]] = second, first
    feasible_by_key(here.inputs, here.topological, room.key, colony.order, room.scratch)


@kernel
def _generate(
    settings: ColonySettings, colony: Colony, here: Direction, there: Direction, i: int, room: Room, timeline: Timeline
) -> bool:
    """Make a plan of the order and the order of the plan, and count; return whether it was not given up."""
    counter, plan, jobs = colony.counter, colony.plan, len(colony.order)
    most = there.fitness[i] if settings.two_sided else np.inf
    if draw_unit(colony.random) < settings.parallel * (1.0 - counter[SCHEDULES] / settings.most):
        placed = decode_parallel(here.inputs, colony.genes, colony.order, here.bounds, most, timeline, plan)
    else:
        placed = decode_serial(here.inputs, colony.genes, colony.order, here.bounds, most, timeline, plan)
    _count(colony, placed)
    if placed < jobs:
        return False
    for j in range(jobs):
        room.key[j] = -plan.end[j] if settings.two_sided else plan.start[j]
        colony.order[j] = there.topological[j]
    sort_by_key(colony.order, room.key, room.scratch)
    if settings.improves and counter[SCHEDULES] + PASSES <= settings.most:
        improve(here.inputs, room, colony.order, timeline, plan)
        _count(colony, PASSES * jobs)
    return True


@kernel
def _count(colony: Colony, placed: int) -> None:
    """Count placed jobs as schedules."""
    colony.counter[LEFT] -= placed
    while colony.counter[LEFT] < 0:
        colony.counter[LEFT] += len(colony.order)
        colony.counter[SCHEDULES] += 1


@kernel
def _judge(settings: ColonySettings, colony: Colony, there: Direction, i: int) -> None:
    """Keep the plan if it is the best so far, and the order if it is new and as good as the one of ant ``i``."""
    plan, last = colony.plan, 0
    for j in range(len(plan.end)):
        last = max(last, plan.end[j])
    value = score(there.inputs, plan)
    if value < colony.value[0]:
        colony.value[0] = value
        if colony.counter[SIDE] == BACKWARD:
            copy_turned(plan, colony.best, last)
        else:
            copy_plan(plan, colony.best)
    fitness = value + settings.tie * lateness(colony.work, plan, last)
    new = fitness < there.fitness[i]
    for k in range(len(there.fitness)):
        new = new and there.fitness[k] != fitness
    if new:
        settle_ant(there, i, colony.order, fitness)


@kernel
def settle_ant(direction: Direction, i: int, order: IntArray, fitness: float) -> None:
    """Let an ant keep an order: the pheromone of the one before goes, its own comes."""
    share = 1.0 / len(direction.fitness)
    if direction.fitness[i] < np.inf:
        lay(direction.trail, direction.memory, i, -share)
    for place in range(len(order)):
        direction.memory[i, place] = order[place]
    direction.fitness[i] = fitness
    lay(direction.trail, direction.memory, i, share)
