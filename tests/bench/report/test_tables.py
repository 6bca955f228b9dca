"""Tables as Markdown and LaTeX: every cell in its place, nothing in a name that does anything."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from chart_cases import HOSTILE
from report_cases import failed, ran, random_rows, whole

from optimizer.bench.report.contents import group_table, summary_table, tables
from optimizer.bench.report.latex import escaped as latex_escaped
from optimizer.bench.report.latex import latex
from optimizer.bench.report.markdown import escaped as markdown_escaped
from optimizer.bench.report.markdown import markdown
from optimizer.bench.report.report import Report
from optimizer.bench.report.rules import RULES
from optimizer.bench.report.tables import Column, Kind, Table
from optimizer.bench.row import Row


def hostile_rows() -> list[Row]:
    """Return rows whose every name is hostile, and the machine too."""
    rows = [
        ran(name, instance, 4.0 + i, lower_bound=3.0, group=group, machine=HOSTILE[3], seed=seed, solve_time=1.0 + seed)
        for i, name in enumerate(HOSTILE)
        for instance, group in ((HOSTILE[2], HOSTILE[0]), (HOSTILE[4], HOSTILE[5]))
        for seed in (0, 1)
    ]
    return [*rows, *(failed("fcfs\n|x|", row.run.instance, group=row.run.group) for row in rows[:4:2])]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.PERCENT, 0.12345, "12.35"),
        (Kind.PERCENT, 0, "0.00"),
        (Kind.SECONDS, 1234.5, "1,234"),
        (Kind.SECONDS, 0.012345, "0.0123"),
        (Kind.COUNT, 12345, "12,345"),
        (Kind.NUMBER, 2.5, "2.50"),
        (Kind.PROBABILITY, 0.0004, "< 0.001"),
        (Kind.PROBABILITY, 0.05, "0.050"),
        (Kind.TEXT, "a\nb", "a\\nb"),
        (Kind.PERCENT, None, "–"),
    ],
)
def test_values_as_text(kind: Kind, value: float | str | None, text: str) -> None:
    assert Column("title", kind).text(value) == text


def test_the_best_are_all_that_read_alike_but_not_everybody() -> None:
    columns = (Column("a", Kind.TEXT), Column("gap", Kind.PERCENT, -1), Column("same", Kind.PERCENT, -1), Column("n"))
    table = Table(
        "t", columns, [["x", 0.1, 1.0, 5], ["y", 0.10000001, 1.0, 6], ["z", 0.2, 1.0, 7], ["w", None, 1.0, 8]]
    )
    assert table.best == {(0, 1), (1, 1)}
    assert Table("t", columns, [["x", None, None, 0]]).best == set()


def test_rare_outcomes_have_a_column_where_there_are_some() -> None:
    usual = [column.title for column in summary_table(whole([ran("a", "x", 1.0)])).columns]
    assert {"optimal", "feasible", "late", "failed"} <= set(usual)
    assert not {"infeasible", "unknown", "missing"} & set(usual)
    rows = [ran("a", "x", None, "infeasible"), ran("a", "y", None, "unknown"), ran("b", "z", 1.0)]
    found = [column.title for column in summary_table(whole(rows)).columns]
    assert {"infeasible", "unknown", "missing"} <= set(found)


def test_one_solver_one_seed_no_bounds() -> None:
    report = Report.of([ran("a", "x", 4.0)])
    (table,) = tables(report.sections[0])
    (row,) = table.texts
    cells = dict(zip((column.title for column in table.columns), row, strict=True))
    assert cells["mean gap to best (%)"] == "0.00"
    assert cells["mean gap to bound (%)"] == "–"


def test_the_groups_of_a_solver_stand_beside_each_other() -> None:
    rows = [
        ran("a", "x", 4.0, group="g"),
        ran("b", "x", 5.0, group="g"),
        ran("a", "y", 4.0, group="h"),
        ran("c", "y", 5.0, group="h", preemptive=True),
    ]
    table = group_table(Report.of(rows).sections)
    assert [column.title for column in table.columns] == ["solver", "g (%)", "h (%)", "All groups (%)"]
    assert table.texts == [["a", "0.00", "0.00", "0.00"], ["b", "20.00", "–", "60.00"], ["c", "–", "–", "–"]]


def test_markdown_has_every_table_with_as_many_cells_in_each_row() -> None:
    text = markdown(Report.of(random_rows(1), command="schedopt bench report"))
    titles = re.findall("^## (.*)$", text, re.MULTILINE)
    assert titles == [
        "All groups: figures",
        "All groups: policies against the best schedule and the bound",
        "All groups: average ranks",
        "All groups: pairs",
        "Mean gap to the best schedule by group",
        "group 0: figures",
        "group 1: figures",
        "How it is counted",
    ]
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        cells = {len(re.split(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(cells) == 1
    assert "- report: schedopt bench report" in text
    assert all(markdown_escaped(rule) in text for rule in RULES)


def test_markdown_shows_names_as_they_are() -> None:
    assert markdown_escaped("a_b*c|d`e<f>[g]\\h$i~j&k#l") == r"a\_b\*c\|d\`e\<f\>\[g\]\\h\$i\~j\&k\#l"
    text = markdown(Report.of(hostile_rows()))
    assert not re.search(r"(?<!\\)<", text)
    assert all(len(line) == len(line.strip("\x1b\u202e")) for line in text.splitlines())


def test_latex_has_every_table_with_as_many_cells_in_each_row() -> None:
    text = latex(Report.of(random_rows(1)))
    found = re.findall(r"\\begin\{longtable\}\{([lr]+)\}\n(.*?)\\end\{longtable\}", text, re.DOTALL)
    assert len(found) == 7
    for columns, inner in found:
        lines = [line for line in inner.splitlines() if line.endswith(r" \\") and not line.startswith(r"\caption")]
        assert lines
        assert {len(re.split(r"(?<!\\)&", line)) for line in lines} == {len(columns)}
        assert [inner.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [2, 2, 1]
    assert len(set(re.findall(r"\\label\{(.*?)\}", text))) == 7


def test_latex_sets_names_as_they_are() -> None:
    special = '\\ & % $ # _ { } ~ ^ < > | ` " a--b – x [y] *z'
    assert latex_escaped(special) == (
        r"\textbackslash{} \& \% \$ \# \_ \{ \} \textasciitilde{} \textasciicircum{} \textless{} \textgreater{} "
        r"\textbar{} \textasciigrave{} \textquotedbl{} a-{}-b \textendash{} x {[}y] {*}z"
    )
    text = latex(Report.of(hostile_rows()))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    without_escapes = re.sub(r"\\[\\&%$#_{}]", "", body)
    assert without_escapes.count("{") == without_escapes.count("}")
    assert not re.search(r"[%$#_~^]", without_escapes.replace(r"\setlength", ""))
    assert all(line.startswith("%") for line in text.splitlines() if HOSTILE[3] in line)


def test_numbers_do_not_depend_on_the_order_of_rows() -> None:
    rows = random_rows(7)
    assert markdown(Report.of(rows)) == markdown(Report.of(rows[::-1]))


def test_the_report_says_what_ran() -> None:
    rows = [
        ran("a", "x", 4.0, seed=seed, time_limit=limit, memory=2**30, finished=f"2026-01-0{seed + 1}T08:00:00+00:00")
        for seed, limit in ((0, 10.0), (1, 10.0), (2, None), (7, 10.0))
    ]
    rows.append(replace(rows[0], machine="another", run=replace(rows[0].run, solver="b")))
    facts = Report.of(rows, command="the command").facts
    assert facts == {
        "runs": "5 of 3 solvers on 1 instance, 4 seeds",
        "objective": "mean flow time",
        "time limit": "10 s, none",
        "memory": "1,024 MiB",
        "threads": "1",
        "seeds": "0–2, 7",
        "version": "0.1.0",
        "machine": "a processor, 2 cores, 24 GB (4 runs)\nanother (1 run)",
        "finished": "2026-01-01T08:00:00+00:00 to 2026-01-08T08:00:00+00:00",
        "report": "the command",
    }


def test_the_documentation_has_the_rules() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reports.md").read_text(encoding="utf-8")
    words = " ".join(text.split())
    assert all(rule in words for rule in RULES)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_ran_has_numbers(seed: int) -> None:
    """Rows are dropped at random, down to a few."""
    rows = random_rows(seed, groups=1 + seed % 3, cases=1 + seed % 4, seeds=1 + seed % 2)
    rows = [replace(row, preemptive=row.run.solver == "fcfs" and seed % 2 == 0) for row in rows[:: 1 + seed % 3]]
    report = Report.of(rows)
    for section in report.sections:
        assert ((section.contest >= 0) & (section.contest <= 1)).all()
    assert "nan" not in markdown(report) + latex(report)
