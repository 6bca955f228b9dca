"""Sweeps of single-threaded runs: two workers beside one, and what the harness costs a run.

python -m benchmarks.sweep_speed [--rounds 3]
"""

import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from benchmarks.report import markdown_table, publish
from optimizer.bench.grid import Grid
from optimizer.bench.row import Row, Run
from optimizer.bench.runner import FAILURES, local_workers, sweep
from optimizer.bench.store import Store

HERE = Path(__file__).parent
SUITE = """
[suite]
name = "speed"
time_limits = 0
schedules = {schedules}
seeds = {seeds}
[[solvers]]
name = "local-search"
[[instances]]
group = "server"
generate = {{family = "server", jobs = [100], seeds = [0, 1, 2]}}
"""
SHORT = SUITE.format(schedules=500, seeds=[*range(40)])
LONG = SUITE.format(schedules=60_000, seeds=[*range(16)])


class Clock:
    """Notes when runs end."""

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.rows: list[Row] = []

    def planned(self, runs: int, done: int) -> None:
        pass

    def begun(self, run: Run) -> None:
        pass

    def finished(self, row: Row) -> None:
        self.ends.append(perf_counter())
        self.rows.append(row)
        if row.outcome in FAILURES:
            raise click.ClickException(f"a run went wrong: {row.reason}")

    @property
    def costs(self) -> list[float]:
        """Seconds from one end to the next but those of the solver, for one worker that has warmed up."""
        pairs = zip(self.ends, self.ends[1:], self.rows[1:], strict=False)
        return [end - before - (row.solve_time or 0) for before, end, row in pairs]


def swept(text: str, workers: int) -> tuple[float, Clock]:
    """Return the seconds of a sweep from its first run on, and when its runs ended."""
    with TemporaryDirectory() as folder:
        path, clock = Path(folder) / "suite.toml", Clock()
        path.write_text(text)
        grid = Grid.of(path)
        began = perf_counter()
        with Store.open(Path(folder) / "store.sqlite", create=True) as store:
            sweep(grid, store, local_workers(workers), clock)
        return perf_counter() - began, clock


@click.command()
@click.option("--rounds", default=3, show_default=True)
def main(rounds: int) -> None:
    """Measure and write the table."""
    load = os.getloadavg()[0]
    costs = sorted(swept(SHORT, 1)[1].costs)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, seconds in times.items():
            took, clock = swept(LONG, workers)
            seconds.append(took)
    one, two = median(times[1]), median(times[2])
    own = median(row.solve_time or 0 for row in clock.rows)
    publish(
        HERE / "sweep_speed.md",
        "Sweeps: workers, and what the harness costs",
        f"python -m benchmarks.sweep_speed --rounds {rounds}",
        f"Load of the machine before: {load:.1f}.",
        f"{len(clock.rows)} runs of `local-search` on one thread, {own:.2f} s each; starting the processes and the "
        f"rehearsals included; medians of {rounds} rounds:",
        markdown_table(("workers", "seconds", "times as fast"), [(1, one, 1.0), (2, two, one / two)]),
        f"What each of {len(costs)} short runs on one worker costs beside the seconds of its solver: a fork, reading "
        "the instance, building its arrays, the row on disk.",
        markdown_table(
            ("median s", "90 % below s", "most s"), [(median(costs), costs[len(costs) * 9 // 10], costs[-1])]
        ),
    )


if __name__ == "__main__":
    main()
