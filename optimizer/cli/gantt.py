"""``schedopt gantt``."""

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import PATH, debug_option, read_instance, reading_options

if TYPE_CHECKING:
    from optimizer.instance import Instance
    from optimizer.result import Result


@click.command()
@click.argument("schedules", type=PATH, nargs=-1, required=True, metavar="SCHEDULE...")
@click.option("--instance", type=PATH, help="Instance file  [default: the one of its name beside it, or here]")
@reading_options
@click.option("-o", "--output", type=PATH, help="Chart to write (html, png, svg, pdf)  [default: draw it here]")
@click.option("--convergence", is_flag=True, help="Draw value and bound over the run time instead; takes -o.")
@debug_option
def gantt(
    schedules: tuple[Path, ...], instance: Path | None, output: Path | None, convergence: bool, **reading: Any
) -> None:
    """Draw schedule files of one instance as Gantt charts.

    Several stand above each other on one time axis, each with its gap to the best bound.
    """
    from optimizer.cli.output import require_writable, write_charts
    from optimizer.errors import UsageError

    if convergence and output is None:
        raise UsageError("--convergence: expected a file to draw to, -o FILE")
    require_writable(None, output, inputs=(*schedules, instance, reading["cluster"]))
    found = read_instance(instance or _instance_of(schedules[0]), **reading)
    results = _read(schedules, found, drawn=not convergence)
    if output is not None and convergence:
        from optimizer.render.export import save_convergence

        save_convergence(results, output)
        return
    write_charts(results, output or Path("-"), as_json=False)


def _read(paths: tuple[Path, ...], instance: "Instance", *, drawn: bool) -> dict[str, "Result"]:
    """Return the runs in schedule files by name: the solver's, or the file's where solvers are the same.

    Raises
    ------
    InputError
        A schedule of another instance or objective, or no schedule where one is to be ``drawn``.
    """
    from optimizer.errors import InputError
    from optimizer.formats.stored_result import read_result

    results = [read_result(path, instance) for path in paths]
    for path, result in zip(paths, results, strict=True):
        if result.objective is not results[0].objective:
            expected = f"{results[0].objective} as for {paths[0]}"
            raise InputError(f"{path}: a schedule judged by {result.objective}, expected one judged by {expected}")
        if result.schedule is None:
            if drawn:
                raise InputError(f"{path}: there is nothing to draw, its status is {result.status}")
            continue
        if result.broken:
            click.echo(f"schedopt: {path}: not a valid schedule: {result.broken[0]}", err=True)
    labels = Counter(result.label for result in results)
    names = [r.label if labels[r.label] == 1 else str(path) for path, r in zip(paths, results, strict=True)]
    return {_distinct(names, i): result for i, result in enumerate(results)}


def _distinct(names: list[str], i: int) -> str:
    """Return a name, with a number where the same file is drawn again."""
    again = names[:i].count(names[i])
    return f"{names[i]} ({again + 1})" if again else names[i]


def _instance_of(schedule: Path) -> Path:
    """Return the file with the name of the schedule's instance, beside the schedule or in the current folder."""
    from optimizer.errors import InputError
    from optimizer.formats.reading import SUFFIXES
    from optimizer.formats.schedule_file import read_document

    name = read_document(schedule).instance.name
    candidates = [folder / f"{name}{suffix}" for folder in (schedule.parent, Path()) for suffix in SUFFIXES]
    # isfile is False for a name that no file can have
    found = next((path for path in candidates if os.path.isfile(path) and not path.samefile(schedule)), None)
    if found is None:
        raise InputError(f"{schedule}: no file of its instance {name!r} beside it or here; name it with --instance")
    return found
