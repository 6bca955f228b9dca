"""Lines of characters: cells that can be overwritten, the glyphs of charts, text that fits and can be encoded."""

from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from optimizer.render.text import printable


@dataclass(frozen=True)
class Glyphs:
    """The characters of a chart.

    Parameters
    ----------
    full, next, late : str
        A running job; the next one in the same row; the part of one after its deadline.
    partial : str
        The left 1/8 to 7/8 of ``full``; empty when bars only take whole cells.
    right_half, right_eighth : str
        Parts of ``full`` where a bar begins within a cell.
    waiting, deadline, due : str
        Marks of a job.
    levels : str
        From almost nothing to full.
    closed, excess : str
        No capacity; more in use than there is.
    axis, tick : str
        The time axis.
    ellipsis : str
        Where text was cut.
    """

    full: str
    next: str
    late: str
    partial: str
    right_half: str
    right_eighth: str
    waiting: str
    deadline: str
    due: str
    levels: str
    closed: str
    excess: str
    axis: str
    tick: str
    ellipsis: str

    def part(self, left: float, right: float) -> str:
        """Return a cell that is full from ``left`` to ``right``, 0 <= left < right <= 1."""
        if not self.partial or right - left >= 15 / 16:
            return self.full
        if left == 0 or (right < 1 and left + right < 1):
            return self.partial[max(1, round(8 * (right - left))) - 1]
        return self.full if left < 1 / 4 else self.right_half if left < 3 / 4 else self.right_eighth


UNICODE = Glyphs("█", "▒", "▓", "▏▎▍▌▋▊▉", "▐", "▕", "·", "┃", "┊", "▁▂▃▄▅▆▇█", "╳", "▲", "─", "┬", "…")
ASCII = Glyphs("#", "%", "=", "", "#", "#", ".", "|", ":", "_.-+*%@#", "x", "!", "-", "+", "~")


class Line:
    """Cells of a line, blank at first.

    Parameters
    ----------
    width : int
        How many.
    """

    def __init__(self, width: int) -> None:
        self.cells = [" "] * width
        self.styles = [""] * width

    def put(self, column: int, text: str, style: str = "") -> None:
        """Write ``text`` from ``column`` on, unless it would leave the line."""
        columns = range(column, column + cell_len(text))
        if columns.start < 0 or columns.stop > len(self.cells) or not columns:
            return
        for c in columns:
            self.cells[c], self.styles[c] = "", style
        self.cells[column] = text

    def text(self) -> Text:
        """Return the line with its styles."""
        line = Text(no_wrap=True, overflow="crop")
        for style, columns in groupby(range(len(self.cells)), self.styles.__getitem__):
            line.append("".join(self.cells[c] for c in columns), style)
        return line


def encodable(text: str, encoding: str) -> str:
    """Return ``text`` with everything that cannot be seen or encoded as visible escapes."""
    return printable(text).encode(encoding, "backslashreplace").decode(encoding)


def fitted(text: str, width: int, ellipsis: str = "…") -> str:
    """Return ``text`` cut to ``width`` cells, an ellipsis at the cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ellipsis if width > 1 else ellipsis[:width]
