from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from random import Random

import numpy as np
import pytest
from oracle import exact, random_schedule
from random_instances import random_instance

from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Unavailable
from optimizer.problem import Problem
from optimizer.schedule import Schedule, Segments
from optimizer.units import IntArray
from optimizer.validation import Rule, Violation, deadline_misses, usage_over_time, violations

INSTANCE = Instance(
    jobs=(
        Job("a", arrival=1, duration=4, demand={"gpu": 2}, deadline=9),
        Job("b", modes=(Mode(6, {"gpu": 1}), Mode(3, {"gpu": 3}))),
        Job("c", duration=2, demand={"gpu": 2, "mem": 0.5}, after=(Predecessor("a", 1),)),
        Job("d", duration=0, demand={"gpu": 4}, after=("a",)),
    ),
    nodes=(Node("big", {"gpu": 4, "mem": 1}, performance=2), Node("small", {"gpu": 2})),
    unavailable=(Unavailable(6, 8, resource="gpu", node="big", amount=3),),
)


def integers(*values: int) -> IntArray:
    return np.array(values, dtype=np.int64)


@pytest.fixture
def problem() -> Problem:
    return Problem.of(INSTANCE)


@pytest.fixture
def valid(problem: Problem) -> Schedule:
    """Return a on small 1-5, b in its mode 1 on big 0-2, c on big 8-9, d on big at 7 although it is blocked."""
    return Schedule.starting(problem, integers(1, 0, 8, 7), integers(0, 2, 3, 4), integers(1, 0, 0, 0))


def moved(problem: Problem, schedule: Schedule, j: int, **values: int) -> Schedule:
    """Return the schedule with another start, mode or node of job j."""
    arrays = {"start": schedule.start.copy(), "mode": schedule.mode.copy(), "node": schedule.node.copy()}
    for name, value in values.items():
        arrays[name][j] = value
    return Schedule.starting(problem, arrays["start"], arrays["mode"], arrays["node"])


def ending(schedule: Schedule, j: int, end: int) -> Schedule:
    ends = schedule.end.copy()
    ends[j] = end
    return replace(schedule, end=ends)


def test_a_valid_schedule_breaks_nothing(problem: Problem, valid: Schedule) -> None:
    assert violations(problem, valid) == []
    assert deadline_misses(problem, valid) == 0


@pytest.mark.parametrize(
    ("change", "rule", "job", "message"),
    [
        (lambda p, s: moved(p, s, 0, start=0), Rule.ARRIVAL, "a", "starts at 0, before its arrival 1"),
        (lambda p, s: moved(p, s, 1, start=-1), Rule.ARRIVAL, "b", "starts at -1, before its arrival 0"),
        (lambda p, s: ending(s, 1, 3), Rule.PROCESSING, "b", "runs for 3, its processing time is 2"),
        (
            lambda p, s: ending(moved(p, s, 3, start=9), 3, 10),
            Rule.PROCESSING,
            "d",
            "runs for 1, its processing time is 0",
        ),
        (lambda p, s: ending(s, 2, 8), Rule.PROCESSING, "c", "runs for 0, its processing time is 1"),
        (
            lambda p, s: moved(p, s, 2, start=5),
            Rule.PRECEDENCE,
            "c",
            "starts at 5, before 6 when 'a' and its lag are over",
        ),
        (
            lambda p, s: moved(p, s, 3, start=4),
            Rule.PRECEDENCE,
            "d",
            "starts at 4, before 5 when 'a' and its lag are over",
        ),
        (lambda p, s: moved(p, s, 0, start=6), Rule.DEADLINE, "a", "ends at 10, after its deadline 9"),
        (
            lambda p, s: moved(p, s, 2, start=7),
            Rule.CAPACITY,
            None,
            "gpu in node 'big': 2 in use at 7, capacity 1",
        ),
        (
            lambda p, s: moved(p, s, 0, node=0),
            Rule.CAPACITY,
            None,
            "gpu in node 'big': 5 in use at 1, capacity 4",
        ),
        (lambda p, s: moved(p, s, 1, mode=0), Rule.ASSIGNMENT, "b", "mode -1 does not exist, it has 2"),
        (lambda p, s: moved(p, s, 1, mode=3), Rule.ASSIGNMENT, "b", "mode 2 does not exist, it has 2"),
        (lambda p, s: moved(p, s, 1, node=1), Rule.ASSIGNMENT, "b", "demands more than node 'small' has"),
        (lambda p, s: moved(p, s, 2, node=1), Rule.ASSIGNMENT, "c", "demands more than node 'small' has"),
        (lambda p, s: moved(p, s, 3, node=1), Rule.ASSIGNMENT, "d", "demands more than node 'small' has"),
    ],
)
def test_each_mistake_breaks_its_rule(
    problem: Problem,
    valid: Schedule,
    change: Callable[[Problem, Schedule], Schedule],
    rule: Rule,
    job: str | None,
    message: str,
) -> None:
    broken = change(problem, valid)
    if rule is Rule.DEADLINE:  # what waits for the late job would be early otherwise
        broken = moved(problem, moved(problem, broken, 2, start=12), 3, start=12)
        assert deadline_misses(problem, broken) == 1
    assert violations(problem, broken) == [Violation(rule, job, message)]


