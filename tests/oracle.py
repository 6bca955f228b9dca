"""Two independent ways to the optimum of a small problem, both slow and plain, and random schedules.

They share no code with the package: :func:`brute_force` reads the arrays of a problem, :func:`brute_force_by_starts`
nothing but the instance. That they agree is a test of the arrays, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, inf, lcm
from random import Random
from typing import Any, NamedTuple

import numpy as np

from optimizer.instance import Instance, Job
from optimizer.names import Objective
from optimizer.problem import NEVER, Problem
from optimizer.schedule import Schedule

Cost = int | float | Fraction

MAXIMA = (Objective.MAKESPAN, Objective.MAX_LATENESS)


class Option(NamedTuple):
    """One way to run a job: processing time, node, demand of each resource, row of the mode."""

    p: int
    node: int
    demand: tuple[int, ...]
    mode: int


@dataclass(frozen=True)
class OracleJob:
    """A job in steps of time."""

    release: int
    deadline: float
    due: float
    weight: Fraction
    options: tuple[Option, ...]
    predecessors: tuple[tuple[int, int], ...]

    def cost(self, objective: Objective, end: int, p: int) -> Cost:
        """Return the job's part of the objective, times in steps; infinite after the deadline."""
        return self.cost_of(objective, end, p) if end <= self.deadline else inf

    def cost_of(self, objective: Objective, end: int, p: int) -> Cost:
        flow, late = end - self.release, end - self.due
        match objective:
            case Objective.MEAN_FLOW_TIME:
                return flow
            case Objective.MEAN_WEIGHTED_FLOW_TIME:
                return self.weight * flow
            case Objective.MEAN_WAIT_TIME:
                return flow - p
            case Objective.MEAN_SLOWDOWN:
                return Fraction(flow, max(p, 1))
            case Objective.MAKESPAN:
                return end
            case Objective.TOTAL_TARDINESS:
                return max(0, late)
            case Objective.TOTAL_WEIGHTED_TARDINESS:
                return self.weight * max(0, late)
            case Objective.WEIGHTED_NUMBER_LATE:
                return self.weight if late > 0 else 0
            case Objective.MAX_LATENESS:
                return late


@dataclass(frozen=True)
class OracleCluster:
    """The capacity of every node: ``level[v][t]`` holds for step t, the last entry for all later ones."""

    level: tuple[tuple[tuple[int, ...], ...], ...]

    def fits(self, pieces: list[tuple[int, int, tuple[int, ...], int]], node: int) -> bool:
        """Return whether (start, p, demand, node) pieces keep the capacity of ``node`` in every step."""
        own = [piece for piece in pieces if piece[3] == node]
        for t in {t for start, p, _, _ in own for t in range(start, start + p)}:
            level = self.level[node][min(t, len(self.level[node]) - 1)]
            running = [demand for start, p, demand, _ in own if start <= t < start + p]
            if any(sum(used) > most for used, most in zip(zip(*running, strict=True), level, strict=True)):
                return False
        return True


def value_of_total(objective: Objective, total: Cost, weights: list[Fraction], step: Fraction) -> float:
    """Return the objective of the jobs' costs added up, in the user's unit."""
    match objective:
        case Objective.MEAN_FLOW_TIME | Objective.MEAN_WAIT_TIME:
            return float(total * step / len(weights))
        case Objective.MEAN_WEIGHTED_FLOW_TIME:
            return float(total * step / sum(weights))
        case Objective.MEAN_SLOWDOWN:
            return float(Fraction(total) / len(weights))
        case Objective.WEIGHTED_NUMBER_LATE:
            return float(total)
        case _:
            return float(total * step)


def _total(objective: Objective, costs: list[Cost]) -> Cost:
    return max(costs, default=-inf) if objective in MAXIMA else sum(costs)


def brute_force(problem: Problem) -> float | None:
    """Return the optimum of ``problem`` in the user's unit, None when it has no schedule.

    Depth first over the jobs in the order of their starts, each in each mode on each node, as early as it fits, not
    before the job before it. Given any schedule, this turns its own order of starts into one that ends no job later
    (Sprecher, Kolisch & Drexl 1995), so some best schedule is met: the objectives are regular once the modes are
    fixed. Branches that cannot be better, with every job left at its least cost, are cut.
    """
    jobs, cluster, objective = [*jobs_of_arrays(problem)], cluster_of_arrays(problem), problem.objective
    best: Cost = inf
    seen: set[frozenset[tuple[int, int, int]]] = set()

    @cache
    def least_cost(j: int, ready: int) -> Cost:
        start = max(ready, jobs[j].release)
        return min(jobs[j].cost(objective, start + option.p, option.p) for option in jobs[j].options)

    def extend(placed: dict[int, tuple[int, int]], last: int) -> None:
        """Add one more job to ``placed`` (job -> start, option), not before ``last``."""
        nonlocal best
        left = [j for j in range(len(jobs)) if j not in placed]
        done = [_cost(jobs[j], objective, *at) for j, at in placed.items()]
        bound = _total(objective, done + [least_cost(j, last) for j in left])
        if bound >= best:
            return
        if not left:
            best = bound
            return
        state = frozenset((j, *at) for j, at in placed.items())
        if state in seen:
            return
        seen.add(state)
        for j in left:
            if all(i in placed for i, _ in jobs[j].predecessors):
                for option in range(len(jobs[j].options)):
                    start = _earliest(jobs, cluster, placed, j, option, last)
                    extend(placed | {j: (start, option)}, start)

    extend({}, 0)
    step = Fraction(problem.time_step, problem.instance.time_scale.per_unit)
    return None if best == inf else value_of_total(objective, best, [job.weight for job in jobs], step)


