"""Compiled searches: the same as interpreted, and the same in one call as in many."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.search.ant_colony import ColonySettings, Direction, new_colony, new_direction, run_colony
from optimizer.kernels.search.ant_walk import WalkSettings, lay, new_trail
from optimizer.kernels.search.improvement import new_room
from optimizer.kernels.search.particle_swarm import Motion, new_swarm, run_swarm
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.solvers.heuristics.common.directions import bounds_of, is_reversible, mirrored
from optimizer.solvers.heuristics.common.evolving import work_of
from optimizer.units import IntArray
from tests.random_instances import random_instance

Run = Callable[[int, int], None]


def colony(problem: Problem, *, compiled: bool) -> tuple[Run, Any]:
    inputs, first = Inputs.of(problem), integers(problem.topological_order)
    last = integers(first[::-1])
    two_sided = is_reversible(problem)
    settings = ColonySettings(
        influence=1.0,
        fade=30,
        part=0.5,
        parallel=0.5,
        swaps=2,
        improves=inputs.is_maximum and not two_sided,
        two_sided=two_sided,
        tie=0.1,
        most=1000,
    )
    state = new_colony(work_of(problem), seed=1, stream=0)

    def direction(one: Inputs, topological: IntArray) -> Direction:
        trail = new_trail(topological, max(1, problem.jobs - 1), 0.1)
        return new_direction(one, bounds_of(problem, one, topological[::-1]), topological, trail, ants=3)

    forward = direction(inputs, first)
    backward = direction(mirrored(problem, inputs), last) if two_sided else forward
    run = run_colony.compiled if compiled else run_colony
    rest = (state, forward, backward, new_room(problem.jobs), new_timeline(inputs))
    return partial(run, settings, WalkSettings(0.5, 1.0, 0.5), *rest), state


def swarm(problem: Problem, *, compiled: bool) -> tuple[Run, Any]:
    inputs = Inputs.of(problem)
    motion = Motion(0.7, 2.0, 2.0, neighbours=1, free=0.3, improves=inputs.is_maximum)
    state = new_swarm(inputs, problem.topological_order, particles=4, seed=1, stream=0)
    run = run_swarm.compiled if compiled else run_swarm
    return partial(run, inputs, motion, state, new_room(problem.jobs), new_timeline(inputs)), state


def outcome(state: Any) -> list[Any]:
    return [state.counter[:3].tolist(), state.value.tolist(), *(array.tolist() for array in state.best)]


@pytest.mark.parametrize("start", [colony, swarm])
def test_compiled_and_interpreted_searches_agree(start: Callable[..., tuple[Run, Any]]) -> None:
    for seed in range(40):
        problem = Problem.of(random_instance(seed, jobs_max=9))
        (run, state), (again, other) = start(problem, compiled=True), start(problem, compiled=False)
        run(40, 10**9)
        again(40, 10**9)
        assert outcome(state) == outcome(other)


@pytest.mark.parametrize("start", [colony, swarm])
def test_many_calls_are_as_good_as_one(start: Callable[..., tuple[Run, Any]]) -> None:
    problem = Problem.of(random_instance(7, jobs_max=9))
    (run, state), (again, other) = start(problem, compiled=False), start(problem, compiled=False)
    run(60, 10**9)
    for schedules in range(1, 61):
        again(schedules, 10**9)
    assert outcome(state) == outcome(other)


@pytest.mark.parametrize("start", [colony, swarm])
def test_iterations_are_a_limit(start: Callable[..., tuple[Run, Any]]) -> None:
    run, state = start(Problem.of(random_instance(7)), compiled=False)
    run(10**9, 3)
    assert state.counter[1] == 3


@pytest.mark.parametrize("seed", range(10))
def test_pheromone_is_that_of_what_ants_keep(seed: int) -> None:
    run, _ = colony(Problem.of(random_instance(seed, jobs_max=9)), compiled=False)
    run(60, 10**9)
    assert isinstance(run, partial)
    for direction in run.args[3:5]:
        known = direction.memory[direction.fitness < np.inf]
        expected = new_trail(direction.topological, direction.trail.pheromone.shape[1], 0.1)
        for i in range(len(known)):
            lay(expected, known, i, 1 / len(direction.fitness))
        assert direction.trail.pheromone == pytest.approx(expected.pheromone)


def test_genes_reach_modes_and_nodes() -> None:
    problem = next(p for p in map(Problem.of, map(random_instance, range(50))) if p.nodes > 1 and p.jobs > 3)
    inputs = Inputs.of(problem)
    state = new_swarm(inputs, problem.topological_order, particles=3, seed=0, stream=0)
    assert state.position.shape == (3, 2 * problem.jobs)
    assert (np.sort(state.position[0, : problem.jobs]) == state.position[0, problem.topological_order]).all()
    assert not state.position[0, problem.jobs :].any()
