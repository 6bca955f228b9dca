"""Small schedules of queueing policies worked out by hand: what any simulator has to give, in steps of time."""

from typing import Any, NamedTuple

from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Unavailable
from optimizer.names import TimeUnit
from optimizer.problem import Problem

Piece = tuple[int, int, int, int]


class Case(NamedTuple):
    """One call and its answer.

    ``expected`` has (start, end, mode row, node) of each job, and a list of these of each job when ``preemptive``.
    """

    name: str
    instance: Instance
    preemptive: bool
    policy: str
    arguments: dict[str, Any]
    expected: list[Piece] | list[list[Piece]]

    def problem(self) -> Problem:
        """Return the arrays of the instance."""
        return Problem.of(self.instance)


def pool(capacity: int, *jobs: dict[str, Any], **more: Any) -> Instance:
    """Return a pool of processors and jobs called j0, j1, ..."""
    named = [Job(id=f"j{i}", **job) for i, job in enumerate(jobs)]
    return Instance(jobs=tuple(named), resources={"cpu": capacity}, **more)


def cluster(nodes: list[Node], *jobs: dict[str, Any]) -> Instance:
    """Return nodes and jobs called j0, j1, ..."""
    return Instance(jobs=tuple(Job(id=f"j{i}", **job) for i, job in enumerate(jobs)), nodes=tuple(nodes))


def job(arrival: float, duration: float, size: int = 1, **more: Any) -> dict[str, Any]:
    """Return the fields of a job of ``size`` processors."""
    return {"arrival": arrival, "duration": duration, "demand": {"cpu": size}, **more}


def queue(name: str, instance: Instance, order: str, *runs: tuple[int, ...], **arguments: Any) -> Case:
    """Return a case without preemption; runs in a pool are (start, end) of each job."""
    expected = [(*run, j, 0) if len(run) == 2 else run for j, run in enumerate(runs)]
    return Case(name, instance, False, order, arguments, expected)


def preemptive(name: str, instance: Instance, policy: str, *jobs: list[tuple[int, ...]], **arguments: Any) -> Case:
    """Return a case with preemption; runs in a pool are (start, end), a list for each job."""
    expected = [[(*run, j, 0) if len(run) == 2 else run for run in runs] for j, runs in enumerate(jobs)]
    return Case(name, instance, True, policy, arguments, expected)


HEAD_OF_FOUR = [job(0, 4, 3), job(1, 3, 4), job(2, 6, 1)]
NARROW_BEHIND_WIDE = [job(0, 6, 2), job(1, 4, 4), job(2, 3, 2), job(2, 2, 2)]
SECOND_IN_QUEUE = [job(0, 4, 3), job(1, 4, 3), job(1, 2, 4), job(2, 7, 1)]
LONG_AND_LATER_SHORT = [job(1, 8), job(7, 2)]
LARGE_AND_LATER_SMALL = [job(0, 100, 100), job(10, 10000, 100), job(11, 100, 1)]
AGING = [job(0, 3.5, priority=0), job(1, 2, priority=0), job(2, 2, priority=1)]
LARGE_AND_SMALL_NODE = [Node("a", {"cpu": 4}), Node("b", {"cpu": 2})]
TWO_THEN_ALL = [job(0, 2, 2), job(0, 2, 4)]

