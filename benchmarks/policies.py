"""Queueing policies: jobs a second, beside a plain Python simulator, and how the cost grows with the queue.

python -m benchmarks.policies
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks import plain_policies as plain
from benchmarks.report import data_file, markdown_table, publish, warm_up
from optimizer import Problem, load
from optimizer.instance import Instance, Job
from optimizer.kernels.policies.preemption import FeedbackSimulation, KeyedSimulation
from optimizer.kernels.policies.queueing import QueueSimulation
from optimizer.names import TimeUnit
from optimizer.solvers.policies.orders import ORDERS
from optimizer.solvers.policies.simulation import Simulation

HERE = Path(__file__).parent
PROCESSORS = 1024
MILLION = 1_000_000
LOAD, SATURATED = 0.9, 1.2
ROUNDS = 5
QUANTUM = 3600
ALLOTMENTS = (3600, 7200, 14400)

Make = Callable[[Problem], Simulation]
POLICIES: dict[str, Make] = {
    **{name: lambda problem, name=name: QueueSimulation(problem, ORDERS[name](problem)) for name in ORDERS},  # type: ignore[misc]
    "fcfs:backfill=any": lambda problem: QueueSimulation(problem, ORDERS["fcfs"](problem), backfill="any"),
    "easy": lambda problem: QueueSimulation(problem, ORDERS["fcfs"](problem), backfill="easy"),
    "sjf:backfill=easy": lambda problem: QueueSimulation(problem, ORDERS["sjf"](problem), backfill="easy"),
    "wfp3:backfill=easy": lambda problem: QueueSimulation(problem, ORDERS["wfp3"](problem), backfill="easy"),
    "conservative": lambda problem: QueueSimulation(problem, ORDERS["fcfs"](problem), backfill="conservative"),
    "srpt": lambda problem: KeyedSimulation(problem, "remaining"),
    "las": lambda problem: KeyedSimulation(problem, "attained", quantum=QUANTUM),
    "round-robin": lambda problem: FeedbackSimulation(problem, [QUANTUM]),
    "mlfq": lambda problem: FeedbackSimulation(problem, ALLOTMENTS),
}
COMPARED = ("fcfs", "sjf", "round-robin", "mlfq")
SEARCHING = ("easy", "conservative")
"""Policies whose plain simulator looks at the whole queue at each instant: too slow for a million jobs."""


def made(jobs: int, load: float, seed: int = 0) -> Problem:
    """Return jobs of powers of two processors and lognormal run times, true estimates, random arrivals at a load."""
    random = np.random.default_rng(seed)
    size = 2 ** np.minimum(random.geometric(0.35, jobs) - 1, 9)
    duration = np.clip(np.rint(random.lognormal(6.5, 1.5, jobs)), 1, 86400).astype(np.int64)
    gap = float((size * duration).mean()) / PROCESSORS / load
    arrival = np.floor(np.cumsum(random.exponential(gap, jobs))).astype(np.int64)
    demands = {int(d): {"processors": int(d)} for d in np.unique(size)}  # one mapping for all jobs of a size
    rows = zip(arrival.tolist(), duration.tolist(), size.tolist(), strict=True)
    named = tuple(Job(f"{i}", arrival=a, duration=p, demand=demands[d]) for i, (a, p, d) in enumerate(rows))
    return Problem.of(Instance(named, time_unit=TimeUnit.SECOND, resources={"processors": PROCESSORS}))


def simulated(make: Make, problem: Problem) -> tuple[float, int]:
    """Return the time of a simulation, and how many starts, ends and interruptions there were."""
    simulation = make(problem)
    begin = perf_counter()
    while simulation.share < 1:
        simulation.advance()
    return perf_counter() - begin, 2 * len(simulation.schedule().pieces.start)


def seconds(make: Make, problem: Problem) -> float:
    """Return the time of a simulation."""
    return simulated(make, problem)[0]


def plainly(name: str, problem: Problem) -> float:
    """Return how long the plain simulator takes."""
    arrival, size = problem.release.tolist(), problem.mode_demand[:, 0].tolist()
    duration, estimate = problem.mode_time[:, 0].tolist(), problem.mode_estimate[:, 0].tolist()
    capacity = int(problem.node_capacity[0, 0])
    begin = perf_counter()
    match name:
        case "fcfs":
            plain.fcfs(arrival, duration, size, capacity)
        case "sjf":
            plain.sjf(arrival, duration, estimate, size, capacity)
        case "easy":
            plain.easy(arrival, duration, estimate, size, capacity)
        case "conservative":
            plain.conservative(arrival, duration, estimate, size, capacity)
        case "round-robin":
            plain.round_robin(arrival, duration, size, capacity, QUANTUM)
        case "mlfq":
            plain.mlfq(arrival, duration, size, capacity, QUANTUM, len(ALLOTMENTS), 2.0)
    return perf_counter() - begin


def apart(measure: Callable[[], float]) -> float:
    """Return what is measured in a process of its own, which profits from no memory that another run has warmed."""
    context = get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=lambda: queue.put(measure()))
    process.start()
    found: float = queue.get()
    process.join()
    return found


def compared(name: str, problem: Problem, policies: Iterable[str]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each of some policies that have a plain simulator."""
    for policy in policies:
        make, run_plainly = POLICIES[policy], partial(plainly, policy, problem)
        rounds = [(apart(partial(seconds, make, problem)), apart(run_plainly)) for _ in range(ROUNDS)]
        ours, theirs = (median(times) for times in zip(*rounds, strict=True))
        yield name, policy, problem.jobs, f"{problem.jobs / ours:,.0f}", f"{problem.jobs / theirs:,.0f}", theirs / ours


