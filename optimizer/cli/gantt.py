"""``schedopt gantt``."""

from pathlib import Path

import click

from optimizer.cli.options import PATH, debug_option


@click.command()
@click.argument("schedule", type=PATH)
@click.option("--instance", type=PATH, help="Instance file  [default: the one of its name beside it, or here]")
@click.option("-o", "--output", type=PATH, help="Chart to write (png, svg, pdf)  [default: draw it here]")
@debug_option
def gantt(schedule: Path, instance: Path | None, output: Path | None) -> None:
    """Draw the schedule file SCHEDULE as a Gantt chart."""
    from optimizer.cli.output import draw_here, require_writable
    from optimizer.errors import InputError
    from optimizer.formats.reading import load
    from optimizer.formats.schedule_file import instance_beside, read_schedule
    from optimizer.problem import Problem

    require_writable(None, output)
    problem = Problem.of(load(instance or instance_beside(schedule)))
    found = read_schedule(schedule, problem)
    if found.schedule is None:
        raise InputError(f"{schedule}: there is no schedule to draw, its status is {found.status}")
    if output is None:
        draw_here(problem, found.schedule)
        return
    from optimizer.render.picture import save_gantt

    save_gantt(problem, found.schedule, output)