QUEUE_CASES = [
    queue(
        "fcfs: a head that does not fit blocks a job that would",
        pool(4, job(0, 4, 3), job(1, 2, 2), job(2, 1, 1)),
        "fcfs",
        (0, 4),
        (4, 6),  # needs 2, only 1 is free until 4
        (4, 5),  # would fit at 2, but stands behind
    ),
    queue(
        "fcfs: equal arrivals go in the order of the file",
        pool(2, job(0, 2, 2), job(0, 3, 1), job(0, 1, 1), job(0, 1, 2)),
        "fcfs",
        (0, 2),
        (2, 5),
        (2, 3),
        (5, 6),  # both processors only when j1 is over
    ),
    queue(
        "sjf: estimates count, not durations; ties by arrival",
        pool(1, job(0, 3), job(1, 5, estimate=1), job(2, 2), job(1, 2)),
        "sjf",
        (0, 3),
        (3, 8),  # believed to take 1
        (10, 12),
        (8, 10),  # 2 like j2, but there since 1
    ),
    queue(
        "ljf: longest first, ties by arrival",
        pool(1, job(0, 3), job(1, 1), job(2, 4), job(1, 4)),
        "ljf",
        (0, 3),
        (11, 12),
        (7, 11),
        (3, 7),
    ),
    queue(
        "smallest-area: 4 and 4 in the order of the file, then 6",
        pool(4, job(0, 2, 4), job(1, 3, 2), job(1, 4, 1), job(1, 1, 4)),
        "smallest-area",
        (0, 2),
        (7, 10),  # area 6: last, and blocked by j3
        (2, 6),
        (6, 7),  # needs all 4, so waits for j2
    ),
    queue(
        "smallest-area: size is the largest share of a resource",
        Instance(
            jobs=(
                Job(id="j0", duration=2, demand={"cpu": 10}),
                Job(id="j1", arrival=1, duration=2, demand={"cpu": 1, "gpu": 2}),
                Job(id="j2", arrival=1, duration=2, demand={"cpu": 9, "gpu": 1}),
            ),
            resources={"cpu": 10, "gpu": 2},
        ),
        "smallest-area",
        (0, 2),
        (4, 6),  # all gpus: as good as 10 cpus
        (2, 4),
    ),
    queue(
        "edf: jobs without a deadline last",
        pool(1, job(0, 2), job(1, 2), job(1, 2, deadline=20), job(1, 2, deadline=10)),
        "edf",
        (0, 2),
        (6, 8),
        (4, 6),
        (2, 4),
    ),
    queue(
        "priority: the larger first",
        pool(1, *AGING),
        "priority",
        (0, 7),  # two steps a unit
        (11, 15),
        (7, 11),
    ),
    queue(
        "priority: aging counts in units of time, not in steps",
        pool(1, *AGING),
        "priority",
        (0, 7),
        (11, 15),  # key 0.8 * 1 = 0.8
        (7, 11),  # key 0.8 * 2 - 1 = 0.6; in steps it would be 2.2 against 1.6
        aging=0.8,
    ),
    queue(
        "priority: enough aging turns the order round",
        pool(1, *AGING),
        "priority",
        (0, 7),
        (7, 11),  # key 2
        (11, 15),  # key 4 - 1
        aging=2.0,
    ),
    queue(
        "wfp3: at 8 the job that has waited for long is ahead",
        pool(1, job(0, 8), *LONG_AND_LATER_SHORT),
        "wfp3",
        (0, 8),
        (8, 16),  # score 7 / 8
        (16, 18),  # score 1 / 2
    ),
    queue(
        "wfp3: at 10 the short job has caught up",
        pool(1, job(0, 10), *LONG_AND_LATER_SHORT),
        "wfp3",
        (0, 10),
        (12, 20),  # score 9 / 8
        (10, 12),  # score 3 / 2
    ),
    queue(
        "wfp3: the cube root of the size counts",
        pool(8, job(0, 4, 8), job(1, 4, 8), job(0, 4, 1)),
        "wfp3",
        (0, 4),
        (4, 8),  # 2 * 3 / 4
        (8, 12),  # 1 * 4 / 4
    ),
    queue(
        "unicep: waiting over log2(size + 1) * estimate",
        pool(7, job(0, 4, 7), job(1, 4, 7), job(1, 4, 1), job(1, 3, 3)),
        "unicep",
        (0, 4),
        (8, 12),  # 3 / (3 * 4), last
        (4, 8),  # 3 / (1 * 4), first
        (4, 7),  # 3 / (2 * 3)
    ),
    queue(
        "f1: log10(r) n + 870 log10(s)",
        pool(100, job(0, 100, 100), job(10, 1000, 100), job(11, 10, 1), job(11, 10, 100)),
        "f1",
        (0, 100),
        (120, 1120),  # 3 * 100 + 870 = 1170
        (100, 110),  # 1 * 1 + 906 = 907
        (110, 120),  # 1 * 100 + 906 = 1006
    ),
    queue(
        "f1: arrivals in seconds",
        pool(1, job(0, 2), job(1, 1), job(0.5, 2), time_unit=TimeUnit.HOUR),
        "f1",
        (0, 4),  # two steps an hour
        (8, 10),  # 3.56 + 870 * log10(3600)
        (4, 8),  # 3.86 + 870 * log10(1800); in hours both logarithms would be 0
    ),
    queue(
        "f2: sqrt(r) n + 25600 log10(s)",
        pool(100, *LARGE_AND_LATER_SMALL),
        "f2",
        (0, 100),
        (200, 10200),  # 100 * 100 + 25600 = 35600
        (100, 200),  # 10 * 1 + 26660 = 26670
    ),
    queue(
        "f3: r n + 6860000 log10(s), in seconds",
        pool(400, job(0, 3, 400), job(1, 2, 400), job(2, 1, 1), time_unit=TimeUnit.HOUR),
        "f3",
        (0, 3),
        (4, 6),  # 7200 * 400 + 24.40e6 = 27.28e6 (in hours: 800, and it would be first)
        (3, 4),  # 3600 * 1 + 26.46e6 = 26.46e6 (in hours: 2.07e6)
    ),
    queue(
        "f4: r sqrt(n) + 530000 log10(s)",
        pool(100, *LARGE_AND_LATER_SMALL),
        "f4",
        (0, 100),
        (200, 10200),  # 10000 * 10 + 530000 = 630000
        (100, 200),  # 100 * 1 + 551938 = 552038
    ),
    queue(
        "none: the head keeps its place",
        pool(4, *HEAD_OF_FOUR),
        "fcfs",
        (0, 4),
        (4, 7),
        (7, 13),
    ),
    queue(
        "any: whoever fits goes, and delays the head",
        pool(4, *HEAD_OF_FOUR),
        "fcfs",
        (0, 4),
        (8, 11),  # needs all 4, j2 has one until 8
        (2, 8),
        backfill="any",
    ),
    queue(
        "easy: one candidate would delay the reservation, the other would not",
        pool(4, job(0, 4, 3), job(1, 3, 4), job(2, 3, 1), job(2, 2, 1)),
        "fcfs",
        (0, 4),
        (4, 7),  # reserved at 4, all processors
        (7, 10),  # 2 + 3 > 4
        (2, 4),  # 2 + 2 <= 4
        backfill="easy",
    ),
    queue(
        "easy: a candidate may use what the reservation leaves",
        pool(4, job(0, 4, 3), job(1, 3, 3), job(2, 6, 1), job(2, 1, 1)),
        "fcfs",
        (0, 4),
        (4, 7),
        (2, 8),  # past 4, but on the one processor that j1 does not need
        (7, 8),  # nothing free before 7
        backfill="easy",
    ),
    queue(
        "easy: the head starts early when a job ends before its estimate",
        pool(4, job(0, 2, 3, estimate=6), job(1, 3, 4), job(1, 1, 1, estimate=4)),
        "fcfs",
        (0, 2),
        (2, 5),  # reserved at 6
        (1, 2),  # believed to end at 5 <= 6
        backfill="easy",
    ),
    queue(
        "easy: a job that outlives its estimate is believed to end at the next step",
        pool(4, job(0, 6, 3, estimate=3), job(1, 2, 4), job(2, 1, 1), job(4, 1, 1), job(4, 2, 1)),
        "fcfs",
        (0, 6),
        (6, 8),
        (2, 3),  # reservation at 3
        (4, 5),  # at 4 the reservation is at 5: 4 + 1 <= 5
        (8, 10),  # at 5 the reservation is at 6: 5 + 2 > 6
        backfill="easy",
    ),
    queue(
        "easy: candidates in the order of the queue",
        pool(4, *NARROW_BEHIND_WIDE),
        "fcfs",
        (0, 6),
        (6, 10),
        (2, 5),
        (10, 12),  # at 5: 5 + 2 > 6
        backfill="easy",
    ),
    queue(
        "easy: candidates in another order",
        pool(4, *NARROW_BEHIND_WIDE),
        "fcfs",
        (0, 6),
        (6, 10),
        (10, 13),  # at 4: 4 + 3 > 6
        (2, 4),  # the shorter one first
        backfill="easy",
        candidates="sjf",
    ),
    queue(
        "easy: only the head has a reservation",
        pool(4, *SECOND_IN_QUEUE),
        "fcfs",
        (0, 4),
        (4, 8),
        (9, 11),  # could have run at 8
        (2, 9),  # beside the head
        backfill="easy",
    ),
    queue(
        "conservative: nobody ahead is delayed",
        pool(4, *SECOND_IN_QUEUE),
        "fcfs",
        (0, 4),
        (4, 8),
        (8, 10),  # reserved at 1
        (10, 17),  # [2, 9) would run into j2
        backfill="conservative",
    ),
    queue(
        "conservative: reservations move up when a job ends early",
        pool(4, job(0, 2, 3, estimate=6), job(1, 3, 4), job(1, 5, 1), job(1, 2, 2)),
        "fcfs",
        (0, 2),
        (6, 9),  # j2 keeps it there
        (1, 6),
        (2, 4),  # was 9
        backfill="conservative",
    ),
    queue(
        "conservative: a reservation begins though nothing else happens",
        pool(2, job(0, 1, 1, estimate=10), job(0, 2, 1), job(0, 5, 2), job(0, 3, 1)),
        "fcfs",
        (0, 1),
        (0, 2),
        (5, 10),  # from 10 to 5 at 1, behind j3, which was then still reserved for [2, 5)
        (1, 4),  # from 2 to 1 at 1, and ends as planned: nothing moves up at 4
        backfill="conservative",
    ),
    queue(
        "conservative: reservations step back behind a job that outlives its estimate",
        pool(1, job(0, 5, estimate=3), job(1, 2)),
        "fcfs",
        (0, 5),
        (5, 7),  # reserved at 3, then 4, then 5
        backfill="conservative",
    ),
    queue(
        "conservative: while a job outlives its estimate all are planned anew, in the order of the queue",
        pool(2, job(0, 6, estimate=4), job(0, 8), job(1, 3, 2), job(5, 1, 2)),
        "sjf",
        (0, 6),
        (0, 8),
        (9, 12),  # reserved at 8 until j3 comes
        (8, 9),  # shorter; had it come at 3, it would have been put at 11
        backfill="conservative",
    ),
    queue(
        "conservative: a later arrival does not push others back",
        pool(2, job(0, 6), job(0, 8), job(1, 3, 2), job(3, 1, 2)),
        "sjf",
        (0, 6),
        (0, 8),
        (8, 11),
        (11, 12),
        backfill="conservative",
    ),
    queue(
        "first-fit: the first node with room",
        cluster(LARGE_AND_SMALL_NODE, *TWO_THEN_ALL),
        "fcfs",
        (0, 2, 0, 0),
        (2, 4, 1, 0),  # only fits on a
    ),
    queue(
        "best-fit: the node that is left fullest",
        cluster(LARGE_AND_SMALL_NODE, *TWO_THEN_ALL),
        "fcfs",
        (0, 2, 0, 1),  # leaves 0 of b, half of a
        (0, 2, 1, 0),
        placement="best-fit",
    ),
    queue(
        "modes: the first that fits now",
        pool(3, job(0, 3, 2), {"arrival": 1, "modes": (Mode(2, {"cpu": 3}), Mode(4, {"cpu": 1}))}),
        "fcfs",
        (0, 3, 0, 0),
        (1, 5, 2, 0),  # its second mode, row 2
    ),
    queue(
        "modes: the first one gives the estimate",
        pool(
            2,
            job(0, 2, 2),
            {"arrival": 1, "modes": (Mode(5, {"cpu": 1}), Mode(1, {"cpu": 2}))},
            job(1, 3, 2),
        ),
        "sjf",
        (0, 2, 0, 0),
        (5, 10, 1, 0),  # 5, not 1
        (2, 5, 3, 0),
    ),
    queue(
        "unavailability: a job waits for the block to pass, a short one goes before it",
        pool(2, job(0, 1), job(0, 3, estimate=1), job(0, 1), unavailable=(Unavailable(2, 4),)),
        "fcfs",
        (0, 1),
        (4, 7),  # [0, 3) runs into the block, whatever the estimate
        (0, 1),
        backfill="easy",
    ),
    queue(
        "precedence: ready at the end and the lag, then ahead of later arrivals",
        pool(1, job(0, 2), job(0, 1, after=(Predecessor("j0", 3),)), job(3, 3), job(4, 1)),
        "fcfs",
        (0, 2),
        (6, 7),  # ready at 5, released at 0
        (3, 6),
        (7, 8),
    ),
    queue(
        "empty jobs hold nothing and end at once",
        pool(1, job(0, 3), job(1, 0), job(1, 1, after=("j1",)), job(1, 0, after=("j2",))),
        "fcfs",
        (0, 3),
        (1, 1),  # beside j0
        (3, 4),
        (4, 4),
    ),
]

