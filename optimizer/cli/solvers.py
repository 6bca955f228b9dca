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

    entries = [find(name) for name in names] if names else list(REGISTRY.values())
    if as_json:
        rows = [{**_row(entry), **(_manual(entry) if names else {})} for entry in entries]
        click.echo(json.dumps(rows, indent=1))
        return
    from rich.console import Console

    from optimizer.render.tables import solver_manual, solvers_table

    console = Console()
    if not names:
        console.print(solvers_table([_row(entry) for entry in entries]))
    for entry in entries if names else ():
        console.print(solver_manual({**_row(entry), **_manual(entry)}))


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
