"""The exact solvers on generated instances: the table behind the choice of ``auto``.

python -m benchmarks.exact [--time-limit 20]
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks.report import markdown_table, publish
from optimizer.formats.writing import save
from optimizer.generate import FAMILIES, generate

HERE = Path(__file__).parent
SIZES = (20, 50, 100, 200, 400)
SEEDS = (1, 2)
SOLVERS = ("greedy", "cbc", "highs", "cp-sat", "auto")


def _solved(file: Path, solver: str, time_limit: float) -> dict[str, Any]:
    """Return the schedule document of a run in a process of its own: HiGHS cannot always be stopped inside one."""
    options = ["--solver", solver, "--time-limit", str(time_limit), "--json"]
    command = [sys.executable, "-m", "optimizer", "solve", str(file), *options]
    document: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return document


def _rows(time_limit: float) -> Iterator[tuple[object, ...]]:
    with TemporaryDirectory() as folder:
        for family in FAMILIES:
            for jobs in SIZES:
                for seed in SEEDS:
                    file = Path(folder) / "instance.json"
                    save(generate(family, jobs, seed), file)
                    for solver in SOLVERS:
                        run = _solved(file, solver, time_limit)
                        gap, seconds = f"{100 * run['gap']:.1f} %", f"{run['runtime_s']:.1f}"
                        yield family, jobs, seed, solver, run["value"], run["lower_bound"], gap, seconds


@click.command()
@click.option("--time-limit", default=20.0, show_default=True, help="Seconds a run.")
def main(time_limit: float) -> None:
    """Run every exact solver on generated instances of both families."""
    headings = ("family", "jobs", "seed", "solver", "mean flow time", "lower bound", "gap", "seconds")
    table = markdown_table(headings, _rows(time_limit))
    command = f"python -m benchmarks.exact --time-limit {time_limit:g}"
    publish(HERE / "exact.md", "Exact solvers on generated instances", command, table)


if __name__ == "__main__":
    main()
