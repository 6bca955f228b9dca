"""The Lagrangian bound over capacity prices: jobs are independent once what they use has a price.

It holds for every schedule, not preemptive, that keeps all deadlines, under every objective that is a sum over jobs;
under a maximum it is the bound of the sum. Precedence counts only in how early and how late each job can be.
"""

from collections import deque
from dataclasses import replace
from math import ceil, inf
from typing import NamedTuple

import numpy as np

from optimizer.bounds.energy import energy_bound
from optimizer.bounds.fluid import FluidResource, relative_speeds
from optimizer.bounds.mean_busy_time import BestFlow, best_flows
from optimizer.bounds.request import Found, Request
from optimizer.bounds.volume import Steps, value_of_prices
from optimizer.bounds.windows import Heads, heads, latest_ends
from optimizer.kernels.bounds.lagrangian import Windows, answer, fluid_marginals, new_prices, new_reply, set_prices
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.ranks import new_ranks
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import NEVER, Problem
from optimizer.units import FloatArray, IntArray

_PER_DURATION = 4
"""Buckets in an average processing time, unless the user says how many."""

_LEAST_BUCKETS = 4096
"""So many buckets take next to no time."""

_MOST_PRICES = 2**24
"""Buckets times kinds of nodes times resources: more would take too much memory."""

_LONGER = 1.2
"""How much longer than a fluid the jobs may need before time is free of charge."""

_SECONDS_A_CHOICE = 1e-4
"""About how long a job takes, as interpreted, to choose the start in one mode on one kind of nodes."""


class Answers(NamedTuple):
    """How the jobs answered in one round.

    Parameters
    ----------
    share : float
        What part of the average the round was.
    start, mode, node : int64[J]
        Start, mode and a node of the kind of each job.
    """

    share: float
    start: IntArray
    mode: IntArray
    node: IntArray


