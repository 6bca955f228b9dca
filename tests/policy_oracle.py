"""Queueing policies simulated plainly and slowly, from the arrays of a problem alone.

Nothing here is shared with the package: at every instant everything is computed anew from lists and dicts. The fast
engine has to agree with :func:`run_queue` and :func:`run_preemptive` to the last step.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import cbrt, log2, log10, sqrt
from typing import NamedTuple

from optimizer.problem import Problem

Amounts = tuple[int, ...]
Piece = tuple[int, int, int, int]


class Option(NamedTuple):
    """One way to run a job: mode row, node and its speed, true and estimated time, demand."""

    mode: int
    node: int
    speed: int
    p: int
    e: int
    demand: Amounts


class QueuedJob(NamedTuple):
    """What policies know of a job; ``seconds`` are units of the instance when these have no length."""

    release: int
    release_units: float
    release_seconds: float
    estimate: int
    estimate_seconds: float
    size: float
    deadline: int
    priority: float
    options: tuple[Option, ...]
    predecessors: tuple[tuple[int, int], ...]


class Hold(NamedTuple):
    """What is taken of a node during [start, end)."""

    node: int
    start: int
    end: int
    demand: Amounts


@dataclass(frozen=True)
class Cluster:
    """Capacity of every node, its profile, (time, level) from each breakpoint on, and grid steps in each amount."""

    capacity: list[list[int]]
    profile: list[list[tuple[int, list[int]]]]
    per_unit: list[int]

    @property
    def changes(self) -> set[int]:
        """The times at which the capacity of some node changes."""
        return {time for profile in self.profile for time, _ in profile}

    def free(self, node: int, time: int, holds: Iterable[Hold]) -> list[int]:
        """Return what ``holds`` leave of a node in step ``time``."""
        level = [level for start, level in self.profile[node] if start <= time][-1]
        held = [hold.demand for hold in holds if hold.node == node and hold.start <= time < hold.end]
        return [amount - sum(demand[k] for demand in held) for k, amount in enumerate(level)]

    def fits(self, option: Option, start: int, width: int, holds: list[Hold]) -> bool:
        """Return whether there is room beside ``holds`` in every step of [start, start + width)."""
        times = {start, *self.changes, *(hold.start for hold in holds)}
        return all(
            demand <= free
            for time in times
            if start <= time < start + width
            for demand, free in zip(option.demand, self.free(option.node, time, holds), strict=True)
        )


def read_cluster(problem: Problem) -> Cluster:
    """Return the cluster of ``problem`` in plain lists."""
    profile = []
    for v in range(problem.nodes):
        own = slice(problem.profile_start[v], problem.profile_start[v + 1])
        profile.append(list(zip(problem.profile_time[own].tolist(), problem.profile_level[own].tolist(), strict=True)))
    return Cluster(problem.node_capacity.tolist(), profile, [scale.per_unit for scale in problem.demand_scale])


def read_jobs(problem: Problem, cluster: Cluster) -> list[QueuedJob]:
    """Return the jobs of ``problem`` as policies see them."""
    per_unit = problem.instance.time_scale.per_unit
    seconds = problem.instance.time_unit.seconds or 1
    jobs = []
    for j in range(problem.jobs):
        options = read_options(problem, cluster, j)
        estimate = min(option.e for option in options if option.mode == options[0].mode)
        release = int(problem.release[j])
        own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
        lags = zip(problem.predecessor_job[own].tolist(), problem.predecessor_lag[own].tolist(), strict=True)
        jobs.append(
            QueuedJob(
                release=release,
                release_units=release / per_unit,
                release_seconds=release / per_unit * seconds,
                estimate=estimate,
                estimate_seconds=estimate / per_unit * seconds,
                size=size_of(options[0].demand, cluster),
                deadline=int(problem.deadline[j]),
                priority=float(problem.priority[j]),
                options=options,
                predecessors=tuple(lags),
            )
        )
    return jobs


def read_options(problem: Problem, cluster: Cluster, j: int) -> tuple[Option, ...]:
    """Return the modes and nodes on which job j fits, modes first."""
    varies = any(len(profile) > 1 for profile in cluster.profile)
    options = []
    for mode in range(problem.mode_start[j], problem.mode_start[j + 1]):
        demand = tuple(problem.mode_demand[mode].tolist())
        for v, capacity in enumerate(cluster.capacity):
            if all(amount <= most for amount, most in zip(demand, capacity, strict=True)):
                speed = int(problem.node_speed[v])
                p, e = int(problem.mode_time[mode, speed]), int(problem.mode_estimate[mode, speed])
                options.append(Option(mode, v, speed, p, max(e, p if varies else min(p, 1)), demand))
    return tuple(options)


def size_of(demand: Amounts, cluster: Cluster) -> float:
    """Return the size of a job: its largest share of a resource, counted in amounts of the first that is there."""
    total = [sum(capacity) for capacity in zip(*cluster.capacity, strict=True)]
    first = next((k for k, most in enumerate(total) if most), 0)
    shares = [total[first] * amount / most for amount, most in zip(demand, total, strict=True) if most]
    return max(shares, default=0.0) / cluster.per_unit[first]


KEYS: dict[str, Callable[[QueuedJob], float]] = {
    "fcfs": lambda job: job.release,
    "sjf": lambda job: job.estimate,
    "ljf": lambda job: -job.estimate,
    "smallest-area": lambda job: job.estimate * job.size,
    "edf": lambda job: job.deadline,
    "f1": lambda job: log10(long(job)) * job.size + 870 * log10(late(job)),
    "f2": lambda job: sqrt(long(job)) * job.size + 25600 * log10(late(job)),
    "f3": lambda job: long(job) * job.size + 6860000 * log10(late(job)),
    "f4": lambda job: long(job) * sqrt(job.size) + 530000 * log10(late(job)),
}
SLOPES: dict[str, Callable[[QueuedJob], float]] = {
    "wfp3": lambda job: cbrt(job.size) / max(job.estimate, 1),
    "unicep": lambda job: 1 / (log2(max(job.size, 1) + 1) * max(job.estimate, 1)),
}


def long(job: QueuedJob) -> float:
    """Return the r of f1 to f4."""
    return max(job.estimate_seconds, 1)


def late(job: QueuedJob) -> float:
    """Return the s of f1 to f4."""
    return max(job.release_seconds, 1)


def key_of(order: str, job: QueuedJob, now: int, aging: float) -> float:
    """Return what waiting jobs are sorted by, ascending."""
    if order == "priority":
        return -job.priority + aging * job.release_units
    if order in SLOPES:
        return -(SLOPES[order](job) * (now - job.release))
    return KEYS[order](job)


class Simulation:
    """The clock: goes from instant to instant; policies say in ``act`` what happens there."""

    def __init__(self, problem: Problem) -> None:
        self.cluster = read_cluster(problem)
        self.jobs = read_jobs(problem, self.cluster)
        self.now = -1
        self.ends: dict[int, int] = {}
        self.arrived: set[int] = set()

    def run(self) -> None:
        """Simulate until all jobs have ended."""
        while len(self.ends) < len(self.jobs):
            before = self.now
            times = [*self.cluster.changes, *self.pending().values(), *self.alarms()]
            self.now = min(time for time in times if time > before)
            self.pass_time(self.now - before)
            while True:
                ended = self.finish()
                arrived = sorted(
                    (j for j, ready in self.pending().items() if ready <= self.now),
                    key=lambda j: (self.jobs[j].release, j),
                )
                self.arrived.update(arrived)
                self.act(ended, arrived)
                if not self.ending():
                    break

    def pending(self) -> dict[int, int]:
        """Return the jobs that have yet to join the queue though all predecessors have ended, and when they do."""
        return {
            j: max([job.release, *(self.ends[i] + lag for i, lag in job.predecessors)])
            for j, job in enumerate(self.jobs)
            if j not in self.arrived and all(i in self.ends for i, _ in job.predecessors)
        }

    def finish(self) -> list[int]:
        """Free what jobs that end now hold, and return these jobs."""
        ended = self.ending()
        for j in ended:
            self.ends[j] = self.now
            self.forget(j)
        return ended

    def pass_time(self, steps: int) -> None:
        """Let running jobs run for ``steps``."""

    def alarms(self) -> list[int]:
        """Return when something of the policy is due: ends of running jobs and more; the past does not count."""
        raise NotImplementedError

    def ending(self) -> list[int]:
        """Return the running jobs that end now."""
        raise NotImplementedError

    def forget(self, j: int) -> None:
        """Take job j, which has ended, from the running ones."""
        raise NotImplementedError

    def act(self, ended: list[int], arrived: list[int]) -> None:
        """Do the scheduling pass."""
        raise NotImplementedError


@dataclass
class QueueSimulation(Simulation):
    """Policies that never interrupt a job."""

    problem: Problem
    order: str
    backfill: str
    candidates: str
    placement: str
    aging: float
    begun: dict[int, tuple[int, Option]] = field(default_factory=dict)
    running: dict[int, tuple[int, Option]] = field(default_factory=dict)
    reserved: dict[int, tuple[int, Option]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.problem)

    def alarms(self) -> list[int]:
        """Return the ends of running jobs and the first reservation's beginning, unless a job outlives its estimate."""
        ends = [start + option.p for start, option in self.running.values()]
        planned_ends = [start + option.e for start, option in self.running.values()]
        due = [min(t for t, _ in self.reserved.values())] if self.reserved else []
        return ends + [t for t in due if all(end > t for end in planned_ends)]

    def ending(self) -> list[int]:
        return [j for j, (start, option) in self.running.items() if start + option.p == self.now]

    def forget(self, j: int) -> None:
        del self.running[j]

    def act(self, ended: list[int], arrived: list[int]) -> None:
        match self.backfill:
            case "none":
                self.start_heads()
            case "any":
                self.start_all(self.queue(self.order), [])
            case "easy":
                self.start_easily()
            case "conservative":
                self.plan_conservatively(ended)

    def queue(self, order: str) -> list[int]:
        """Return the waiting jobs, first to last."""
        waiting = [j for j in self.arrived if j not in self.begun]
        return sorted(
            waiting, key=lambda j: (key_of(order, self.jobs[j], self.now, self.aging), self.jobs[j].release, j)
        )

    def start(self, j: int, option: Option) -> None:
        """Start job j now."""
        self.begun[j] = self.running[j] = (self.now, option)
        self.reserved.pop(j, None)

    def held(self) -> list[Hold]:
        """Return what running jobs hold in the plan: until their planned end, at least until the next step."""
        return [
            Hold(option.node, start, max(start + option.e, self.now + 1), option.demand)
            for start, option in self.running.values()
            if option.p > 0
        ]

    def plan(self) -> list[Hold]:
        """Return what running jobs and reservations hold."""
        return self.held() + [Hold(option.node, t, t + option.e, option.demand) for t, option in self.reserved.values()]

    def placeable(self, option: Option, plan: list[Hold]) -> bool:
        """Return whether ``option`` can start now; if it is over at once, it always can."""
        return option.p == 0 or self.cluster.fits(option, self.now, max(option.e, 1), plan)

    def choice(self, j: int, plan: list[Hold]) -> Option | None:
        """Return how job j would start now, None if it cannot."""
        possible = [option for option in self.jobs[j].options if self.placeable(option, plan)]
        if not possible or self.placement == "first-fit":
            return possible[0] if possible else None
        return min((option for option in possible if option.mode == possible[0].mode), key=self.left_over)

    def left_over(self, option: Option) -> float:
        """Return the shares of a node that stay free when ``option`` starts now, added up."""
        free = self.cluster.free(option.node, self.now, self.held())
        amounts = zip(free, option.demand, self.cluster.capacity[option.node], strict=True)
        return sum((left - demand) / capacity for left, demand, capacity in amounts if capacity > 0)

    def earliest(self, j: int) -> tuple[int, Option]:
        """Return the first time at which job j fits into the plan for its estimate, and how; least time, first found.

        A job that runs although it is estimated at nothing needs room in the step where it starts.
        """
        plan = self.plan()
        times = sorted({self.now, *self.cluster.changes, *(hold.end for hold in plan)})
        found = [
            next((t, option) for t in times if t >= self.now and self.cluster.fits(option, t, width, plan))
            for option in self.jobs[j].options
            for width in [max(option.e, min(option.p, 1))]
        ]
        return min(found, key=lambda place: place[0])

    def start_heads(self) -> int | None:
        """Start jobs from the head of the queue; return the first that cannot be placed."""
        for j in self.queue(self.order):
            option = self.choice(j, self.held())
            if option is None:
                return j
            self.start(j, option)
        return None

    def start_all(self, queue: list[int], reservation: list[Hold]) -> None:
        """Start all jobs of ``queue`` that can be placed beside the running jobs and ``reservation``."""
        for j in queue:
            option = self.choice(j, self.held() + reservation)
            if option is not None:
                self.start(j, option)

    def start_easily(self) -> None:
        """Start jobs from the head, give the first that cannot start a reservation, and fill in behind it."""
        head = self.start_heads()
        if head is not None:
            t, option = self.earliest(head)
            reservation = [Hold(option.node, t, t + option.e, option.demand)]
            self.start_all([j for j in self.queue(self.candidates) if j != head], reservation)

    def plan_conservatively(self, ended: list[int]) -> None:
        """Bring all reservations up to date, and start the jobs whose reservation begins now."""
        outlived = any(start + option.e <= self.now for start, option in self.running.values())
        if outlived or any(self.begun[j][0] + self.begun[j][1].e < self.now for j in ended):
            self.reserved.clear()
        elif any(self.begun[j][0] + self.begun[j][1].e > self.now for j in ended):
            for j in [j for j in self.queue(self.order) if j in self.reserved]:
                del self.reserved[j]
                self.reserved[j] = self.earliest(j)
        self.reserve_all()
        while not self.start_reserved():
            self.reserved.clear()
            self.reserve_all()

    def reserve_all(self) -> None:
        """Give reservations to the waiting jobs that have none."""
        for j in self.queue(self.order):
            if j not in self.reserved:
                self.reserved[j] = self.earliest(j)

    def start_reserved(self) -> bool:
        """Start the jobs whose reservation begins now; return False at the first that finds no room.

        That happens only beside jobs that run although they are estimated at nothing.
        """
        for j in self.queue(self.order):
            t, option = self.reserved[j]
            if t == self.now:
                if option.p > 0 and not self.cluster.fits(option, t, 1, self.held()):
                    return False
                self.start(j, option)
        return True


