"""Building the time-indexed program: seconds beside PuLP's objects, estimated beside measured memory.

python -m benchmarks.model_build
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from pulp import LpAffineExpression, LpConstraint, LpMinimize, LpProblem, LpVariable, lpSum

from benchmarks.report import markdown_table, publish
from optimizer import Problem, solve
from optimizer.formats.writing import save
from optimizer.generate import generate
from optimizer.model.builder import LinearProgram
from optimizer.model.columns import start_groups
from optimizer.model.highs import highs_model
from optimizer.model.program import Program
from optimizer.model.size import estimated_size
from optimizer.objective import Costs, total_cost

HERE = Path(__file__).parent
SIZES = (100, 200, 400, 800)
LARGEST = SIZES[-1]
TIME_LIMIT = 60


def seconds(build: Callable[[], object], rounds: int = 5) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(rounds):
        begin = perf_counter()
        build()
        times.append(perf_counter() - begin)
    return median(times)


def pulp_program(linear: LinearProgram) -> LpProblem:
    """Return the same program as PuLP objects, made from the finished arrays."""
    columns = [LpVariable(f"x{c}", 0, 1, cat="Integer") for c in range(len(linear.cost))]
    rows = [LpAffineExpression() for _ in range(len(linear.row_lower))]
    start, index, value = linear.start.tolist(), linear.index.tolist(), linear.value.tolist()
    for c, column in enumerate(columns):
        for entry in range(start[c], start[c + 1]):
            rows[index[entry]].addterm(column, value[entry])
    program = LpProblem("program", LpMinimize)
    program += lpSum(cost * column for cost, column in zip(linear.cost.tolist(), columns, strict=True))
    for row, most in zip(rows, linear.row_upper.tolist(), strict=True):
        program += LpConstraint(row, sense=-1, rhs=most)
    return program


def build_rows(problem: Problem) -> Iterator[tuple[object, ...]]:
    """Yield one row for each way to build the program."""
    linear = Program.of(problem).linear
    ours, handed = seconds(lambda: Program.of(problem)), seconds(lambda: highs_model(linear))
    objects = seconds(lambda: pulp_program(linear), rounds=1)
    yield "arrays of schedopt", ours, 1.0
    yield "handed to HiGHS", handed, handed / ours
    yield "PuLP objects, from the arrays", objects, objects / ours


def peak_memory(jobs: int) -> int:
    """Return the peak of ``schedopt solve`` with HiGHS, bytes."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "instance.json"
        save(generate("cluster", jobs, seed=0), file)
        options = ["--solver", "highs", "--time-limit", str(TIME_LIMIT), "--json"]
        command = [sys.executable, "-m", "optimizer", "solve", str(file), *options]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return os.wait4(process.pid, 0)[2].ru_maxrss * 1024


def memory_rows() -> Iterator[tuple[object, ...]]:
    """Yield one row for each size: what a program would take, and what it took."""
    for jobs in SIZES:
        problem = Problem.of(generate("cluster", jobs, seed=0))
        costs, start = Costs.of(problem), solve(problem.instance, "greedy").schedule
        assert start is not None, "greedy finds a schedule of these"
        size = estimated_size(problem, start_groups(problem, costs, total=total_cost(problem, costs, start)))
        peak = peak_memory(jobs)
        yield jobs, f"{size.columns:,}", f"{size.entries:,}", size.memory / 2**30, peak / 2**30


def main() -> None:
    """Measure and write the page."""
    # first, for a child's peak counts what this process held when it began
    memory = markdown_table(("jobs", "columns", "entries", "estimated GiB", "peak GiB"), memory_rows())
    problem = Problem.of(generate("cluster", LARGEST, seed=0))
    linear = Program.of(problem).linear
    about = (
        f"`schedopt generate cluster --jobs {LARGEST}`: {len(linear.cost):,} columns, {len(linear.row_lower):,} rows, "
        f"{len(linear.index):,} entries."
    )
    build = markdown_table(("", "seconds", "ratio"), build_rows(problem))
    note = f"Memory of `schedopt solve --solver highs --time-limit {TIME_LIMIT}` on `cluster`, seed 0:"
    command = "python -m benchmarks.model_build"
    publish(HERE / "model_build.md", "Building the time-indexed program", command, about, build, note, memory)


if __name__ == "__main__":
    main()
