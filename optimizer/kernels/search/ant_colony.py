"""Ant colony optimisation over orders of the jobs, for compiled loops.

Merkle, Middendorf & Schmeck 2002, "Ant colony optimization for resource-constrained project scheduling", IEEE
Transactions on Evolutionary Computation 6. An ant fills the places of an order one after another; pheromone lies on
pairs (job, place) and is evaluated directly or summed up over the places so far.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below, draw_by_weight, draw_unit, new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.improvement import PASSES, Room, improve
from optimizer.kernels.search.ordering import feasible_by_key
from optimizer.kernels.serial import Plan, new_plan, serial
from optimizer.kernels.timeline import Timeline
from optimizer.units import FloatArray, IntArray

SCHEDULES, GENERATIONS, STEP, AGE, BEGIN, END = range(6)
BEST, ELITIST, LEADER = range(3)

_LEAST = 1e-6
"""Pheromone that never evaporates (max-min ant system: Stützle & Hoos 2000)."""


class Habits(NamedTuple):
    """Parameters of a colony; those of the solver of the same name.

    Parameters
    ----------
    improves : bool
        Whether schedules are improved forward and backward.
    """

    ants: int
    evaporation: float
    direct: float
    persistence: float
    influence: float
    fade: int
    memory: int
    greed: float
    swaps: int
    improves: bool


class Colony(NamedTuple):
    """State of a colony.

    Parameters
    ----------
    counter : int64[6]
        Schedules, generations, steps of this generation (ants, then swaps), age of the elitist solution in
        generations, begin and end of the eligible jobs.
    value : float64[3]
        Scores of the best plan, the elitist solution and the leader.
    order, elitist, leader : int64[J]
        The order of the ant, of the elitist solution and of the best ant of the generation.
    pheromone : float64[J, W]
        On job and place, counted from the job's first.
    first, rank : int64[J]
        The first place that a job may have, and its place in the reference order.
    running : float64[J]
        Pheromone of each eligible job summed up over the places so far.
    weight : float64[J]
        Weights of the candidates for a place.
    heuristic : float64[J]
        Heuristic value of the first, second, … candidate.
    eligible : int64[2 J]
        The eligible jobs by rank, between begin and end.
    waiting : int64[J]
        How many predecessors are not placed yet.
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
    pheromone: FloatArray
    first: IntArray
    rank: IntArray
    running: FloatArray
    weight: FloatArray
    heuristic: FloatArray
    eligible: IntArray
    waiting: IntArray
    random: IntArray
    plan: Plan
    best: Plan