@dataclass
class Progress:
    """A job that has started: how, on which node it is or was, what is left to run, what has run, what was added."""

    first: Option
    node: int
    remaining: int
    ran: int = 0
    added: int = 0
    segments: list[Piece] = field(default_factory=list)

    def close(self, start: int, end: int) -> None:
        """Note a run on the present node; runs that touch are one, and empty ones none (but for an empty job)."""
        if self.segments and self.segments[-1][1] == start and self.segments[-1][3] == self.node:
            start = self.segments.pop()[0]
        if start < end or self.first.p == 0:
            self.segments.append((start, end, self.first.mode, self.node))


class PreemptiveSimulation(Simulation):
    """Policies that interrupt jobs: ``running`` has what runs and since when, in ``option`` on which node."""

    def __init__(self, problem: Problem, cost: int) -> None:
        super().__init__(problem)
        self.cost = cost
        self.progress: dict[int, Progress] = {}
        self.running: dict[int, tuple[int, Option]] = {}

    def pass_time(self, steps: int) -> None:
        for j in self.running:
            self.progress[j].ran += steps
            self.progress[j].remaining -= steps

    def alarms(self) -> list[int]:
        return [self.now + self.progress[j].remaining for j in self.running]

    def ending(self) -> list[int]:
        return [j for j in self.running if self.progress[j].remaining == 0]

    def forget(self, j: int) -> None:
        self.progress[j].close(self.running.pop(j)[0], self.now)

    def has_room(self, option: Option, placed: dict[int, Option]) -> bool:
        """Return whether there is room now beside what this pass has placed; a job over at once always has it."""
        holds = [Hold(o.node, self.now, self.now + 1, o.demand) for o in placed.values() if o.p > 0]
        return option.p == 0 or self.cluster.fits(option, self.now, 1, holds)

    def place(self, j: int, placed: dict[int, Option]) -> bool:
        """Add job j to ``placed`` if there is room; once started it keeps mode and speed and likes its last node."""
        options = self.jobs[j].options
        if j in self.progress:
            first, node = self.progress[j].first, self.progress[j].node
            same = [option for option in options if (option.mode, option.speed) == (first.mode, first.speed)]
            options = tuple(sorted(same, key=lambda option: (option.node != node, option.node)))
        for option in options:
            if self.has_room(option, placed):
                placed[j] = option
                return True
        return False

    def settle(self, placed: dict[int, Option]) -> None:
        """Make ``placed`` the running jobs: others are preempted, so are those that move."""
        for j, (since, option) in [*self.running.items()]:
            if j not in placed or placed[j].node != option.node:
                self.progress[j].close(since, self.now)
                self.progress[j].remaining += self.cost
                self.progress[j].added += self.cost
                del self.running[j]
        for j, option in placed.items():
            if j not in self.progress:
                self.progress[j] = Progress(option, option.node, option.p)
            if j not in self.running:
                self.progress[j].node = option.node
                self.running[j] = (self.now, option)