def alone(problem: Problem, saturated: dict[int, Problem]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each policy on a million jobs, and how the time a job grows with the queue at saturation."""
    for policy, make in POLICIES.items():
        took, events = simulated(make, problem)
        growth = [f"{1e6 * simulated(make, own)[0] / jobs:.2f}" for jobs, own in saturated.items()]
        yield policy, f"{problem.jobs / took:,.0f}", f"{events / took:,.0f}", *growth


def peak_memory() -> float:
    """Return the peak of a process that makes a million jobs and simulates EASY, GiB."""
    code = f"from benchmarks.policies import *; simulated(POLICIES['easy'], made({MILLION}, {LOAD}))"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=HERE.parent)
    return os.wait4(process.pid, 0)[2].ru_maxrss / 2**20


def main() -> None:
    """Measure and write the page."""
    memory = peak_memory()
    log = Problem.of(load(data_file("swf/kth_sp2.swf.gz")))
    for make in POLICIES.values():
        warm_up(partial(simulated, make, log))
    headings = ("trace", "policy", "jobs", "jobs/s", "jobs/s, plain Python", "ratio")
    sizes = (MILLION // 16, MILLION // 4, MILLION)
    saturated = {jobs: made(jobs, SATURATED) for jobs in sizes}
    busy = made(MILLION, LOAD)
    rows = [*compared("KTH SP2", log, COMPARED + SEARCHING)]
    for share, problem, fewer in ((LOAD, busy, 50_000), (SATURATED, saturated[MILLION], 5_000)):
        rows += [*compared(f"generated, load {share}", problem, COMPARED)]
        rows += [*compared(f"generated, load {share}", made(fewer, share), SEARCHING)]
    growth = markdown_table(
        (
            "policy",
            f"jobs/s, load {LOAD}",
            "events/s",
            *(f"µs a job, {jobs:,} jobs, load {SATURATED}" for jobs in sizes),
        ),
        alone(busy, saturated),
    )
    about = (
        f"Generated: {PROCESSORS} processors, sizes powers of two, lognormal run times, true estimates, random "
        f"arrivals. At load {SATURATED} the queue grows to a sixth of all jobs: a cost that grew with it would show in "
        "the last columns. Events are starts, ends and interruptions. The plain simulators are in plain_policies.py; "
        f"they take turns with ours, each run in a process of its own, and the medians of {ROUNDS} rounds stand here."
    )
    note = f"A process that makes {MILLION:,} jobs and simulates `easy` takes {memory:.2f} GiB at its peak."
    command = "python -m benchmarks.policies"
    title = "Queueing policies: speed"
    publish(HERE / "policies.md", title, command, about, markdown_table(headings, rows), growth, note)


if __name__ == "__main__":
    main()
