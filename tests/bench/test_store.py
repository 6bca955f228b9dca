"""Rows come back as they went in, once each; what is no store, or cannot be written, is said in one line."""

import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from bench_cases import ROW, row

from optimizer.bench.store import COLUMNS, Store
from optimizer.errors import InputError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.sqlite"


def query(path: Path, text: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(text).fetchall()


def test_rows_come_back_in_their_order(path: Path) -> None:
    bare = replace(
        row(1), outcome="failed", reason="it broke", value=None, lower_bound=None, best_known=None, build_time=None,
        solve_time=None, total_time=None, peak_memory=None, trace=(), preemptive=True,
    )  # fmt: skip
    rows = [row(2), replace(bare, run=replace(bare.run, time_limit=None, schedules=50, memory=10**9)), ROW]
    with Store.open(path, create=True) as store:
        for each in rows:
            store.add(each)
        assert store.rows() == rows
    with Store.open(path) as store:
        assert store.rows() == rows
        assert store.keys() == {each.run.key for each in rows}


def test_a_run_has_one_row_the_first(path: Path) -> None:
    with Store.open(path, create=True) as store, Store.open(path) as other:
        store.add(ROW)
        other.add(replace(ROW, value=9.0))
        assert store.rows() == other.rows() == [ROW]


def test_others_read_while_it_is_open(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.add(ROW)
        assert query(path, "SELECT key, gap, json_extract(trace, '$[1][1]') FROM runs") == [(ROW.run.key, 0.25, 8.0)]
        assert query(path, "PRAGMA journal_mode") == [("wal",)]
        assert {column for _, column, *_ in query(path, "PRAGMA table_info(runs)")} == set(COLUMNS)


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with Store.open(path, create=True) as store:
        assert store.rows() == []


def _text(path: Path) -> None:
    path.write_text("name,value\n" * 100)


def _other_database(path: Path) -> None:
    query(path, "CREATE TABLE people (name TEXT)")


def _other_version(path: Path) -> None:
    Store.open(path, create=True).close()
    query(path, "PRAGMA user_version = 7")


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (Path.mkdir, "is a folder, expected a store"),
        (_text, "is not an SQLite file"),
        (_other_database, "is not a store of schedopt bench"),
        (_other_version, "is a store of version 7, expected version 1"),
    ],
)
def test_what_is_no_store_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None], complaint: str, create: bool
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(InputError, match=complaint) as raised:
        Store.open(path, create=create)
    assert str(path) in str(raised.value)
    assert before == (path.read_bytes() if path.is_file() else None)
    assert not path.with_name(f"{path.name}-wal").exists()


def test_a_missing_file_is_said(path: Path) -> None:
    with pytest.raises(InputError, match="does not exist, expected a store"):
        Store.open(path)
    with pytest.raises(InputError, match="cannot be opened: unable to open database file"):
        Store.open(path / "no" / "folder.sqlite", create=True)


def test_a_full_disk_costs_the_row_that_did_not_fit(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store._connection.execute("PRAGMA max_page_count = 20")
        with pytest.raises(InputError, match="cannot be written: database or disk is full"):
            deque(store.add(row(seed, reason="much text " * 50)) for seed in range(1000))
        added = len(store.rows())
        assert 0 < added < 1000
    with Store.open(path, create=True) as store:
        store.add(row(added))
        assert [each.run.seed for each in store.rows()] == [*range(added + 1)]
