"""Heuristics on many jobs: how soon there is a schedule, how much better it gets, and how much memory that takes.

python -m benchmarks.heuristics_scale [--jobs 100000 --jobs 1000000] [--solver greedy] [--time-limit 60]
"""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any

import click
import numpy as np

from benchmarks.report import markdown_table, publish, warm_up
from optimizer import Limits, Problem, solve
from optimizer.instance import Instance, Job, Node
from optimizer.names import TimeUnit

HERE = Path(__file__).parent
GPUS, GPUS_A_NODE = 1000, 8
SHAPES = ("pool", "nodes")
WARM_UP = 2_000
"""Seconds that a solver may take to show all that it runs."""


def made(jobs: int, shape: str, load: float, seed: int = 0) -> Instance:
    """Return jobs of 1 to 8 GPUs, in ``nodes`` also with processors and memory, that arrive at random at a load."""
    random = np.random.default_rng(seed)
    gpu = np.array([1, 1, 1, 2, 2, 4, 4, 8])[random.integers(0, 8, jobs)]
    cpu, memory = gpu * random.integers(2, 9, jobs), gpu * random.choice([16, 32, 64, 80], jobs)
    duration = np.clip(np.rint(random.lognormal(6.5, 1.5, jobs)), 1, 86400).astype(np.int64)
    gap = float((gpu * duration).mean()) / GPUS / load
    arrival = np.floor(np.cumsum(random.exponential(gap, jobs))).astype(np.int64)
    columns = {"gpu": gpu, "cpu": cpu, "memory": memory} if shape == "nodes" else {"gpu": gpu}
    drawn = [*zip(*(column.tolist() for column in columns.values()), strict=True)]
    known = {row: dict(zip(columns, row, strict=True)) for row in set(drawn)}  # one mapping for all jobs of a demand
    demands = [known[row] for row in drawn]
    rows = zip(arrival.tolist(), duration.tolist(), demands, strict=True)
    named = tuple(Job(f"{i}", arrival=a, duration=p, demand=demand) for i, (a, p, demand) in enumerate(rows))
    if shape == "pool":
        return Instance(named, time_unit=TimeUnit.SECOND, resources={"gpu": GPUS})
    node = Node("n", {"gpu": GPUS_A_NODE, "cpu": 64, "memory": 640}, count=GPUS // GPUS_A_NODE)
    return Instance(named, time_unit=TimeUnit.SECOND, nodes=(node,))


def measured(jobs: int, shape: str, load: float, solver: str, time_limit: float) -> dict[str, Any]:
    """Return what one run comes to, in this process; all is compiled before."""
    for name, seconds in (("greedy", None), (solver, 2.0)):
        warm_up(partial(solve, made(WARM_UP, shape, load), name, limits=Limits(time_limit=seconds)))
    began = perf_counter()
    instance = made(jobs, shape, load)
    read = perf_counter()
    Problem.of(instance)
    built = perf_counter()
    result = solve(instance, solver, limits=Limits(time_limit=time_limit))
    first = next(row for row in result.trace if row.value is not None)
    return {
        "objects": read - began,
        "arrays": built - read,
        "first": first.elapsed,
        "first_value": first.value,
        "seconds": result.runtime,
        "value": result.value,
    }


def apart(jobs: int, shape: str, load: float, solver: str, time_limit: float) -> tuple[object, ...]:
    """Return a row of the table, measured in a process of its own."""
    case = (jobs, shape, load, solver, time_limit)
    code = f"from benchmarks.heuristics_scale import *; print(json.dumps(measured{case}))"
    with TemporaryFile("w+") as file:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=HERE.parent, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise click.ClickException(f"{solver} on {jobs} jobs failed")
        file.seek(0)
        row = json.load(file)
    figures = (row[name] for name in ("objects", "arrays", "first", "first_value", "seconds", "value"))
    return f"{jobs:,}", shape, load, solver, *figures, usage.ru_maxrss / 2**20


@click.command()
@click.option("--jobs", multiple=True, default=[100_000, 1_000_000], show_default=True)
@click.option("--shape", "shapes", multiple=True, default=SHAPES, show_default=True, type=click.Choice(SHAPES))
@click.option("--load", default=1.2, show_default=True, help="Work that arrives relative to what the GPUs can do.")
@click.option("--solver", "solvers", multiple=True, default=["greedy"], show_default=True)
@click.option("--time-limit", default=60.0, show_default=True, help="Seconds a run.")
def main(
    jobs: tuple[int, ...], shapes: tuple[str, ...], load: float, solvers: tuple[str, ...], time_limit: float
) -> None:
    """Measure and write the page."""
    cases = [(n, shape, load, solver, time_limit) for n in jobs for shape in shapes for solver in solvers]
    headings = (
        "jobs", "shape", "load", "solver", "s to make the objects", "s to make the arrays", "s to the first schedule",
        "its mean flow time, s", "s in all", "mean flow time at the end, s", "peak memory, GiB",
    )  # fmt: skip
    table = markdown_table(headings, [apart(*case) for case in cases])
    about = (
        f"{GPUS:,} GPUs, as one pool or as nodes of {GPUS_A_NODE} GPUs with processors and memory. Jobs of 1 to 8 "
        "GPUs, lognormal run times of 1 s to a day, random arrivals. Each row is a process of its own; the clock of "
        "the first schedule starts when the arrays are there, and everything is compiled before. All schedules are "
        "validated."
    )
    options = " ".join(
        [*(f"--jobs {n}" for n in jobs), *(f"--shape {shape}" for shape in shapes), f"--load {load:g}",
         *(f"--solver {solver}" for solver in solvers), f"--time-limit {time_limit:g}"]
    )  # fmt: skip
    command = f"python -m benchmarks.heuristics_scale {options}"
    publish(HERE / "heuristics_scale.md", "Heuristics on many jobs", command, about, table)


if __name__ == "__main__":
    main()
