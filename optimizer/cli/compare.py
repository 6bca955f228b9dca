"""``schedopt compare``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import (
    PATH,
    debug_option,
    instance_options,
    json_option,
    naming,
    objective_option,
    read_instance,
    read_warm_start,
    run_options,
    verbose_option,
)
from optimizer.cli.status import Exit, comparison_status

if TYPE_CHECKING:
    from optimizer.result import Limits

_DEFAULT = "fcfs,easy,greedy,local-search,auto"


@click.command()
@instance_options
@click.option("--solvers", default=_DEFAULT, show_default=True, help="Solvers, each NAME or NAME:KEY=VALUE,…")
@objective_option
@run_options
@click.option("-o", "--output", type=PATH, help="Write the table to this CSV file.")
@click.option(
    "--gantt", "chart", type=PATH, help="Write a chart of all (html, png, svg, pdf) to this file; '-' draws them here."
)
@json_option
@verbose_option
@debug_option
def compare(
    solvers: str,
    objective: str | None,
    limits: "Limits",
    seed: int,
    time_step: int,
    warm_start: Path | None,
    output: Path | None,
    chart: Path | None,
    as_json: bool,
    **file: Any,
) -> Exit:
    """Run several solvers and set each against the best proven bound."""
    from optimizer.cli.output import require_writable, show_comparison, write_charts, write_comparison
    from optimizer.cli.progress import live_solvers
    from optimizer.solvers.compare import compare as run
    from optimizer.solvers.registry import split

    require_writable(output, chart, inputs=(file["file"], file["cluster"], warm_start), suffixes=(".csv",))
    names = split(solvers)
    instance = read_instance(**file)
    with naming(file["file"]):
        start = read_warm_start(warm_start, instance)
        with live_solvers(quiet=as_json) as begin:
            comparison = run(
                instance,
                names,
                objective=objective,
                limits=limits,
                seed=seed,
                warm_start=start,
                time_step=time_step,
                on_start=begin,
            )
    show_comparison(comparison, as_json=as_json)
    if output is not None:
        write_comparison(comparison, output)
    if chart is not None:
        write_charts(comparison.bounded, chart, as_json=as_json)
    return comparison_status(comparison)
