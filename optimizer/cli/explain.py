"""``schedopt explain``."""

import json
from typing import Any

import click

from optimizer.cli.options import debug_option, instance_options, json_option, naming, read_instance
from optimizer.cli.status import Exit, explanation_status


@click.command()
@instance_options
@click.option("--time-limit", type=click.FloatRange(min=0), default=60.0, show_default=True,
              help="Seconds; 0: no limit.")  # fmt: skip
@json_option
@debug_option
def explain(time_limit: float, as_json: bool, **file: Any) -> Exit:
    """Say why FILE has no schedule: the fewest jobs that conflict.

    None of them can be left out: the others could keep their deadlines. Other, fewer jobs that conflict are looked for
    until the time limit or until that gets too hard. Ctrl-C ends the search and shows what is proven until then.
    """
    from optimizer.cli.progress import live_solvers
    from optimizer.render.explanation import explanation_document, explanation_text
    from optimizer.render.text import counted
    from optimizer.result import Limits
    from optimizer.solvers.explain import explain as run

    instance = read_instance(**file)
    with naming(file["file"]), live_solvers(quiet=as_json) as begin:
        found = run(
            instance,
            limits=Limits(time_limit=time_limit or None),
            on_question=lambda jobs: begin(f"explain: {counted(jobs, 'job')}"),
        )
    if as_json:
        click.echo(json.dumps(explanation_document(found), indent=1))
    else:
        from rich.console import Console

        Console().print(explanation_text(found, instance.time_unit))
    return explanation_status(found)
