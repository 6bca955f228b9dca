"""Priority rules: a key for each job, smaller first.

Equal keys go to the earlier arrival, then to the order of the file. The processing time of a job is its shortest over
modes and nodes. Most rules are surveyed in Panwalkar & Iskander 1977, "A survey of scheduling rules", Operations
Research 25; those for precedence in Kolisch 1996, "Efficient priority rules for the resource-constrained project
scheduling problem", Journal of Operations Management 14.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from optimizer.errors import UsageError
from optimizer.kernels.inputs import Inputs
from optimizer.problem import NEVER, Problem
from optimizer.units import FloatArray, IntArray

Rule: TypeAlias = Callable[[Problem], FloatArray]

RANDOM = "random"


def arrival(problem: Problem) -> FloatArray:
    """First come, first served."""
    return problem.release.astype(np.float64)


def priority(problem: Problem) -> FloatArray:
    """Highest priority of the instance file first."""
    return -problem.priority


def shortest(problem: Problem) -> FloatArray:
    """Shortest processing time first (Smith 1956)."""
    return problem.least_time.astype(np.float64)


def weighted_shortest(problem: Problem) -> FloatArray:
    """Smallest processing time / weight first (Smith 1956)."""
    return problem.least_time / problem.weight


def longest(problem: Problem) -> FloatArray:
    """Longest processing time first (Graham 1969)."""
    return -problem.least_time.astype(np.float64)


def smallest_area(problem: Problem) -> FloatArray:
    """Smallest area first: processing time x largest share of a resource, of the mode that needs least."""
    return _area(problem)


def weighted_smallest_area(problem: Problem) -> FloatArray:
    """Smallest area / weight first (Schwiegelshohn 2004, parallel jobs)."""
    return _area(problem) / problem.weight


def largest_area(problem: Problem) -> FloatArray:
    """Largest area first."""
    return -_area(problem)


def earliest_deadline(problem: Problem) -> FloatArray:
    """Earliest deadline first (Jackson 1955); a job inherits what its successors need (Lawler 1973)."""
    return _inherited(problem, problem.deadline).astype(np.float64)


def earliest_due(problem: Problem) -> FloatArray:
    """Earliest due date first (Jackson 1955); a job inherits what its successors need (Lawler 1973)."""
    return _inherited(problem, problem.due).astype(np.float64)


def slack(problem: Problem) -> FloatArray:
    """Least time to spare between arrival and deadline or due date first."""
    latest = _inherited(problem, np.minimum(problem.deadline, problem.due))
    return np.where(latest < NEVER, latest - problem.least_time - problem.release, NEVER).astype(np.float64)


def critical_path(problem: Problem) -> FloatArray:
    """Longest chain of successors with lags first: the latest finish time rule (Kolisch 1996)."""
    return -tails(problem, problem.least_time, problem.topological_order[::-1]).astype(np.float64)


def most_successors(problem: Problem) -> FloatArray:
    """Most immediate successors first (Kolisch 1996)."""
    return -np.bincount(problem.predecessor_job, minlength=problem.jobs).astype(np.float64)


def greatest_rank_positional_weight(problem: Problem) -> FloatArray:
    """Longest processing time of the job and its immediate successors together first (Kolisch 1996)."""
    after = np.repeat(problem.least_time, np.diff(problem.predecessor_start))
    weight = np.bincount(problem.predecessor_job, weights=after, minlength=problem.jobs)
    return -(problem.least_time + weight).astype(np.float64)


RULES: dict[str, Rule] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        arrival, priority, shortest, weighted_shortest, longest, smallest_area, weighted_smallest_area, largest_area,
        earliest_deadline, earliest_due, slack, critical_path, most_successors, greatest_rank_positional_weight,
    )
}  # fmt: skip
"""The deterministic rules by name, cheap and robust ones first."""


def rule_keys(name: str, problem: Problem, seed: int) -> FloatArray:
    """Return the keys of a rule by its name.

    Parameters
    ----------
    name : str
        A name in ``RULES``, or ``random``.
    problem : Problem
        The jobs.
    seed : int
        For ``random``.

    Returns
    -------
    float64[J]
        Smaller comes first.

    Raises
    ------
    UsageError
        When there is no such rule.
    """
    if name == RANDOM:
        return np.random.default_rng(seed).random(problem.jobs)
    if name not in RULES:
        raise UsageError(f"rule {name!r}: expected one of {', '.join([*RULES, RANDOM])}")
    return RULES[name](problem)


def _area(problem: Problem) -> FloatArray:
    area = problem.mode_share.max(axis=1) * problem.mode_time.min(axis=1)
    return np.minimum.reduceat(area, problem.mode_start[:-1])


def _inherited(problem: Problem, latest: IntArray) -> IntArray:
    """Return the latest ends that also leave all successors time to end by theirs."""
    inherited = latest.copy()
    for j in problem.topological_order[::-1] if len(problem.predecessor_job) else ():
        if inherited[j] < NEVER:
            own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
            before = inherited[j] - problem.least_time[j] - problem.predecessor_lag[own]
            np.minimum.at(inherited, problem.predecessor_job[own], before)
    return inherited


def tails(pairs: Problem | Inputs, least_time: IntArray, backwards: IntArray) -> IntArray:
    """Return the length of the longest chain that has to follow the end of each job.

    Parameters
    ----------
    pairs : Problem or Inputs
        Whose precedence counts.
    least_time : int64[J]
        Shortest processing times.
    backwards : int64[J]
        The jobs so that predecessors come last.
    """
    tail = np.zeros(len(least_time), dtype=np.int64)
    for j in backwards if len(pairs.predecessor_job) else ():
        own = slice(pairs.predecessor_start[j], pairs.predecessor_start[j + 1])
        before = tail[j] + least_time[j] + pairs.predecessor_lag[own]
        np.maximum.at(tail, pairs.predecessor_job[own], before)
    return tail
