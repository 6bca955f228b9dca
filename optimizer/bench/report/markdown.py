"""A report as Markdown."""

import re
from collections.abc import Iterable, Iterator

from optimizer.bench.report.contents import printed_tables
from optimizer.bench.report.report import Report
from optimizer.bench.report.rules import RULES
from optimizer.bench.report.tables import Kind, Table
from optimizer.render.text import printable


def markdown(report: Report) -> str:
    """Return a report: all tables of the whole, and the figures of each group."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.title)}\n"
    yield from (f"- {name}: {escaped(text)}" for name, text in report.facts.items())
    for warning in report.warnings:
        yield f"\n**{escaped(warning)}**"
    for table in printed_tables(report.sections):
        yield from _table(table)
    yield "\n## How it is counted\n"
    yield from (f"- {escaped(rule)}" for rule in RULES)
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield f"\n## {escaped(table.title)}\n"
    yield _line(escaped(column.title) for column in table.columns)
    yield _line("---" if column.kind is Kind.TEXT else "---:" for column in table.columns)
    best = table.best
    for r, row in enumerate(table.texts):
        yield _line(f"**{escaped(text)}**" if (r, c) in best else escaped(text) for c, text in enumerate(row))
    if table.note:
        yield f"\n{escaped(table.note)}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>|$~&#])", r"\\\1", printable(text.replace("\n", "; ")))
