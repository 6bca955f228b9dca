"""Bounds against enumeration: random instances with every feature and objective, none above the optimum.

python -m benchmarks.bounds_validity [--instances 2000]
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import inf
from pathlib import Path

import click
from rich.progress import track

from benchmarks.report import markdown_table, publish
from optimizer.bounds.bound import BoundRow, bounds_of
from optimizer.bounds.catalogue import CATALOGUE, Bound, Holds
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from tests.bounds_cases import optima, random_problem

HERE = Path(__file__).parent
TOLERANCE = 1e-9

Counts = Counter[tuple[str, Holds, str]]
"""How often, by name of the bound, what it holds for, and what is counted."""


def compared(problem: Problem, counts: Counts, entries: Iterable[Bound] = CATALOGUE) -> None:
    """Count how each bound compares with the optima that it holds for; also when told the optimum of those on time."""
    best = optima(problem)
    for row in bounds_of(problem, Limits(), entries=entries).rows:
        for holds, optimum in _covered(row, best):
            counts[row.name, row.holds, f"checked {holds}"] += 1
            counts[row.name, row.holds, "above"] += _bound(row) > optimum + TOLERANCE
            if holds is row.holds:
                equal = abs(_bound(row) - optimum) <= TOLERANCE * max(1.0, abs(optimum))
                counts[row.name, row.holds, "equal"] += equal
    if Holds.ON_TIME in best:
        known = Costs.of(problem).total_of(best[Holds.ON_TIME])
        for row in bounds_of(problem, Limits(), known=known, entries=entries).rows:
            for _, optimum in _covered(row, best):
                counts[row.name, row.holds, "checked known"] += 1
                counts[row.name, row.holds, "above"] += _bound(row) > optimum + TOLERANCE


def _covered(row: BoundRow, best: Mapping[Holds, float]) -> Iterator[tuple[Holds, float]]:
    """Yield the optima of those sets of schedules that a bound holds for."""
    for holds, optimum in best.items():
        if row.holds.covers(preemptive=holds is Holds.ALWAYS, late=holds is not Holds.ON_TIME):
            yield holds, optimum


def _bound(row: BoundRow) -> float:
    """Return what a bound claims: infinity when it says that there is no schedule, its negative for nothing."""
    if row.infeasible:
        return inf
    return -inf if row.value is None else row.value


def table_rows(counts: Counts) -> Iterator[tuple[object, ...]]:
    """Yield a row for each bound and set of schedules, in the order of the catalogue."""
    listed = {(entry.name, entry.holds) for entry in CATALOGUE} | {(name, holds) for name, holds, _ in counts}
    for name, holds in product(dict.fromkeys(entry.name for entry in CATALOGUE), Holds):
        if (name, holds) in listed:
            checked = [counts[name, holds, f"checked {other}"] for other in Holds]
            own = counts[name, holds, f"checked {holds}"]
            equal = 100 * counts[name, holds, "equal"] / own if own else None
            yield name, str(holds), *checked, counts[name, holds, "checked known"], counts[name, holds, "above"], equal


@click.command()
@click.option(
    "--instances", default=2000, show_default=True, help="Seeds 0, 1, ...; nine in a row have all objectives."
)
def main(instances: int) -> None:
    """Compare every bound of the catalogue with brute force and write the page."""
    counts: Counts = Counter()
    for seed in track(range(instances), "instances"):
        compared(random_problem(seed), counts)
    headings = (
        "bound", "holds for", *(f"optima, {holds}" for holds in Holds), "with an optimum known",
        "bounds above an optimum", "% equal to its own",
    )  # fmt: skip
    about = (
        "1 to 5 jobs with every feature of the format, the nine objectives in turn. Optima come from enumeration: over "
        "all preemptive schedules (where jobs are short enough), over all others, and over those that keep every "
        "deadline; each bound of `schedopt bound` is set against all that it holds for, and so is each that is told "
        "the optimum of the schedules on time. Bounds without preemption are listed where they say more than the one "
        "for all schedules; without deadlines, those for schedules on time hold for all without preemption."
    )
    table = markdown_table(headings, table_rows(counts))
    command = f"python -m benchmarks.bounds_validity --instances {instances}"
    publish(HERE / "bounds_validity.md", "Bounds against enumeration", command, about, table)
    wrong = sum(count for (*_, what), count in counts.items() if what == "above")
    if wrong:
        raise click.ClickException(f"{wrong} bounds are above an optimum")


if __name__ == "__main__":
    main()
