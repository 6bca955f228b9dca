"""Bounds on many jobs: `schedopt bound` as a whole process, what of its time is reading, and its memory.

python -m benchmarks.bounds_scale [--case 100000:5 --case 1000000:15]
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click

from benchmarks.heuristics_scale import GPUS, GPUS_A_NODE, SHAPES, made
from benchmarks.report import markdown_table, publish
from optimizer.formats.writing import save

HERE = Path(__file__).parent
CASES = ("100000:5", "1000000:15")
WARM_UP = 20_000
COMPILING = 120.0
"""Seconds in which all that runs is compiled."""


def measured(file: Path, seconds: float) -> dict[str, Any]:
    """Return what `schedopt bound` says about a file, with the seconds and GiB of its process."""
    command = [sys.executable, "-m", "optimizer", "bound", str(file), "--time-limit", f"{seconds:g}", "--json"]
    answer = file.with_suffix(".bounds")
    with answer.open("w") as output:
        began = perf_counter()
        process = subprocess.Popen(command, cwd=HERE.parent, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = perf_counter() - began
    if status != 0:
        raise click.ClickException(f"{' '.join(command)} failed")
    document: dict[str, Any] = json.loads(answer.read_text())
    return document | {"wall": wall, "busy": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 2**20}


def row(folder: Path, jobs: int, shape: str, load: float, seconds: float) -> tuple[object, ...]:
    """Return a row of the table."""
    file = folder / f"{shape}-{jobs}.json"
    save(made(jobs, shape, load), file)
    found = measured(file, seconds)
    bounds = {entry["name"]: entry for entry in found["bounds"]}
    busy, prices = bounds["mean-busy-time"], bounds["lagrangian"]
    spent = sum(entry["seconds"] for entry in found["bounds"])
    return (
        f"{jobs:,}", shape, found["wall"], found["wall"] - spent, busy["seconds"], prices["seconds"],
        found["busy"], bounds["critical-path"]["value"], busy["value"], prices["value"], found["memory"],
    )  # fmt: skip


@click.command()
@click.option("--case", "cases", multiple=True, default=CASES, show_default=True, help="JOBS:SECONDS for the bounds.")
@click.option("--shape", "shapes", multiple=True, default=SHAPES, show_default=True, type=click.Choice(SHAPES))
@click.option("--load", default=1.2, show_default=True, help="Work that arrives relative to what the GPUs can do.")
def main(cases: tuple[str, ...], shapes: tuple[str, ...], load: float) -> None:
    """Measure and write the page."""
    split = [(int(jobs), float(seconds)) for jobs, _, seconds in (case.partition(":") for case in cases)]
    with TemporaryDirectory() as folder:
        row(Path(folder), WARM_UP, "nodes", load, COMPILING)
        rows = [row(Path(folder), jobs, shape, load, seconds) for jobs, seconds in split for shape in shapes]
    headings = (
        "jobs", "shape", "s in all", "of these to start, read and build arrays", "to the bound of mean busy times",
        "for the Lagrangian", "s of processors in all", "critical path", "mean busy times", "Lagrangian",
        "peak memory, GiB",
    )  # fmt: skip
    about = (
        f"The jobs of [heuristics_scale.md](heuristics_scale.md), {GPUS:,} GPUs as one pool or as nodes of "
        f"{GPUS_A_NODE} GPUs, at a load of {load:g}, mean flow time in seconds. Each row is one process, from its "
        "first to its last moment; everything is compiled before. The time that is given to the bounds is "
        + ", ".join(f"{s:g} s for {n:,} jobs" for n, s in split)
        + "."
    )
    command = " ".join(["python -m benchmarks.bounds_scale", *(f"--case {case}" for case in cases)])
    publish(HERE / "bounds_scale.md", "Bounds on many jobs", command, about, markdown_table(headings, rows))


if __name__ == "__main__":
    main()