class KeyedSimulation(PreemptiveSimulation):
    """srpt, priority and las: at each pass the jobs of least key run."""

    def __init__(self, problem: Problem, cost: int, policy: str, quantum: int, aging: float) -> None:
        super().__init__(problem, cost)
        self.policy, self.quantum, self.aging = policy, quantum, aging
        self.alarm = self.now

    def key(self, j: int) -> float:
        job, done = self.jobs[j], self.progress.get(j)
        if self.policy == "priority":
            return key_of("priority", job, self.now, self.aging)
        if self.policy == "las":
            return job.size * (done.ran if done else 0)
        return done.first.e + done.added - done.ran if done else job.estimate

    def alarms(self) -> list[int]:
        return [*super().alarms(), self.alarm]

    def act(self, ended: list[int], arrived: list[int]) -> None:
        placed: dict[int, Option] = {}
        ready = self.arrived - self.ends.keys()
        for j in sorted(ready, key=lambda j: (self.key(j), j not in self.running, self.jobs[j].release, j)):
            self.place(j, placed)
        self.settle(placed)
        self.alarm = self.now + self.quantum if self.policy == "las" and len(placed) < len(ready) else self.now


class FeedbackQueues(PreemptiveSimulation):
    """A queue a level, one for round robin; ``used``: run of the allotment, ``joined``: since when a job waits."""

    def __init__(
        self, problem: Problem, cost: int, quantum: int, levels: int, factor: float, promotion: int | None
    ) -> None:
        super().__init__(problem, cost)
        self.allotments = [max(round(quantum * factor**level), 1) for level in range(levels)]
        self.promotion = promotion
        self.queues: list[list[int]] = [[] for _ in range(levels)]
        self.level: dict[int, int] = {}
        self.used: dict[int, int] = {}
        self.joined: dict[int, int] = {}
        self.turn: dict[int, int] = {}
        self.count = 0

    def pass_time(self, steps: int) -> None:
        super().pass_time(steps)
        for j in self.running:
            self.used[j] += steps

    def alarms(self) -> list[int]:
        allotted = [self.now + self.allotments[self.level[j]] - self.used[j] for j in self.running]
        low = [] if self.promotion is None else [self.joined[j] + self.promotion for q in self.queues[1:] for j in q]
        return super().alarms() + allotted + low

    def join(self, j: int, level: int) -> None:
        """Put job j at the tail of a level with a new allotment."""
        self.queues[level].append(j)
        self.level[j], self.used[j], self.joined[j] = level, 0, self.now

    def promote(self) -> None:
        """Bring the jobs to the top that have waited below for long enough."""
        assert self.promotion is not None, "asked only then"
        for queue in self.queues[1:]:
            for j in [j for j in queue if self.joined[j] + self.promotion <= self.now]:
                queue.remove(j)
                self.join(j, 0)

    def act(self, ended: list[int], arrived: list[int]) -> None:
        for j in arrived:
            self.join(j, 0)
        if self.promotion is not None:
            self.promote()
        going = {j: self.running[j][1] for j in sorted(self.running, key=self.turn.__getitem__)}
        for j in [*going]:
            if self.used[j] == self.allotments[self.level[j]]:
                self.join(j, min(self.level[j] + 1, len(self.queues) - 1))
                del going[j]
        placed: dict[int, Option] = {}
        for level in range(len(self.queues)):
            self.serve(level, {j: option for j, option in going.items() if self.level[j] == level}, placed)
        self.settle(placed)

    def serve(self, level: int, going: dict[int, Option], placed: dict[int, Option]) -> None:
        """Let one level have what is left: its running jobs first, then its queue."""
        for j, option in going.items():
            if self.has_room(option, placed):
                placed[j] = option
            else:
                self.joined[j] = self.now
        queue = self.queues[level] = [j for j in going if j not in placed] + self.queues[level]
        while queue and self.place(queue[0], placed):
            self.turn[queue.pop(0)] = self.count
            self.count += 1


