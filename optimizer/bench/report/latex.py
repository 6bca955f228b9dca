"""The tables of a report as LaTeX, to be read in by a document that uses booktabs and longtable."""

import re
from collections.abc import Iterable, Iterator
from textwrap import wrap

from optimizer.bench.report.contents import printed_tables
from optimizer.bench.report.report import Report
from optimizer.bench.report.rules import RULES
from optimizer.bench.report.tables import NOTHING, Column, Kind, Table
from optimizer.render.text import printable

_ESCAPES = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        '"': r"\textquotedbl{}",
        "[": "{[}",  # at the beginning of a line it would be an option of the end of the one before, as would a star
        "*": "{*}",
        NOTHING: r"\textendash{}",
    }
)
_WIDEST = 12
"""Characters of a heading beside each other."""


def latex(report: Report) -> str:
    """Return the tables of a report: all of the whole, and the figures of each group; facts and rules as comments."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"% {printable(report.title)}"
    yield r"% \usepackage{booktabs,longtable}, and \usepackage[T1]{fontenc} for pdfLaTeX"
    texts = [f"{name}: {text}" for name, text in report.facts.items()]
    for text in (*texts, *report.warnings, *RULES):
        yield f"% {printable(text.replace(chr(10), '; '))}"
    for number, table in enumerate(printed_tables(report.sections), 1):
        yield from _table(table, f"tab:schedopt-{number}")


def _table(table: Table, label: str) -> Iterator[str]:
    head = [_line(_heading(column) for column in table.columns), r"\midrule"]
    note = f" {escaped(table.note)}" if table.note else ""
    yield ""
    yield r"\begingroup\small\setlength{\tabcolsep}{4pt}"
    yield rf"\begin{{longtable}}{{{''.join('l' if column.kind is Kind.TEXT else 'r' for column in table.columns)}}}"
    yield rf"\caption{{{escaped(table.title)}.{note}}}\label{{{label}}}\\"
    yield from (r"\toprule", *head, r"\endfirsthead")
    yield from (r"\toprule", *head, r"\endhead")
    yield from (r"\bottomrule", r"\endfoot")
    best = table.best
    for r, row in enumerate(table.texts):
        yield _line(rf"\textbf{{{escaped(text)}}}" if (r, c) in best else escaped(text) for c, text in enumerate(row))
    yield r"\end{longtable}"
    yield r"\endgroup"


def _heading(column: Column) -> str:
    """Return the title of a column, above each other what would make the column wide."""
    lines = [escaped(line) for line in wrap(column.title, _WIDEST, break_long_words=False, break_on_hyphens=False)]
    side = "l" if column.kind is Kind.TEXT else "r"
    stacked = r"\\".join(lines)
    return rf"\shortstack[{side}]{{{stacked}}}" if len(lines) > 1 else stacked


def _line(cells: Iterable[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def escaped(text: str) -> str:
    """Return text that LaTeX sets as it is; braces keep two hyphens from becoming a dash."""
    return re.sub("-(?=-)", "-{}", printable(text).translate(_ESCAPES))
