"""Options that several commands share."""

import logging
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from optimizer.names import Objective

if TYPE_CHECKING:
    from optimizer.instance import Instance
    from optimizer.problem import Problem
    from optimizer.schedule import Schedule

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
STEPS = click.IntRange(1, 10**9)


@dataclass
class Debug:
    """Whether a traceback is wanted when a command fails."""

    wanted: bool = False


def _want_traceback(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Debug).wanted = True


def _want_log(_: click.Context, __: click.Parameter, value: bool) -> None:
    if value:
        logging.getLogger("optimizer").setLevel(logging.INFO)


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_want_traceback, help="Show a traceback when something fails."
)
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, callback=_want_log,
    help="Say on stderr which part of 'auto' begins, ends and finds what.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
objective_option = click.option(
    "--objective", type=click.Choice([str(name) for name in Objective]), metavar="NAME",
    help=f"Judge by this instead of the file's own: {', '.join(Objective)}.",
)  # fmt: skip


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    return lambda command: reduce(lambda decorated, option: option(decorated), reversed(options), command)


reading_options = _together(
    click.option("--cluster", type=PATH, help="Cluster file beside jobs as CSV."),
    click.option("--processors", type=click.IntRange(min=1), help="SWF: size of the machine  [default: the header's]"),
    click.option("--from", "begin", type=float, help="SWF: take jobs that arrive from this second of the trace on."),
    click.option("--to", "end", type=float, help="SWF: take jobs that arrive before this second of the trace."),
    click.option("--skip", type=click.IntRange(min=0), help="SWF: leave out so many jobs of the window first."),
    click.option("--jobs", type=click.IntRange(min=1), help="SWF: take at most so many jobs."),
)
"""How to read the file of an instance."""
instance_options = _together(click.argument("file", type=PATH), reading_options)
"""The file and how to read it; :func:`read_instance` takes them."""


def read_instance(
    file: Path,
    cluster: Path | None,
    processors: int | None,
    begin: float | None,
    end: float | None,
    skip: int | None,
    jobs: int | None,
) -> "Instance":
    """Return the instance that the options stand for."""
    from optimizer.formats.reading import load

    window = None
    if (begin, end, skip, jobs) != (None,) * 4:
        from optimizer.formats.swf import Window

        window = Window(begin=begin, end=end, skip=skip or 0, jobs=jobs)
    return load(file, cluster=cluster, processors=processors, window=window)


def reading_words(file: Path, **options: Any) -> str:
    """Return what a shell has to be told so that :func:`read_instance` reads the same again."""
    names = {"begin": "from", "end": "to"}
    given = {name: value for name, value in options.items() if value is not None}
    words = [f"--{names.get(name, name)}={value}" for name, value in given.items()]
    end_of_options = ["--"] if str(file).startswith("-") else []
    return shlex.join([*words, *end_of_options, str(file)])


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Name the file in complaints about the instance that come up after it was read."""
    from optimizer.errors import InstanceError

    try:
        yield
    except InstanceError as error:
        raise (error if error.source else InstanceError(error.issues, str(file))) from error


_run_options = _together(
    click.option("--time-limit", type=click.FloatRange(min=0), default=60.0, show_default=True,
                 help="Seconds; 0: no limit."),
    click.option("--iterations", type=STEPS, help="Stop a search after so many iterations."),
    click.option("--schedules", type=STEPS, help="Stop a search when it has generated so many schedules."),
    click.option("--gap", type=float, default=0.0, show_default=True,
                 help="Stop at this relative gap to the bound, as 0.05 for 5 %."),
    click.option("--threads", type=click.IntRange(1, 256), help="Threads  [default: all processors]"),
    click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Random seed."),
    click.option("--time-step", type=STEPS, default=1, show_default=True,
                 help="Let the solver work on a grid this many times as coarse."),
    click.option("--warm-start", type=PATH, help="Schedule file to start from."),
)  # fmt: skip


def run_options(command: Command) -> Command:
    """Add the options of a run of solvers; the command gets ``limits``, ``seed``, ``time_step`` and ``warm_start``."""

    @wraps(command)
    def with_limits(
        *,
        time_limit: float,
        iterations: int | None,
        schedules: int | None,
        gap: float,
        threads: int | None,
        **others: Any,
    ) -> Any:
        from optimizer.result import Limits, available_threads

        limits = Limits(
            time_limit=time_limit or None,
            gap=gap,
            threads=threads or available_threads(),
            iterations=iterations,
            schedules=schedules,
        )
        return command(limits=limits, **others)

    return cast(Command, _run_options(with_limits))


def read_known(path: Path, problem: "Problem", *, use: str = "") -> "Schedule":
    """Return the schedule in a file; InputError names the file when there is none, and for which use."""
    from optimizer.errors import InputError
    from optimizer.formats.schedule_file import read_schedule

    found = read_schedule(path, problem)
    if found.schedule is None:
        raise InputError(f"{path}: there is no schedule{use}, its status is {found.document['status']}")
    return found.schedule


def read_warm_start(path: Path | None, instance: "Instance") -> "Schedule | None":
    """Return the schedule in a file, if one is named; InputError names the file when there is none to start from."""
    if path is None:
        return None
    from optimizer.errors import InputError
    from optimizer.problem import Problem
    from optimizer.validation import violations

    problem = Problem.of(instance)
    schedule = read_known(path, problem, use=" to start from")
    if broken := violations(problem, schedule, late_allowed=True):
        raise InputError(f"{path}: no valid schedule to start from: {broken[0]}")
    return schedule
