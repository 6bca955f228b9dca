"""Rows as a table for other programs: CSV or Parquet, one column for each figure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args, get_type_hints

from optimizer.bench.row import Row, Run
from optimizer.errors import InputError, MissingPackageError, UsageError
from optimizer.formats.files import replacing, suffix, write_csv


def export_rows(rows: Sequence[Row], path: Path) -> None:
    """Write rows as a table, whole or not at all: what was asked for, then what it came to; the trace as JSON in CSV.

    Parameters
    ----------
    rows : sequence of Row
        What to write.
    path : Path
        Ends in ``.csv`` or ``.parquet``.

    Raises
    ------
    UsageError
        For another ending.
    MissingPackageError
        When the package that writes Parquet is not installed.
    InputError
        When the file cannot be written.
    """
    write = _WRITERS.get(suffix(path))
    if write is None:
        raise UsageError(f"{path}: rows are written to files that end in {', '.join(SUFFIXES)}")
    write([_flat(row) for row in rows], path)


def _flat(row: Row) -> dict[str, Any]:
    plain = asdict(row)
    return {"key": row.run.key, **plain.pop("run"), **plain, "gap": row.gap}


def _write_csv(rows: Iterable[dict[str, Any]], path: Path) -> None:
    write_csv(path, [*_columns()], ({**row, "trace": json.dumps(row["trace"])} for row in rows))


def _write_parquet(rows: Sequence[dict[str, Any]], path: Path) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingPackageError(
            f"{path}: Parquet files are written by pyarrow: pip install 'schedopt[parquet]'"
        ) from error
    moment = pyarrow.struct([(name, pyarrow.float64()) for name in ("seconds", "value", "lower_bound")])
    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    schema = pyarrow.schema([(name, kinds.get(kind, pyarrow.list_(moment))) for name, kind in _columns().items()])
    names = [field.name for field in moment]
    rows = [{**row, "trace": [dict(zip(names, entry, strict=True)) for entry in row["trace"]]} for row in rows]
    try:
        with replacing(path) as temporary:
            parquet.write_table(pyarrow.Table.from_pylist(rows, schema), temporary)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _columns() -> dict[str, type]:
    """Return name and type of each column; a trace is neither text nor number."""
    run, row = get_type_hints(Run), get_type_hints(Row)
    hints = {"key": str, **run, **{name: hint for name, hint in row.items() if name != "run"}, "gap": float}
    return {name: (get_args(hint) or (hint,))[0] for name, hint in hints.items()}


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet}
SUFFIXES = tuple(_WRITERS)
"""How the name of a table may end."""
