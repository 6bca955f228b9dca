"""The optimum of a tiny problem over all preemptive schedules that the validator accepts, deadlines apart."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import inf

from optimizer.names import Objective
from optimizer.problem import Problem
from tests.oracle import (
    MAXIMA,
    Cost,
    Option,
    OracleCluster,
    OracleJob,
    cluster_of_arrays,
    jobs_of_arrays,
    value_of_total,
)

Modes = tuple[tuple[Option, ...], ...]
"""Of each job the nodes on which it may run in the mode that was chosen for it."""


def preemptive_optimum(problem: Problem) -> float:
    """Return the least value of a preemptive schedule, late or not, in the user's unit.

    Every choice of modes; then, slot by slot, every largest set of ready jobs that fits, each on each node: a job that
    runs does 1 / p of its work, and more work done is never worse. What it ends on, in a piece without length, is its
    own choice.
    """
    jobs, cluster = [*jobs_of_arrays(problem)], cluster_of_arrays(problem)
    choices = [sorted({option.mode for option in job.options}) for job in jobs]
    best: Cost = inf
    for modes in product(*choices):
        options = tuple(
            tuple(option for option in job.options if option.mode == mode)
            for job, mode in zip(jobs, modes, strict=True)
        )
        best = min(best, _least(jobs, cluster, problem.objective, options))
    step = Fraction(problem.time_step, problem.instance.time_scale.per_unit)
    return value_of_total(problem.objective, best, [job.weight for job in jobs], step)


def _least(jobs: list[OracleJob], cluster: OracleCluster, objective: Objective, options: Modes) -> Cost:
    """Return the least total cost in these modes."""
    after = [
        [(j, lag) for j, job in enumerate(jobs) for i, lag in job.predecessors if i == k] for k in range(len(jobs))
    ]
    join = max if objective in MAXIMA else lambda a, b: a + b
    nothing: Cost = -inf if objective in MAXIMA else 0

    @cache
    def least(now: int, left: tuple[Fraction, ...], ready: tuple[int, ...], waits: tuple[int, ...]) -> Cost:
        """Return the least cost of what ends at ``now`` or later.

        ``left`` is the part of each job that is not done (-1: it has ended), ``ready`` when it may run at the earliest
        by the predecessors that have ended, ``waits`` how many have not.
        """
        for j, part in enumerate(left):
            empty = any(option.p == 0 for option in options[j])
            if part == 0 or (part == 1 and empty and waits[j] == 0 and ready[j] <= now):
                own = min(_cost(jobs[j], objective, now, option.p) for option in options[j])
                then_ready, then_waits = list(ready), list(waits)
                for i, lag in after[j]:
                    then_ready[i], then_waits[i] = max(then_ready[i], now + lag), then_waits[i] - 1
                rest = (*left[:j], Fraction(-1), *left[j + 1 :])
                return join(own, least(now, rest, tuple(then_ready), tuple(then_waits)))
        if all(part < 0 for part in left):
            return nothing
        able = [part > 0 and waits[j] == 0 and ready[j] <= now for j, part in enumerate(left)]
        return min(
            least(now + 1, _after_slot(left, chosen), ready, waits)
            for chosen in _assignments(cluster, options, able, now)
        )

    return least(
        0, (Fraction(1),) * len(jobs), tuple(job.release for job in jobs), tuple(len(job.predecessors) for job in jobs)
    )


def _cost(job: OracleJob, objective: Objective, end: int, p: int) -> Cost:
    cost = job.cost_of(objective, end, p)
    return max(cost, 0) if objective is Objective.MEAN_WAIT_TIME else cost


def _after_slot(left: tuple[Fraction, ...], chosen: tuple[Option | None, ...]) -> tuple[Fraction, ...]:
    return tuple(
        part if option is None else max(Fraction(0), part - Fraction(1, option.p))
        for part, option in zip(left, chosen, strict=True)
    )


def _assignments(
    cluster: OracleCluster, options: Modes, able: list[bool], now: int
) -> Iterator[tuple[Option | None, ...]]:
    """Yield each way to run jobs in the slot from ``now`` to which no job can be added."""
    places = [(None, *own) if ready else (None,) for own, ready in zip(options, able, strict=True)]
    for chosen in product(*places):
        if _fits(cluster, chosen, now) and not any(
            chosen[j] is None and _fits(cluster, (*chosen[:j], option, *chosen[j + 1 :]), now)
            for j in range(len(chosen))
            for option in places[j][1:]
        ):
            yield chosen


def _fits(cluster: OracleCluster, chosen: tuple[Option | None, ...], now: int) -> bool:
    pieces = [(now, 1, option.demand, option.node) for option in chosen if option is not None]
    return all(cluster.fits(pieces, node) for node in {node for *_, node in pieces})
