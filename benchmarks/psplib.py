"""Resource-constrained project scheduling: how many instances of a PSPLIB set are proven optimal.

python -m benchmarks.psplib [--set j30] [--first 120] [--solver cp-sat] [--time-limit 10]
"""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import click

from benchmarks.report import data_file, markdown_table, publish
from optimizer import Limits, Result, Status, load, solve

HERE = Path(__file__).parent


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in Path(name).stem.removeprefix("j").split("_"))


def _run(name: str, folder: Path, solver: str, time_limit: float) -> Result:
    return solve(load(folder / name), solver, limits=Limits(time_limit=time_limit))


@click.command()
@click.option("--set", "family", default="j30", show_default=True, type=click.Choice(["j30", "j60", "j120"]))
@click.option("--first", default=120, show_default=True, help="So many instances of the set.")
@click.option("--solver", default="cp-sat", show_default=True)
@click.option("--time-limit", default=10.0, show_default=True, help="Seconds an instance.")
def main(family: str, first: int, solver: str, time_limit: float) -> None:
    """Solve the first instances of a PSPLIB set and compare with the best known makespans."""
    with data_file("psplib/best_known.csv").open(newline="") as file:
        best_known = {row["instance"]: int(row["best_known_makespan"]) for row in csv.DictReader(file)}
    with TemporaryDirectory() as folder, ZipFile(data_file(f"psplib/{family}.zip")) as archive:
        names = sorted((name for name in archive.namelist() if name.endswith(".sm")), key=_number)[:first]
        archive.extractall(folder, names)
        results = {Path(name).stem: _run(name, Path(folder), solver, time_limit) for name in names}
    proven = [name for name, result in results.items() if result.status is Status.OPTIMAL]
    equal = [name for name, result in results.items() if result.value == best_known[name]]
    above = {name: f"{result.value} ({best_known[name]})" for name, result in results.items() if name not in equal}
    runtimes = [result.runtime for result in results.values()]
    table = markdown_table(
        ("set", "solver", "instances", "proven optimal", "equal to the best known", "seconds in all", "slowest"),
        [(family, solver, len(results), len(proven), len(equal), sum(runtimes), max(runtimes))],
    )
    others = f"Not equal, value (best known): {above}" if above else "No value differs from the best known one."
    options = f"--set {family} --first {first} --solver {solver} --time-limit {time_limit:g}"
    command = f"python -m benchmarks.psplib {options}"
    publish(HERE / f"psplib_{family}.md", f"PSPLIB {family.upper()}: proven makespans", command, table, others)


if __name__ == "__main__":
    main()
