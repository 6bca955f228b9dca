"""Particle swarm optimisation of random keys, for compiled loops.

Kennedy & Eberhart 1995, "Particle swarm optimization", Proceedings of ICNN'95; constriction after Clerc & Kennedy
2002, "The particle swarm: explosion, stability, and convergence in a multidimensional complex space", IEEE Transactions
on Evolutionary Computation 6; jobs by ascending key after Zhang, Li, Li & Huang 2005, "Particle swarm
optimization-based schemes for resource-constrained project scheduling", Automation in Construction 14.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_unit, new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.improvement import PASSES, Room, improve
from optimizer.kernels.search.ordering import feasible_by_key
from optimizer.kernels.serial import Plan, copy_plan, new_plan, place, place_as_planned
from optimizer.kernels.timeline import Timeline, exceeds, reset
from optimizer.units import FloatArray, IntArray

SCHEDULES, SWEEPS, PARTICLE = range(3)
BEST = 0


class Motion(NamedTuple):
    """Parameters of a swarm; those of the solver of the same name.

    Parameters
    ----------
    constriction : float
        What is kept of a velocity and its changes.
    improves : bool
        Whether schedules are improved forward and backward.
    """

    constriction: float
    personal: float
    social: float
    neighbours: int
    free: float
    improves: bool


class Swarm(NamedTuple):
    """State of a swarm of P particles in D dimensions: a key a job, then, where there is a choice, a gene a job.

    Parameters
    ----------
    counter : int64[3]
        Schedules, sweeps over all particles, particles of this sweep.
    value : float64[1 + P]
        Scores of the best plan and of the best position of each particle.
    position, velocity, personal : float64[P, D]
        Where each particle is, how it moves, where it was best.
    order, base : int64[J]
        Room for an order, and the one that breaks ties.
    random : int64[4]
        Generator of random numbers.
    plan, best : Plan
        The plan of the particle, and the best.
    """

    counter: IntArray
    value: FloatArray
    position: FloatArray
    velocity: FloatArray
    personal: FloatArray
    order: IntArray
    base: IntArray
    random: IntArray
    plan: Plan
    best: Plan


def new_swarm(inputs: Inputs, reference: IntArray, particles: int, seed: int, stream: int) -> Swarm:
    """Return a swarm around a good order that has done nothing yet.

    The first particle follows the order and leaves the genes alone, the last is anywhere.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    reference : int64[J]
        The order, no job before a predecessor.
    particles : int
        How many, >= 1.
    seed, stream : int
        Of the random numbers, >= 0.
    """
    jobs = len(reference)
    genes = jobs if len(inputs.mode_time) * len(inputs.node_speed) > jobs else 0
    position = np.random.default_rng([seed, stream]).random((particles, jobs + genes))
    spread = np.linspace(0, 1, particles)[:, None]
    position[:, reference] = spread * position[:, reference] + (1 - spread) * (np.arange(jobs) + 0.5) / jobs
    position[0, jobs:] = 0.0
    return Swarm(
        counter=np.zeros(3, dtype=np.int64),
        value=np.full(1 + particles, np.inf),
        position=position,
        velocity=np.zeros_like(position),
        personal=position.copy(),
        order=reference.copy(),
        base=reference.copy(),
        random=new_random(seed, stream),
        plan=new_plan(jobs),
        best=new_plan(jobs),
    )


@kernel
def run_swarm(
    inputs: Inputs, motion: Motion, swarm: Swarm, room: Room, timeline: Timeline, schedules: int, sweeps: int
) -> None:
    """Go on until so many schedules or sweeps, counted from the beginning, are reached."""
    count = swarm.counter
    while count[SCHEDULES] < schedules and count[SWEEPS] < sweeps:
        p = count[PARTICLE]
        if swarm.value[1 + p] < np.inf:
            _move(inputs, motion, swarm, p)
        _decode(inputs, motion, swarm, room, timeline, p)
        _remember(swarm, p, score(inputs, swarm.plan))
        count[PARTICLE] += 1
        if count[PARTICLE] == len(swarm.position):
            count[PARTICLE] = 0
            count[SWEEPS] += 1


@kernel
def _move(inputs: Inputs, motion: Motion, swarm: Swarm, p: int) -> None:
    """Draw a particle towards its own best position and the best of its neighbours on a ring."""
    particles, jobs = len(swarm.position), len(swarm.order)
    leader = p
    for k in range(p - motion.neighbours, p + motion.neighbours + 1):
        if swarm.value[1 + k % particles] < swarm.value[1 + leader]:
            leader = k % particles
    for d in range(swarm.position.shape[1]):
        x = swarm.position[p, d]
        own = motion.personal * draw_unit(swarm.random) * (swarm.personal[p, d] - x)
        social = motion.social * draw_unit(swarm.random) * (swarm.personal[leader, d] - x)
        swarm.velocity[p, d] = motion.constriction * (swarm.velocity[p, d] + own + social)
        x += swarm.velocity[p, d]
        swarm.position[p, d] = x if d < jobs else min(max(x, 0.0), 1.0)


@kernel
def _decode(inputs: Inputs, motion: Motion, swarm: Swarm, room: Room, timeline: Timeline, p: int) -> None:
    """Make a plan of a particle's keys and genes; the keys become those of the improved order."""
    jobs = len(swarm.order)
    for j in range(jobs):
        room.key[j] = swarm.position[p, j]
    feasible_by_key(inputs, swarm.base, room.key, swarm.order, room.scratch)
    reset(timeline, inputs)
    for j in swarm.order:
        if jobs < swarm.position.shape[1] and _choose(inputs, motion, swarm, p, j):
            place_as_planned(inputs, timeline, swarm.plan, j)
        else:
            place(inputs, timeline, swarm.plan, j)
    swarm.counter[SCHEDULES] += 1
    if motion.improves:
        improve(inputs, room, swarm.order, timeline, swarm.plan)
        swarm.counter[SCHEDULES] += PASSES
    for i in range(jobs):
        swarm.position[p, swarm.order[i]] = (i + 0.5) / jobs


@kernel
def _choose(inputs: Inputs, motion: Motion, swarm: Swarm, p: int, j: int) -> bool:
    """Return whether the gene of a job picks a mode on a node that fits, which is written into the plan.

    A gene below ``free`` leaves the job where it ends first; above, it stands for all pairs in turn.
    """
    gene = (swarm.position[p, len(swarm.order) + j] - motion.free) / (1.0 - motion.free)
    if gene < 0.0:
        return False
    nodes = len(inputs.node_speed)
    pairs = (inputs.mode_start[j + 1] - inputs.mode_start[j]) * nodes
    pair = min(int(gene * pairs), pairs - 1)
    m, v = inputs.mode_start[j] + pair // nodes, pair % nodes
    if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
        return False
    swarm.plan.mode[j], swarm.plan.node[j] = m, v
    return True


@kernel
def _remember(swarm: Swarm, p: int, value: float) -> None:
    """Keep a position that is the particle's best, and a plan that is the best of all."""
    if value <= swarm.value[1 + p]:
        swarm.value[1 + p] = value
        for d in range(swarm.position.shape[1]):
            swarm.personal[p, d] = swarm.position[p, d]
    if value < swarm.value[BEST]:
        swarm.value[BEST] = value
        copy_plan(swarm.plan, swarm.best)
