"""The other end of a part that has a process of its own: ``python -m optimizer.solvers.portfolio.worker``."""

import logging
import os
import sys
from math import inf
from threading import Thread

from optimizer.names import StoppedBy
from optimizer.result import Progress
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.portfolio.messages import Assignment, Channel, Note, Offer, Suggestion


class _Notes(logging.Handler):
    """Sends on what is logged."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record."""
        self._channel.send(Note(record.levelno, record.getMessage()))


class _Reporter:
    """Sends on what a solver finds."""

    def __init__(self, assignment: Assignment, channel: Channel) -> None:
        self._channel = channel
        self._sent: tuple[float, float, float] = (inf, inf, inf)
        self._bound = -inf
        self.monitor = Monitor(assignment.problem, assignment.limits, listener=self._hear)
        self.monitor.on_suggestion(self._pass_on_suggestion)

    def take(self, offer: Offer) -> None:
        """Take over a better schedule that another part has found."""
        assert offer.schedule is not None
        self.monitor.start_from(offer.schedule)

    def _pass_on_suggestion(self, schedule: Schedule) -> None:
        self._channel.send(Suggestion(schedule))

    def _hear(self, _: Progress) -> None:
        monitor = self.monitor
        schedule = monitor.schedule if monitor.quality < self._sent else None
        bound = monitor.lower_bound if monitor.lower_bound > self._bound else None
        self._sent, self._bound = min(monitor.quality, self._sent), max(monitor.lower_bound, self._bound)
        if schedule is not None or bound is not None:
            self._channel.send(Offer(schedule, bound))


def main() -> None:
    """Do the job that standard input names, and tell standard output."""
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what solvers print must not get between the messages
    channel = Channel(sys.stdin.buffer, outgoing)
    assignment = channel.receive()
    assert isinstance(assignment, Assignment)
    logging.basicConfig(handlers=[_Notes(channel)], level=logging.INFO)
    reporter = _Reporter(assignment, channel)
    Thread(target=_listen, args=(channel, reporter), daemon=True).start()
    try:
        channel.send(_solved(assignment, reporter.monitor))
    except Exception as error:  # a part that fails must not end the run
        channel.send(Note(logging.WARNING, f"failed: {type(error).__name__}: {error}"))
        os._exit(1)
    os._exit(0)  # no thread of a solver may keep the process


def _solved(assignment: Assignment, monitor: Monitor) -> Answer:
    solver = registry.create(*registry.parse(assignment.solver))
    start, seed = assignment.warm_start, assignment.seed
    return solver.solve(assignment.problem, assignment.limits, seed=seed, warm_start=start, monitor=monitor)


def _listen(channel: Channel, reporter: _Reporter) -> None:
    """Hear what the run says, until it is gone."""
    while (message := channel.receive()) is not None:
        if isinstance(message, Offer):
            reporter.take(message)
        else:
            reporter.monitor.stop(StoppedBy.FINISHED)
    os._exit(1)


if __name__ == "__main__":
    main()
