"""``schedopt bench``: ``run``, ``export`` and ``report``."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.bench_report import report
from optimizer.cli.options import PATH, debug_option, json_option
from optimizer.cli.status import Exit

if TYPE_CHECKING:
    from optimizer.bench.runner import Summary, Workers


@click.group()
def bench() -> None:
    """Run many solvers on many instances, and sum up what they found."""


bench.add_command(report)


@bench.command()
@click.argument("suite", type=PATH)
@click.option("--store", type=PATH, required=True, help="SQLite file of rows; what it has is not run again.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Runs at a time  [default: 1]")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler (tcp://host:8786), or local:N to start one here.")
@click.option("--retry", is_flag=True, help="Run again what went wrong before.")
@json_option
@debug_option
def run(suite: Path, store: Path, workers: int | None, cluster: str | None, retry: bool, as_json: bool) -> Exit:
    """Do the runs of SUITE (TOML) that have no row in the store yet.

    Ctrl-C ends the sweep; started again, it goes on.
    """
    from optimizer.bench.grid import Grid
    from optimizer.bench.runner import sweep
    from optimizer.bench.store import Store
    from optimizer.cli.sweep_progress import live_sweep

    with ExitStack() as stack:
        grid = Grid.of(suite)
        kept = stack.enter_context(Store.open(store, create=True))
        hands = _hands(workers, cluster)
        listener = stack.enter_context(live_sweep(quiet=as_json))
        summary = sweep(grid, kept, hands, listener, retry=retry)
    _show(summary, store, as_json=as_json)
    return Exit.INTERRUPTED if summary.left else Exit.OK


@bench.command()
@click.argument("store", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, help="File to write (csv, parquet).")
@debug_option
def export(store: Path, output: Path) -> None:
    """Write the rows of STORE as a table."""
    from optimizer.bench.export import SUFFIXES, export_rows
    from optimizer.bench.store import Store
    from optimizer.cli.output import require_writable

    require_writable(output, inputs=(store,), suffixes=SUFFIXES)
    with Store.open(store) as kept:
        export_rows(kept.rows(), output)


def _hands(workers: int | None, cluster: str | None) -> "Workers":
    """Return what does the runs."""
    from optimizer.bench.runner import local_workers

    if cluster is None:
        return local_workers(workers or 1)
    from optimizer.bench.cluster import cluster_workers
    from optimizer.errors import UsageError

    if workers is not None:
        raise UsageError("--workers: expected none beside --cluster, whose workers are those that join it")
    return cluster_workers(cluster)


def _show(summary: "Summary", store: Path, *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        click.echo(json.dumps({**asdict(summary), "left": summary.left}))
        return
    failed = f", {summary.failed} of them went wrong" if summary.failed else ""
    left = f", {summary.left} are left" if summary.left else ""
    click.echo(f"{store}: {summary.runs} runs; {summary.before} had a row, {summary.done} were done now{failed}{left}")
