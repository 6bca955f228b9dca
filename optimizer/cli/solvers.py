"""``schedopt solvers``."""

import json

import click

from optimizer.cli.options import debug_option, json_option


@click.command()
@json_option
@debug_option
def solvers(as_json: bool) -> None:
    """List every solver, what it can do, and whether it is available."""
    from optimizer.solvers.registry import REGISTRY

    rows = [
        {
            "name": entry.name,
            "kind": str(entry.kind),
            "summary": entry.summary,
            "features": sorted(entry.features),
            "missing": list(entry.missing),
            "options": {} if entry.missing else entry.options,
        }
        for entry in REGISTRY.values()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    from rich.console import Console

    from optimizer.render.tables import solvers_table

    Console().print(solvers_table(rows))