@pytest.mark.parametrize("node", [-1, 2])
def test_nodes_that_do_not_exist(problem: Problem, valid: Schedule, node: int) -> None:
    nodes = valid.node.copy()
    nodes[3] = node
    assert violations(problem, replace(valid, node=nodes)) == [
        Violation(Rule.ASSIGNMENT, "d", "runs on a node that does not exist")
    ]


def test_violations_read_as_sentences() -> None:
    assert str(Violation(Rule.ARRIVAL, "a", "starts at 0")) == "job 'a': starts at 0"
    assert str(Violation(Rule.CAPACITY, None, "gpu: too much")) == "gpu: too much"


def test_all_violations_are_reported_in_the_users_unit() -> None:
    instance = Instance(
        jobs=(
            Job("a", duration=1.5, demand={"g": 0.5}),
            Job("b", arrival=0.5, duration=1, demand={"g": 0.75}, deadline=2),
        ),
        resources={"g": 1},
    )
    problem = Problem.of(instance)
    schedule = Schedule.starting(problem, integers(2, 0), integers(0, 1), integers(0, 0))
    assert [str(violation) for violation in violations(problem, schedule)] == [
        "job 'b': starts at 0, before its arrival 0.5"
    ]
    schedule = Schedule.starting(problem, integers(1, 3), integers(0, 1), integers(0, 0))
    assert [str(violation) for violation in violations(problem, schedule)] == [
        "g in the pool: 1.25 in use at 1.5, capacity 1",
        "job 'b': ends at 2.5, after its deadline 2",
    ]


def test_usage_over_time(problem: Problem, valid: Schedule) -> None:
    node, time, usage = usage_over_time(problem, valid)
    assert list(zip(node.tolist(), time.tolist(), usage.tolist(), strict=True)) == [
        (0, 0, [3, 0]),
        (0, 2, [0, 0]),
        (0, 6, [0, 0]),
        (0, 8, [2, 1]),
        (0, 9, [0, 0]),
        (1, 0, [0, 0]),
        (1, 1, [2, 0]),
        (1, 5, [0, 0]),
    ]


