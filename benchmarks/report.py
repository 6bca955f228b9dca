"""What every benchmark writes: a table, the command that made it, and the machine."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import click
import psutil

from optimizer.kernels.background import wait_for_all

_PACKAGES = ("highspy", "ortools", "pulp", "numpy", "numba")


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


def machine() -> str:
    """Return processor, memory and versions of this machine in one line."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; Python {platform.python_version()}, {packages}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; numbers with at most four digits after the point."""
    lines = [headings, ["---"] * len(headings), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)


def publish(path: Path, title: str, command: str, *parts: str) -> None:
    """Write a page with a title, the command, the machine and the parts, and print it."""
    made = f"Made by `{command}` on {machine()}."
    text = "\n\n".join([f"# {title}", made, *parts]) + "\n"
    path.write_text(text, encoding="utf-8")
    print(text)
