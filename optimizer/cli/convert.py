"""``schedopt convert``."""

from pathlib import Path
from typing import Any

import click

from optimizer.cli.options import PATH, debug_option, instance_options, read_instance
from optimizer.cli.output import require_writable


@click.command()
@instance_options
@click.argument("output", type=PATH)
@debug_option
def convert(output: Path, **file: Any) -> None:
    """Read FILE in any format and write it to OUTPUT (json, yaml).

    FILE may be JSON, YAML, jobs as CSV (with --cluster), SWF (.gz too) or PSPLIB's .sm and .mm.
    """
    from optimizer.formats.writing import save

    require_writable(output, inputs=(file["file"], file["cluster"]))
    save(read_instance(**file), output)
