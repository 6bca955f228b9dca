"""The exact solvers on generated instances: the table behind the choice of ``auto``.

python -m benchmarks.exact [--time-limit 20]
"""

from collections.abc import Iterator
from pathlib import Path

import click

from benchmarks.report import markdown_table, publish
from optimizer import Limits, SchedoptError, solve
from optimizer.generate import FAMILIES, generate

HERE = Path(__file__).parent
SIZES = (20, 50, 100, 200)
SEEDS = (1, 2)
SOLVERS = ("greedy", "cbc", "highs", "cp-sat", "auto")


def _rows(time_limit: float) -> Iterator[tuple[object, ...]]:
    for family in FAMILIES:
        for jobs in SIZES:
            for seed in SEEDS:
                instance = generate(family, jobs, seed=seed)
                for solver in SOLVERS:
                    try:
                        result = solve(instance, solver, limits=Limits(time_limit=time_limit))
                    except SchedoptError as error:
                        yield family, jobs, seed, solver, str(error), None, None, None
                        continue
                    gap = None if result.gap is None else f"{100 * result.gap:.1f} %"
                    yield family, jobs, seed, solver, result.value, result.lower_bound, gap, f"{result.runtime:.1f}"


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
