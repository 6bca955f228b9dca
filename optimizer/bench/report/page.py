"""A report as one self-contained page."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from optimizer.bench.report.contents import group_table, tables
from optimizer.bench.report.lines import color, dash
from optimizer.bench.report.plots import Plot, plots
from optimizer.bench.report.report import Report
from optimizer.bench.report.rules import RULES
from optimizer.bench.report.section import Section
from optimizer.bench.report.tables import Kind, Table, Value
from optimizer.render.page.file import Page, page_file, placed
from optimizer.render.text import printable

_MOST_OPEN = 3
"""Groups that are open from the beginning; of more, each is drawn when it is opened."""


def report_page(report: Report) -> Page:
    """Return a report as a page: tables and plots of the whole, then of each group."""
    parts, figures = [], []
    for number, section in enumerate(report.sections):
        drawn = list(plots(section, number))
        figures += [[number, placed(plot.figure, _place(plot))] for plot in drawn]
        inner = "".join(_section(report, section, drawn))
        parts.append(_folded(section, number, inner, len(report.sections)) if number else f"<section>{inner}</section>")
    return page_file(
        report.title,
        _head(report),
        places="".join(parts) + _rules(),
        figures=figures,
        script=_file("page.js"),
        data={"names": [printable(name) for name in report.sections[0].sweep.entrants]},
        style=_file("page.css"),
        controls='<div id="tip" class="facts" hidden></div>',
    )


def _head(report: Report) -> str:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{_lines(text)}</dd>" for name, text in report.facts.items())
    warnings = "".join(f'<p class="note wrong">{_shown(text)}</p>' for text in report.warnings)
    return f'<dl class="run">{facts}</dl>{warnings}'


def _section(report: Report, section: Section, drawn: list[Plot]) -> Iterator[str]:
    first, *others = tables(section)
    whole = section is report.sections[0]
    if whole:
        yield f"<h2>{_shown(section.title)}</h2>"
    yield _table(first)
    if whole and len(report.sections) > 1:
        yield _table(group_table(report.sections))
    yield f'<div>{_legend(section)}<div class="plots">'
    for plot in drawn:
        yield (
            f'<figure><figcaption>{escape(plot.title)}</figcaption><p class="note">{escape(plot.note)}</p>'
            f'<div class="plot" id="{_place(plot)}"></div></figure>'
        )
    yield "</div></div>"
    yield from map(_table, others)


def _folded(section: Section, number: int, inner: str, count: int) -> str:
    is_open = " open" if count - 1 <= _MOST_OPEN else ""
    return f'<details{is_open} data-section="{number}"><summary>{_shown(section.title)}</summary>{inner}</details>'


def _legend(section: Section) -> str:
    """Return the line of each entrant with its name; a click hides it in all plots with lines."""
    keys = "".join(
        f'<button type="button" aria-pressed="true" data-entrant="{entrant}"><svg width="30" height="8">'
        f'<line x1="0" y1="4" x2="30" y2="4" stroke="{color(entrant)}" stroke-width="3" '
        f'stroke-dasharray="{dash(entrant)}"/></svg> {_shown(section.sweep.entrants[entrant])}'
        "</button>"
        for entrant in section.compared.tolist()
    )
    return f'<div class="keys">{keys}</div>'


def _table(table: Table) -> str:
    """Return a table that is sorted by a click on the head of a column."""
    best, texts = table.best, table.texts
    head = "".join(
        f'<th class="{_side(column.kind)}"><button type="button">{_shown(column.title)}</button></th>'
        for column in table.columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_side(column.kind)}{" best" if (r, c) in best else ""}" data-value="{_sorted_by(value)}">'
            f"<span>{escape(texts[r][c])}</span></td>"
            for c, (column, value) in enumerate(zip(table.columns, row, strict=True))
        )
        + "</tr>"
        for r, row in enumerate(table.rows)
    )
    note = f'<p class="note">{_shown(table.note)}</p>' if table.note else ""
    return (
        f'<h3>{_shown(table.title)}</h3><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{note}"
    )


def _sorted_by(value: Value) -> str:
    return "" if value is None else escape(printable(str(value)))


def _side(kind: Kind) -> str:
    return "text" if kind is Kind.TEXT else "figure"


def _rules() -> str:
    rules = "".join(f"<li>{escape(rule)}</li>" for rule in RULES)
    return f'<section><h2>How it is counted</h2><ul class="rules">{rules}</ul></section>'


def _place(plot: Plot) -> str:
    return f"plot-{plot.figure.name}"


def _lines(text: str) -> str:
    return "\n".join(map(_shown, text.split("\n")))


def _shown(text: str) -> str:
    return escape(printable(text))


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
