"""``schedopt solve``."""

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
    reading_words,
    run_options,
    verbose_option,
)
from optimizer.cli.status import Exit, exit_status
from optimizer.names import Status

if TYPE_CHECKING:
    from optimizer.result import Limits


@click.command()
@instance_options
@click.option("--solver", default="auto", show_default=True, help="NAME or NAME:KEY=VALUE,… (see 'schedopt solvers').")
@objective_option
@run_options
@click.option("-o", "--output", type=PATH, help="Write the schedule to this file.")
@click.option(
    "--gantt", "chart", type=PATH, help="Write a chart to this html, png, svg or pdf file; '-' draws it here."
)
@json_option
@verbose_option
@debug_option
def solve(
    solver: str,
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
    """Find a schedule for FILE, with a proven lower bound beside it.

    Ctrl-C stops the search and keeps the best schedule so far.
    """
    from optimizer.cli.output import HERE, require_writable, show_result, write_charts
    from optimizer.cli.progress import live_solvers
    from optimizer.formats.schedule_file import save_result
    from optimizer.solvers.solve import solve as run

    inputs = (file["file"], file["cluster"], warm_start)
    require_writable(output, chart, inputs=inputs, suffixes=(".json",))
    instance = read_instance(**file)
    with naming(file["file"]):
        start = read_warm_start(warm_start, instance)
        with live_solvers(quiet=as_json) as begin:
            result = run(
                instance,
                solver,
                objective=objective,
                limits=limits,
                seed=seed,
                warm_start=start,
                time_step=time_step,
                on_progress=begin(solver),
            )
    if chart == HERE:
        write_charts({result.label: result}, chart, as_json=as_json)
    show_result(result, as_json=as_json)
    if result.status is Status.INFEASIBLE:
        click.echo(f"schedopt: why there is no schedule: schedopt explain {reading_words(**file)}", err=True)
    if output is not None:
        save_result(result, output)
    if chart not in (None, HERE):
        write_charts({result.label: result}, chart, as_json=as_json)
    return exit_status(result)
