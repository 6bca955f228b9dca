"""``schedopt bench report``."""

import shlex
from pathlib import Path

import click

from optimizer.cli.options import PATH, debug_option
from optimizer.cli.output import require_writable


@click.command()
@click.argument("store", type=PATH)
@click.option(
    "-o", "--output", "outputs", type=PATH, required=True, multiple=True,
    help="Write a page (.html), Markdown (.md) or LaTeX tables (.tex) to this file; may be repeated.",
)  # fmt: skip
@click.option("--group", "groups", multiple=True, help="Only this group of instances; may be repeated.")
@click.option(
    "--solver", "solvers", multiple=True,
    help="Show only this solver, as it was asked for, or by its bare name with all options; may be repeated. The best "
    "schedules and bounds are still those of all runs.",
)  # fmt: skip
@click.option("--title", default="Benchmark sweep", show_default=True, help="Headline.")
@debug_option
def report(
    store: Path, outputs: tuple[Path, ...], groups: tuple[str, ...], solvers: tuple[str, ...], title: str
) -> None:
    """Turn the runs in STORE into tables, plots and statistical tests."""
    from optimizer.bench.report.export import REPORT_SUFFIXES, save_report
    from optimizer.bench.report.report import Report
    from optimizer.bench.store import Store
    from optimizer.errors import InputError

    for output in outputs:
        require_writable(output, inputs=(store,), suffixes=REPORT_SUFFIXES)
    with Store.open(store) as opened:
        rows = opened.rows()
    if not rows:
        raise InputError(f"{store}: there are no runs in this store yet")
    options = {
        "-o": map(str, outputs), "--group": groups, "--solver": solvers, "--title": [title],
    }  # fmt: skip
    words = [word for name, given in options.items() for each in given for word in (name, each)]
    command = shlex.join(["schedopt", "bench", "report", str(store), *words])
    made = Report.of(rows, title, command, groups=groups, solvers=solvers)
    for output in outputs:
        save_report(made, output)
