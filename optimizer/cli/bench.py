"""``schedopt bench``: sweeps over instances and solvers."""

import click

from optimizer.cli.bench_report import report


@click.group()
def bench() -> None:
    """Run sweeps over instances and solvers, and report on them."""


bench.add_command(report)
