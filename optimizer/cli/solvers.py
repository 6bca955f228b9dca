"""``schedopt solvers``."""

import json
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import debug_option, json_option

if TYPE_CHECKING:
    from optimizer.solvers.registry import Entry


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@debug_option
def solvers(names: tuple[str, ...], as_json: bool) -> None:
    """List every solver, what it can do, and whether it is available.

    With NAMEs, say how these solvers work and what each of their options means.
    """
    from optimizer.solvers.registry import REGISTRY, find

    if names:
        rows = [{**_row(entry), **_manual(entry)} for entry in map(find, names)]
    else:
        rows = [_row(entry) for entry in REGISTRY.values()]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    from rich.console import Console

    from optimizer.render.tables import solver_manual, solvers_table

    Console().print(*map(solver_manual, rows) if names else [solvers_table(rows)], sep="\n")


def _row(entry: "Entry") -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": str(entry.kind),
        "summary": entry.summary,
        "features": sorted(entry.features),
        "missing": list(entry.missing),
        "options": {} if entry.missing else entry.options,
    }


def _manual(entry: "Entry") -> dict[str, Any]:
    from optimizer.solvers.manual import manual_of

    manual = manual_of(entry)
    meanings = {option.name: {"values": option.values, "meaning": option.meaning} for option in manual.options}
    return {"text": manual.text, "meanings": meanings}