PREEMPTIVE_CASES = [
    preemptive(
        "srpt: preempts at the instant of an arrival",
        pool(1, job(0, 5), job(2, 1), job(3, 3)),
        "srpt",
        [(0, 2), (3, 6)],  # 3 left at 3 like j2, but released before
        [(2, 3)],
        [(6, 9)],
    ),
    preemptive(
        "srpt: a preemption costs, and counts as work left",
        pool(1, job(0, 5), job(2, 1), job(3, 3)),
        "srpt",
        [(0, 2), (6, 11)],  # 3 + 2 left, so j2 goes first
        [(2, 3)],
        [(3, 6)],
        cost=2,
    ),
    preemptive(
        "srpt: with equal work left the running job goes on",
        pool(2, job(0, 1, 1), job(0, 2, 2), job(0, 3, 1)),
        "srpt",
        [(0, 1)],
        [(3, 5)],  # no room at 0; at 1 as much work as j2 has left, and before it in the file
        [(0, 3)],
    ),
    preemptive(
        "srpt: a job keeps the speed of its first node",
        cluster([Node("fast", {"cpu": 1}, performance=2), Node("slow", {"cpu": 1})], job(0, 8), job(1, 2)),
        "srpt",
        [(0, 1, 0, 0), (2, 5, 0, 0)],  # 4 steps on fast; slow is free at 1, but no place for it
        [(1, 2, 1, 0)],
    ),
    preemptive(
        "srpt: moving to another node is a preemption",
        cluster([Node("a", {"cpu": 2}), Node("b", {"cpu": 1})], job(0, 3, 1), job(1, 1, 2)),
        "srpt",
        [(0, 1, 0, 0), (1, 4, 0, 1)],  # 2 left and 1 for moving; stays on b at 2
        [(1, 2, 1, 0)],
        cost=1,
    ),
    preemptive(
        "srpt: an empty job ends at once, its successor preempts at the same instant",
        pool(1, job(0, 4), job(1, 0), job(1, 1, after=("j1",))),
        "srpt",
        [(0, 1), (2, 5)],
        [(1, 1)],
        [(1, 2)],
    ),
    preemptive(
        "srpt: a block interrupts",
        pool(1, job(0, 3), unavailable=(Unavailable(2, 4),)),
        "srpt",
        [(0, 2), (4, 6)],  # 1 left and 1 for the interruption
        cost=1,
    ),
    preemptive(
        "priority: the least important running job makes room",
        pool(2, job(0, 4, priority=1), job(0, 4, priority=0), job(1, 2, priority=2)),
        "priority",
        [(0, 4)],
        [(0, 1), (3, 6)],
        [(1, 3)],
    ),
    preemptive(
        "priority: an empty job needs no room",
        pool(1, job(0, 2, priority=1), job(1, 0)),
        "priority",
        [(0, 2)],
        [(1, 1)],
    ),
    preemptive(
        "las: two jobs take turns",
        pool(1, job(0, 4), job(0, 3)),
        "las",
        [(0, 1), (3, 5), (6, 7)],  # has run 1, 1, 1, 2, 3 at 1 to 5
        [(1, 3), (5, 6)],  # has run 0, 1, 2, 2, 2 at 1 to 5; with as much, the running one goes on
        quantum=1,
    ),
    preemptive(
        "las: service is time by size",
        pool(2, job(0, 3, 2), job(0, 3, 1)),
        "las",
        [(0, 1), (4, 6)],  # 2 after one step
        [(1, 4)],  # 2 after two steps, then goes on
        quantum=1,
    ),
    preemptive(
        "round-robin: who arrives when a quantum ends stands before the job that stops",
        pool(1, job(0, 4), job(2, 2)),
        "round-robin",
        [(0, 2), (4, 6)],
        [(2, 4)],
        quantum=2,
    ),
    preemptive(
        "round-robin: three jobs",
        pool(1, job(0, 5), job(1, 3), job(2, 1)),
        "round-robin",
        [(0, 2), (5, 7), (8, 9)],  # queue at 2: j1 j2 j0, at 4: j2 j0 j1, at 7: j1 j0
        [(2, 4), (7, 8)],
        [(4, 5)],
        quantum=2,
    ),
    preemptive(
        "round-robin: alone, a job has one quantum after the other at no cost",
        pool(1, job(0, 5), job(3, 1)),
        "round-robin",
        [(0, 4), (5, 7)],  # its second quantum ends at 4; 1 left and 1 for the interruption
        [(4, 5)],
        quantum=2,
        cost=1,
    ),
    preemptive(
        "round-robin: a job that has room at the tail goes on at no cost",
        pool(2, job(0, 4), job(2, 1)),
        "round-robin",
        [(0, 4)],
        [(2, 3)],
        quantum=2,
        cost=1,
    ),
    preemptive(
        "round-robin: less capacity stops the job whose quantum began last",
        pool(2, job(0, 4), job(0, 4), unavailable=(Unavailable(2, 3, amount=1),)),
        "round-robin",
        [(0, 4)],
        [(0, 2), (3, 5)],
        quantum=5,
    ),
    preemptive(
        "round-robin: a job stopped by less capacity is the first to go on",
        pool(2, job(0, 6), job(0, 4), job(1, 2), unavailable=(Unavailable(2, 3, amount=1),)),
        "round-robin",
        [(0, 6)],
        [(0, 2), (3, 5)],  # before j2, which waits since 1
        [(5, 7)],
        quantum=5,
    ),
    preemptive(
        "mlfq: jobs sink as they use up their allotments",
        pool(1, job(0, 4), job(1, 1), job(3, 2)),
        "mlfq",
        [(0, 1), (2, 3), (4, 5), (6, 7)],  # level 1 from 1 on: interrupted at 3, allotment of 2 used up at 5
        [(1, 2)],
        [(3, 4), (5, 6)],  # level 1 at 4, behind j0
        quantum=1,
        levels=2,
        factor=2.0,
    ),
    preemptive(
        "mlfq: who is interrupted goes on before those who wait at its level",
        pool(1, job(0, 4), job(1, 3), job(3, 1)),
        "mlfq",
        [(0, 1), (2, 3), (4, 6)],
        [(1, 2), (6, 8)],  # at level 1 since 2, behind j0
        [(3, 4)],
        quantum=1,
        levels=2,
        factor=4.0,
    ),
    preemptive(
        "mlfq: promotion ends a long wait",
        pool(1, job(0, 3), job(1, 1), job(2, 1), job(3, 1), job(4, 1), job(5, 1)),
        "mlfq",
        [(0, 1), (5, 6), (7, 8)],  # waits at level 1 from 1; at 4 to the top, behind j4; one step there
        [(1, 2)],
        [(2, 3)],
        [(3, 4)],
        [(4, 5)],
        [(6, 7)],
        quantum=1,
        levels=2,
        factor=2.0,
        promotion=3,
    ),
]

CASES = [*QUEUE_CASES, *PREEMPTIVE_CASES]
