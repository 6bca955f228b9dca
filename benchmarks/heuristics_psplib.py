"""Resource-constrained project scheduling: how good the heuristics are after so many generated schedules.

python -m benchmarks.heuristics_psplib [--set j30] [--solver genetic] [--schedules 1000] [--every 1] [--processes 2]
"""

import csv
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple
from zipfile import ZipFile

import click

from benchmarks.report import data_file, markdown_table, publish, warm_up
from optimizer import Limits, load
from optimizer.problem import Problem
from optimizer.solvers import registry
from optimizer.solvers.heuristics.common.rules import critical_path
from optimizer.solvers.monitor import Monitor

HERE = Path(__file__).parent
BUDGETS = (1000, 5000, 50000)
PUBLISHED = {
    "j30": {1000: 0.03, 5000: 0.01, 50000: 0.00},
    "j60": {1000: 11.05, 5000: 10.72, 50000: 10.54},
    "j120": {1000: 33.3, 5000: 32.1, 50000: 30.6},
}
NOTE = """\
Average deviation in %: of J30 from the optimum, of J60 and J120 from the length of the critical path. Placing every job
once is one schedule, placing some of them that share of one (Kolisch & Hartmann 2006, European Journal of Operational
Research 174); a run ends early only when its makespan is the length of the critical path. One seed, one thread, no
schedule to start from. Published: the best result at each number of schedules that is known to us, from different
authors (among them Debels & Vanhoucke 2007, Proon & Jin 2011, Goncharov & Leonov 2017). Seconds are the mean over the
instances, without compilation."""


class Run(NamedTuple):
    """One solver on one instance."""

    makespan: int
    critical_path: int
    best_known: int
    seconds: float


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in Path(name).stem.removeprefix("j").split("_"))


def _run(path: Path, best_known: int, solver: str, schedules: int, seed: int) -> Run:
    """Let a solver make so many schedules; it has to stop by itself."""
    entry, options = registry.parse(solver)
    problem = Problem.of(load(path))
    longest = int((problem.least_time - critical_path(problem)).max())
    limits = Limits(time_limit=None, threads=1, schedules=schedules)
    monitor = Monitor(problem, limits, lower_bound=longest)
    back_end = registry.create(entry, options)
    began = perf_counter()
    back_end.solve(problem, limits, seed=seed, warm_start=None, monitor=monitor)
    seconds = perf_counter() - began
    if monitor.schedules > schedules:
        raise click.ClickException(f"{solver} made {monitor.schedules} schedules of {path.stem}, not {schedules}")
    return Run(int(monitor.total), longest, best_known, seconds)


def _deviation(family: str, runs: Sequence[Run]) -> float:
    """Return the average deviation in %."""
    bases = [run.best_known if family == "j30" else run.critical_path for run in runs]
    return 100 * fmean(run.makespan / base - 1 for run, base in zip(runs, bases, strict=True))


def _instances(folder: Path, family: str, every: int) -> list[tuple[Path, int]]:
    """Return the files of every so many instances of a set and their best known makespans."""
    with data_file("psplib/best_known.csv").open(newline="") as file:
        best_known = {row["instance"]: int(row["best_known_makespan"]) for row in csv.DictReader(file)}
    with ZipFile(data_file(f"psplib/{family}.zip")) as archive:
        names = sorted((name for name in archive.namelist() if name.endswith(".sm")), key=_number)[::every]
        archive.extractall(folder, names)
    return [(folder / name, best_known[Path(name).stem]) for name in names]


def _rows(
    families: Iterable[str], solvers: Iterable[str], budgets: Sequence[int], every: int, seed: int, processes: int
) -> Iterable[Sequence[object]]:
    with TemporaryDirectory() as folder, ProcessPoolExecutor(processes) as pool:
        for family, solver in product(families, solvers):
            instances = _instances(Path(folder), family, every)
            warm_up(partial(_run, *instances[0], solver, budgets[0], seed))
            cells: list[object] = []
            for budget in budgets:
                run = partial(_run, solver=solver, schedules=budget, seed=seed)
                runs = list(pool.map(run, *zip(*instances, strict=True)))
                seconds = sorted(run.seconds for run in runs)
                cells += [_deviation(family, runs), PUBLISHED[family].get(budget), fmean(seconds)]
                click.echo(f"{family} {solver} {budget}: {cells[-3]:.3f} %, slowest {seconds[-1]:.2f} s", err=True)
            yield family, solver, len(instances), *cells


@click.command()
@click.option("--set", "families", multiple=True, default=("j30", "j60", "j120"), type=click.Choice([*PUBLISHED]))
@click.option("--solver", "solvers", multiple=True, default=("genetic",), show_default=True)
@click.option("--schedules", "budgets", multiple=True, default=BUDGETS, show_default=True, type=click.IntRange(1))
@click.option("--every", default=1, show_default=True, help="Only every so many instances of a set.")
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=2, show_default=True, help="So many instances at a time.")
def main(
    families: tuple[str, ...], solvers: tuple[str, ...], budgets: tuple[int, ...], every: int, seed: int, processes: int
) -> None:
    """Run solvers on PSPLIB sets and compare with the best published averages."""
    headings = ["set", "solver", "instances"]
    for budget in budgets:
        headings += [f"{budget} schedules", "published", "s"]
    table = markdown_table(headings, _rows(families, solvers, budgets, every, seed, processes))
    parts = [f"--{name} {value}" for name, values in (("set", families), ("solver", solvers)) for value in values]
    parts += [*(f"--schedules {budget}" for budget in budgets), f"--every {every}", f"--seed {seed}"]
    command = f"python -m benchmarks.heuristics_psplib {' '.join(parts)} --processes {processes}"
    page = HERE / f"heuristics_psplib_{'_'.join(solvers)}.md"
    publish(page, "PSPLIB: heuristics by number of schedules", command, table, NOTE)


if __name__ == "__main__":
    main()