def _cost(job: OracleJob, objective: Objective, start: int, option: int) -> Cost:
    p = job.options[option].p
    return job.cost(objective, start + p, p)


def _earliest(
    jobs: list[OracleJob],
    cluster: OracleCluster,
    placed: dict[int, tuple[int, int]],
    j: int,
    option: int,
    last: int,
) -> int:
    """Return the first start >= last at which job j fits beside the placed ones."""
    p, node, demand, _ = jobs[j].options[option]
    pieces = [_piece(jobs[i], start, chosen) for i, (start, chosen) in placed.items()]
    ends = [placed[i][0] + jobs[i].options[placed[i][1]].p + lag for i, lag in jobs[j].predecessors]
    start = max([last, jobs[j].release, *ends])
    while not cluster.fits([*pieces, (start, p, demand, node)], node):
        start += 1
    return start


def random_schedule(problem: Problem, rng: Random, delay_max: int = 2) -> Schedule:
    """Return a schedule that is valid but for deadlines: jobs in a drawn order, modes, nodes and small delays."""
    jobs, cluster = [*jobs_of_arrays(problem)], cluster_of_arrays(problem)
    placed: dict[int, tuple[int, int]] = {}
    while len(placed) < len(jobs):
        ready = [j for j, job in enumerate(jobs) if j not in placed and all(i in placed for i, _ in job.predecessors)]
        j = rng.choice(ready)
        option = rng.randrange(len(jobs[j].options))
        placed[j] = (_earliest(jobs, cluster, placed, j, option, rng.randint(0, delay_max)), option)
    chosen = [jobs[j].options[placed[j][1]] for j in range(len(jobs))]
    return Schedule.starting(
        problem,
        start=np.array([placed[j][0] for j in range(len(jobs))], dtype=np.int64),
        mode=np.array([option.mode for option in chosen], dtype=np.int64),
        node=np.array([option.node for option in chosen], dtype=np.int64),
    )


def _piece(job: OracleJob, start: int, option: int) -> tuple[int, int, tuple[int, ...], int]:
    p, node, demand, _ = job.options[option]
    return start, p, demand, node


def jobs_of_arrays(problem: Problem) -> Iterator[OracleJob]:
    capacity = problem.node_capacity.tolist()
    for j in range(problem.jobs):
        options = [
            Option(int(problem.mode_time[m, problem.node_speed[v]]), v, tuple(problem.mode_demand[m].tolist()), m)
            for m in range(problem.mode_start[j], problem.mode_start[j + 1])
            for v in range(problem.nodes)
        ]
        own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
        lags = zip(problem.predecessor_job[own].tolist(), problem.predecessor_lag[own].tolist(), strict=True)
        yield OracleJob(
            release=int(problem.release[j]),
            deadline=_finite(problem.deadline[j]),
            due=_finite(problem.due[j]),
            weight=Fraction(int(problem.weight[j]), problem.weight_scale.per_unit),
            options=tuple(o for o in options if all(r <= c for r, c in zip(o.demand, capacity[o.node], strict=True))),
            predecessors=tuple(lags),
        )


def _finite(time: int) -> float:
    return inf if time == NEVER else int(time)


def cluster_of_arrays(problem: Problem) -> OracleCluster:
    levels = []
    for v in range(problem.nodes):
        own = slice(problem.profile_start[v], problem.profile_start[v + 1])
        times, level = problem.profile_time[own].tolist(), problem.profile_level[own].tolist()
        levels.append(tuple(tuple(level[sum(b <= t for b in times) - 1]) for t in range(times[-1] + 1)))
    return OracleCluster(tuple(levels))


