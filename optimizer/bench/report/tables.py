"""Tables with plain values, and their cells as text: one content for the page, Markdown and LaTeX."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from optimizer.render.text import number_text, printable

Value: TypeAlias = str | int | float | None

NOTHING = "–"
_SMALLEST_P = 0.001


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    NUMBER = "number"
    PROBABILITY = "probability"


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    title : str
        With the unit.
    kind : Kind
        Of its values.
    better : int
        Which value is the best: -1 the least, 1 the largest, 0 none.
    """

    title: str
    kind: Kind = Kind.COUNT
    better: int = 0

    def text(self, value: Value) -> str:
        """Return a value as it is shown."""
        if value is None:
            return NOTHING
        if isinstance(value, str):
            return printable(value)
        match self.kind:
            case Kind.PERCENT:
                return f"{100 * value:.2f}"
            case Kind.SECONDS:
                return number_text(value, 3)
            case Kind.NUMBER:
                return f"{value:.2f}"
            case Kind.PROBABILITY:
                return f"< {_SMALLEST_P}" if value < _SMALLEST_P else f"{value:.3f}"
        return f"{value:,}"


@dataclass(frozen=True)
class Table:
    """One table.

    Parameters
    ----------
    title : str
        What it shows.
    columns : sequence of Column
        The first is what a row is about.
    rows : sequence of sequence
        A value for each column.
    note : str
        How to read it.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    note: str = ""

    @property
    def texts(self) -> list[list[str]]:
        """The cells as text."""
        return [[column.text(v) for column, v in zip(self.columns, row, strict=True)] for row in self.rows]

    @property
    def best(self) -> set[tuple[int, int]]:
        """Row and column of the best values, as they are shown; none in a column where all are equal."""
        texts, found = self.texts, set()
        for c, column in enumerate(self.columns):
            known = [(column.better * row[c], r) for r, row in enumerate(self.rows) if isinstance(row[c], int | float)]  # type: ignore[operator]
            if column.better and known:
                top = texts[max(known)[1]][c]
                equal = {(r, c) for r, row in enumerate(texts) if row[c] == top}
                found |= equal if len(equal) < len(self.rows) else set()
        return found

    def without_zeros(self, *titles: str) -> "Table":
        """Return the table without those of these columns in which nothing is counted."""
        kept = [
            c for c, column in enumerate(self.columns) if column.title not in titles or any(row[c] for row in self.rows)
        ]
        columns, rows = [self.columns[c] for c in kept], [[row[c] for c in kept] for row in self.rows]
        return replace(self, columns=columns, rows=rows)
