"""``schedopt solve``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import (
    PATH,
    debug_option,
    instance_options,
    json_option,
    limit_options,
    make_limits,
    naming,
    objective_option,
    read_instance,
    verbose_option,
)
from optimizer.cli.status import Exit, exit_status

if TYPE_CHECKING:
    from optimizer.instance import Instance
    from optimizer.problem import Problem
    from optimizer.result import Limits, Result
    from optimizer.schedule import Schedule


@click.command()
@instance_options
@click.option("--solver", default="auto", show_default=True, help="NAME or NAME:KEY=VALUE,… (see 'schedopt solvers').")
@objective_option
@limit_options
@click.option("--warm-start", type=PATH, help="Schedule file to start from.")
@click.option("-o", "--output", type=PATH, help="Write the schedule to this file.")
@click.option(
    "--gantt", "chart", type=PATH, help="Write a chart to this html, png, svg or pdf file; '-' draws it here."
)
@json_option
@verbose_option
@debug_option
def solve(
    solver: str,
    objective: str | None,
    seed: int,
    time_step: int,
    warm_start: Path | None,
    output: Path | None,
    chart: Path | None,
    as_json: bool,
    time_limit: float,
    iterations: int | None,
    schedules: int | None,
    gap: float,
    threads: int | None,
    **file: Any,
) -> Exit:
    """Find a schedule for FILE, with a proven lower bound beside it.

    Ctrl-C stops the search and keeps the best schedule so far.
    """
    from optimizer.cli.output import HERE, require_writable, show_result, write_charts
    from optimizer.formats.schedule_file import save_result

    inputs = (file["file"], file["cluster"], warm_start)
    require_writable(output, chart, inputs=inputs, suffixes=(".json",))
    instance = read_instance(**file)
    limits = make_limits(time_limit, iterations, schedules, gap, threads)
    with naming(file["file"]):
        result = _run(instance, solver, objective, limits, seed, time_step, warm_start, quiet=as_json)
    if chart == HERE:
        write_charts({result.label: result}, chart, as_json=as_json)
    show_result(result, as_json=as_json)
    if output is not None:
        save_result(result, output)
    if chart not in (None, HERE):
        write_charts({result.label: result}, chart, as_json=as_json)
    return exit_status(result)


def _run(
    instance: "Instance",
    solver: str,
    objective: str | None,
    limits: "Limits",
    seed: int,
    time_step: int,
    warm_start: Path | None,
    *,
    quiet: bool,
) -> "Result":
    from optimizer.cli.progress import live_solvers
    from optimizer.problem import Problem
    from optimizer.solvers.solve import solve as run

    start = None if warm_start is None else _start(warm_start, Problem.of(instance))
    with live_solvers(quiet=quiet) as begin:
        return run(
            instance,
            solver,
            objective=objective,
            limits=limits,
            seed=seed,
            warm_start=start,
            time_step=time_step,
            on_progress=begin(solver),
        )


def _start(path: Path, problem: "Problem") -> "Schedule":
    """Return the schedule in a file; InputError names the file when there is none to start from."""
    from optimizer.errors import InputError
    from optimizer.formats.schedule_file import read_schedule
    from optimizer.validation import violations

    found = read_schedule(path, problem)
    if found.schedule is None:
        raise InputError(f"{path}: there is no schedule to start from, its status is {found.document['status']}")
    broken = violations(problem, found.schedule)
    if broken:
        raise InputError(f"{path}: no valid schedule to start from: {broken[0]}")
    return found.schedule