def brute_force_by_starts(instance: Instance) -> float | None:
    """Return the optimum of ``instance``, None when it has no schedule.

    Depth first over the jobs in the order of the file, each in each mode on each node at each start of the grid, up
    to a time by which everything would have run one after the other. Starts that alone cost too much are cut.
    """
    step, jobs, cluster = _read(instance)
    objective = instance.objective
    horizon = max([len(level) for level in cluster.level] + [job.release for job in jobs])
    horizon += sum(max(option.p for option in job.options) + sum(lag for _, lag in job.predecessors) for job in jobs)
    least = [min(job.cost(objective, job.release + option.p, option.p) for option in job.options) for job in jobs]
    best: Cost = inf

    def extend(placed: list[tuple[int, int]], costs: list[Cost]) -> None:
        nonlocal best
        j = len(placed)
        if j == len(jobs):
            best = min(best, _total(objective, costs))
            return
        job, pieces = jobs[j], [_piece(jobs[i], *at) for i, at in enumerate(placed)]
        for option, (p, node, demand, _) in enumerate(job.options):
            for start in range(job.release, horizon + 1):
                cost = job.cost(objective, start + p, p)
                if _total(objective, [*costs, cost, *least[j + 1 :]]) >= best:
                    break
                now = [*placed, (start, option)]
                if _in_order(jobs, now) and cluster.fits([*pieces, (start, p, demand, node)], node):
                    extend(now, [*costs, cost])

    extend([], [])
    return None if best == inf else value_of_total(objective, best, [job.weight for job in jobs], step)


def _in_order(jobs: list[OracleJob], placed: list[tuple[int, int]]) -> bool:
    """Return whether the placed jobs keep all precedence pairs among them."""
    ends = [start + jobs[j].options[option].p for j, (start, option) in enumerate(placed)]
    return all(
        placed[j][0] >= ends[i] + lag for j in range(len(placed)) for i, lag in jobs[j].predecessors if i < len(placed)
    )


def exact(number: Any) -> Fraction:
    """Return the decimal fraction that was written."""
    return Fraction(str(number))


def _read(instance: Instance) -> tuple[Fraction, list[OracleJob], OracleCluster]:
    """Return the grid's step, the jobs and the capacities, from the instance alone."""
    times = [mode.duration for job in instance.jobs for mode in job.alternatives]
    times += [time for job in instance.jobs for time in (job.arrival, job.deadline, job.due) if time is not None]
    times += [time for block in instance.unavailable for time in (block.start, block.end)]
    per_unit = lcm(*(exact(time).denominator for time in times))
    nodes = _nodes(instance)
    jobs = [_read_job(instance, job, nodes, per_unit) for job in instance.jobs]
    last = max((ceil(exact(block.end) * per_unit) for block in instance.unavailable), default=0)
    level = tuple(
        tuple(_left(instance, v, capacity, Fraction(t, per_unit)) for t in range(last + 1))
        for v, (capacity, _) in enumerate(nodes)
    )
    return Fraction(1, per_unit), jobs, OracleCluster(level)


def _nodes(instance: Instance) -> list[tuple[dict[str, Fraction], Fraction]]:
    """Return capacity and performance of every node; the performance of a pool depends on the mode."""
    if instance.nodes is None:
        return [({name: exact(resource.capacity) for name, resource in instance.pool.items()}, Fraction(1))]
    return [
        ({name: exact(amount) for name, amount in node.capacity.items()}, exact(node.performance))
        for node in instance.nodes
        for _ in range(node.count)
    ]


def _read_job(
    instance: Instance, job: Job, nodes: list[tuple[dict[str, Fraction], Fraction]], per_unit: int
) -> OracleJob:
    def steps(time: Any) -> int:
        return ceil(exact(time) * per_unit)

    options = []
    for m, mode in enumerate(job.alternatives):
        demand = {name: exact(mode.demand.get(name, 0)) for name in instance.resource_ids}
        slowest = min((exact(instance.pool[name].performance) for name in instance.pool if demand[name]), default=1)
        for v, (capacity, performance) in enumerate(nodes):
            if all(amount <= capacity.get(name, 0) for name, amount in demand.items()):
                p = ceil(exact(mode.duration) * per_unit / (performance * slowest))
                options.append(Option(p, v, tuple(_millionths(amount) for amount in demand.values()), m))
    deadline = inf if job.deadline is None else steps(job.deadline)
    index = {other.id: j for j, other in enumerate(instance.jobs)}
    after = [(entry, 0) if isinstance(entry, str) else (entry.job, entry.lag) for entry in job.after]
    return OracleJob(
        release=steps(job.arrival),
        deadline=deadline,
        due=deadline if job.due is None else steps(job.due),
        weight=exact(job.weight),
        options=tuple(options),
        predecessors=tuple((index[name], steps(lag)) for name, lag in after),
    )


def _left(instance: Instance, v: int, capacity: dict[str, Fraction], time: Fraction) -> tuple[int, ...]:
    """Return how much of each resource the blocks leave on node v at ``time``."""
    left = {name: capacity.get(name, Fraction(0)) for name in instance.resource_ids}
    for block in instance.unavailable:
        if block.node in (None, instance.node_ids[v]) and exact(block.start) <= time < exact(block.end):
            for name in left if block.resource is None else [block.resource]:
                left[name] -= left[name] if block.amount is None else exact(block.amount)
    return tuple(_millionths(max(amount, Fraction(0))) for amount in left.values())


def _millionths(amount: Fraction) -> int:
    return int(amount * 10**6)
