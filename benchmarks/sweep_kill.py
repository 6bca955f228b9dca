"""A sweep of short runs that is killed again and again, beside one that is left alone.

python -m benchmarks.sweep_kill [--kills 10] [--workers 2]
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import click

from benchmarks.report import markdown_table, publish

HERE = Path(__file__).parent
SUITE = """
solvers = ["fcfs", "srpt", "greedy:rule=arrival", "local-search"]
[suite]
name = "kill"
seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
time_limits = 0
schedules = 2000
[[instances]]
group = "server"
generate = {family = "server", jobs = [20], seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}
"""
RUNS = 400
FIGURES = 'key, "group", instance, outcome, value, lower_bound'


def rows(store: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(f"SELECT {FIGURES} FROM runs ORDER BY key").fetchall()


def count(store: Path) -> int:
    try:
        return len(rows(store))
    except sqlite3.OperationalError:  # it was killed before there was a store
        return 0


def started(suite: Path, store: Path, workers: int) -> "subprocess.Popen[bytes]":
    words = ["bench", "run", str(suite), "--store", str(store), "--workers", str(workers), "--json"]
    return subprocess.Popen([sys.executable, "-m", "optimizer", *words], env=os.environ, stdout=subprocess.DEVNULL)


@click.command()
@click.option("--kills", default=10, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--seed", default=0, show_default=True, help="Of the moments.")
def main(kills: int, workers: int, seed: int) -> None:
    """Run both sweeps, compare them and write the table."""
    moments = random.Random(seed)
    with TemporaryDirectory() as folder:
        suite, alone, killed = (Path(folder) / name for name in ("suite.toml", "alone.sqlite", "killed.sqlite"))
        suite.write_text(SUITE)
        began = perf_counter()
        if started(suite, alone, workers).wait():
            raise click.ClickException("the undisturbed sweep failed")
        duration = perf_counter() - began
        lines: list[tuple[object, ...]] = []
        for kill, goal in enumerate(sorted(moments.sample(range(RUNS - 20), kills)), start=1):
            process, began = started(suite, killed, workers), perf_counter()
            while count(killed) < goal:
                sleep(0.05)
            sleep(moments.uniform(0, 0.5))  # anywhere in what a run does
            process.send_signal(signal.SIGKILL)
            if process.wait() != -signal.SIGKILL:
                raise click.ClickException(f"the sweep ended before it was killed, with {count(killed)} rows")
            lines.append((kill, perf_counter() - began, count(killed)))
        began = perf_counter()
        if started(suite, killed, workers).wait():
            raise click.ClickException("the last sweep failed")
        lines.append(("none: it ends", perf_counter() - began, count(killed)))
        equal = rows(alone) == rows(killed)
        whole = len(rows(killed)) == len({row[0] for row in rows(killed)}) == RUNS
    if not (equal and whole):
        raise click.ClickException(f"equal: {equal}, each run once: {whole}")
    publish(
        HERE / "sweep_kill.md",
        "A sweep that is killed again and again",
        f"python -m benchmarks.sweep_kill --kills {kills} --workers {workers} --seed {seed}",
        f"{RUNS} runs, {workers} at a time; an undisturbed sweep took {duration:.0f} s. At the end there were as "
        "many rows, each run once, with the same outcomes, values and bounds as in the undisturbed sweep.",
        markdown_table(("SIGKILL", "seconds after its start", "rows by then"), lines),
    )


if __name__ == "__main__":
    main()
