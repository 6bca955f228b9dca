"""Small random instances with every feature of the format, one for each seed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from msgspec.structs import replace

from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from optimizer.names import Kind, Objective, TimeUnit
from optimizer.problem import Problem
from optimizer.units import Number

_PERFORMANCES = (1, 1, 1, 0.5, 2, 1.5)
_WEIGHTS = (1, 1, 2, 3, 0.5, 1.25)


def random_instance(seed: int, jobs_max: int = 6, objective: Objective | None = None) -> Instance:
    """Return the instance of ``seed`` with 1 to ``jobs_max`` jobs; without ``objective``, one is drawn.

    It is consistent, but its deadlines may leave no schedule.
    """
    draw = _Draw(Random(seed))
    rng = draw.rng
    objective = objective or rng.choice(list(Objective))
    resources, nodes = draw.cluster()
    jobs = draw.jobs(draw.large(1, jobs_max), resources, nodes)
    instance = Instance(
        jobs=tuple(jobs),
        name=f"random-{seed}",
        time_unit=rng.choice(list(TimeUnit)),
        start=rng.choice([None, datetime(2026, 1, 5, 8, tzinfo=UTC)]),
        resources=resources,
        nodes=nodes,
        unavailable=tuple(draw.unavailable(resources, nodes)),
    )
    return replace(instance, jobs=tuple(draw.dated(instance, objective)), objective=objective)


@dataclass
class _Draw:
    """Draws the parts of an instance; all times are multiples of ``step``, all demands of ``unit``."""

    rng: Random

    def __post_init__(self) -> None:
        self.step = self.rng.choice((1, 1, 0.5, 0.25))
        self.unit = self.rng.choice((1, 1, 0.5))
        self.names = [f"r{k}" for k in range(self.rng.randint(1, 3))]

    def often(self, probability: float) -> bool:
        return self.rng.random() < probability

    def large(self, least: int, most: int) -> int:
        """Return the larger of two draws, so that jobs get in each other's way."""
        return max(self.rng.randint(least, most), self.rng.randint(least, most))

    def time(self, most: int, least: int = 0) -> Number:
        return self.rng.randint(least, most) * self.step

    def cluster(self) -> tuple[dict[str, Number | Resource] | None, tuple[Node, ...] | None]:
        if self.often(0.5):
            return {name: self._resource() for name in self.names}, None
        counts = self.rng.choice(((1,), (2,), (3,), (1, 1), (1, 2), (1, 1, 1)))
        return None, tuple(self._node(f"n{v}", count) for v, count in enumerate(counts))

    def _resource(self) -> Number | Resource:
        capacity = self.rng.randint(1, 5) * self.unit
        return capacity if self.often(0.5) else Resource(capacity, self.rng.choice(_PERFORMANCES))

    def _node(self, name: str, count: int) -> Node:
        present = [resource for resource in self.names if self.often(0.8)] or self.names
        capacity = {resource: self.rng.randint(1, 5) * self.unit for resource in present}
        return Node(name, capacity, count, self.rng.choice(_PERFORMANCES))

    def jobs(
        self, count: int, resources: dict[str, Number | Resource] | None, nodes: tuple[Node, ...] | None
    ) -> list[Job]:
        """Return jobs that fit somewhere, without deadlines and due dates, in random order."""
        pool = {
            name: entry.capacity if isinstance(entry, Resource) else entry for name, entry in (resources or {}).items()
        }
        capacities = [pool] if nodes is None else [node.capacity for node in nodes]
        linked, moded = self.often(0.45), self.often(0.45)
        jobs: list[Job] = []
        for j in range(count):
            if jobs and self.often(0.15):
                job = replace(jobs[-1], id=f"j{j}")
            else:
                job = self._job(f"j{j}", capacities, moded and self.often(0.6))
            if linked and jobs:
                job = replace(job, after=tuple(self._after(jobs)))
            jobs.append(job)
        self.rng.shuffle(jobs)
        return jobs

    def _job(self, name: str, capacities: list[dict[str, Number]], moded: bool) -> Job:
        modes = tuple(
            Mode(self.large(0, 4) * self.step, self._demand(self.rng.choice(capacities)))
            for _ in range(self.rng.randint(1, 3) if moded else 1)
        )
        return Job(
            id=name,
            arrival=self.time(4),
            weight=self.rng.choice(_WEIGHTS),
            priority=self.rng.randint(-1, 3),
            estimate=self.time(6) if self.often(0.3) else None,
            user=self.rng.choice((None, "alice", "bob")),
            kind=self.rng.choice(list(Kind)),
            duration=None if moded else modes[0].duration,
            demand={} if moded else modes[0].demand,
            modes=modes if moded else None,
        )

    def _demand(self, capacity: dict[str, Number]) -> dict[str, Number]:
        """Return a demand that fits into ``capacity``; now and then for nothing at all."""
        named = [name for name in capacity if self.often(0.85)]
        return {name: self.large(0, round(capacity[name] / self.unit)) * self.unit for name in named}

    def _after(self, jobs: list[Job]) -> list[str | Predecessor]:
        chosen = self.rng.sample(jobs, min(len(jobs), self.rng.choice((0, 1, 1, 2))))
        return [
            job.id if self.often(0.6) else Predecessor(job.id, self.rng.choice((0, 0.3, self.step, 2 * self.step)))
            for job in chosen
        ]

    def unavailable(
        self, resources: dict[str, Number | Resource] | None, nodes: tuple[Node, ...] | None
    ) -> list[Unavailable]:
        """Return up to two blocks, one after the other."""
        places = [None, *(name for node in nodes or () for name in node.ids)]
        known = [*dict.fromkeys(name for node in nodes for name in node.capacity)] if nodes else [*(resources or ())]
        blocks, now = [], 0
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            start = now + self.rng.randint(0, 5)
            now = start + self.rng.randint(1, 3)
            blocks.append(
                Unavailable(
                    start=start * self.step,
                    end=now * self.step,
                    resource=self.rng.choice([None, *known]),
                    node=self.rng.choice(places),
                    amount=self.rng.choice([None, self.unit, 2 * self.unit]),
                )
            )
        return blocks

    def dated(self, instance: Instance, objective: Objective) -> list[Job]:
        """Return the jobs with deadlines that each job alone can meet, and due dates."""
        problem, number = Problem.of(instance, Objective.MAKESPAN), instance.time_scale.number
        slacks = self.rng.choice(((None,), (None,), (None, 0, 2, 4), (8, 12), (None, 4, 8)))
        jobs = []
        for j, job in enumerate(instance.jobs):
            earliest, slack = number(int(problem.release[j] + problem.least_time[j])), self.rng.choice(slacks)
            deadline = None if slack is None else earliest + slack * self.step
            jobs.append(replace(job, deadline=deadline, due=self.time(12) if self.often(0.5) else None))
        if objective is Objective.MAX_LATENESS:
            jobs[0] = replace(jobs[0], due=self.time(12))
        return jobs
