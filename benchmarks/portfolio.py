"""The portfolio beside plain solvers on generated instances, 30 s each on 2 threads; over an hour, and resumable.

python -m benchmarks.portfolio [--time-limit 30] [--jobs 50 --jobs 100 ...] [--seeds 3] [--anew]

Each run is a process of its own; its outcome goes to portfolio_runs.csv at once. What stands there with the same time
limit is not run again, unless it failed. Each time limit makes a table of its own runs.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter

import click
import msgspec

from benchmarks.report import markdown_table, publish
from optimizer.formats.writing import save
from optimizer.generate import FAMILIES, generate
from optimizer.names import Status
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
    """What one run came to; nothing found or not measured is None.

    ``seconds`` are those of the whole process; ``status`` is what it says about itself, or why it failed.
    """

    family: str
    jobs: int
    seed: int
    solver: str
    time_limit: float
    value: float | None = None
    lower_bound: float | None = None
    seconds: float | None = None
    status: str | None = None

    @property
    def key(self) -> tuple[str, int, int, str]:
        return self.family, self.jobs, self.seed, self.solver

    @property
    def failed(self) -> bool:
        return self.status is not None and self.status not in tuple(Status)

    @property
    def proven(self) -> bool:
        return self.status == Status.OPTIMAL or self.gap == 0

    @property
    def gap(self) -> float:
        gap = relative_gap(self.value, self.lower_bound)
        return 1.0 if gap is None else gap


def _read() -> list[Run]:
    """Return all runs of the file; of those that were run again only the last."""
    if not RUNS.exists():
        return []
    with RUNS.open(newline="") as file:
        rows = ({name: cell or None for name, cell in row.items()} for row in csv.DictReader(file))
        runs = [msgspec.convert(row, Run, strict=False) for row in rows]
    return list({(run.key, run.time_limit): run for run in runs}.values())


def _append(run: Run) -> None:
    """Write a run to the end of the file, whole."""
    new = not RUNS.exists()
    with RUNS.open("a", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Run)], lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(asdict(run))


def _run(family: str, jobs: int, seed: int, solver: str, time_limit: float) -> Run:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "instance.json"
        save(generate(family, jobs, seed), file)
        command = [sys.executable, "-m", *SOLVERS[solver], str(file), "--time-limit", str(time_limit), "--json"]
        began = perf_counter()
        try:
            done = subprocess.run(command, capture_output=True, timeout=time_limit + GRACE, text=True)
            found = json.loads(done.stdout) if done.stdout else {"status": f"exit {done.returncode}"}
            said = done.stderr
        except subprocess.TimeoutExpired as late:
            found, said = {"status": f"killed after {late.timeout:g} s"}, ""
        seconds = round(perf_counter() - began, 2)
    run = Run(
        family, jobs, seed, solver, time_limit, found.get("value"), found.get("lower_bound"), seconds, found["status"]
    )
    if run.failed:
        print(*said.splitlines()[-1:], file=sys.stderr, flush=True)
    return run


def _rows(runs: Iterable[Run]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each family, size and solver: means over the seeds, and how often it was best."""
    known = list(runs)
    cells = sorted({(run.family, run.jobs) for run in known}, key=lambda cell: (cell[0] != "server", cell[1]))
    for family, jobs in cells:
        here = [run for run in known if (run.family, run.jobs) == (family, jobs)]
        for solver in SOLVERS:
            own = [run for run in here if run.solver == solver]
            if not own:
                continue
            yield (
                family, jobs, solver, _mean(run.value for run in own), _mean(run.lower_bound for run in own),
                f"{100 * fmean(run.gap for run in own):.2f} %", sum(run.proven for run in own),
                sum(_is_best(run, here, "value") for run in own),
                sum(_is_best(run, here, "lower_bound") for run in own),
                sum(run.failed for run in own),
                max((run.seconds for run in own if run.seconds is not None), default=None),
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
@click.option("--anew", is_flag=True, help="Forget the runs of these solvers with this time limit.")
def main(time_limit: float, sizes: tuple[int, ...], seeds: int, solvers: tuple[str, ...], anew: bool) -> None:
    """Run what is missing and write the table."""
    chosen = [name for name in solvers or SOLVERS if name[:9] != "pyjobshop" or find_spec("pyjobshop")]
    known = [run for run in _read() if not (anew and run.solver in chosen and run.time_limit == time_limit)]
    if anew and RUNS.exists():
        RUNS.unlink()
        for run in known:
            _append(run)
    done = {run.key for run in known if run.time_limit == time_limit and not run.failed}
    for key in product(FAMILIES, sizes, range(seeds), chosen):
        if key not in done:
            run = _run(*key, time_limit)
            _append(run)
            print(*key, run.value, run.lower_bound, f"{100 * run.gap:.2f} %", run.status, run.seconds, flush=True)
    headings = (
        "family", "jobs", "solver", "mean flow time", "lower bound", "mean gap", "proven", "best value", "best bound",
        "failed", "longest run, s",
    )  # fmt: skip
    about = (
        f"Means of the seeds; {time_limit:g} s a run on 2 threads of 2 cores (8 workers on the same cores), building "
        "the model included. A gap without a schedule or a bound counts as 100 %. Four columns count seeds: proven "
        "optimal, value as good as the best, bound as good as the best, no answer. The last is the longest of the "
        "whole processes. Instances: `schedopt generate`. `cp-sat`, `highs` and `cbc` are run by schedopt, which gives "
        "them what it gives all solvers: greedy's schedule to start from and the bounds that are known at once. "
        "PyJobShop gets the instance alone."
    )
    command = f"python -m benchmarks.portfolio --time-limit {time_limit:g}"
    publish(
        HERE / "portfolio.md",
        "The portfolio beside plain solvers",
        command,
        about,
        markdown_table(headings, _rows(run for run in _read() if run.time_limit == time_limit)),
    )


if __name__ == "__main__":
    main()
