"""The file that says what a sweep runs (docs/benchmarks.md): TOML, checked as strictly as an instance."""

import math
import re
import tomllib
from collections.abc import Iterator
from itertools import product
from typing import Any, TypeVar

import msgspec

from optimizer.errors import InputError, InstanceError, Issue, SolverMissingError, UsageError
from optimizer.formats.complaints import convert
from optimizer.formats.files import FilePath, read_text
from optimizer.names import Objective
from optimizer.result import Limits
from optimizer.solvers import registry

T = TypeVar("T")

_MARGIN = 60.0
_HOUR = 3600.0
_GIBIBYTE = 2**30
_WAYS = ("path", "glob", "zip", "generate")

Option = str | int | float | bool


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What knows its keys and no others."""


class Generate(_Strict, frozen=True):
    """Random instances: one for each number of jobs and each seed; keys as of ``schedopt generate``."""

    family: str
    jobs: tuple[int, ...]
    seeds: tuple[int, ...] = (0,)
    load: float = 0.9


class BestKnown(_Strict, frozen=True):
    """A CSV file of best known values, and its columns for the name of an instance and its value."""

    file: str
    value: str
    instance: str = "instance"


class WindowOf(_Strict, frozen=True, rename={"begin": "from", "end": "to"}):
    """Part of a job log; keys as the options ``--from``, ``--to``, ``--skip`` and ``--jobs``."""

    begin: float | None = None
    end: float | None = None
    skip: int = 0
    jobs: int | None = None


class Instances(_Strict, frozen=True):
    """A group of instances, found in exactly one of four ways."""

    group: str
    path: str | None = None
    glob: str | None = None
    zip: str | None = None
    member: str = "*"
    generate: Generate | None = None
    name: str | None = None
    every: int = 1
    best_known: BestKnown | None = None
    cluster: str | None = None
    processors: int | None = None
    window: WindowOf | None = None

    def issues(self) -> Iterator[Issue]:
        """Yield what contradicts itself."""
        given = [way for way in _WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            yield Issue("", given, f"exactly one of the keys {', '.join(_WAYS)}")
        if self.every < 1:
            yield Issue("every", self.every, "a whole number >= 1")
        if self.name is not None and self.path is None:
            yield Issue("name", self.name, "none but for an instance given by its path")


class Solver(_Strict, frozen=True):
    """A solver, its options (a list: one run for each of its values), and what differs from the suite for it."""

    name: str
    options: dict[str, Option | tuple[Option, ...]] = {}
    seeds: int | tuple[int, ...] | None = None
    time_limits: float | tuple[float, ...] | None = None
    threads: int | tuple[int, ...] | None = None
    schedules: int | None = None

    @property
    def calls(self) -> list[str]:
        """The solver as it is asked for, once for each choice of options."""
        choices = [[f"{key}={_text(value)}" for value in _many(values)] for key, values in self.options.items()]
        joint = "," if ":" in self.name else ":"
        return [f"{self.name}{joint}{','.join(chosen)}" if chosen else self.name for chosen in product(*choices)]


class Heading(_Strict, frozen=True):
    """The table ``[suite]``: what all runs have in common."""

    name: str
    objectives: Objective | tuple[Objective, ...] = ()
    seeds: int | tuple[int, ...] = 0
    time_limits: float | tuple[float, ...] = 60.0
    threads: int | tuple[int, ...] = 1
    schedules: int | None = None
    memory_gib: float | None = None
    hard_limit: float | None = None

    @property
    def memory(self) -> int | None:
        """Bytes that a run may take."""
        return None if self.memory_gib is None else int(self.memory_gib * _GIBIBYTE)


class Suite(_Strict, frozen=True):
    """What a sweep runs: every solver on every instance, for every objective, seed, time limit and thread count."""

    suite: Heading
    solvers: tuple[str | Solver, ...]
    instances: tuple[Instances, ...]

    @property
    def tables(self) -> tuple[Solver, ...]:
        """The solvers, a mere name as a table too."""
        return tuple(Solver(entry) if isinstance(entry, str) else entry for entry in self.solvers)

    @property
    def objectives(self) -> tuple[Objective | None, ...]:
        """What is minimised; None: what each instance says."""
        return _many(self.suite.objectives) or (None,)

    def settings(self, solver: Solver) -> Iterator[tuple[float | None, int, int | None, int]]:
        """Yield time limit, threads, schedules and seed of each run of a solver on an instance."""
        own = self.suite
        times = _many(own.time_limits if solver.time_limits is None else solver.time_limits)
        threads = _many(own.threads if solver.threads is None else solver.threads)
        seeds = _many(own.seeds if solver.seeds is None else solver.seeds)
        schedules = own.schedules if solver.schedules is None else solver.schedules
        for time, thread, seed in product(times, threads, seeds):
            yield time or None, thread, schedules, seed

    def hard_limit(self, time_limit: float | None) -> float:
        """Return the seconds after which a run with this time limit is ended by force."""
        if self.suite.hard_limit is not None:
            return self.suite.hard_limit
        return _HOUR if time_limit is None else 2 * time_limit + _MARGIN


def read_suite(path: FilePath) -> Suite:
    """Return the suite in a file.

    Raises
    ------
    InputError
        When it cannot be read, is not TOML, or says what makes no sense; with the line of each complaint.
    """
    text = read_text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    try:
        suite = convert(raw, Suite, str(path))
        if issues := [*_issues(suite)]:
            raise InstanceError(issues, str(path))
    except InstanceError as error:
        raise InputError("\n".join(f"{path}: {_placed(issue, text)}" for issue in error.issues)) from error
    return suite


def _issues(suite: Suite) -> Iterator[Issue]:
    for i, entry in enumerate(suite.instances):
        yield from (issue.under(f"instances[{i}]") for issue in entry.issues())
        if entry.best_known is not None and len(suite.objectives) > 1:
            yield Issue(f"instances[{i}].best_known", entry.best_known.value, "none in a suite of several objectives")
    for key in ("solvers", "instances"):
        if not getattr(suite, key):
            yield Issue(key, [], "at least one")
    for name in ("memory_gib", "hard_limit"):
        if (value := getattr(suite.suite, name)) is not None and not 0 < value < math.inf:
            yield Issue(f"suite.{name}", value, "a number > 0")
    for i, solver in enumerate(suite.tables):
        yield from (Issue(f"solvers[{i}]", call, fault) for call in solver.calls for fault in _faults(call))
        yield from (
            Issue(f"solvers[{i}]", solver.name, f"{fault} (here or in suite)") for fault in _limits(suite, solver)
        )


def _faults(call: str) -> Iterator[str]:
    """Yield why a solver cannot be asked for like this; one that is not installed may be so elsewhere."""
    try:
        registry.create(*registry.parse(call))
    except UsageError as error:
        yield f"a solver that there is: {error}"
    except SolverMissingError:
        return


def _limits(suite: Suite, solver: Solver) -> Iterator[str]:
    settings = [*suite.settings(solver)]
    if not settings:
        yield "at least one of seeds, time_limits and threads each"
    for time, threads, schedules, seed in settings:
        try:
            Limits(time_limit=time, threads=threads, schedules=schedules)
        except UsageError as error:
            yield f"other limits: {error}"
        if not 0 <= seed < 2**31:
            yield f"seeds from 0 to 2147483647, not {seed}"


def _placed(issue: Issue, text: str) -> str:
    """Return an issue with the line that it is about, as far as that can be told."""
    line = _line(issue.path, text.splitlines())
    return f"line {line}: {issue}" if line else str(issue).removeprefix("the instance: ")


def _line(path: str, lines: list[str]) -> int | None:
    """Return the number of the line of a path such as ``instances[1].generate.jobs``, None when none is found."""
    steps = re.findall(r"(\w+)(?:\[(\d+)\])?", path)
    if not steps:
        return None
    table, index = steps[0][0], int(steps[0][1] or 0)
    headers = [i for i, line in enumerate(lines) if re.match(rf"\s*\[+\s*{table}\s*\]+", line)]
    if index >= len(headers):
        return next((i + 1 for i, line in enumerate(lines) if re.match(rf"\s*{table}\s*=", line)), None)
    first = headers[index]
    for i, line in enumerate(lines[first + 1 :], start=first + 1):
        if re.match(r"\s*\[", line):
            break
        if any(re.match(rf"\s*{name}\s*[=.]", line) for name, _ in steps[1:]):
            return i + 1
    return first + 1


def _many(value: Any) -> tuple[Any, ...]:
    """Return one value or several as several."""
    return value if isinstance(value, tuple) else (value,)


def _text(value: Option) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