def run_queue(
    problem: Problem,
    order: str = "fcfs",
    *,
    backfill: str = "none",
    candidates: str | None = None,
    placement: str = "first-fit",
    aging: float = 0.0,
) -> list[Piece]:
    """Return start, end, mode row and node of each job under a policy that never interrupts."""
    simulation = QueueSimulation(problem, order, backfill, candidates or order, placement, aging)
    simulation.run()
    begun = [simulation.begun[j] for j in range(problem.jobs)]
    return [(start, start + option.p, option.mode, option.node) for start, option in begun]


def run_preemptive(
    problem: Problem,
    policy: str,
    *,
    quantum: int = 1,
    cost: int = 0,
    aging: float = 0.0,
    levels: int = 3,
    factor: float = 2.0,
    promotion: int | None = None,
) -> list[list[Piece]]:
    """Return the runs of each job as (start, end, mode row, node) under a policy that interrupts."""
    simulation: PreemptiveSimulation
    match policy:
        case "round-robin":
            simulation = FeedbackQueues(problem, cost, quantum, 1, 1, None)
        case "mlfq":
            simulation = FeedbackQueues(problem, cost, quantum, levels, factor, promotion)
        case _:
            simulation = KeyedSimulation(problem, cost, policy, quantum, aging)
    simulation.run()
    return [simulation.progress[j].segments for j in range(problem.jobs)]
