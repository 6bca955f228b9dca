"""An instance as integer arrays: the only thing that algorithms see.

All times are steps of one grid, all demands steps of one grid a resource. ``J`` jobs, ``M`` modes of all jobs in a row,
``S`` speeds, ``N`` nodes (a pool is one), ``K`` resources, ``B`` breakpoints of capacity, ``E`` precedence pairs.
Kernels check nothing, so every index that stands here is valid.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InstanceError, Issue, UsageError
from optimizer.garbage import no_garbage_collection
from optimizer.instance import Instance, Job, Mode
from optimizer.names import Feature, Objective
from optimizer.profiles import capacity_profile, coarse_profile
from optimizer.units import FloatArray, IntArray, Number, Scale, processing_steps

NEVER = 2**60
"""Stands for a deadline or due date that is not there."""

_LONGEST = 2**50
_MOST = 2**62


@dataclass(frozen=True, eq=False)
class Problem:
    """Arrays of one instance; build it with :meth:`of`.

    Parameters
    ----------
    instance : Instance
        Where it comes from: names and units.
    objective : Objective
        What a schedule is judged by.
    time_step : int
        Steps of the instance's own grid in one step here; above 1 the problem is a rounded, harder one.
    release : int64[J]
        Earliest start.
    deadline, due : int64[J]
        Latest end and soft due date; ``NEVER`` without one.
    weight : int64[J]
        Weights, scaled by ``weight_scale``.
    priority : float64[J]
        Larger is more important.
    mode_start : int64[J+1]
        The modes of job j are ``mode_start[j]`` up to ``mode_start[j + 1]``.
    mode_demand : int64[M, K]
        Amount of each resource that a mode holds.
    mode_time, mode_estimate : int64[M, S]
        Processing time and believed processing time at each speed.
    node_speed : int64[N]
        Index of the node's speed.
    node_capacity : int64[N, K]
        Amount of each resource.
    predecessor_start : int64[J+1]
        The predecessors of job j are entries ``predecessor_start[j]`` up to ``predecessor_start[j + 1]``.
    predecessor_job, predecessor_lag : int64[E]
        Which job, and the time between its end and the start.
    profile_start : int64[N+1]
        The breakpoints of node v are entries ``profile_start[v]`` up to ``profile_start[v + 1]``.
    profile_time : int64[B]
        Ascending a node, the first is 0.
    profile_level : int64[B, K]
        Capacity from this breakpoint to the next.
    time_scale : Scale
        The grid of time of the instance.
    weight_scale : Scale
        The grid of weights.
    demand_scale : tuple of Scale
        The grid of each resource.
    """

    instance: Instance
    objective: Objective
    time_step: int
    release: IntArray
    deadline: IntArray
    due: IntArray
    weight: IntArray
    priority: FloatArray
    mode_start: IntArray
    mode_demand: IntArray
    mode_time: IntArray
    mode_estimate: IntArray
    node_speed: IntArray
    node_capacity: IntArray
    predecessor_start: IntArray
    predecessor_job: IntArray
    predecessor_lag: IntArray
    profile_start: IntArray
    profile_time: IntArray
    profile_level: IntArray
    time_scale: Scale
    weight_scale: Scale
    demand_scale: tuple[Scale, ...] = field(repr=False)

    @classmethod
    @no_garbage_collection()
    def of(cls, instance: Instance, objective: Objective | None = None) -> "Problem":
        """Return the arrays of ``instance``.

        Parameters
        ----------
        instance : Instance
            What the user wrote.
        objective : Objective or None
            Judge by this instead of the instance's own.

        Raises
        ------
        InstanceError
            When the common grid would need integers that are too large, or the objective needs due dates.
        """
        objective = objective or instance.objective
        time = instance.time_scale
        jobs = instance.jobs
        dues = [job.soft_due for job in jobs]
        if objective is Objective.MAX_LATENESS and all(due is None for due in dues):
            raise InstanceError([Issue("jobs", str(objective), "a job with a due date or deadline for this objective")])
        weight_scale = Scale.holding(job.weight for job in jobs)
        problem = cls(
            instance=instance,
            objective=objective,
            time_step=1,
            release=time.array([job.arrival for job in jobs]),
            deadline=_optional_times(time, [job.deadline for job in jobs]),
            due=_optional_times(time, dues),
            weight=weight_scale.array([job.weight for job in jobs]),
            priority=np.array([job.priority for job in jobs], dtype=np.float64),
            time_scale=time,
            weight_scale=weight_scale,
            **_cluster_and_modes(instance),
            **_precedence(instance),
        )
        _require_small_integers(problem)
        return problem

    def coarsened(self, step: int) -> "Problem":
        """Return a harder problem on a grid ``step`` times as coarse.

        Times are rounded so that each of its schedules, stretched, is one of this problem: arrivals, processing times
        and lags up, deadlines down, capacity to the least within a coarse step.

        Parameters
        ----------
        step : int
            Steps of this grid in one of the new grid, >= 1.
        """
        if step < 1:
            raise UsageError(f"time step {step}: expected a whole number >= 1")
        if step == 1:
            return self
        starts, times, levels = coarse_profile(self.profile_start, self.profile_time, self.profile_level, step)
        return replace(
            self,
            time_step=self.time_step * step,
            release=-(-self.release // step),
            deadline=np.where(self.deadline == NEVER, NEVER, self.deadline // step),
            due=np.where(self.due == NEVER, NEVER, self.due // step),
            mode_time=-(-self.mode_time // step),
            mode_estimate=-(-self.mode_estimate // step),
            predecessor_lag=-(-self.predecessor_lag // step),
            profile_start=starts,
            profile_time=times,
            profile_level=levels,
        )

    @cached_property
    def common_step(self) -> int:
        """The coarsest grid, in steps of this one, on which some optimal schedule starts, if there is any schedule.

        The starts of an active schedule are sums of arrivals, ends of blocks, processing times and lags; so they are
        multiples of what divides all of these. Deadlines may lie between.
        """
        due = self.due[self.due < NEVER] if self.objective.uses_due_dates else self.due[:0]
        times = (self.release, self.mode_time, self.predecessor_lag, self.profile_time, due)
        step = int(np.gcd.reduce([np.gcd.reduce(array, axis=None) for array in times if array.size]))
        if self.objective is Objective.MEAN_SLOWDOWN and not self.mode_time.all():
            return 1  # the slowdown of an empty job counts in steps of this grid
        return max(step, 1)

    @property
    def jobs(self) -> int:
        """Number of jobs."""
        return len(self.release)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_speed)

    @cached_property
    def mode_job(self) -> IntArray:
        """Job of each mode, int64[M]."""
        return np.repeat(np.arange(self.jobs), np.diff(self.mode_start))

    @cached_property
    def node_kind(self) -> IntArray:
        """Kind of each node, equal for nodes that are alike in all, int64[N]; numbered as they first appear."""
        known: dict[tuple[int, bytes, bytes], int] = {}
        kinds = []
        for v in range(self.nodes):
            own = slice(self.profile_start[v], self.profile_start[v + 1])
            time, level = self.profile_time[own], self.profile_level[own]
            key = (int(self.node_speed[v]), time.tobytes(), level.tobytes())
            kinds.append(known.setdefault(key, len(known)))
        return np.array(kinds, dtype=np.int64)

    @cached_property
    def first_of_kind(self) -> IntArray:
        """First node of each kind, int64[*]."""
        return np.unique(self.node_kind, return_index=True)[1].astype(np.int64)

    def fits(self) -> NDArray[np.bool_]:
        """Return which mode fits on which node when that is empty, bool[M, N]: only for what needs each pair."""
        capacities, same = np.unique(self.node_capacity, axis=0, return_inverse=True)
        fits = np.stack([(self.mode_demand <= capacity).all(axis=1) for capacity in capacities], axis=1)
        return fits[:, same.ravel()]

    @cached_property
    def mode_share(self) -> FloatArray:
        """Part of the whole capacity that each mode takes of each resource, 0 where there is none, float64[M, K]."""
        total = self.node_capacity.sum(axis=0)
        share: FloatArray = np.divide(self.mode_demand, total, out=np.zeros(self.mode_demand.shape), where=total > 0)
        return share

    def on_fastest_node(self, time: IntArray) -> IntArray:
        """Return the least time of each mode over the nodes that it fits on, int64[M]; ``NEVER`` if it fits on none.

        Parameters
        ----------
        time : int64[M, S]
            Of each mode at each speed.
        """
        best = np.full(len(time), NEVER)
        for speed, *capacity in np.unique(np.column_stack([self.node_speed, self.node_capacity]), axis=0):
            fits = (self.mode_demand <= np.array(capacity)).all(axis=1)
            best = np.minimum(best, np.where(fits, time[:, speed], NEVER))
        return best

    @cached_property
    def least_time(self) -> IntArray:
        """Shortest processing time of each job over the modes and nodes that fit, int64[J]."""
        return np.minimum.reduceat(self.on_fastest_node(self.mode_time), self.mode_start[:-1])

    @cached_property
    def waiting_job(self) -> IntArray:
        """The job of each precedence pair that waits for the other, int64[E]."""
        return np.repeat(np.arange(self.jobs), np.diff(self.predecessor_start))

    @cached_property
    def profile_node(self) -> IntArray:
        """The node of each breakpoint, int64[B]."""
        return np.repeat(np.arange(self.nodes), np.diff(self.profile_start))

    @cached_property
    def successors(self) -> tuple[IntArray, IntArray, IntArray]:
        """The precedence pairs by predecessor: starts int64[J+1], jobs and lags int64[E]."""
        order = np.argsort(self.predecessor_job, kind="stable")
        counts = np.bincount(self.predecessor_job, minlength=self.jobs)
        return np.concatenate([[0], np.cumsum(counts)]), self.waiting_job[order], self.predecessor_lag[order]

    @cached_property
    def topological_order(self) -> IntArray:
        """The jobs so that predecessors come first; otherwise as in the file, int64[J]."""
        if not len(self.predecessor_job):
            return np.arange(self.jobs)
        starts, successor, _ = self.successors
        waiting = np.diff(self.predecessor_start)
        order = [int(j) for j in np.flatnonzero(waiting == 0)]
        for j in order:
            for successor_job in successor[starts[j] : starts[j + 1]]:
                waiting[successor_job] -= 1
                if waiting[successor_job] == 0:
                    order.append(int(successor_job))
        return np.array(order, dtype=np.int64)

    @cached_property
    def horizon(self) -> int:
        """A time by which some optimal schedule has ended, if there is any schedule.

        In an active schedule (no job can start earlier on its own) there is, once all jobs have arrived and all
        blocks are over, always a job running or a lag pending; so the rest takes no longer than all processing times
        and the longest lag of each job in a row. Every objective is regular: an active schedule is among the best.
        """
        return max(int(self.release.max()), int(self.profile_time.max())) + self.time_in_a_row

    @cached_property
    def time_in_a_row(self) -> int:
        """What all jobs take one after another, each as long as it can with its longest lag; exact, however long."""
        longest = np.maximum.reduceat(self.mode_time.max(axis=1), self.mode_start[:-1])
        lag = np.zeros(self.jobs, dtype=np.int64)
        np.maximum.at(lag, self.waiting_job, self.predecessor_lag)
        return int(sum(longest.tolist()) + sum(lag.tolist()))

    @property
    def features(self) -> frozenset[Feature]:
        """What a solver must be able to do to solve this."""
        found = {
            Feature.MODES: len(self.mode_demand) > self.jobs,
            Feature.NODES: self.nodes > 1,
            Feature.PRECEDENCE: len(self.predecessor_job) > 0,
            Feature.DEADLINES: bool((self.deadline < NEVER).any()),
            Feature.UNAVAILABILITY: len(self.profile_time) > self.nodes,
        }
        return frozenset(feature for feature, present in found.items() if present)


def _require_small_integers(problem: Problem) -> None:
    """Refuse grids on which times, or amounts added up, could overflow an integer."""
    if problem.horizon >= _LONGEST:
        raise InstanceError([Issue("jobs", f"{problem.horizon} time steps", f"a common grid of less than {_LONGEST}")])
    totals = np.concatenate([problem.mode_demand, problem.node_capacity]).sum(axis=0, dtype=np.float64)
    if totals.max() >= _MOST:
        name = problem.instance.resource_ids[totals.argmax()]
        expected = f"demands and capacities that add up to less than {_MOST} steps of their common grid"
        raise InstanceError([Issue(f"the resource {name}", f"{totals.max():.3g} steps", expected)])


def _optional_times(scale: Scale, times: list[int | float | None]) -> IntArray:
    return np.array([NEVER if time is None else min(scale.steps(time), NEVER) for time in times], dtype=np.int64)


def _precedence(instance: Instance) -> dict[str, Any]:
    index = {job.id: j for j, job in enumerate(instance.jobs)}
    entries = [job.predecessors for job in instance.jobs]
    return {
        "predecessor_start": np.concatenate([[0], np.cumsum([len(entry) for entry in entries])]).astype(np.int64),
        "predecessor_job": np.array([index[item.job] for entry in entries for item in entry], dtype=np.int64),
        "predecessor_lag": instance.time_scale.array([item.lag for entry in entries for item in entry]),
    }


def _cluster_and_modes(instance: Instance) -> dict[str, Any]:
    """Return the fields that hang on resources, nodes, modes and unavailability."""
    names = instance.resource_ids
    entries = [job.alternatives for job in instance.jobs]
    modes = [mode for entry in entries for mode in entry]
    if instance.nodes is None:
        capacities = [{name: entry.capacity for name, entry in instance.pool.items()}]
    else:
        capacities = [node.capacity for node in instance.nodes for _ in node.ids]
    amounts = [block.amount for block in instance.unavailable if block.amount is not None]
    columns, scales = [], []
    for name in names:
        demand = [mode.demand.get(name, 0) for mode in modes]
        capacity = [entry.get(name, 0) for entry in capacities]
        scales.append(Scale.holding([*set(demand), *set(capacity), *amounts]))
        columns.append((scales[-1].array(demand), scales[-1].array(capacity)))
    capacity_array = np.column_stack([capacity for _, capacity in columns])
    starts, times, levels = capacity_profile(instance, capacity_array, scales)
    return {
        "mode_start": np.concatenate([[0], np.cumsum([len(entry) for entry in entries])]).astype(np.int64),
        "mode_demand": np.column_stack([demand for demand, _ in columns]),
        "node_capacity": capacity_array,
        "demand_scale": tuple(scales),
        "profile_start": starts,
        "profile_time": times,
        "profile_level": levels,
        **_processing(instance, modes, [job for job, entry in zip(instance.jobs, entries, strict=True) for _ in entry]),
    }


def _processing(instance: Instance, modes: list[Mode | Job], jobs: list[Job]) -> dict[str, IntArray]:
    """Return processing times and estimates of all modes at all speeds."""
    time = instance.time_scale
    speeds: list[tuple[Number, ...]]
    if instance.nodes is None:
        speeds = [(instance.pool_performance(mode.demand),) for mode in modes]
        node_speed = np.zeros(1, dtype=np.int64)
    else:
        performances = [node.performance for node in instance.nodes for _ in node.ids]
        distinct = tuple(dict.fromkeys(performances))
        speeds = [distinct] * len(modes)
        node_speed = np.array([distinct.index(performance) for performance in performances], dtype=np.int64)
    durations = [mode.duration or 0 for mode in modes]
    believed = [
        duration if job.estimate is None else job.estimate for duration, job in zip(durations, jobs, strict=True)
    ]
    return {
        "node_speed": node_speed,
        "mode_time": _times_at_speeds(time, durations, speeds),
        "mode_estimate": _times_at_speeds(time, believed, speeds),
    }


def _times_at_speeds(scale: Scale, durations: list[Number], speeds: list[tuple[Number, ...]]) -> IntArray:
    known: dict[tuple[Number, tuple[Number, ...]], list[int]] = {}
    for duration, row in set(zip(durations, speeds, strict=True)):
        steps = scale.steps(duration)
        known[duration, row] = [min(processing_steps(steps, speed), NEVER) for speed in row]
    return np.array([known[key] for key in zip(durations, speeds, strict=True)], dtype=np.int64)
