from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from report_cases import ran, random_rows

from optimizer.bench.row import Row
from optimizer.bench.store import Store

Command = Callable[..., Result]


def keep(rows: list[Row], path: str = "results.sqlite") -> None:
    with Store.open(Path(path), create=True) as store:
        for row in rows:
            store.add(row)


def test_one_store_in_every_form(schedopt: Command) -> None:
    keep(random_rows(1))
    result = schedopt(
        "bench", "report", "results.sqlite", "-o", "r.html", "-o", "r.md", "--output", "r.TEX", "--title", "A & B"
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert "<h1>A &amp; B</h1>" in Path("r.html").read_text()
    assert Path("r.md").read_text().startswith("# A \\& B\n")
    assert "schedopt bench report results.sqlite -o r.html -o r.md -o r.TEX" in Path("r.md").read_text()
    assert "\\begin{longtable}" in Path("r.TEX").read_text()


def test_only_some_solvers_and_groups_against_what_all_found(schedopt: Command) -> None:
    keep(
        [
            ran("greedy:rule=arrival", "x", 8.0, group="g"),
            ran("cp-sat", "x", 4.0, group="g"),
            ran("greedy", "y", 9.0, group="h"),
        ]
    )
    assert (
        schedopt("bench", "report", "results.sqlite", "-o", "r.md", "--solver", "greedy", "--group", "g").exit_code == 0
    )
    text = Path("r.md").read_text()
    assert "| greedy:rule=arrival | 50.00 |" in text
    assert "| cp-sat" not in text
    assert "h: figures" not in text


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["none.sqlite", "-o", "r.md"], 3, "none.sqlite: does not exist"),
        (["results.sqlite", "-o", "r.gif"], 2, "ends in .html, .md, .tex"),
        (["results.sqlite", "-o", "folder/r.md"], 2, "folder folder does not exist"),
        (["results.sqlite", "-o", "results.sqlite"], 2, "is the input"),
        (["results.sqlite"], 2, "'-o'"),
        (
            ["results.sqlite", "-o", "r.md", "--solver", "gready"],
            2,
            "solver 'gready': expected one of the store's: fcfs, ",
        ),
        (["results.sqlite", "-o", "r.md", "--group", "j30"], 2, "expected one of the store's: group 0, group 1"),
        (["text.sqlite", "-o", "r.md"], 3, "text.sqlite: is not an SQLite file"),
        (["empty.sqlite", "-o", "r.md"], 3, "empty.sqlite: there are no runs in this store yet"),
    ],
)
def test_one_clear_message(schedopt: Command, words: list[str], status: int, message: str) -> None:
    keep(random_rows(1))
    keep([], "empty.sqlite")
    Path("text.sqlite").write_text("name,value\n" * 100)
    result = schedopt("bench", "report", *words)
    assert result.exit_code == status
    assert message in result.stderr
    assert not Path("r.md").exists()


def test_a_store_of_another_version_is_refused(schedopt: Command) -> None:
    import sqlite3

    keep(random_rows(1))
    with sqlite3.connect("results.sqlite") as database:
        database.execute("PRAGMA user_version = 7")
    database.close()
    result = schedopt("bench", "report", "results.sqlite", "-o", "r.md")
    assert result.exit_code == 3
    assert "version 7, expected version 1" in result.stderr
