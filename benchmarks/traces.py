"""Queueing policies, local search and the bound on real traces: KTH SP2 month by month, and all of Philly.

python -m benchmarks.traces [--time-limit 60] [--months 11] [--philly / --no-philly]
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from benchmarks.report import data_file, markdown_table, publish
from optimizer.formats.reading import load
from optimizer.formats.swf import Window
from optimizer.instance import Instance, Job
from optimizer.names import TimeUnit
from optimizer.result import Limits, relative_gap
from optimizer.solvers.compare import compare

HERE = Path(__file__).parent
SOLVERS = ("fcfs", "sjf", "easy", "local-search")
DAY = 86_400
DAYS = 30
LOAD = 0.9
"""Of Philly: as many GPUs as make it so."""

HEADINGS = ("trace", "jobs", *SOLVERS, "lower bound", "gap of local-search", "gap of easy")


def months(count: int) -> Iterator[tuple[str, Instance]]:
    """Yield the first months of KTH SP2, of 30 days each."""
    file = data_file("swf/kth_sp2.swf.gz")
    for month in range(count):
        window = Window(begin=month * DAYS * DAY, end=(month + 1) * DAYS * DAY)
        yield f"KTH SP2, month {month + 1}", load(file, window=window)


def philly() -> tuple[str, Instance]:
    """Return all jobs of the Philly trace that took GPUs and time, on one pool."""
    with gzip.open(data_file("gpu/philly.csv.gz"), "rt", newline="") as file:
        rows = [
            (datetime.fromisoformat(row["timestamp"]), round(float(row["duration"])), int(row["num_gpus"]))
            for row in csv.DictReader(file)
            if row["timestamp"] and float(row["duration"]) >= 0.5 and int(row["num_gpus"]) > 0
        ]
    first = min(arrival for arrival, _, _ in rows)
    last = max(arrival for arrival, _, _ in rows)
    work = sum(duration * gpus for _, duration, gpus in rows)
    gpus = round(work / (LOAD * (last - first).total_seconds()))
    jobs = tuple(
        Job(f"job-{i}", duration=duration, demand={"gpu": count}, arrival=int((arrival - first).total_seconds()))
        for i, (arrival, duration, count) in enumerate(sorted(rows))
    )
    return f"Philly, {gpus} GPUs", Instance(jobs, resources={"gpu": gpus}, name="philly", time_unit=TimeUnit.SECOND)


def row(name: str, instance: Instance, time_limit: float) -> list[object]:
    """Return the row of one trace; values in hours."""
    comparison = compare(instance, SOLVERS, limits=Limits(time_limit=time_limit, threads=1))
    values = {solver: result.value for solver, result in comparison.answers.items()}
    bound = comparison.best_bound
    assert bound is not None
    hours = [None if value is None else value / 3600 for value in (*(values[solver] for solver in SOLVERS), bound)]
    return [
        name,
        len(instance.jobs),
        *hours,
        *(_percent(relative_gap(values[solver], bound)) for solver in ("local-search", "easy")),
    ]


def _percent(gap: float | None) -> str | None:
    return None if gap is None else f"{100 * gap:.1f} %"


@click.command()
@click.option("--time-limit", default=60.0, show_default=True, help="Seconds for local search, and for the bounds.")
@click.option("--months", "count", default=11, show_default=True, help="Of KTH SP2.")
@click.option("--philly/--no-philly", "with_philly", default=True, show_default=True)
def main(time_limit: float, count: int, with_philly: bool) -> None:
    """Run the comparisons and write the table."""
    rows = []
    for name, instance in [*months(count), *([philly()] if with_philly else [])]:
        rows.append(row(name, instance, time_limit))
        print(*rows[-1], flush=True)
    about = (
        f"Mean flow time in hours, one thread, {time_limit:g} s for `local-search` and as long for the bounds; the "
        "policies take less than a second. Policies believe the requested times and decide as jobs arrive; "
        "`local-search` knows all jobs and how long they take. The bound holds for all schedules in which jobs are "
        f"not preempted. KTH SP2: 100 processors, months of {DAYS} days by arrival, each begins with an empty machine. "
        f"Philly: all jobs on one pool of as many GPUs as make the load {LOAD:g}."
    )
    command = f"python -m benchmarks.traces --time-limit {time_limit:g} --months {count}" + (
        "" if with_philly else " --no-philly"
    )
    publish(
        HERE / "traces.md", "Policies and the optimum on real traces", command, about, markdown_table(HEADINGS, rows)
    )


if __name__ == "__main__":
    main()
