"""Work that may take long, in a thread of its own, so that Ctrl-C and limits reach it at any moment."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

_LOOK = 0.2
"""Seconds between two looks at whether the work should end."""


def outcome_of(
    work: Callable[[], T], name: str, *, stopped: Callable[[], bool], interrupt: Callable[[], bool], grace: float
) -> T | BaseException | None:
    """Return what ``work`` returns or raises; None if it did not end when it was asked to.

    Parameters
    ----------
    work : callable
        What to do.
    name : str
        Of the thread.
    stopped : callable
        Returns whether the work was asked to end.
    interrupt : callable
        Is called at Ctrl-C, asks the work to end, and returns whether to wait for that.
    grace : float
        Seconds to wait after the work was asked to end, >= 0.
    """
    outcome: list[T | BaseException] = []
    ended = Event()

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # for the thread that waits
            outcome.append(error)
        finally:
            ended.set()

    Thread(target=run, name=name, daemon=True).start()
    _wait(ended, stopped, interrupt, grace)
    return outcome[0] if outcome else None


def _wait(ended: Event, stopped: Callable[[], bool], interrupt: Callable[[], bool], grace: float) -> None:
    """Wait for an event: ``Thread.join`` takes a thread for ended once Ctrl-C broke it off (Python 3.11)."""
    asked = None
    while not ended.is_set() and (asked is None or time.monotonic() - asked < grace):
        try:
            ended.wait(_LOOK)
        except KeyboardInterrupt:
            if not interrupt():
                return
        if asked is None and stopped():
            asked = time.monotonic()
