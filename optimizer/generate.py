"""Seeded random instances that resemble GPU clusters."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job
from optimizer.units import IntArray, Number

_GPUS = np.array([0, 1, 1, 2, 4, 8], dtype=np.int64)
_LEAST_LOAD, _MOST_LOAD = 0.001, 1000.0
_LARGEST_SEED = 2**32 - 1

Demand = dict[str, IntArray]


@dataclass(frozen=True)
class Family:
    """Random instances of one kind.

    Parameters
    ----------
    capacity : dict of str to int
        The pool.
    demands : callable
        Draws the demand of so many jobs for each resource, int64[J], from the random numbers and the capacity.
    """

    capacity: dict[str, int]
    demands: Callable[[np.random.RandomState, int, dict[str, int]], Demand]


def _gpu_jobs(random: np.random.RandomState, jobs: int, capacity: dict[str, int]) -> Demand:
    """Draw GPUs, CPUs that grow with the GPUs, and memory that grows with the CPUs."""
    gpu = _GPUS[_integers(random, 0, len(_GPUS) - 1, jobs)]
    per_gpu, more = _integers(random, 1, 2, jobs), _integers(random, 0, 3, jobs)
    cpu = np.minimum(capacity["cpu"], np.maximum(1, gpu * per_gpu + more))
    memory = np.minimum(capacity["memory"], cpu * _integers(random, 1, 4, jobs))
    return {"cpu": cpu, "gpu": gpu, "memory": memory}


FAMILIES = {
    "server": Family({"cpu": 16, "gpu": 8, "memory": 64}, _gpu_jobs),
    "cluster": Family({"cpu": 512, "gpu": 64, "memory": 2048}, _gpu_jobs),
}
"""``server``: one machine, tight packing; ``cluster``: a wide pool."""


def generate(family: str, jobs: int, seed: int, load: float = 0.9) -> Instance:
    """Return a random instance.

    The numbers come from ``numpy.random.RandomState``, whose stream numpy keeps frozen: the same arguments give the
    same instance on any machine and with any version. Durations are lognormal (2.0, 0.8), rounded, from 1 to 40. The
    span is the time that the scarcest resource needs for all jobs, divided by the load; arrivals are uniform in it,
    the first is 0. A job has to end within 8 times its duration and 0.6 times the span.

    Parameters
    ----------
    family : str
        A key of :data:`FAMILIES`.
    jobs : int
        How many, >= 1.
    seed : int
        From 0 to 2**32 - 1.
    load : float
        Work that arrives relative to what the scarcest resource can do, from 0.001 to 1000.

    Raises
    ------
    UsageError
        For arguments out of range.
    """
    _check(family, jobs, seed, load)
    kind = FAMILIES[family]
    random = np.random.RandomState(seed)
    duration = np.clip(np.rint(random.lognormal(2.0, 0.8, jobs)), 1, 40).astype(np.int64)
    demand = kind.demands(random, jobs, kind.capacity)
    span = max(float(duration @ demand[name]) / capacity for name, capacity in kind.capacity.items()) / load
    arrival = np.sort(_integers(random, 0, ceil(span) - 1, jobs))
    arrival[0] = 0
    deadline = arrival + np.ceil(8 * duration + 0.6 * span).astype(np.int64)
    width = len(str(jobs - 1))
    columns = zip(arrival.tolist(), deadline.tolist(), duration.tolist(), _rows(demand), strict=True)
    return Instance(
        name=f"{family}-{jobs}-{seed}",
        resources={**kind.capacity},
        jobs=tuple(
            Job(id=f"j{j:0{width}}", arrival=a, deadline=d, duration=p, demand=r)
            for j, (a, d, p, r) in enumerate(columns)
        ),
    )


def _integers(random: np.random.RandomState, least: int, most: int, count: int) -> IntArray:
    """Draw whole numbers from ``least`` to ``most``; int64 everywhere, for the stream depends on the type."""
    return random.randint(least, most + 1, count, dtype=np.int64)


def _rows(demand: Demand) -> list[dict[str, Number]]:
    """Return the demand of each job, without the resources that it does not use."""
    rows = zip(*(amounts.tolist() for amounts in demand.values()), strict=True)
    return [{name: amount for name, amount in zip(demand, row, strict=True) if amount > 0} for row in rows]


def _check(family: str, jobs: int, seed: int, load: float) -> None:
    if family not in FAMILIES:
        raise UsageError(f"family {family!r}: expected one of {', '.join(FAMILIES)}")
    if jobs < 1:
        raise UsageError(f"jobs {jobs}: expected a whole number >= 1")
    if not 0 <= seed <= _LARGEST_SEED:
        raise UsageError(f"seed {seed}: expected a whole number from 0 to {_LARGEST_SEED}")
    if not _LEAST_LOAD <= load <= _MOST_LOAD:
        raise UsageError(f"load {load}: expected a number from {_LEAST_LOAD} to {_MOST_LOAD:g}")
