"""Gantt charts as PNG, SVG and PDF."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.layout_engine import ConstrainedLayoutEngine

from optimizer.formats.files import write_whole
from optimizer.render.chart import drawable
from optimizer.render.convergence import convergences
from optimizer.render.curves import draw_convergence
from optimizer.render.headlines import headlines
from optimizer.render.labels import TEXT_SIZE
from optimizer.render.panels import Subject, draw
from optimizer.render.text import objective_title
from optimizer.result import Result

_METADATA = {
    "png": {"Software": "schedopt"},
    "svg": {"Creator": "schedopt", "Date": None},
    "pdf": {"Creator": "schedopt", "Producer": "schedopt", "CreationDate": None},
}
"""Fixed, so that the same schedule gives the same file."""

_FONTS = (
    "DejaVu Sans",
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Hiragino Sans", "PingFang SC", "Microsoft YaHei", "Yu Gothic"),
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Emoji", "Segoe UI Emoji"),
)
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "schedopt",
    "pdf.fonttype": 42,
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "font.family": "sans-serif",
    "font.size": TEXT_SIZE,
    "hatch.linewidth": 0.5,
    "agg.path.chunksize": 20_000,
}


class ShownFigure(Figure):
    """A figure that a notebook shows, whether or not it was told to show those of matplotlib."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        with _own_style():
            self.savefig(buffer, format="png")
        return buffer.getvalue()


def save_gantt_picture(results: Mapping[str, Result], path: Path) -> None:
    """Write the schedules of one instance above each other; parameters and errors as for ``export.save_gantt``."""
    _save(path, lambda figure: draw(figure, _subjects(results)))


def save_convergence_picture(results: Mapping[str, Result], path: Path) -> None:
    """Write how value and bound of runs came together; parameters and errors as for ``export.save_convergence``."""
    curves, first = convergences(results), next(iter(results.values()))
    title = objective_title(first.objective, first.problem.instance.time_unit)
    _save(path, lambda figure: draw_convergence(figure, curves, title))


def gantt_figure(results: Mapping[str, Result], title: str | None = None) -> ShownFigure:
    """Return the schedules of one instance above each other as a figure; ``title`` is for a single one."""
    with _own_style():
        return _figure(lambda figure: draw(figure, _subjects(results, title)))


def _subjects(results: Mapping[str, Result], title: str | None = None) -> list[Subject]:
    """Return what there is to draw; ``title`` stands above a single schedule instead of its headline."""
    drawn, titles = drawable(results), headlines(results)
    return [
        Subject(result.problem, schedule, title if title and len(drawn) == 1 else titles[name])
        for name, (result, schedule) in drawn.items()
    ]


def _save(path: Path, draw_into: Callable[[Figure], None]) -> None:
    kind = path.suffix.lower().removeprefix(".")
    buffer = BytesIO()
    with _own_style():
        figure = _figure(draw_into)
        _settle(figure)
        figure.savefig(buffer, format=kind, metadata=_METADATA[kind])
    write_whole(path, buffer.getvalue())


def _figure(draw_into: Callable[[Figure], None]) -> ShownFigure:
    figure = ShownFigure(layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.06))
    FigureCanvasAgg(figure)
    draw_into(figure)
    return figure


def _settle(figure: Figure) -> None:
    """Fix the layout on a grid: the last digits that its solver finds differ from run to run."""
    engine = figure.get_layout_engine()
    assert engine is not None, "every figure here has one"
    engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(edge, 6) for edge in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))


@contextmanager
def _own_style() -> Iterator[None]:
    """Draw with our settings whatever the user's are, and with boxes, not warnings, for glyphs that no font has."""
    installed = {font.name for font in fontManager.ttflist}
    fonts = [name for name in _FONTS if name in installed]
    with style.context(_STYLE | {"font.sans-serif": fonts}, after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"(?s)(Glyph .* missing|Matplotlib currently does not support)")
        yield
