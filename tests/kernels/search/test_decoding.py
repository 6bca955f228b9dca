from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.instance import Instance, Job, Mode
from optimizer.kernels.generation import parallel_schedule, serial_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.search.decoding import Bounds, Genes, decode_parallel, decode_serial, new_genes
from optimizer.kernels.search.ordering import feasible_by_key
from optimizer.kernels.serial import new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.solvers.heuristics.common.directions import bounds_of
from optimizer.validation import Rule, violations
from tests.strategies import instances

DECODERS = (decode_serial, decode_parallel)


def decoded(problem: Problem, decoder: object, genes: Genes, most: float = np.inf) -> tuple[Schedule, int]:
    """Return the schedule of genes and how many jobs were placed."""
    inputs, plan = Inputs.of(problem), new_plan(problem.jobs)
    order, scratch = np.zeros((2, problem.jobs), dtype=np.int64)
    feasible_by_key(inputs, integers(problem.topological_order), genes.key, order, scratch)
    bounds: Bounds = bounds_of(problem, inputs, problem.topological_order[::-1])
    placed = decoder(inputs, genes, order, bounds, most, new_timeline(inputs), plan)  # type: ignore[operator]
    return Schedule(plan.start, plan.end, plan.mode, plan.node), placed


@given(instances(max_jobs=7), st.randoms(use_true_random=False))
def test_free_genes_are_an_order(instance: Instance, rng: Random) -> None:
    problem = Problem.of(instance)
    genes = new_genes(problem.jobs)
    genes.key[:] = rng.sample(range(problem.jobs), problem.jobs)
    order = np.argsort(genes.key)
    if not len(problem.predecessor_job):
        schedule, placed = decoded(problem, decode_serial, genes)
        assert placed == problem.jobs
        assert (schedule.end == serial_schedule(problem, order).end).all()
        if len(problem.profile_time) == problem.nodes:
            schedule, _ = decoded(problem, decode_parallel, genes)
            assert (schedule.end == parallel_schedule(problem, order).end).all()


@given(instances(max_jobs=7), st.randoms(use_true_random=False))
def test_schedules_are_valid_whatever_the_genes(instance: Instance, rng: Random) -> None:
    problem = Problem.of(instance)
    for decoder in DECODERS:
        genes = new_genes(problem.jobs)
        for j in range(problem.jobs):
            genes.key[j] = rng.random()
            if rng.random() < 0.5:
                genes.mode[j] = rng.choice(range(*problem.mode_start[j : j + 2].tolist()))
                genes.node[j] = rng.randrange(problem.nodes)
        schedule, placed = decoded(problem, decoder, genes)
        assert placed == problem.jobs
        assert all(violation.rule is Rule.DEADLINE for violation in violations(problem, schedule))


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_bound_mode_is_taken(decoder: object) -> None:
    job = Job("a", modes=(Mode(2, {"gpu": 4}), Mode(5, {"gpu": 2})))
    problem = Problem.of(Instance((job,), resources={"gpu": 4}))
    genes = new_genes(1)
    assert decoded(problem, decoder, genes)[0].mode.tolist() == [0]
    genes.mode[0], genes.node[0] = 1, 0
    assert decoded(problem, decoder, genes)[0].mode.tolist() == [1]


@pytest.mark.parametrize(("decoder", "most", "placed"), [(decode_serial, 8, 2), (decode_parallel, 7, 1)])
def test_what_will_end_too_late_is_given_up(decoder: object, most: float, placed: int) -> None:
    """After a, the chain b, c ends at 2 + 3 + 4 = 9; when only a starts at 0 it ends at 1 + 3 + 4 = 8 at least."""
    jobs = (
        Job("a", duration=2, demand={"gpu": 1}),
        Job("b", duration=3, demand={"gpu": 1}),
        Job("c", duration=4, demand={"gpu": 1}, after=("b",)),
    )
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    genes = new_genes(3)
    genes.key[:] = [0, 1, 2]
    assert decoded(problem, decoder, genes, most)[1] == placed
    assert decoded(problem, decoder, genes, most=9)[1] == 3
