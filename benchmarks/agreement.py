"""Exact solvers against enumeration: random instances with every feature, under every objective.

python -m benchmarks.agreement [--instances 300]
"""

import subprocess
import sys
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.progress import track

from benchmarks.report import data_folder, markdown_table, publish
from optimizer import Instance, Limits, Objective, Problem, Result, Status, solve
from optimizer.formats.schedule_file import save_result
from optimizer.formats.writing import save
from tests.oracle import brute_force
from tests.random_instances import random_instance

HERE = Path(__file__).parent
CHECKER = data_folder().parent / "check" / "check_schedule.py"
SOLVERS = ("cbc", "highs", "cp-sat")


def _agrees(result: Result, optimum: float | None) -> bool:
    """Return whether the solver proved what enumeration found."""
    if optimum is None:
        return result.status is Status.INFEASIBLE
    bound, value = result.lower_bound, result.value
    proven = result.status is Status.OPTIMAL and bound is not None and value is not None
    return proven and isclose(value, optimum, abs_tol=1e-6) and isclose(bound, optimum, abs_tol=1e-6)


def _checked(instance: Instance, result: Result) -> bool:
    """Return whether the independent checker finds nothing wrong with the schedule file."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / "instance.json", Path(folder) / "schedule.json"]
        save(instance, files[0])
        save_result(result, files[1])
        return not subprocess.run([sys.executable, CHECKER, *files], capture_output=True, check=False).returncode


@click.command()
@click.option("--instances", default=300, show_default=True, help="Seeds 0, 1, ...; each under every objective.")
def main(instances: int) -> None:
    """Compare cbc, highs and cp-sat with brute force."""
    rows = []
    for objective in Objective:
        agreed, clean, feasible = dict.fromkeys(SOLVERS, 0), 0, 0
        for seed in track(range(instances), str(objective)):
            instance = random_instance(seed, objective=objective)
            optimum = brute_force(Problem.of(instance))
            feasible += optimum is not None
            for solver in SOLVERS:
                result = solve(instance, solver, limits=Limits(time_limit=60, threads=1))
                agreed[solver] += _agrees(result, optimum)
                clean += _checked(instance, result)
        rows.append((objective, instances, feasible, *agreed.values(), f"{clean} of {len(SOLVERS) * instances}"))
    table = markdown_table(("objective", "instances", "feasible", *SOLVERS, "files the checker passes"), rows)
    about = "Columns of solvers: how often status, value and lower bound are those of enumeration (1 to 6 jobs)."
    command = f"python -m benchmarks.agreement --instances {instances}"
    publish(HERE / "agreement.md", "Exact solvers against enumeration", command, about, table)


if __name__ == "__main__":
    main()
