"""Text in a picture that is cut to the room it has."""

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

TEXT_SIZE = 9.0
_FEWEST_CHARACTERS = 8


class Ruler:
    """Measures text as it will be drawn.

    Parameters
    ----------
    figure : Figure
        Where it will be drawn.
    """

    def __init__(self, figure: Figure) -> None:
        self.dpi = figure.dpi
        self._renderer = RendererAgg(1, 1, figure.dpi)  # type: ignore[no-untyped-call]

    def width(self, text: str, size: float = TEXT_SIZE) -> float:
        """Return the width of ``text`` in inches."""
        font = FontProperties(size=size)
        width, _, _ = self._renderer.get_text_width_height_descent(text, font, False)  # type: ignore[no-untyped-call]
        return float(width) / self.dpi

    def cut(self, text: str, room: float, size: float = TEXT_SIZE) -> str:
        """Return ``text`` cut to ``room`` inches, with an ellipsis at the cut."""
        width = self.width(text, size)
        if len(text) <= 1 or width <= room:
            return text
        kept = min(len(text) - 1, int(len(text) * room / width) + 2)
        while kept > 1 and self.width(f"{text[:kept]}…", size) > room:
            kept -= 1
        return f"{text[:kept].rstrip()}…"

    def label(self, text: str, room: float, size: float = TEXT_SIZE) -> str:
        """Return ``text`` cut to ``room`` inches, or nothing when too little of it would be left.

        Of parts that commas separate only whole ones stay: a number that is cut looks like another one.
        """
        label = self.cut(text, room, size)
        if label != text and ", " in label:
            label = f"{label.rpartition(', ')[0]}, …"
        fits = self.width(label, size) <= room and (label == text or len(label) > _FEWEST_CHARACTERS)
        return label if fits else ""
