"""Bounds against enumeration: random instances with every feature and objective, none above the optimum.

python -m benchmarks.bounds_validity [--instances 2000]
"""

from collections import Counter
from pathlib import Path

import click
from rich.progress import track

from benchmarks.report import markdown_table, publish
from optimizer.bounds.catalogue import CATALOGUE, Bound, Holds
from optimizer.bounds.request import Request
from optimizer.objective import Costs
from optimizer.problem import Problem
from tests.bounds_cases import optima, random_problem

HERE = Path(__file__).parent
TOLERANCE = 1e-9


def compared(problem: Problem, counts: Counter[tuple[str, Holds, str]]) -> None:
    """Count how each bound of a problem compares with the optimum of the schedules that it holds for."""
    costs, best = Costs.of(problem), optima(problem)
    for entry in CATALOGUE:
        if not entry.applies(problem):
            continue
        bound = costs.value(entry.total(Request(problem, costs)).total)
        for holds, optimum in best.items():
            if entry.holds.covers(preemptive=holds is Holds.ALWAYS, late=holds is not Holds.ON_TIME):
                key = entry.name, entry.holds
                counts[*key, f"checked {holds}"] += 1
                counts[*key, "above"] += bound > optimum + TOLERANCE
                if holds is entry.holds:
                    counts[*key, "equal"] += abs(bound - optimum) <= TOLERANCE * max(1.0, abs(optimum))


def row(entry: Bound, counts: Counter[tuple[str, Holds, str]]) -> tuple[object, ...]:
    """Return a row of the table."""
    key = entry.name, entry.holds
    checked = [counts[*key, f"checked {holds}"] for holds in Holds]
    own = counts[*key, f"checked {entry.holds}"]
    return entry.name, str(entry.holds), *checked, counts[*key, "above"], 100 * counts[*key, "equal"] / max(1, own)


@click.command()
@click.option(
    "--instances", default=2000, show_default=True, help="Seeds 0, 1, ...; nine in a row have all objectives."
)
def main(instances: int) -> None:
    """Compare every bound of the catalogue with brute force and write the page."""
    counts: Counter[tuple[str, Holds, str]] = Counter()
    for seed in track(range(instances), "instances"):
        compared(random_problem(seed), counts)
    headings = (
        "bound", "holds for", *(f"optima, {holds}" for holds in Holds), "bounds above an optimum", "% equal to its own",
    )  # fmt: skip
    about = (
        "1 to 5 jobs with every feature of the format, the nine objectives in turn. Optima come from enumeration: over "
        "all preemptive schedules (where jobs are short enough), over all others, and over those that keep every "
        "deadline; each bound is set against all that it holds for."
    )
    table = markdown_table(headings, [row(entry, counts) for entry in CATALOGUE])
    command = f"python -m benchmarks.bounds_validity --instances {instances}"
    publish(HERE / "bounds_validity.md", "Bounds against enumeration", command, about, table)
    wrong = sum(count for (*_, what), count in counts.items() if what == "above")
    if wrong:
        raise click.ClickException(f"{wrong} bounds are above an optimum")


if __name__ == "__main__":
    main()
