"""Bounds by the Lagrangian and by the linear program, and what rounding them gives, on generated instances.

python -m benchmarks.relaxation [--schedules 5000]
"""

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from time import process_time
from typing import TypeVar

import click

from benchmarks.report import markdown_table, publish
from optimizer.bounds.lagrangian import Lagrangian
from optimizer.bounds.linear_program import solve_relaxation
from optimizer.generate import FAMILIES, generate
from optimizer.model.columns import start_groups
from optimizer.model.program import Program
from optimizer.model.size import estimated_size
from optimizer.names import Status
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.solve import solve

T = TypeVar("T")

HERE = Path(__file__).parent
SIZES = (50, 100, 200, 400, 1000)
SEEDS = (1, 2)
LARGEST = 6_000_000
TIME_LIMIT = 300.0


def timed(function: Callable[[], T]) -> tuple[T, float]:
    """Return a result and the processor time that it took."""
    began = process_time()
    return function(), process_time() - began


def settled(problem: Problem, total: float) -> Lagrangian:
    """Return the Lagrangian after as many rounds as it takes."""
    lagrangian = Lagrangian(problem, total=total)
    while not (lagrangian.settled and lagrangian.width == 1):
        if lagrangian.settled:
            lagrangian.refine()
        lagrangian.advance(10)
    return lagrangian


def linear_bound(problem: Problem, costs: Costs, total: float) -> tuple[float | None, float | None]:
    """Return the bound of the linear program and the time it took, None where it is too large."""
    if estimated_size(problem, start_groups(problem, costs, total=total)).entries > LARGEST:
        return None, None
    relaxed, seconds = timed(lambda: solve_relaxation(Program.of(problem, known=total)))
    return costs.value(relaxed.bound), seconds


def rows(schedules: int) -> Iterator[tuple[object, ...]]:
    settled(Problem.of(generate("server", 10, 1)), inf)  # compiles
    for family in FAMILIES:
        for jobs in SIZES:
            for seed in SEEDS:
                yield family, jobs, seed, *row(family, jobs, seed, schedules)


def row(family: str, jobs: int, seed: int, schedules: int) -> tuple[object, ...]:
    instance = generate(family, jobs, seed)
    problem = Problem.of(instance)
    costs = Costs.of(problem)
    greedy = solve(instance, "greedy", limits=Limits(time_limit=TIME_LIMIT, threads=1))
    assert greedy.value is not None
    total = inf if greedy.status is Status.LATE else costs.total_of(greedy.value)
    lagrangian, seconds = timed(lambda: settled(problem, total))
    limits = Limits(time_limit=TIME_LIMIT, threads=1, schedules=schedules)
    rounded = solve(instance, "lp-rounding:relaxation=lagrangian", limits=limits)
    bounds = (costs.value(lagrangian.bound), lagrangian.rounds, seconds, *linear_bound(problem, costs, total))
    return greedy.lower_bound, *bounds, greedy.value, rounded.value


@click.command()
@click.option("--schedules", default=5000, show_default=True, help="Generated schedules of the rounding.")
def main(schedules: int) -> None:
    """Compare the relaxations on generated instances of both families."""
    headings = (
        "family", "jobs", "seed", "each job alone", "Lagrangian", "rounds", "seconds",
        "linear program", "seconds", "greedy", "rounded",
    )  # fmt: skip
    note = (
        "Bounds on the mean flow time, in processor seconds on one thread; the linear program is left out where it has "
        f"more than {LARGEST:,} entries. The last two columns are schedules: greedy's, and the best of {schedules:,} "
        "that `lp-rounding:relaxation=lagrangian` generates."
    )
    table = markdown_table(headings, rows(schedules))
    command = f"python -m benchmarks.relaxation --schedules {schedules}"
    publish(HERE / "relaxation.md", "Relaxations and their rounding", command, note, table)


if __name__ == "__main__":
    main()