class PlainChecker:
    """Judges schedules in one piece a job by the file format alone, one step of time after the other."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.per_unit = instance.time_scale.per_unit
        if instance.nodes is None:
            pool = {name: exact(resource.capacity) for name, resource in instance.pool.items()}
            self.nodes: list[tuple[dict[str, Fraction], Fraction | None]] = [(pool, None)]
        else:
            nodes = [node for node in instance.nodes for _ in node.ids]
            self.nodes = [
                ({name: exact(c) for name, c in node.capacity.items()}, exact(node.performance)) for node in nodes
            ]
        self.index = {job.id: j for j, job in enumerate(instance.jobs)}

    def rules_broken(self, problem: Problem, schedule: Schedule) -> set[str]:
        """Return the rules that ``schedule`` breaks; when a job is assigned wrongly, the others are not judged."""
        jobs, chosen = self.instance.jobs, []
        for j, job in enumerate(jobs):
            mode, v = int(schedule.mode[j] - problem.mode_start[j]), int(schedule.node[j])
            if not (0 <= mode < len(job.alternatives) and 0 <= v < len(self.nodes)):
                return {"assignment"}
            chosen.append((job.alternatives[mode], v))
        if any(exact(r) > self.nodes[v][0].get(name, 0) for mode, v in chosen for name, r in mode.demand.items()):
            return {"assignment"}
        steps = zip(schedule.start.tolist(), schedule.end.tolist(), strict=True)
        times = [(Fraction(start, self.per_unit), Fraction(end, self.per_unit)) for start, end in steps]
        broken = {rule for j in range(len(jobs)) for rule in self._rules_of_job(j, times, *chosen[j])}
        span = range(int(schedule.start.min()), int(schedule.end.max()))
        if any(self._is_crowded(Fraction(t, self.per_unit), times, chosen) for t in span):
            broken.add("capacity")
        return broken

    def _rules_of_job(self, j: int, times: list[tuple[Fraction, Fraction]], mode: Mode, v: int) -> Iterator[str]:
        job, (start, end), pool = self.instance.jobs[j], times[j], self.instance.pool
        slowest = min((exact(pool[name].performance) for name, r in mode.demand.items() if pool and r), default=1)
        speed = self.nodes[v][1] or slowest
        if start < exact(job.arrival):
            yield "arrival"
        if end - start != Fraction(ceil(exact(mode.duration) * self.per_unit / speed), self.per_unit):
            yield "processing time"
        if any(start < times[self.index[before.job]][1] + exact(before.lag) for before in job.predecessors):
            yield "precedence"
        if job.deadline is not None and end > exact(job.deadline):
            yield "deadline"

    def _is_crowded(
        self, now: Fraction, times: list[tuple[Fraction, Fraction]], chosen: list[tuple[Mode, int]]
    ) -> bool:
        running = [way for (start, end), way in zip(times, chosen, strict=True) if start <= now < end]
        return any(
            sum(exact(mode.demand.get(name, 0)) for mode, where in running if where == v) > self._offered(now, v, name)
            for v, (capacity, _) in enumerate(self.nodes)
            for name in capacity
        )

    def _offered(self, now: Fraction, v: int, name: str) -> Fraction:
        most = self.nodes[v][0][name]
        taken = [
            most if block.amount is None else exact(block.amount)
            for block in self.instance.unavailable
            if block.node in (None, self.instance.node_ids[v])
            and block.resource in (None, name)
            and exact(block.start) <= now < exact(block.end)
        ]
        return max(most - sum(taken), Fraction(0))


def mutated(problem: Problem, schedule: Schedule, rng: Random) -> Schedule:
    """Return the schedule with zero to two random mistakes."""
    start, end = schedule.start.copy(), schedule.end.copy()
    mode, node = schedule.mode.copy(), schedule.node.copy()
    for _ in range(rng.choice((0, 1, 1, 2))):
        j, kind = rng.randrange(problem.jobs), rng.randrange(6)
        if kind <= 2:
            shift = max(rng.randint(-4, 3), -int(start[j]))
            start[j], end[j] = start[j] + shift, end[j] + shift
        elif kind == 3:
            end[j] = max(start[j], end[j] + rng.choice((-1, 1)))
        elif kind == 4:
            mode[j] = rng.randrange(problem.mode_start[j] - 1, problem.mode_start[j + 1] + 1)
        else:
            node[j] = rng.randint(-1, problem.nodes)
    return Schedule(start, end, mode, node)


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_agreement_with_a_plain_checker(first: int) -> None:
    outcomes = set()
    for seed in range(first, first + 100):
        rng = Random(seed)
        instance = random_instance(seed)
        problem, checker = Problem.of(instance), PlainChecker(instance)
        for _ in range(8):
            schedule = mutated(problem, random_schedule(problem, rng), rng)
            expected = checker.rules_broken(problem, schedule)
            assert {str(violation.rule) for violation in violations(problem, schedule)} == expected, seed
            outcomes |= expected or {"valid"}
    assert outcomes == {"valid", *map(str, Rule)}


def preemptive(problem: Problem, modes: IntArray, *pieces: list[tuple[int, int, int]]) -> Schedule:
    """Return the schedule of these (start, end, node) pieces of each job."""
    flat = [piece for own in pieces for piece in own]
    first = np.concatenate([[0], np.cumsum([len(own) for own in pieces])])
    start, end, node = (integers(*column) for column in zip(*flat, strict=True))
    frames = [(own[0][0], *own[-1][1:]) if own else (5, 5, 0) for own in pieces]
    outer_start, outer_end, last_node = (integers(*column) for column in zip(*frames, strict=True))
    return Schedule(outer_start, outer_end, modes, last_node, Segments(first, start, end, node))


B, C, D = [(0, 2, 0)], [(8, 9, 0)], [(7, 7, 0)]
MODES = integers(0, 2, 3, 4)


@pytest.mark.parametrize(
    "a",
    [
        [(1, 5, 1)],
        [(1, 2, 1), (4, 7, 1)],
        [(1, 3, 1), (3, 4, 0)],  # half its work on the slow node, half on the fast one
        [(1, 1, 1), (3, 4, 1), (4, 4, 0), (4, 7, 1)],
        [(2, 3, 0), (4, 5, 0)],
    ],
)
def test_valid_preemptive_schedules(problem: Problem, a: list[tuple[int, int, int]]) -> None:
    assert violations(problem, preemptive(problem, MODES, a, B, C, D)) == []


@pytest.mark.parametrize(
    ("a", "rule", "job", "message"),
    [
        ([(0, 4, 1)], Rule.ARRIVAL, "a", "starts at 0, before its arrival 1"),
        ([(1, 3, 1), (4, 5, 1)], Rule.PROCESSING, "a", "its segments do only 0.7500 of its work"),
        ([(1, 2, 1), (3, 4, 0)], Rule.PROCESSING, "a", "its segments do only 0.7500 of its work"),
        ([(1, 4, 1), (3, 4, 0)], Rule.PROCESSING, "a", "its segments overlap or run backwards"),
        ([(1, 3, 1), (4, 3, 1), (4, 7, 1)], Rule.PROCESSING, "a", "its segments overlap or run backwards"),
        ([], Rule.PROCESSING, "a", "has no segments"),
        ([(1, 2, 0), (3, 4, 0)], Rule.CAPACITY, None, "gpu in node 'big': 5 in use at 1, capacity 4"),
        ([(2, 3, 0), (6, 7, 0)], Rule.CAPACITY, None, "gpu in node 'big': 2 in use at 6, capacity 1"),
        ([(1, 3, 1), (6, 8, 1)], Rule.PRECEDENCE, "c", "starts at 8, before 9 when 'a' and its lag are over"),
        ([(1, 3, 1), (4, 5, 2)], Rule.ASSIGNMENT, "a", "runs on a node that does not exist"),
    ],
)
def test_each_preemptive_mistake_breaks_its_rule(
    problem: Problem, a: list[tuple[int, int, int]], rule: Rule, job: str | None, message: str
) -> None:
    found = violations(problem, preemptive(problem, MODES, a, B, C, [(8, 8, 0)]))
    assert Violation(rule, job, message) in found
    assert {violation.rule for violation in found} == {rule}


def test_a_preempted_job_can_be_late(problem: Problem) -> None:
    schedule = preemptive(problem, MODES, [(1, 3, 1), (8, 10, 1)], B, [(11, 12, 0)], [(11, 11, 0)])
    assert violations(problem, schedule) == [Violation(Rule.DEADLINE, "a", "ends at 10, after its deadline 9")]


def test_a_preempted_job_fits_on_every_node_it_uses(problem: Problem) -> None:
    schedule = preemptive(problem, MODES, [(1, 5, 1)], [(0, 1, 0), (1, 2, 1)], C, D)
    assert violations(problem, schedule) == [Violation(Rule.ASSIGNMENT, "b", "demands more than node 'small' has")]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("start", 2, "start and end are not the outermost of its segments"),
        ("end", 6, "start and end are not the outermost of its segments"),
        ("node", 0, "its node is not that of its last segment"),
        ("node", 7, "its node is not that of its last segment"),
    ],
)
def test_the_frame_of_a_preempted_job_is_that_of_its_segments(
    problem: Problem, field: str, value: int, message: str
) -> None:
    schedule = preemptive(problem, MODES, [(1, 3, 1), (3, 5, 1)], B, C, D)
    array = getattr(schedule, field).copy()
    array[0] = value
    found = violations(problem, replace(schedule, **{field: array}))
    assert found == [Violation(Rule.PROCESSING, "a", message)]


def test_cutting_jobs_into_pieces_changes_no_verdict() -> None:
    for seed in range(100):
        rng = Random(seed)
        problem = Problem.of(random_instance(seed))
        schedule = random_schedule(problem, rng)
        pieces = []
        for start, end, node in zip(
            schedule.start.tolist(), schedule.end.tolist(), schedule.node.tolist(), strict=True
        ):
            cuts = sorted([start, *(rng.randint(start, end) for _ in range(rng.randint(0, 3))), end])
            pieces.append([(a, b, node) for a, b in pairwise(cuts)])
        cut = preemptive(problem, schedule.mode, *pieces)
        assert violations(problem, cut) == violations(problem, schedule), seed


def test_a_single_piece_runs_for_the_processing_time_exactly() -> None:
    problem = Problem.of(Instance((Job("a", duration=1, demand={"gpu": 1}),), resources={"gpu": 1}))
    start, end, zero = integers(0), integers(5), integers(0)
    schedule = Schedule(start, end, zero, zero, Segments(integers(0, 1), start, end, zero))
    (broken,) = violations(problem, schedule)
    assert str(broken) == "job 'a': runs for 5, its processing time is 1"
