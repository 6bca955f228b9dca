"""Orders of a queue: which waiting job comes first.

Equal jobs go by arrival, then by the order of the file. Run times are the estimates that users gave, never the true
ones. The size of a job is its demand; with several resources, the largest share that it takes of one, as an amount of
the first resource.
"""

from collections.abc import Callable

import numpy as np

from optimizer.kernels.policies.beliefs import estimates, sizes
from optimizer.kernels.policies.queueing import Order
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray


def fcfs(problem: Problem) -> Order:
    """First come, first served; knows arrivals only."""
    return Order(problem.release)


def sjf(problem: Problem) -> Order:
    """Shortest estimated run time first (Smith 1956, "Various optimizers for single-stage production")."""
    return Order(estimates(problem))


def ljf(problem: Problem) -> Order:
    """Longest estimated run time first (Graham 1969, "Bounds on multiprocessing timing anomalies")."""
    return Order(-estimates(problem))


def smallest_area(problem: Problem) -> Order:
    """Smallest estimated run time x size first (Mu'alem & Feitelson 2001, section 5)."""
    return Order(estimates(problem) * sizes(problem))


def edf(problem: Problem) -> Order:
    """Earliest deadline first, jobs without one last (Jackson 1955; Liu & Layland 1973, Journal of the ACM 20)."""
    return Order(problem.deadline)


def wfp3(problem: Problem) -> Order:
    """Largest (wait / estimate)^3 x size first; changes with time.

    Tang, Lan, Desai & Buettner 2009, "Fault-aware, utility-based job scheduling on Blue Gene/P systems", IEEE Cluster.
    """
    return Order(problem.release, np.cbrt(sizes(problem)) / np.maximum(estimates(problem), 1))


def unicep(problem: Problem) -> Order:
    """Largest wait / (log2(size + 1) x estimate) first; changes with time.

    UNICEF of Tang et al. 2009, with size + 1 so that jobs of one processor have a rank among themselves.
    """
    size = np.log2(np.maximum(sizes(problem), 1) + 1)
    return Order(problem.release, 1 / (size * np.maximum(estimates(problem), 1)))


def f1(problem: Problem) -> Order:
    """Smallest log10(estimate) x size + 870 log10(arrival) first.

    Carastan-Santos & de Camargo 2017, "Obtaining dynamic scheduling policies with simulation and machine learning",
    SC'17, table 3; times in seconds where the unit has a length.
    """
    estimate, size, arrival = _features(problem)
    return Order(np.log10(estimate) * size + 870 * np.log10(arrival))


def f2(problem: Problem) -> Order:
    """Smallest sqrt(estimate) x size + 25600 log10(arrival) first; source as for :func:`f1`."""
    estimate, size, arrival = _features(problem)
    return Order(np.sqrt(estimate) * size + 25600 * np.log10(arrival))


def f3(problem: Problem) -> Order:
    """Smallest estimate x size + 6860000 log10(arrival) first; source as for :func:`f1`."""
    estimate, size, arrival = _features(problem)
    return Order(estimate * size + 6860000 * np.log10(arrival))


def f4(problem: Problem) -> Order:
    """Smallest estimate x sqrt(size) + 530000 log10(arrival) first; source as for :func:`f1`."""
    estimate, size, arrival = _features(problem)
    return Order(estimate * np.sqrt(size) + 530000 * np.log10(arrival))


def priority(problem: Problem, aging: float = 0.0) -> Order:
    """Highest priority + aging x time since arrival first; as all age alike, the order never changes."""
    return Order(priority_key(problem, aging))


ORDERS: dict[str, Callable[[Problem], Order]] = {
    order.__name__.replace("_", "-"): order
    for order in (fcfs, sjf, ljf, smallest_area, priority, edf, wfp3, unicep, f1, f2, f3, f4)
}
"""The orders by name."""


def priority_key(problem: Problem, aging: float) -> FloatArray:
    """Return what a job's priority counts for, with what it gains a unit of time, smaller first; float64[J]."""
    return -problem.priority + aging * _units(problem, problem.release)


def _features(problem: Problem) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return estimate and arrival of each job in seconds, at least 1, and its size."""
    seconds = problem.instance.time_unit.seconds or 1
    estimate = np.maximum(_units(problem, estimates(problem)) * seconds, 1)
    return estimate, sizes(problem), np.maximum(_units(problem, problem.release) * seconds, 1)


def _units(problem: Problem, steps: IntArray) -> FloatArray:
    """Return grid steps in the unit of the instance."""
    return steps * problem.time_step / problem.time_scale.per_unit
