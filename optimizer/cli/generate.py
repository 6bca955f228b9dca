"""``schedopt generate``."""

from pathlib import Path

import click

from optimizer.cli.options import PATH, debug_option
from optimizer.cli.output import require_writable

_FAMILIES = ("server", "cluster")


@click.command()
@click.argument("family", type=click.Choice(_FAMILIES))
@click.option("--jobs", type=click.IntRange(min=1), required=True, help="Number of jobs.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Random seed.")
@click.option("--load", type=float, default=0.9, show_default=True, help="Work that arrives, relative to capacity.")
@click.option("-o", "--output", type=PATH, required=True, help="Instance file to write (json, yaml).")
@debug_option
def generate(family: str, jobs: int, seed: int, load: float, output: Path) -> None:
    """Write a random instance: the same arguments, the same instance.

    FAMILY is 'server' (16 CPUs, 8 GPUs, 64 GB: tight packing) or 'cluster' (512, 64, 2048: wide).
    """
    from optimizer.formats.writing import save
    from optimizer.generate import generate as make

    require_writable(output)
    save(make(family, jobs, seed, load), output)
