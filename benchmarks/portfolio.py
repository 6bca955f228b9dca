"""The portfolio beside plain solvers on generated instances, 30 s each on 2 threads; over an hour, and resumable.

python -m benchmarks.portfolio [--time-limit 30] [--jobs 50 --jobs 100 ...] [--seeds 3] [--anew]

Each run is a process of its own; its outcome goes to portfolio_runs.csv at once; what stands there is not run again.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

import click

from benchmarks.report import markdown_table, publish
from optimizer.formats.writing import save
from optimizer.generate import FAMILIES, generate
from optimizer.result import relative_gap

HERE = Path(__file__).parent
RUNS = HERE / "portfolio_runs.csv"
SIZES = (50, 100, 200, 400, 1000)
OURS = "auto"
SOLVERS: Mapping[str, tuple[str, ...]] = {
    OURS: ("optimizer", "solve", "--solver", "auto", "--threads", "2"),
    "cp-sat, 2 workers": ("optimizer", "solve", "--solver", "cp-sat", "--threads", "2"),
    "cp-sat, 8 workers": ("optimizer", "solve", "--solver", "cp-sat", "--threads", "8"),
    "highs": ("optimizer", "solve", "--solver", "highs", "--threads", "2"),
    "cbc": ("optimizer", "solve", "--solver", "cbc", "--threads", "2"),
    "pyjobshop, 8 workers": ("benchmarks.peer_pyjobshop", "--workers", "8"),
}
GRACE = 60.0
"""Seconds after the time limit in which a run may still end by itself; some read, build and end slowly."""


@dataclass(frozen=True)
class Run:
    """What one run came to; nothing found is None."""

    family: str
    jobs: int
    seed: int
    solver: str
    value: float | None
    lower_bound: float | None

    @property
    def key(self) -> tuple[str, int, int, str]:
        return self.family, self.jobs, self.seed, self.solver

    @property
    def gap(self) -> float:
        gap = relative_gap(self.value, self.lower_bound)
        return 1.0 if gap is None else gap


def _read() -> list[Run]:
    if not RUNS.exists():
        return []
    with RUNS.open(newline="") as file:
        return [
            Run(
                row["family"], int(row["jobs"]), int(row["seed"]), row["solver"],
                float(row["value"]) if row["value"] else None,
                float(row["lower_bound"]) if row["lower_bound"] else None,
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def _append(run: Run) -> None:
    """Write a run to the end of the file, whole."""
    new = not RUNS.exists()
    with RUNS.open("a", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Run)])
        if new:
            writer.writeheader()
        writer.writerow(asdict(run))


def _run(family: str, jobs: int, seed: int, solver: str, time_limit: float) -> Run:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "instance.json"
        save(generate(family, jobs, seed), file)
        command = [sys.executable, "-m", *SOLVERS[solver], str(file), "--time-limit", str(time_limit), "--json"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=time_limit + GRACE, env=os.environ)
            found = json.loads(done.stdout) if done.stdout else {}
        except subprocess.TimeoutExpired:
            found = {}
    return Run(family, jobs, seed, solver, found.get("value"), found.get("lower_bound"))


def _rows(runs: Iterable[Run]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each family, size and solver: means over the seeds, and how often it was best."""
    by_key = {run.key: run for run in runs}
    cells = sorted({(run.family, run.jobs) for run in by_key.values()}, key=lambda cell: (cell[0] != "server", cell[1]))
    for family, jobs in cells:
        here = [run for run in by_key.values() if (run.family, run.jobs) == (family, jobs)]
        for solver in SOLVERS:
            own = [run for run in here if run.solver == solver]
            if not own:
                continue
            yield (
                family, jobs, solver, _mean(run.value for run in own), _mean(run.lower_bound for run in own),
                f"{100 * fmean(run.gap for run in own):.2f} %", sum(run.gap == 0 for run in own),
                sum(_is_best(run, here, "value") for run in own),
                sum(_is_best(run, here, "lower_bound") for run in own),
            )  # fmt: skip


def _mean(figures: Iterable[float | None]) -> float | None:
    """Return the mean, None when one is missing."""
    known = list(figures)
    return None if None in known else fmean(figure for figure in known if figure is not None)


def _is_best(run: Run, rivals: Iterable[Run], figure: str) -> bool:
    """Return whether no rival on the same instance has a smaller value, or a larger bound."""
    sign = 1 if figure == "value" else -1
    known = [getattr(rival, figure) for rival in rivals if rival.seed == run.seed]
    own, others = getattr(run, figure), [sign * other for other in known if other is not None]
    return own is not None and sign * own <= min(others) + 1e-9 * abs(own)


@click.command()
@click.option("--time-limit", default=30.0, show_default=True, help="Seconds a run.")
@click.option("--jobs", "sizes", type=int, multiple=True, default=SIZES, show_default=True)
@click.option("--seeds", default=3, show_default=True)
@click.option("--solver", "solvers", type=click.Choice(list(SOLVERS)), multiple=True, help="Only these.")
@click.option("--anew", is_flag=True, help="Forget the runs of these solvers.")
def main(time_limit: float, sizes: tuple[int, ...], seeds: int, solvers: tuple[str, ...], anew: bool) -> None:
    """Run what is missing and write the table."""
    chosen = [name for name in solvers or SOLVERS if name[:9] != "pyjobshop" or find_spec("pyjobshop")]
    known = [run for run in _read() if not (anew and run.solver in chosen)]
    if anew and RUNS.exists():
        RUNS.unlink()
        for run in known:
            _append(run)
    done = {run.key for run in known}
    for key in product(FAMILIES, sizes, range(seeds), chosen):
        if key not in done:
            run = _run(*key, time_limit)
            _append(run)
            print(*key, run.value, run.lower_bound, f"{100 * run.gap:.2f} %", flush=True)
    headings = (
        "family", "jobs", "solver", "mean flow time", "lower bound", "mean gap", "proven", "best value", "best bound",
    )  # fmt: skip
    about = (
        f"Means of the seeds; {time_limit:g} s a run on 2 threads of 2 cores (8 workers on the same cores), building "
        "the model included. A gap without a schedule or a bound counts as 100 %. The last three columns count seeds: "
        "proven optimal, value as good as the best, bound as good as the best. Instances: `schedopt generate`."
    )
    command = f"python -m benchmarks.portfolio --time-limit {time_limit:g}"
    publish(
        HERE / "portfolio.md",
        "The portfolio beside plain solvers",
        command,
        about,
        markdown_table(headings, _rows(_read())),
    )


if __name__ == "__main__":
    main()
