"""The bound by cutting planes over time, on generated instances of the tight family.

python -m benchmarks.cuts [--jobs 50 --jobs 100 ...] [--seeds 3] [--seconds 40]
"""

from collections.abc import Iterator
from pathlib import Path
from time import process_time

import click

from benchmarks.relaxation import settled, timed
from benchmarks.report import markdown_table, publish
from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.generate import generate
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.solve import solve

HERE = Path(__file__).parent
SIZES = (50, 100, 200)
SCHEDULES = 300_000
FIX_EVERY = 8
"""Steps after which columns are dropped by the known schedule."""


def marks(seconds: float) -> list[float]:
    """Return the times at which the bound is written down."""
    return [seconds / 2**i for i in reversed(range(5))]


def row(jobs: int, seed: int, seconds: float) -> list[object]:
    """Return the table's row of one instance."""
    instance = generate("server", jobs, seed)
    problem = Problem.of(instance)
    costs = Costs.of(problem)
    limits = Limits(time_limit=300, threads=1, schedules=SCHEDULES)
    value = solve(instance, "local-search", limits=limits).value
    assert value is not None
    total = costs.total_of(value)
    lagrangian, _ = timed(lambda: settled(problem, total))
    planes, began = CuttingPlanes(problem, total=total), process_time()
    bounds = [costs.value(bound) for bound in over_time(planes, total, marks(seconds), began)]
    gap = 100 * (value - bounds[-1]) / bounds[-1]
    return [
        jobs,
        seed,
        value,
        costs.value(lagrangian.bound),
        *bounds,
        gap,
        process_time() - began,
        planes.rows,
        planes.cuts,
    ]


def over_time(planes: CuttingPlanes, total: float, times: list[float], began: float) -> Iterator[float]:
    """Yield the bound at each of these processor times, or when it is settled."""
    steps = 0
    for mark in times:
        while not planes.settled and process_time() < began + mark:
            planes.advance(began + mark - process_time())
            steps += 1
            if steps % FIX_EVERY == 0:
                planes.fix(total)
        yield planes.bound


@click.command()
@click.option("--jobs", "sizes", type=int, multiple=True, default=SIZES, show_default=True)
@click.option("--seeds", default=3, show_default=True)
@click.option("--seconds", default=40.0, show_default=True, help="Processor time for each instance.")
def main(sizes: tuple[int, ...], seeds: int, seconds: float) -> None:
    """Write down the bound at several times."""
    row(10, 0, 1.0)  # compiles
    rows = []
    for jobs in sizes:
        for seed in range(seeds):
            rows.append(row(jobs, seed, seconds))
            click.echo(rows[-1], err=True)
    headings = (
        "jobs", "seed", "schedule", "capacity prices", *(f"{mark:g} s" for mark in marks(seconds)),
        "gap %", "seconds", "rows", "cuts",
    )  # fmt: skip
    note = (
        "Family `server`, mean flow time. The schedule is the best of "
        f"{SCHEDULES:,} that `local-search` generates; the bounds know its value. `capacity prices` is the settled "
        "Lagrangian, close to the linear program without cuts; then the bound by cutting planes after so many seconds "
        "of processor time on one thread, or when it settled before. The gap is that of the last bound."
    )
    command = (
        f"python -m benchmarks.cuts {' '.join(f'--jobs {n}' for n in sizes)} --seeds {seeds} --seconds {seconds:g}"
    )
    publish(HERE / "cuts.md", "Cutting planes", command, note, markdown_table(headings, rows))


if __name__ == "__main__":
    main()
