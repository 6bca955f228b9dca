"""The live lines of a sweep: what runs now, how much is done, failed and left, and how long that will take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from optimizer.bench.row import Row, Run
    from optimizer.bench.runner import Listener

_SHOWN = 8  # runs that are going on


class Lines:
    """What is known of a sweep, drawn anew several times a second."""

    def __init__(self) -> None:
        self._runs = self._before = self._done = self._failed = 0
        self._began = time.monotonic()
        self._going_on: dict[str, tuple[str, float]] = {}

    def planned(self, runs: int, done: int) -> None:
        """Hear how many runs there are, and how many of them have a row already."""
        self._runs, self._before, self._began = runs, done, time.monotonic()

    def begun(self, run: "Run", rehearsal: bool) -> None:
        """Hear of a run that begins, or of its rehearsal."""
        title = f"{run.group}  {run.instance}  {run.solver}  seed {run.seed}{'  rehearsal' if rehearsal else ''}"
        self._going_on[run.key] = title, time.monotonic()

    def finished(self, row: "Row") -> None:
        """Hear of a run that has ended."""
        from optimizer.bench.row import FAILURES

        self._going_on.pop(row.run.key, None)
        self._done += 1
        self._failed += row.outcome in FAILURES

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take, None before the first run has ended."""
        left = self._runs - self._before - self._done
        return (time.monotonic() - self._began) * left / self._done if self._done else None

    def __rich__(self) -> "RenderableType":
        from rich.columns import Columns
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        done, now = self._before + self._done, time.monotonic()
        parts = [f"{done} of {self._runs} done", f"{self._failed} failed", f"{self._runs - done} left"]
        if self.seconds_left is not None:
            parts.append(f"{_duration(self.seconds_left)} to go")
        bar = ProgressBar(total=max(1, self._runs), completed=done, width=30)
        running = [*self._going_on.values()]
        lines = [Text(f"  {title}  {_duration(now - begun)}", overflow="ellipsis") for title, begun in running[:_SHOWN]]
        more = [Text(f"  … and {len(running) - _SHOWN} more")] if len(running) > _SHOWN else []
        return Group(Columns([Text("   ".join(parts)), bar]), *lines, *more)


def _duration(seconds: float) -> str:
    """Return a time as ``12 s``, ``3:05`` or ``2:03:05``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def live_sweep(*, quiet: bool) -> "Iterator[Listener]":
    """Yield what hears of a sweep and shows it on stderr.

    Parameters
    ----------
    quiet : bool
        Show nothing, as where stderr is no terminal.
    """
    from rich.console import Console

    console, lines = Console(stderr=True), Lines()
    if quiet or not console.is_terminal:
        yield lines
        return
    from rich.live import Live

    with Live(lines, console=console, refresh_per_second=4, transient=True):
        yield lines
