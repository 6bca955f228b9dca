"""``schedopt compare``."""

import json
from pathlib import Path
from typing import Any

import click

from optimizer.cli.options import (
    PATH,
    debug_option,
    instance_options,
    json_option,
    limit_options,
    make_limits,
    objective_option,
    read_instance,
)
from optimizer.cli.status import Exit

_DEFAULT = "greedy,cbc,highs,cp-sat"


@click.command()
@instance_options
@click.option("--solvers", default=_DEFAULT, show_default=True, help="Solvers, each NAME or NAME:KEY=VALUE,…")
@objective_option
@limit_options
@click.option("-o", "--output", type=PATH, help="Write the table to this CSV file.")
@json_option
@debug_option
def compare(
    solvers: str,
    objective: str | None,
    seed: int,
    time_step: int,
    output: Path | None,
    as_json: bool,
    time_limit: float,
    gap: float,
    threads: int | None,
    **file: Any,
) -> Exit:
    """Run several solvers on FILE and set each against the best proven bound."""
    from rich.console import Console

    from optimizer.cli.output import require_writable
    from optimizer.render.tables import comparison_rows, comparison_table
    from optimizer.solvers.compare import compare as run

    require_writable(output, None)