class Lagrangian:
    """Prices of capacity and the bound that they give, better from round to round.

    The volume algorithm (Barahona & Anbil 2000; see volume.py): from the best prices so far a step along the averaged
    excess demand.

    Parameters
    ----------
    problem : Problem
        The problem.
    total : float
        Total cost of a known schedule; the bound holds for schedules that cost no more.
    buckets : int or None
        Prices are constant on at most so many parts of the time; None: as many as the processing times ask for.
    memory : int
        How many of the last rounds are remembered.
    """

    def __init__(self, problem: Problem, *, total: float = inf, buckets: int | None = None, memory: int = 1) -> None:
        self._problem = problem
        self._costs = Costs.of(problem)
        self._inputs = Inputs.of(problem)
        self._head = heads(problem)
        self._windows = _windows(problem, self._costs, self._head, total)
        self._total = total
        self.bound = -inf
        self.rounds = 0
        self._center: FloatArray
        self.answers: deque[Answers] = deque(maxlen=memory)
        self._node = problem.first_of_kind
        self._horizon = _horizon(problem)
        buckets = buckets or _buckets(problem, self._horizon, len(self._node))
        self._lay_out(1 << ((self._horizon - 1) // buckets).bit_length())
        self._steps = Steps(first=0.1, patience=5, ahead=0.05, least_share=0.02)
        self._start()

    @property
    def width(self) -> int:
        """Steps of time with the same prices."""
        return self._prices.width

    @property
    def settled(self) -> bool:
        """Whether further rounds at this width will add little."""
        return self._steps.settled

    @property
    def refuted(self) -> bool:
        """Whether the bound is above all that a schedule can cost, so that none keeps all deadlines."""
        return 0 < self._inputs.miss_cost < self.bound

    @property
    def exhausted(self) -> bool:
        """Whether further rounds will add little at any width."""
        return self.settled and self.width == 1

    def improve(self, rounds: int) -> None:
        """Do so many rounds more, at half the width where this one is settled; not when it is exhausted."""
        if self.settled:
            self.refine()
        self.advance(rounds)

    def advance(self, rounds: int) -> float:
        """Do so many rounds more; return the best bound on the total cost so far."""
        for _ in range(rounds):
            self._round()
        return self.bound

    def refine(self) -> None:
        """Halve the width, with the same prices and bound to go on from."""
        self._lay_out(self.width // 2)
        self._center = np.repeat(self._center, 2, axis=1)[:, : self._area.shape[1]]
        self._value(self._center)
        self._usage = self._used()
        self._steps.begin()

    def _lay_out(self, width: int) -> None:
        count = -(-self._horizon // width)
        self._area = areas_by_kind(self._problem, np.arange(count + 1) * width)
        self._scale = np.maximum(self._area.max(axis=1, keepdims=True), 1.0)
        self._prices = new_prices(width, self._node, count, self._area.shape[2])
        self._reply = new_reply(self._problem.jobs, self._prices)

    def _start(self) -> None:
        """Begin with the best of no prices and the prices that each resource would have as a fluid."""
        flows = best_flows(self._problem, self._costs, self._head, preemptive=False)
        fluids = (self._fluid_prices(resource, flow) for resource, flow in flows)
        for rate in (np.zeros_like(self._area), *fluids):
            value = self._value(rate)
            if value > self.bound:
                self.bound, self._center, self._usage = value, rate, self._used()
        self._steps.aim(self.bound, self._total)
        self._remember(1.0)

    def _round(self) -> None:
        excess = (self._usage - self._area) / self._scale
        movable = (self._center > 0) | (excess > 0)
        norm = float((excess[movable] ** 2).sum())
        if norm == 0.0:
            self._steps.settle()  # these prices are the best
            return
        length = self._steps.length(self.bound, norm)
        value = self._value(np.maximum(self._center + length * excess / self._scale, 0.0))
        usage = self._used()
        self.rounds += 1
        share = self._steps.share()
        self._usage = share * usage + (1 - share) * self._usage
        self._remember(share)
        if value > self.bound:
            forward = float((excess * (usage - self._area) / self._scale).sum()) >= 0
            self.bound, self._center = value, self._prices.rate[:, :-1].copy()
            self._steps.succeed(forward=forward)
            self._steps.aim(self.bound, self._total)
        else:
            self._steps.fail()

    def _remember(self, share: float) -> None:
        reply = self._reply
        self.answers.append(Answers(share, reply.start.copy(), reply.mode.copy(), self._prices.node[reply.kind]))

    def _value(self, rate: FloatArray) -> float:
        """Return the bound of these prices, less what rounding may add, and keep the answer of the jobs."""
        set_prices(self._prices, rate)
        seconds = _SECONDS_A_CHOICE * len(self._problem.mode_time) * len(self._node)
        answer.sized(seconds)(self._inputs, self._windows, self._prices, self._reply)
        return value_of_prices(self._reply.cost.sum(), (self._area * rate).sum())

    def _used(self) -> FloatArray:
        """Return what the jobs of the last answer use, float64[V, B, K]."""
        return np.cumsum(self._reply.usage[:, :-1], axis=1).astype(np.float64)

    def _fluid_prices(self, resource: FluidResource, flow: BestFlow) -> FloatArray:
        """Return the dual prices of the mean busy time relaxation of a resource, which give at least its bound."""
        speed = relative_speeds(self._problem)[self._problem.node_speed[self._node]][:, None]
        order = np.argsort(resource.arrival[flow.jobs], kind="stable")
        marginal = (speed * self._area[:, :, resource.index]).sum(axis=0)
        fluid_marginals.sized(_SECONDS_A_CHOICE * len(flow.jobs))(
            marginal,
            resource.arrival[flow.jobs][order].astype(np.int64) // self.width,
            order,
            resource.work[flow.jobs],
            flow.urgency,
            new_ranks(len(flow.jobs)),
        )
        rate = np.zeros_like(self._area)
        rate[:, :, resource.index] = speed * _until_idle(marginal * self.width)
        return rate


def lagrangian_bound(request: Request) -> Found:
    """Return the bound that prices reach in the time there is, at the finest width if that is enough."""
    lagrangian = Lagrangian(request.problem, total=request.known)
    while not (request.stopped or lagrangian.refuted or lagrangian.exhausted):
        lagrangian.improve(1)  # with a million jobs a round takes seconds
    return Found(inf) if lagrangian.refuted else Found(lagrangian.bound, cut_short=not lagrangian.exhausted)


def _until_idle(marginal: FloatArray) -> FloatArray:
    """Return the sum from each bucket on, up to the next one that holds nothing."""
    after = np.append(np.cumsum(marginal[::-1])[::-1], 0.0)
    place = np.where(marginal > 0, len(marginal), np.arange(len(marginal)))
    left: FloatArray = after[:-1] - after[np.minimum.accumulate(place[::-1])[::-1]]
    return left


def _windows(problem: Problem, costs: Costs, head: Heads, total: float) -> Windows:
    """Return between which starts each mode at each speed may run; a job that must be late runs at any time."""
    job = problem.mode_job
    first = np.maximum(head.start[job][:, None], head.end[job][:, None] - problem.mode_time)
    last = latest_ends(problem, costs, head, problem.horizon, total) - problem.mode_time
    possible = np.maximum.reduceat((last >= first).any(axis=1), problem.mode_start[:-1])
    return Windows(integers(first), integers(np.where(possible[job][:, None], last, NEVER)))


def _horizon(problem: Problem) -> int:
    """Return by when about all work can be done."""
    makespan = replace(problem, objective=Objective.MAKESPAN)
    least = energy_bound(makespan, Costs.of(makespan))
    return max(1, min(problem.horizon, ceil(_LONGER * least) + int(problem.least_time.max())))


def _buckets(problem: Problem, horizon: int, kinds: int) -> int:
    """Return how many buckets tell apart what the processing times tell apart."""
    wanted = _PER_DURATION * horizon / max(1.0, float(problem.least_time.mean()))
    most: int = _MOST_PRICES // (kinds * problem.mode_demand.shape[1])
    return min(max(_LEAST_BUCKETS, int(wanted)), max(1, most))


def areas_by_kind(problem: Problem, edges: IntArray) -> FloatArray:
    """Return what the nodes of each kind offer between two edges, float64[V, B, K]."""
    counts = np.bincount(problem.node_kind)
    found = np.zeros((len(counts), len(edges) - 1, problem.node_capacity.shape[1]))
    for kind, v in enumerate(problem.first_of_kind):
        own = slice(problem.profile_start[v], problem.profile_start[v + 1])
        time, level = problem.profile_time[own], problem.profile_level[own].astype(np.float64)
        area = np.concatenate([np.zeros((1, level.shape[1])), np.cumsum(np.diff(time)[:, None] * level[:-1], axis=0)])
        i = np.searchsorted(time, edges, side="right") - 1
        found[kind] = counts[kind] * np.diff(area[i] + (edges - time[i])[:, None] * level[i], axis=0)
    return found