def new_colony(reference: IntArray, width: int, seed: int, stream: int) -> Colony:
    """Return a colony that has done nothing yet.

    Parameters
    ----------
    reference : int64[J]
        A good order, no job before a predecessor.
    width : int
        Of so many places around its reference one a job has pheromone, from 1 to J.
    seed, stream : int
        Of the random numbers, >= 0.
    """
    jobs = len(reference)
    rank = np.empty(jobs, dtype=np.int64)
    rank[reference] = np.arange(jobs)
    order, elitist, leader = np.tile(reference, (3, 1))
    running, weight, heuristic = np.zeros((3, jobs))
    return Colony(
        counter=np.zeros(6, dtype=np.int64),
        value=np.full(3, np.inf),
        order=order,
        elitist=elitist,
        leader=leader,
        pheromone=np.full((jobs, width), 1 / width),
        first=np.clip(rank - width // 2, 0, jobs - width),
        rank=rank,
        running=running,
        weight=weight,
        heuristic=heuristic,
        eligible=np.zeros(2 * jobs, dtype=np.int64),
        waiting=np.zeros(jobs, dtype=np.int64),
        random=new_random(seed, stream),
        plan=new_plan(jobs),
        best=new_plan(jobs),
    )


@kernel
def run_colony(
    inputs: Inputs, habits: Habits, colony: Colony, room: Room, timeline: Timeline, schedules: int, generations: int
) -> None:
    """Go on until so many schedules or generations, counted from the beginning, are reached."""
    count = colony.counter
    while count[SCHEDULES] < schedules and count[GENERATIONS] < generations:
        if count[STEP] == 0:
            _begin_generation(habits, colony)
        if count[STEP] < habits.ants:
            _walk(inputs, habits, colony)
        else:
            _swap(inputs, colony, room)
        _decode(inputs, habits, colony, room, timeline)
        count[STEP] += 1
        if count[STEP] == habits.ants + habits.swaps:
            _learn(habits, colony)
            count[STEP] = 0
            count[GENERATIONS] += 1


@kernel
def _begin_generation(habits: Habits, colony: Colony) -> None:
    """Set the heuristic's influence: a power of 1 / rank among the candidates (Bresina 1996), in time none."""
    power = habits.influence * max(0.0, 1.0 - colony.counter[SCHEDULES] / habits.fade)
    for i in range(len(colony.heuristic)):
        colony.heuristic[i] = (1.0 + i) ** -power
    colony.value[LEADER] = np.inf


@kernel
def _decode(inputs: Inputs, habits: Habits, colony: Colony, room: Room, timeline: Timeline) -> None:
    """Make a plan of the order; keep it if it is the best and the order if it is the generation's best."""
    serial(inputs, colony.order, timeline, colony.plan)
    colony.counter[SCHEDULES] += 1
    if habits.improves:
        improve(inputs, room, colony.order, timeline, colony.plan)
        colony.counter[SCHEDULES] += PASSES
    value = score(inputs, colony.plan)
    if value < colony.value[LEADER]:
        colony.value[LEADER] = value
        _copy(colony.order, colony.leader)
    if value < colony.value[BEST]:
        colony.value[BEST] = value
        _copy(colony.plan.start, colony.best.start)
        _copy(colony.plan.end, colony.best.end)
        _copy(colony.plan.mode, colony.best.mode)
        _copy(colony.plan.node, colony.best.node)


@kernel
def _copy(source: IntArray, target: IntArray) -> None:
    for i in range(len(source)):
        target[i] = source[i]


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
def _walk(inputs: Inputs, habits: Habits, colony: Colony) -> None:
    """Let an ant fill the places one after another.

    With probability ``greed`` it takes the candidate of the largest weight (ant colony system: Dorigo & Gambardella
    1997), else any with a probability in proportion to its weight.
    """
    _set_eligible(inputs, colony)
    for place in range(len(colony.order)):
        candidates = _weigh(habits, colony, place)
        if draw_unit(colony.random) < habits.greed:
            chosen = _heaviest(colony.weight, candidates)
        else:
            chosen = draw_by_weight(colony.random, colony.weight, candidates)
        j = _taken(colony, chosen)
        colony.order[place] = j
        for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
            successor = inputs.successor_job[e]
            colony.waiting[successor] -= 1
            if colony.waiting[successor] == 0:
                _admit(habits, colony, successor, place + 1)


@kernel
def _heaviest(weight: FloatArray, count: int) -> int:
    best = 0
    for q in range(1, count):
        if weight[q] > weight[best]:
            best = q
    return best


@kernel
def _set_eligible(inputs: Inputs, colony: Colony) -> None:
    """Make those jobs eligible that have no predecessors, by rank."""
    jobs = len(colony.order)
    for j in range(jobs):
        colony.waiting[j] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        colony.running[j] = 0.0
        colony.order[colony.rank[j]] = j
    colony.counter[BEGIN], colony.counter[END] = jobs, jobs
    for place in range(jobs):
        j = colony.order[place]
        if colony.waiting[j] == 0:
            colony.eligible[colony.counter[END]] = j
            colony.counter[END] += 1


@kernel
def _taken(colony: Colony, chosen: int) -> int:
    """Remove a candidate and return it; those before it move up."""
    begin = colony.counter[BEGIN]
    j: int = colony.eligible[begin + chosen]
    for q in range(begin + chosen, begin, -1):
        colony.eligible[q] = colony.eligible[q - 1]
    colony.counter[BEGIN] += 1
    return j


@kernel
def _admit(habits: Habits, colony: Colony, j: int, place: int) -> None:
    """Make a job eligible from ``place`` on, with the pheromone of the places before; it enters from the front."""
    colony.counter[BEGIN] -= 1
    q = colony.counter[BEGIN]
    while q + 1 < colony.counter[END] and colony.rank[colony.eligible[q + 1]] < colony.rank[j]:
        colony.eligible[q] = colony.eligible[q + 1]
        q += 1
    colony.eligible[q] = j
    for i in range(min(place - colony.first[j], colony.pheromone.shape[1])):
        colony.running[j] = habits.persistence * colony.running[j] + colony.pheromone[j, i]


@kernel
def _weigh(habits: Habits, colony: Colony, place: int) -> int:
    """Set the weights of the candidates for ``place``, which come first of the eligible jobs; return their number.

    The weight is direct * x * here + (1 - direct) * y * running, times the heuristic; x and y, the sums of what they
    are not multiplied with, put both on one scale.
    """
    count, x, y = 0, 0.0, 0.0
    for q in range(colony.counter[BEGIN], colony.counter[END]):
        j = colony.eligible[q]
        i = place - colony.first[j]
        if i < 0:
            break
        here = colony.pheromone[j, i] if i < colony.pheromone.shape[1] else _LEAST
        colony.running[j] = habits.persistence * colony.running[j] + here
        colony.weight[count] = here
        x += colony.running[j]
        y += here
        count += 1
    x, y = x * habits.direct, y * (1.0 - habits.direct)
    for q in range(count):
        running = colony.running[colony.eligible[colony.counter[BEGIN] + q]]
        colony.weight[q] = (x * colony.weight[q] + y * running) * colony.heuristic[q]
    return max(count, 1)


@kernel
def _learn(habits: Habits, colony: Colony) -> None:
    """Let pheromone evaporate, and lay some on the orders of the leader and of the elitist solution.

    What evaporates from a job is laid on it again: its pheromone stays about 1 (Blum & Dorigo 2004).
    """
    colony.counter[AGE] += 1
    if colony.value[LEADER] < colony.value[ELITIST] or colony.counter[AGE] > habits.memory:
        colony.value[ELITIST] = colony.value[LEADER]
        _copy(colony.leader, colony.elitist)
        colony.counter[AGE] = 0
    for j in range(colony.pheromone.shape[0]):
        for i in range(colony.pheromone.shape[1]):
            colony.pheromone[j, i] = max(_LEAST, colony.pheromone[j, i] * (1.0 - habits.evaporation))
    _lay(habits, colony, colony.leader)
    _lay(habits, colony, colony.elitist)


@kernel
def _lay(habits: Habits, colony: Colony, order: IntArray) -> None:
    """Lay half of what evaporates on an order; a place outside a job's counts as the nearest of its."""
    width = colony.pheromone.shape[1]
    for place in range(len(order)):
        j = order[place]
        i = min(max(place - colony.first[j], 0), width - 1)
        colony.pheromone[j, i] += 0.5 * habits.evaporation
