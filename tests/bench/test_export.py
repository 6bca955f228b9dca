"""Rows as tables say what the rows say."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench_cases import ROW, row

from optimizer.bench.export import export_rows
from optimizer.bench.store import COLUMNS
from optimizer.errors import InputError, MissingPackageError, UsageError

FAILED = replace(row(1), outcome="failed", reason="no luck", value=None, lower_bound=None, trace=(), peak_memory=None)


def test_csv(tmp_path: Path) -> None:
    export_rows([ROW, FAILED], tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert set(first) == set(COLUMNS)
    assert (first["key"], first["group"], first["value"], first["gap"]) == (ROW.run.key, "tiny", "8.0", "0.25")
    assert json.loads(first["trace"]) == [[0.1, None, 6.0], [0.2, 8.0, 6.0]]
    assert (second["reason"], second["value"], second["gap"], second["trace"]) == ("no luck", "", "", "[]")


@pytest.mark.parametrize("rows", [[ROW, FAILED], [FAILED], []])
def test_parquet(tmp_path: Path, rows: list[object]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export_rows(rows, tmp_path / "rows.parquet")  # type: ignore[arg-type]
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert set(table.column_names) == set(COLUMNS)
    assert [str(table.schema.field(name).type) for name in ("key", "seed", "gap", "preemptive")] == [
        "string", "int64", "double", "bool",
    ]  # fmt: skip
    assert table["outcome"].to_pylist() == [each.outcome for each in rows]  # type: ignore[attr-defined]
    if ROW in rows:
        assert table["trace"].to_pylist()[0][0] == {"seconds": 0.1, "value": None, "lower_bound": 6.0}
        assert table["gap"].to_pylist() == [0.25, None]


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"rows are written to files that end in \.csv, \.parquet"):
        export_rows([ROW], tmp_path / "rows.xlsx")
    for name in ("rows.csv", "rows.parquet"):
        with pytest.raises(InputError, match=f"{name}: cannot be written"):
            export_rows([ROW], tmp_path / "no" / name)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'schedopt\[parquet\]'"):
        export_rows([ROW], tmp_path / "rows.parquet")
    assert not list(tmp_path.iterdir())
