"""The live line of a run: incumbent, bound and gap, on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from optimizer.result import Progress
    from optimizer.solvers.monitor import Listener


_AT_ONCE = 1.0  # seconds: what takes less needs no bar
_BAR = 30


class _Line:
    """What is known so far, drawn anew several times a second."""

    def __init__(self, title: str) -> None:
        import time

        self._title = title
        self._clock = time.monotonic
        self._began = self._clock()
        self._latest: Progress | None = None

    def hear(self, progress: "Progress") -> None:
        self._latest = progress

    def __rich__(self) -> "RenderableType":
        from rich.columns import Columns
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        from optimizer.render.text import number_text, percent_text

        parts = [self._title, f"{self._clock() - self._began:.1f} s"]
        if self._latest is not None:
            known = {"value": self._latest.value, "bound": self._latest.lower_bound}
            parts += [f"{name} {number_text(figure)}" for name, figure in known.items() if figure is not None]
            parts += [] if self._latest.gap is None else [f"gap {percent_text(self._latest.gap)}"]
        text = Text("   ".join(parts))
        if self._latest is None or self._latest.share is None or self._clock() - self._began < _AT_ONCE:
            return text
        return Columns([text, ProgressBar(total=1.0, completed=self._latest.share, width=_BAR)])


@contextmanager
def live_solvers(*, quiet: bool) -> "Iterator[Callable[[str], Listener | None]]":
    """Yield what takes the name of a solver that begins and returns its listener, shown on stderr while it runs.

    Parameters
    ----------
    quiet : bool
        Show nothing, as where stderr is no terminal; the listener is then None.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda solver: None
        return
    from rich.live import Live

    with Live(console=console, refresh_per_second=8, transient=True) as live:

        def begin(solver: str) -> "Listener":
            line = _Line(solver)
            live.update(line)
            return line.hear

        yield begin
