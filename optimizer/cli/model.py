"""``schedopt model``."""

from pathlib import Path
from typing import Any

import click

from optimizer.cli.options import PATH, STEPS, debug_option, instance_options, naming, objective_option, read_instance
from optimizer.cli.output import require_writable


@click.command()
@instance_options
@objective_option
@click.option("--time-step", type=STEPS, default=1, show_default=True, help="Steps of the grid in one.")
@click.option(
    "--horizon",
    type=click.FloatRange(min=0, min_open=True),
    help="All jobs end by this time  [default: one proven enough]",
)
@click.option("-o", "--output", type=PATH, required=True, help="Program file to write (mps, lp).")
@debug_option  # fmt: skip
def model(objective: str | None, time_step: int, horizon: float | None, output: Path, **file: Any) -> None:
    """Write the time-indexed program of FILE as MPS or LP.

    Column x_J_M_V_T is 1 when job J (by number) starts at T in its mode M on node V.
    """
    from optimizer.model.highs import highs_model, write_model
    from optimizer.model.program import Program
    from optimizer.names import Objective
    from optimizer.problem import Problem

    require_writable(output, inputs=(file["file"], file["cluster"]))
    instance = read_instance(**file)
    with naming(file["file"]):
        problem = Problem.of(instance, None if objective is None else Objective(objective)).coarsened(time_step)
    program = Program.of(problem, horizon=horizon)
    write_model(highs_model(program.linear, program.names()), output)
    size = program.linear
    click.echo(
        f"{output}: {len(size.cost):,} columns, {len(size.row_lower):,} rows, {len(size.index):,} entries", err=True
    )
