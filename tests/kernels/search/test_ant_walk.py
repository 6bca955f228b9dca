import numpy as np
import pytest

from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import new_random
from optimizer.kernels.search.ant_walk import Trail, WalkSettings, lay, new_trail, set_influence, walk
from optimizer.problem import Problem
from optimizer.units import IntArray
from tests.random_instances import random_instance


def walk_settings(greed: float = 1.0, direct: float = 0.0, persistence: float = 1.0) -> WalkSettings:
    return WalkSettings(direct=direct, persistence=persistence, greed=greed)


def walked(problem: Problem, trail: Trail, rates: WalkSettings, seed: int = 0) -> IntArray:
    order = np.zeros(problem.jobs, dtype=np.int64)
    walk(Inputs.of(problem), rates, trail, order, new_random(seed), order[None].copy(), 0, 0, problem.jobs)
    return order


def by_definition(problem: Problem, trail: Trail, rates: WalkSettings) -> list[int]:
    """Return the order of the largest weights after the formula of Merkle, Middendorf & Schmeck 2002."""
    jobs, order = problem.jobs, list[int]()
    predecessors = np.split(problem.predecessor_job, problem.predecessor_start[1:-1])
    for place in range(jobs):
        eligible = [j for j in range(jobs) if j not in order and set(predecessors[j].tolist()) <= set(order)]
        eligible.sort(key=lambda j: trail.rank[j])
        fading = rates.persistence ** np.arange(place, -1, -1)
        sums = {j: float(fading @ trail.pheromone[j, : place + 1]) for j in eligible}
        here = {j: trail.pheromone[j, place] for j in eligible}
        x, y = sum(sums.values()), sum(here.values())
        weight = [rates.direct * x * here[j] + (1 - rates.direct) * y * sums[j] for j in eligible]
        order.append(eligible[int(np.argmax(weight * trail.heuristic[: len(eligible)]))])
    return order


@pytest.mark.parametrize("seed", range(40))
def test_incremental_sums_are_those_of_the_definition(seed: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=12))
    trail = new_trail(problem.topological_order, problem.jobs, 1.0)
    trail.pheromone[:] = np.random.default_rng(seed).random(trail.pheromone.shape)
    set_influence(trail, 0.5)
    rates = walk_settings(direct=(seed % 3) / 2, persistence=(seed % 4 + 1) / 4)
    assert walked(problem, trail, rates).tolist() == by_definition(problem, trail, rates)


@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("seed", range(20))
def test_orders_keep_precedence_and_the_window_of_places(seed: int, width: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=12))
    reference = problem.topological_order
    trail = new_trail(reference, min(width, problem.jobs), 1.0)
    set_influence(trail, 0.0)
    place = np.empty(problem.jobs, dtype=np.int64)
    place[walked(problem, trail, walk_settings(greed=0.0), seed)] = np.arange(problem.jobs)
    job = np.repeat(np.arange(problem.jobs), np.diff(problem.predecessor_start))
    assert (place[problem.predecessor_job] < place[job]).all()
    assert sorted(place.tolist()) == list(range(problem.jobs))
    assert (place >= trail.first).all()


def test_pheromone_draws_jobs_to_the_places_where_it_was_laid() -> None:
    problem = next(
        p for p in map(Problem.of, map(random_instance, range(50))) if p.jobs == 5 and not len(p.predecessor_job)
    )
    trail, orders = new_trail(np.arange(5), 5, 0.01), np.array([[4, 2, 0, 1, 3], [0, 1, 2, 3, 4]])
    set_influence(trail, 0.0)
    lay(trail, orders, 0, 1.0)
    assert trail.pheromone.sum(axis=1) == pytest.approx(np.full(5, 1.01))
    assert walked(problem, trail, walk_settings()).tolist() == orders[0].tolist()
    lay(trail, orders, 1, 1.0)
    lay(trail, orders, 0, -1.0)
    assert trail.pheromone.sum(axis=1) == pytest.approx(np.full(5, 1.01))
    assert walked(problem, trail, walk_settings()).tolist() == orders[1].tolist()
    lay(trail, orders, 0, -1.0)
    assert (trail.pheromone >= trail.least[0]).all()


@pytest.mark.parametrize("seed", range(20))
def test_places_outside_the_part_follow_what_is_remembered(seed: int) -> None:
    problem = Problem.of(random_instance(seed, jobs_max=12))
    trail, jobs = new_trail(problem.topological_order, problem.jobs, 1.0), problem.jobs
    set_influence(trail, 0.0)
    remembered = walked(problem, trail, walk_settings(greed=0.0), seed)
    order, random = np.zeros(jobs, dtype=np.int64), new_random(seed + 1)
    begin, end = sorted((seed % (jobs + 1), (3 * seed) % (jobs + 1)))
    walk(Inputs.of(problem), walk_settings(greed=0.0), trail, order, random, remembered[None], 0, begin, end)
    assert order[:begin].tolist() == remembered[:begin].tolist()
    anew = set(order[:end].tolist())
    assert order[end:].tolist() == [j for j in remembered.tolist() if j not in anew]
