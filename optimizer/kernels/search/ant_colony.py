"""Ant colony optimisation over orders of the jobs, for compiled loops.

Merkle, Middendorf & Schmeck 2002, "Ant colony optimization for resource-constrained project scheduling", IEEE
Transactions on Evolutionary Computation 6.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below, new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.ant_walk import Habits, Trail, evaporate, lay, set_influence, walk
from optimizer.kernels.search.improvement import PASSES, Room, improve
from optimizer.kernels.search.ordering import feasible_by_key
from optimizer.kernels.serial import Plan, copy_plan, new_plan, serial
from optimizer.kernels.timeline import Timeline
from optimizer.units import FloatArray, IntArray

SCHEDULES, GENERATIONS, STEP, AGE = range(4)
BEST, ELITIST, LEADER = range(3)


class Customs(NamedTuple):
    """Parameters of a colony; those of the solver of the same name.

    Parameters
    ----------
    improves : bool
        Whether schedules are improved forward and backward.
    """

    ants: int
    influence: float
    fade: int
    memory: int
    swaps: int
    improves: bool


class Colony(NamedTuple):
    """State of a colony.

    Parameters
    ----------
    counter : int64[4]
        Schedules, generations, steps of this generation (ants, then swaps), age of the elitist solution in generations.
    value : float64[3]
        Scores of the best plan, the elitist solution and the leader.
    order, elitist, leader : int64[J]
        The order of the ant, of the elitist solution and of the best ant of the generation.
    random : int64[4]
        Generator of random numbers.
    plan, best : Plan
        The plan of the ant, and the best.
    """

    counter: IntArray
    value: FloatArray
    order: IntArray
    elitist: IntArray
    leader: IntArray
    random: IntArray
    plan: Plan
    best: Plan


def new_colony(reference: IntArray, seed: int, stream: int) -> Colony:
    """Return a colony that has done nothing yet.

    Parameters
    ----------
    reference : int64[J]
        Any order.
    seed, stream : int
        Of the random numbers, >= 0.
    """
    order, elitist, leader = np.tile(reference, (3, 1))
    return Colony(
        counter=np.zeros(4, dtype=np.int64),
        value=np.full(3, np.inf),
        order=order,
        elitist=elitist,
        leader=leader,
        random=new_random(seed, stream),
        plan=new_plan(len(reference)),
        best=new_plan(len(reference)),
    )


@kernel
def run_colony(
    inputs: Inputs,
    customs: Customs,
    habits: Habits,
    colony: Colony,
    trail: Trail,
    room: Room,
    timeline: Timeline,
    schedules: int,
    generations: int,
) -> None:
    """Go on until so many schedules or generations, counted from the beginning, are reached."""
    counter = colony.counter
    while counter[SCHEDULES] < schedules and counter[GENERATIONS] < generations:
        if counter[STEP] == 0:
            fading = 1.0 - counter[SCHEDULES] / customs.fade
            set_influence(trail, customs.influence * max(0.0, fading))
            colony.value[LEADER] = np.inf
        if counter[STEP] < customs.ants:
            walk(inputs, habits, trail, colony.order, colony.random)
        else:
            _swap(inputs, colony, room)
        _decode(inputs, customs, colony, room, timeline)
        counter[STEP] += 1
        if counter[STEP] == customs.ants + customs.swaps:
            _learn(customs, habits, colony, trail)
            counter[STEP] = 0
            counter[GENERATIONS] += 1


@kernel
def _swap(inputs: Inputs, colony: Colony, room: Room) -> None:
    """Take the leader's order with two jobs exchanged; others make way where precedence asks for it."""
    jobs = len(colony.leader)
    for place in range(jobs):
        room.key[colony.leader[place]] = place
    i, k = draw_below(colony.random, jobs), draw_below(colony.random, jobs)
    room.key[colony.leader[i]], room.key[colony.leader[k]] = k, i
    feasible_by_key(inputs, colony.leader, room.key, colony.order, room.scratch)


@kernel
def _decode(inputs: Inputs, customs: Customs, colony: Colony, room: Room, timeline: Timeline) -> None:
    """Make a plan of the order; keep it if it is the best and the order if it is the generation's best."""
    serial(inputs, colony.order, timeline, colony.plan)
    colony.counter[SCHEDULES] += 1
    if customs.improves:
        improve(inputs, room, colony.order, timeline, colony.plan)
        colony.counter[SCHEDULES] += PASSES
    value = score(inputs, colony.plan)
    if value < colony.value[LEADER]:
        colony.value[LEADER] = value
        _copy(colony.order, colony.leader)
    if value < colony.value[BEST]:
        colony.value[BEST] = value
        copy_plan(colony.plan, colony.best)


@kernel
def _copy(source: IntArray, target: IntArray) -> None:
    for i in range(len(source)):
        target[i] = source[i]


@kernel
def _learn(customs: Customs, habits: Habits, colony: Colony, trail: Trail) -> None:
    """Renew the elitist solution, and let it and the leader lay pheromone."""
    colony.counter[AGE] += 1
    if colony.value[LEADER] < colony.value[ELITIST] or colony.counter[AGE] > customs.memory:
        colony.value[ELITIST] = colony.value[LEADER]
        _copy(colony.leader, colony.elitist)
        colony.counter[AGE] = 0
    evaporate(habits, trail)
    lay(habits, trail, colony.leader)
    lay(habits, trail, colony.elitist)
