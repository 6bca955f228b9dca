"""What passes between a part in a process of its own and the run that it belongs to: pickled, one after another."""

import pickle
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Lock, Thread
from typing import IO

from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer


@dataclass(frozen=True)
class Assignment:
    """What a part has to do; the first message to its process.

    Parameters
    ----------
    solver : str
        ``name`` or ``name:key=value,...``, as in the registry.
    problem, limits, seed, warm_start
        As a solver gets them.
    """

    solver: str
    problem: Problem
    limits: Limits
    seed: int
    warm_start: Schedule | None


@dataclass(frozen=True)
class Offer:
    """A better schedule, a better bound on the total cost, or both; to a part only schedules are offered."""

    schedule: Schedule | None = None
    lower_bound: float | None = None


@dataclass(frozen=True)
class Suggestion:
    """A schedule of a part that is worth a search from it."""

    schedule: Schedule


@dataclass(frozen=True)
class Stop:
    """The part should end."""


@dataclass(frozen=True)
class Note:
    """What the log of the part's process says, with its level."""

    level: int
    text: str


Message = Assignment | Offer | Suggestion | Stop | Note | Answer


class Channel:
    """Two pipes, one for each direction.

    Parameters
    ----------
    incoming, outgoing : binary files
        To read from and to write to.
    """

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._lock = Lock()

    def send(self, message: Message) -> bool:
        """Send a message; return whether the other end is still there."""
        try:
            with self._lock:
                pickle.dump(message, self._outgoing, pickle.HIGHEST_PROTOCOL)
                self._outgoing.flush()
        except (BrokenPipeError, ValueError):
            return False
        return True

    def receive(self) -> Message | None:
        """Return the next message, once it is there; None when the other end is gone."""
        try:
            message: Message = pickle.load(self._incoming)
        except (EOFError, pickle.UnpicklingError, ValueError, OSError):
            return None
        return message

    def close(self) -> None:
        """Close both pipes; what still waits in them is lost."""
        for pipe in (self._outgoing, self._incoming):
            with suppress(OSError):
                pipe.close()


class Sender:
    """Sends from a thread of its own, so that nobody waits for a process that hangs.

    Messages go in the order in which they come, but one that still waits gives its place to a later one of its kind:
    only the latest offer counts.

    Parameters
    ----------
    channel : Channel
        Where to.
    first : Message
        What goes before all others.
    """

    def __init__(self, channel: Channel, first: Message) -> None:
        self._channel = channel
        self._waiting: dict[type[Message], Message] = {type(first): first}
        self._changed = Condition()
        self._closed = False
        self._thread = Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        """Send a message soon."""
        with self._changed:
            self._waiting[type(message)] = message
            self._changed.notify()

    def close(self) -> None:
        """Send nothing more; wait for a message under way, which ends with the process that it goes to."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (message := self._next()) is not None and self._channel.send(message):
            pass

    def _next(self) -> Message | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            return None if self._closed else self._waiting.pop(next(iter(self._waiting)))
