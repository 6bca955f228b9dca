"""How an ant fills the places of an order one after another, following pheromone; see ant_colony.py."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_by_weight, draw_unit
from optimizer.units import FloatArray, IntArray

BEGIN, END = 0, 1

PLACED = -1


class WalkSettings(NamedTuple):
    """Parameters of a walk; those of the solver of the same name."""

    direct: float
    persistence: float
    greed: float


class Trail(NamedTuple):
    """Pheromone, and what an ant works with.

    Parameters
    ----------
    pheromone : float64[J, W]
        On job and place, counted from the job's first.
    least : float64[1]
        What is there from the beginning, and never gets less (max-min ant system: Stützle & Hoos 2000).
    first, rank : int64[J]
        The first place that a job may have, and its place in the reference order.
    running : float64[J]
        Pheromone of each eligible job summed up over the places so far.
    weight, heuristic : float64[J]
        Weights of the candidates for a place, and the heuristic value of the first, second, … of them.
    eligible : int64[2 J]
        The eligible jobs by rank.
    bounds : int64[2]
        Where they begin and end.
    waiting : int64[J]
        How many predecessors of a job are not placed yet, ``PLACED`` once it is placed itself.
    """

    pheromone: FloatArray
    least: FloatArray
    first: IntArray
    rank: IntArray
    running: FloatArray
    weight: FloatArray
    heuristic: FloatArray
    eligible: IntArray
    bounds: IntArray
    waiting: IntArray


def new_trail(reference: IntArray, width: int, initial: float) -> Trail:
    """Return pheromone that is the same everywhere.

    Parameters
    ----------
    reference : int64[J]
        A good order, no job before a predecessor.
    width : int
        Of so many places around its reference one a job has pheromone, from 1 to J.
    initial : float
        Pheromone of a job on all its places together, > 0.
    """
    jobs = len(reference)
    rank = np.empty(jobs, dtype=np.int64)
    rank[reference] = np.arange(jobs)
    running, weight, heuristic = np.zeros((3, jobs))
    return Trail(
        pheromone=np.full((jobs, width), initial / width),
        least=np.full(1, initial / width),
        first=np.clip(rank - width // 2, 0, jobs - width),
        rank=rank,
        running=running,
        weight=weight,
        heuristic=heuristic,
        eligible=np.zeros(2 * jobs, dtype=np.int64),
        bounds=np.zeros(2, dtype=np.int64),
        waiting=np.zeros(jobs, dtype=np.int64),
    )


@kernel
def set_influence(trail: Trail, power: float) -> None:
    """Set the heuristic: a power of 1 / rank among the candidates (Bresina 1996)."""
    for i in range(len(trail.heuristic)):
        trail.heuristic[i] = (1.0 + i) ** -power


@kernel_apart
def walk(
    inputs: Inputs,
    walk_settings: WalkSettings,
    trail: Trail,
    order: IntArray,
    random: IntArray,
    memory: IntArray,
    ant: int,
    begin: int,
    end: int,
) -> None:
    """Let an ant fill the places one after another: those from ``begin`` to ``end`` anew, the others as remembered.

    With probability ``greed`` it takes the candidate of the largest weight (ant colony system: Dorigo & Gambardella
    1997), else any with a probability in proportion to its weight. Before and after, the next job is the first of the
    order of ``ant`` in ``memory``, int64[N, J], that is left.
    """
    _set_eligible(inputs, trail, order)
    following = 0
    for place in range(len(order)):
        candidates = _weigh(walk_settings, trail, place)
        if place < begin or place >= end:
            while trail.waiting[memory[ant, following]] == PLACED:
                following += 1
            chosen = _position(trail, memory[ant, following])
        elif draw_unit(random) < walk_settings.greed:
            chosen = _heaviest(trail.weight, candidates)
        else:
            chosen = draw_by_weight(random, trail.weight, candidates)
        j = _taken(trail, chosen)
        order[place] = j
        trail.waiting[j] = PLACED
        for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
            successor = inputs.successor_job[e]
            trail.waiting[successor] -= 1
            if trail.waiting[successor] == 0:
                _admit(walk_settings, trail, successor, place + 1)


@kernel
def _position(trail: Trail, j: int) -> int:
    """Return where a job stands among the eligible ones."""
    begin, q = trail.bounds[BEGIN], 0
    while trail.eligible[begin + q] != j:
        q += 1
    return q


@kernel
def _heaviest(weight: FloatArray, count: int) -> int:
    best = 0
    for q in range(1, count):
        if weight[q] > weight[best]:
            best = q
    return best


@kernel
def _set_eligible(inputs: Inputs, trail: Trail, order: IntArray) -> None:
    """Make those jobs eligible that have no predecessors, by rank."""
    jobs = len(trail.rank)
    for j in range(jobs):
        trail.waiting[j] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        trail.running[j] = 0.0
        order[trail.rank[j]] = j
    trail.bounds[BEGIN], trail.bounds[END] = jobs, jobs
    for place in range(jobs):
        j = order[place]
        if trail.waiting[j] == 0:
            trail.eligible[trail.bounds[END]] = j
            trail.bounds[END] += 1


@kernel
def _taken(trail: Trail, chosen: int) -> int:
    """Remove a candidate and return it; those before it move up."""
    begin = trail.bounds[BEGIN]
    j: int = trail.eligible[begin + chosen]
    for q in range(begin + chosen, begin, -1):
        trail.eligible[q] = trail.eligible[q - 1]
    trail.bounds[BEGIN] += 1
    return j


@kernel
def _admit(walk_settings: WalkSettings, trail: Trail, j: int, place: int) -> None:
    """Make a job eligible from ``place`` on, with the pheromone of the places before; it enters from the front."""
    trail.bounds[BEGIN] -= 1
    q = trail.bounds[BEGIN]
    while q + 1 < trail.bounds[END] and trail.rank[trail.eligible[q + 1]] < trail.rank[j]:
        trail.eligible[q] = trail.eligible[q + 1]
        q += 1
    trail.eligible[q] = j
    for i in range(min(place - trail.first[j], trail.pheromone.shape[1])):
        trail.running[j] = walk_settings.persistence * trail.running[j] + trail.pheromone[j, i]


@kernel
def _weigh(walk_settings: WalkSettings, trail: Trail, place: int) -> int:
    """Set the weights of the candidates for ``place``, which come first of the eligible jobs; return their number.

    The weight is direct * x * here + (1 - direct) * y * running, times the heuristic; x and y, the sums of what they
    are not multiplied with, put both on one scale.
    """
    count, x, y = 0, 0.0, 0.0
    for q in range(trail.bounds[BEGIN], trail.bounds[END]):
        j = trail.eligible[q]
        i = place - trail.first[j]
        if i < 0:
            break
        here = trail.pheromone[j, i] if i < trail.pheromone.shape[1] else trail.least[0]
        trail.running[j] = walk_settings.persistence * trail.running[j] + here
        trail.weight[count] = here
        x += trail.running[j]
        y += here
        count += 1
    x, y = x * walk_settings.direct, y * (1.0 - walk_settings.direct)
    for q in range(count):
        running = trail.running[trail.eligible[trail.bounds[BEGIN] + q]]
        trail.weight[q] = (x * trail.weight[q] + y * running) * trail.heuristic[q]
    return count


@kernel
def lay(trail: Trail, memory: IntArray, ant: int, amount: float) -> None:
    """Lay so much pheromone on the order of an ant, int64[N, J]; a place outside a job's counts as the nearest."""
    width = trail.pheromone.shape[1]
    for place in range(memory.shape[1]):
        j = memory[ant, place]
        i = min(max(place - trail.first[j], 0), width - 1)
        trail.pheromone[j, i] = max(trail.least[0], trail.pheromone[j, i] + amount)
