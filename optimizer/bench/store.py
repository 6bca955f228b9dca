"""Rows of sweeps in one SQLite file, each run once, whatever happens to the process that writes them.

The journal is a write-ahead log and each row a transaction of its own: a process that is killed leaves every row that
it added and no half of one, and others may read meanwhile. The log needs shared memory: the file has to lie on a disk
of the machine that writes it, not on a network share.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from optimizer.bench.row import FAILURES, Row, Run
from optimizer.errors import InputError

VERSION = 1
"""Of the layout; a store of another one is refused."""

_APPLICATION = int.from_bytes(b"sopt")
"""Tells a store from other SQLite files."""

_PATIENCE = 30.0
"""Seconds to wait for another process that writes."""

_LAYOUT = """
CREATE TABLE runs (
    key TEXT NOT NULL UNIQUE,
    "group" TEXT NOT NULL,
    instance TEXT NOT NULL,
    content TEXT NOT NULL,
    solver TEXT NOT NULL,
    objective TEXT NOT NULL,
    seed INTEGER NOT NULL,
    time_limit REAL,
    threads INTEGER NOT NULL,
    schedules INTEGER,
    memory INTEGER,
    version TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    value REAL,
    lower_bound REAL,
    gap REAL,
    best_known REAL,
    preemptive INTEGER NOT NULL,
    build_time REAL,
    solve_time REAL,
    total_time REAL,
    peak_memory INTEGER,
    trace TEXT NOT NULL,
    machine TEXT NOT NULL,
    finished TEXT NOT NULL
)
"""

_RUN = tuple(field.name for field in fields(Run))
_OUTCOME = tuple(field.name for field in fields(Row) if field.name != "run")
COLUMNS = ("key", *_RUN, *_OUTCOME, "gap")
"""What is kept of a row; key and gap follow from the others and are there for readers of the file."""


class Store:
    """The rows in one file; a context manager, for one thread.

    Parameters
    ----------
    path : Path
        The file, for messages.
    connection : sqlite3.Connection
        To the file, which is a store of this version.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """Return the store in a file.

        Parameters
        ----------
        path : Path
            The file.
        create : bool
            Make an empty store when there is no file, and insist that it can be written to.

        Raises
        ------
        InputError
            When there is no such file, it is no store, one of another version, or cannot be read or, to create it,
            written.
        """
        if path.is_dir() or not (path.exists() or create):
            raise InputError(f"{path}: {'is a folder' if path.is_dir() else 'does not exist'}, expected a store")
        with _explained(path, "opened"):
            connection = _connected(path, create)
            try:
                connection.execute("PRAGMA synchronous = FULL")  # a run takes longer than a disk
                if create:
                    _lay_out(connection)
                _require_store(path, connection)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was added is in it."""
        self._connection.close()

    def add(self, row: Row) -> None:
        """Keep a row for good; it takes the place of one of the same run only if that went wrong.

        Raises
        ------
        InputError
            When it cannot be written, as on a full disk; the rows before it are safe.
        """
        values = _values(row)
        names, places = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
        anew = ", ".join(f'"{name}" = excluded."{name}"' for name in values)
        failures = ", ".join(f"'{outcome}'" for outcome in FAILURES)
        replace = f"ON CONFLICT (key) DO UPDATE SET {anew} WHERE runs.outcome IN ({failures})"
        with _explained(self._path, "written"), self._connection:
            self._connection.execute(f"INSERT INTO runs ({names}) VALUES ({places}) {replace}", [*values.values()])

    def keys(self, but: Sequence[str] = ()) -> set[str]:
        """Return the keys of the runs that have a row, without those that ended in one of these outcomes."""
        places = ", ".join("?" * len(but))
        return {key for (key,) in self._read(f"SELECT key FROM runs WHERE outcome NOT IN ({places})", but)}

    def rows(self) -> list[Row]:
        """Return all rows, in the order in which they were added."""
        names = ", ".join(f'"{name}"' for name in (*_RUN, *_OUTCOME))
        return [_row(values) for values in self._read(f"SELECT {names} FROM runs ORDER BY rowid")]

    def _read(self, query: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        with _explained(self._path, "read"):
            return self._connection.execute(query, values).fetchall()


@contextmanager
def _explained(path: Path, doing: str) -> Iterator[None]:
    """Turn what SQLite says into one message with the file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise InputError(f"{path}: is not an SQLite file, expected a store of schedopt bench") from error
        raise InputError(f"{path}: cannot be {doing}: {error}") from error


def _connected(path: Path, writing: bool) -> sqlite3.Connection:
    """Connect to a file; one that may not be written to is read as it stands, for a log could not be opened."""
    mode = "rwc" if writing else "rw"
    if not (writing or (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK))):
        mode = "ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE)


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make an empty file a store, all at once, so that no process that is killed leaves half of one."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if not _pragma(connection, "application_id") and not _pragma(connection, "schema_version"):
            connection.execute(_LAYOUT)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
    if _pragma(connection, "application_id") == _APPLICATION:
        connection.execute("PRAGMA journal_mode = WAL")


def _require_store(path: Path, connection: sqlite3.Connection) -> None:
    if _pragma(connection, "application_id") != _APPLICATION:
        raise InputError(f"{path}: is not a store of schedopt bench, expected one")
    if (found := _pragma(connection, "user_version")) != VERSION:
        advice = "read it with the schedopt that wrote it, or begin another store"
        raise InputError(f"{path}: is a store of version {found}, expected version {VERSION}; {advice}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    with closing(connection.execute(f"PRAGMA {name}")) as cursor:
        return int(cursor.fetchone()[0])


def _values(row: Row) -> dict[str, Any]:
    """Return the columns of a row."""
    outcome = {name: getattr(row, name) for name in _OUTCOME}
    derived = {"key": row.run.key, "gap": row.gap, "trace": json.dumps(row.trace)}
    return {**asdict(row.run), **outcome, **derived}


def _row(values: tuple[Any, ...]) -> Row:
    run = Run(**dict(zip(_RUN, values, strict=False)))
    outcome = dict(zip(_OUTCOME, values[len(_RUN) :], strict=True))
    trace = tuple((moment, value, bound) for moment, value, bound in json.loads(outcome["trace"]))
    return Row(run=run, **{**outcome, "preemptive": bool(outcome["preemptive"]), "trace": trace})
