"""``schedopt bound``."""

import json
from pathlib import Path
from typing import Any

import click

from optimizer.cli.options import (
    PATH,
    debug_option,
    instance_options,
    json_option,
    naming,
    objective_option,
    read_instance,
    read_known,
)
from optimizer.cli.status import Exit


@click.command()
@instance_options
@objective_option
@click.option("--time-limit", type=click.FloatRange(min=0), default=60.0, show_default=True,
              help="Seconds for all bounds together; 0: no limit.")  # fmt: skip
@click.option("--schedule", type=PATH, help="Schedule file: show its gap, and leave out what is worse.")
@json_option
@debug_option
def bound(objective: str | None, time_limit: float, schedule: Path | None, as_json: bool, **file: Any) -> Exit:
    """Show lower bounds for FILE, and which schedules each holds for.

    Ctrl-C ends the bound that runs and keeps those before it.
    """
    from optimizer.bounds.bound import bound as run
    from optimizer.cli.progress import live_solvers
    from optimizer.problem import Problem
    from optimizer.render.bound_table import bound_document, bound_table
    from optimizer.result import Limits

    instance = read_instance(**file)
    with naming(file["file"]):
        known = None if schedule is None else read_known(schedule, Problem.of(instance))
        with live_solvers(quiet=as_json) as begin:
            found = run(
                instance,
                objective=objective,
                limits=Limits(time_limit=time_limit or None),
                schedule=known,
                on_start=lambda name: begin(f"bound {name}"),
            )
    if as_json:
        click.echo(json.dumps(bound_document(found, known), indent=1))
    else:
        from rich.console import Console

        Console().print(bound_table(found, known))
    return Exit.REFUTED if found.infeasible else Exit.OK
