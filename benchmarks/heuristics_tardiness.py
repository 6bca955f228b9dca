"""Capacity that varies in time, total tardiness: how far local search stays from the best known values.

python -m benchmarks.heuristics_tardiness [--jobs 120 --jobs 1000] [--first 3] [--time-limit 60]
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from statistics import fmean
from zipfile import ZipFile

import click

from benchmarks.report import data_file, markdown_table, publish
from optimizer import Limits, Objective, solve
from optimizer.instance import Instance, Job, Unavailable
from optimizer.result import available_threads

HERE = Path(__file__).parent
SIZES = (120, 250, 500, 750, 1000)


def read(text: str, name: str) -> Instance:
    """Return an instance of the set: number of jobs, number of intervals, intervals with capacity, jobs."""
    lines = [[int(number) for number in re.findall(r"\d+", line)] for line in text.splitlines() if line.strip()]
    (count,), (intervals,) = lines[:2]
    levels = lines[2 : 2 + intervals]
    most = max(capacity for _, _, capacity in levels)
    blocks = tuple(
        Unavailable(begin, end, resource="machine", amount=most - capacity)
        for begin, end, capacity in levels
        if capacity < most
    )
    jobs = tuple(
        Job(str(i), duration=duration, due=due, demand={"machine": 1})
        for i, (_, duration, due) in enumerate(lines[2 + intervals : 2 + intervals + count])
    )
    return Instance(
        jobs, name=name, resources={"machine": most}, unavailable=blocks, objective=Objective.TOTAL_TARDINESS
    )


def instances(sizes: tuple[int, ...], first: int) -> Iterator[tuple[str, Instance]]:
    """Yield group and instance, the first few of each group."""
    with ZipFile(data_file("mstdc/instances.zip")) as archive:
        groups = defaultdict(list)
        for file in archive.namelist():
            if found := re.fullmatch(r"(?:.*/)?(i(\d+)_\d+)_(\d+)\D*", file):
                groups[int(found[2]), found[1]].append((int(found[3]), file))
        for (jobs, group), members in sorted(groups.items()):
            for _, file in sorted(members)[:first] if jobs in sizes else ():
                yield group, read(archive.read(file).decode(), Path(file).stem)


def deviation(instance: Instance, best_known: int, solver: str, time_limit: float) -> float:
    """Return by how many per cent a schedule is above the best known value, which is positive."""
    value = solve(instance, solver, limits=Limits(time_limit=time_limit, threads=1)).value
    if value is None:
        raise click.ClickException(f"{instance.name}: no schedule")
    return 100 * (value - best_known) / best_known


@click.command()
@click.option("--jobs", "sizes", type=int, multiple=True, default=SIZES, show_default=True)
@click.option("--first", default=3, show_default=True, help="So many instances of each group.")
@click.option("--solver", default="local-search", show_default=True)
@click.option("--time-limit", default=60.0, show_default=True, help="Seconds an instance, on one thread.")
def main(sizes: tuple[int, ...], first: int, solver: str, time_limit: float) -> None:
    """Run a solver on the set, as many instances at a time as there are processors, and write the table."""
    with data_file("mstdc/best_known.csv").open(newline="") as file:
        best_known = {row["instance"]: int(row["best_known_total_tardiness"]) for row in csv.DictReader(file)}
    chosen = list(instances(sizes, first))
    known = [best_known[instance.name] for _, instance in chosen]
    with ProcessPoolExecutor(available_threads()) as pool:
        found = list(
            pool.map(deviation, (instance for _, instance in chosen), known, repeat(solver), repeat(time_limit))
        )
    groups = defaultdict(list)
    for (group, _), percent in zip(chosen, found, strict=True):
        groups[group].append(percent)
    rows = [(group, len(values), fmean(values), max(values)) for group, values in groups.items()]
    for jobs in sizes:
        values = [value for group in groups if group.startswith(f"i{jobs}_") for value in groups[group]]
        rows.append((f"all of {jobs} jobs", len(values), fmean(values), max(values)))
    options = f"{' '.join(f'--jobs {n}' for n in sizes)} --first {first} --solver {solver} --time-limit {time_limit:g}"
    publish(
        HERE / "heuristics_tardiness.md",
        "Total tardiness under capacity that varies in time",
        f"python -m benchmarks.heuristics_tardiness {options}",
        f"Deviation from the best known total tardiness in per cent, {time_limit:g} s on one thread an instance.",
        markdown_table(("group", "instances", "mean %", "worst %"), rows),
    )


if __name__ == "__main__":
    main()
