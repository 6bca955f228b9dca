"""What every benchmark writes: a table, the command that made it, and the machine."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from optimizer.bench.machine import machine
from optimizer.kernels.background import wait_for_all

LOAD = os.getloadavg()[0]
"""What ran on the machine in the minute before, in processes."""


def warm_up(run: Callable[[], object]) -> None:
    """Run what is to be measured, wait until its loops are compiled, and run it again so that they are loaded."""
    run()
    wait_for_all()
    run()


def data_folder() -> Path:
    """Return the folder of the public data sets, whether it is there or not."""
    return Path(os.environ.get("SCHEDOPT_DATA") or Path(__file__).parents[2] / "shared" / "data")


def data_file(name: str) -> Path:
    """Return a file of the public data sets (README.md, Data).

    Raises
    ------
    click.ClickException
        When it is not there.
    """
    folder = data_folder()
    if not (folder / name).is_file():
        raise click.ClickException(
            f"{name} is not in the folder {folder}; set SCHEDOPT_DATA to the one with the data sets"
        )
    return folder / name


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; numbers with at most four digits after the point."""
    lines = [headings, ["---"] * len(headings), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)


def publish(path: Path, title: str, command: str, *parts: str) -> None:
    """Write a page with a title, the command, the machine, how busy it was before, and the parts, and print it."""
    made = f"Made by `{command}` on {machine()}; load average at start {LOAD:.1f}."
    text = "\n\n".join([f"# {title}", made, *parts]) + "\n"
    path.write_text(text, encoding="utf-8")
    print(text)
