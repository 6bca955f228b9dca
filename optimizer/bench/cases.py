"""The instances of a suite, found wherever they are and read one at a time."""

import csv
import io
import math
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from optimizer.bench.names import natural
from optimizer.bench.suite import BestKnown, Generate, Instances
from optimizer.errors import InputError, SchedoptError, UsageError
from optimizer.formats.files import FilePath, read_text, stem
from optimizer.formats.reading import load
from optimizer.formats.swf import Window
from optimizer.generate import generate
from optimizer.instance import Instance


@dataclass(frozen=True)
class Case:
    """An instance that can be read at any time.

    Parameters
    ----------
    group : str
        As in the suite.
    name : str
        As in reports and in files of best known values.
    best_known : float or None
        From such a file.
    read : callable
        Returns the instance; raises InputError when that does not work.
    """

    group: str
    name: str
    best_known: float | None
    read: Callable[[], Instance]


def find_cases(entry: Instances, folder: Path) -> list[Case]:
    """Return the instances of an entry, in the order of their names, numbers in them by size.

    Parameters
    ----------
    entry : Instances
        Of a suite.
    folder : Path
        Paths are relative to it.

    Raises
    ------
    InputError
        When nothing is found, a file is missing or unreadable, an environment variable is not set, or the file of best
        known values does not know an instance.
    """
    found = [*_found(entry, folder)][:: entry.every]
    known = None if entry.best_known is None else _best_known(entry.best_known, folder)
    if known is not None:
        file, values = known
        for name, _ in found:
            if name not in values:
                raise InputError(f"{file}: no value for the instance {name!r} of the group {entry.group!r}")
    return [Case(entry.group, name, None if known is None else known[1][name], read) for name, read in found]


def expanded(text: str, folder: Path) -> Path:
    """Return a path of a suite with its environment variables, relative to the folder of the suite.

    Raises
    ------
    InputError
        When a variable is not set.
    """
    for name in re.findall(r"\$\{?(\w+)\}?", text):
        if name not in os.environ:
            raise InputError(f"{text}: the environment variable {name} is not set, expected the folder it stands for")
    return folder / os.path.expanduser(os.path.expandvars(text))


_Found = tuple[str, Callable[[], Instance]]


def _found(entry: Instances, folder: Path) -> Iterator[_Found]:
    if entry.generate is not None:
        yield from _generated(entry.generate, entry.group)
    elif entry.zip is not None:
        yield from _packed(expanded(entry.zip, folder), entry.member)
    else:
        reading = partial(_read, options=_options(entry, folder))
        for path in _files(entry, folder):
            yield entry.name or stem(path), partial(reading, path)


def _options(entry: Instances, folder: Path) -> dict[str, Any]:
    """Return what :func:`load` has to know beside the path."""
    part = entry.window
    return {
        "cluster": None if entry.cluster is None else expanded(entry.cluster, folder),
        "processors": entry.processors,
        "window": part and Window(begin=part.begin, end=part.end, skip=part.skip, jobs=part.jobs),
    }


def _read(path: FilePath, options: dict[str, Any]) -> Instance:
    return load(path, **options)


def _files(entry: Instances, folder: Path) -> list[Path]:
    path = expanded(entry.path or entry.glob or "", folder)
    if entry.path is not None:
        if not path.is_file():
            raise InputError(f"{path}: does not exist, expected an instance")
        return [path]
    fixed = path.parts[: next(i for i, part in enumerate((*path.parts, "*")) if re.search(r"[*?\[]", part))]
    files = sorted(Path(*fixed).glob(str(Path(*path.parts[len(fixed) :]))), key=lambda file: natural(str(file)))
    if not files:
        raise InputError(f"{path}: no file has such a name, expected at least one instance")
    return files


def _generated(entry: Generate, group: str) -> Iterator[_Found]:
    def make(jobs: int, seed: int) -> Instance:
        try:
            return generate(entry.family, jobs, seed, entry.load)
        except UsageError as error:
            raise InputError(f"the group {group!r}: {error}") from error

    for jobs, seed in product(entry.jobs, entry.seeds):
        yield f"{entry.family}-{jobs}-{seed}", partial(make, jobs, seed)


def _packed(archive: Path, pattern: str) -> Iterator[_Found]:
    with _opened(archive) as file:
        members = [name for name in file.namelist() if not name.endswith("/")]
    members = sorted((name for name in members if fnmatchcase(name, pattern)), key=natural)
    if not members:
        raise InputError(f"{archive}: no member is called {pattern!r}, expected at least one")
    for member in members:
        yield stem(member), partial(_unpacked, archive, member)


def _unpacked(archive: Path, member: str) -> Instance:
    """Return the instance in a member, through a file of the same name, for names tell formats."""
    with TemporaryDirectory() as folder, _opened(archive) as file:
        path = file.extract(member, folder)
        try:
            return load(path)
        except SchedoptError as error:
            raise InputError(str(error).replace(path, f"{archive}:{member}")) from error


def _opened(archive: Path) -> ZipFile:
    try:
        return ZipFile(archive)
    except (OSError, BadZipFile) as error:
        raise InputError(f"{archive}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _best_known(entry: BestKnown, folder: Path) -> tuple[Path, dict[str, float]]:
    path = expanded(entry.file, folder)
    rows = csv.DictReader(io.StringIO(read_text(path)))
    for column in (entry.instance, entry.value):
        if column not in (rows.fieldnames or ()):
            raise InputError(f"{path}: no column {column!r}, expected it beside {', '.join(rows.fieldnames or ())}")
    values: dict[str, float] = {}
    for row in rows:
        name, value = row[entry.instance], _number(row[entry.value])
        if not math.isfinite(value):
            found = f"line {rows.line_num}: {row[entry.value]!r}"
            raise InputError(f"{path}: {found}, expected a number in the column {entry.value!r}")
        if values.setdefault(name, value) != value:
            raise InputError(f"{path}: line {rows.line_num}: another value for {name!r}, expected one")
    return path, values


def _number(text: str | None) -> float:
    """Return what a text says, NaN when it is no number."""
    try:
        return float(text or "")
    except ValueError:
        return math.nan
