"""What the commands print and write."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.errors import InputError, UsageError

if TYPE_CHECKING:
    from optimizer.result import Result
    from optimizer.solvers.compare import Comparison

HERE = Path("-")
"""Stands for the terminal where a chart file is asked for."""


def require_writable(
    output: Path | None,
    chart: Path | None = None,
    *,
    inputs: Iterable[Path | None] = (),
    suffixes: tuple[str, ...] = (),
) -> None:
    """Refuse targets that could not be written, before any time is spent.

    Parameters
    ----------
    output, chart : Path or None
        What will be written.
    inputs : iterable of Path or None
        Files that will be read, and must not be written over.
    suffixes : tuple of str
        How the name of ``output`` may end; empty: in any way.

    Raises
    ------
    UsageError
        When the folder does not exist or no file can be made in it, the target is a folder itself or a file that is
        read, or it ends in another way.
    MissingPackageError
        When the package that draws such a chart is not installed.
    """
    if output == HERE:
        raise UsageError("-o -: expected a file; --json prints to the terminal")
    for target in (output, chart):
        if target is not None and target != HERE:
            _require_place(target, inputs)
    if output is not None and suffixes and output.suffix.lower() not in suffixes:
        raise UsageError(f"{output}: expected a file that ends in {', '.join(suffixes)}")
    if chart is not None and chart != HERE:
        from optimizer.render.export import require_drawable

        require_drawable(chart)


def _require_place(target: Path, inputs: Iterable[Path | None]) -> None:
    from optimizer.formats.files import try_to_write

    if any(given is not None and _is_same(target, given) for given in inputs):
        raise UsageError(f"{target}: is the input, expected another file to write to")
    if os.path.isdir(target):  # False for a name that no file can have
        raise UsageError(f"{target}: is a folder, expected a file")
    if not os.path.isdir(target.parent):
        raise UsageError(f"{target}: the folder {target.parent} does not exist")
    if os.path.exists(target) and not os.access(target, os.W_OK):
        raise UsageError(f"{target}: may not be written to")
    try:
        try_to_write(target)
    except InputError as error:
        raise UsageError(str(error)) from error


def _is_same(target: Path, given: Path) -> bool:
    return os.path.exists(target) and os.path.exists(given) and target.samefile(given)


def show_result(result: "Result", *, as_json: bool) -> None:
    """Print the summary table, or the schedule document."""
    if as_json:
        from optimizer.formats.schedule_file import schedule_document

        click.echo(json.dumps(schedule_document(result), indent=1))
        return
    from rich.console import Console

    from optimizer.render.tables import summary_table

    Console().print(summary_table(result))


def show_comparison(comparison: "Comparison", *, as_json: bool) -> None:
    """Print the table of a comparison, or its rows."""
    from optimizer.render.tables import comparison_rows, comparison_table

    if as_json:
        rows = comparison_rows(comparison.outcomes, comparison.bounds)
        click.echo(json.dumps({"best_bound": comparison.best_bound, "solvers": rows}, indent=1))
        return
    from rich.console import Console

    Console().print(comparison_table(comparison.outcomes, comparison.bounds, comparison.best_bound))


def write_comparison(comparison: "Comparison", target: Path) -> None:
    """Write the rows of a comparison as CSV, with every column that any of them has."""
    from optimizer.formats.files import write_csv
    from optimizer.render.tables import comparison_rows

    rows = comparison_rows(comparison.outcomes, comparison.bounds)
    write_csv(target, list(dict.fromkeys(key for row in rows for key in row)), rows)


def write_charts(results: Mapping[str, "Result"], target: Path, *, as_json: bool) -> None:
    """Draw the schedules of runs on one instance, if they have any, into a file or here."""
    from optimizer.render.chart import drawable

    try:
        drawable(results)
    except UsageError as error:
        click.echo(f"schedopt: {error}", err=True)
        return
    if target != HERE:
        from optimizer.render.export import save_gantt

        save_gantt(results, target)
    elif not as_json:
        from rich.console import Console

        from optimizer.render.terminal import terminal_gantts

        Console().print(terminal_gantts(results))
