"""``schedopt gantt``."""

import os
from pathlib import Path

import click

from optimizer.cli.options import PATH, debug_option

_SUFFIXES = (".yaml", ".yml", ".json", ".csv", ".swf", ".swf.gz", ".sm")


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
    from optimizer.formats.schedule_file import read_schedule
    from optimizer.problem import Problem
    from optimizer.validation import violations

    require_writable(None, output, inputs=(schedule, instance))
    problem = Problem.of(load(instance or _instance_of(schedule)))
    found = read_schedule(schedule, problem)
    if found.schedule is None:
        raise InputError(f"{schedule}: there is nothing to draw, its status is {found.document['status']}")
    broken = violations(problem, found.schedule)
    if broken:
        click.echo(f"schedopt: {schedule}: not a valid schedule: {broken[0]}", err=True)
    if output is None:
        draw_here(problem, found.schedule)
        return
    from optimizer.render.picture import save_gantt

    save_gantt(problem, found.schedule, output)


def _instance_of(schedule: Path) -> Path:
    """Return the file with the name of the schedule's instance, beside the schedule or in the current folder."""
    from optimizer.errors import InputError
    from optimizer.formats.schedule_file import read_document

    name = read_document(schedule).instance.name
    candidates = [folder / f"{name}{suffix}" for folder in (schedule.parent, Path()) for suffix in _SUFFIXES]
    # isfile is False for a name that no file can have
    found = next((path for path in candidates if os.path.isfile(path) and not path.samefile(schedule)), None)
    if found is None:
        raise InputError(f"{schedule}: no file of its instance {name!r} beside it or here; name it with --instance")
    return found
