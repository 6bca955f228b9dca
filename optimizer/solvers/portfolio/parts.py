"""Parts of a run: solvers at work side by side, each with a monitor of its own that passes on what it finds."""

import logging
import signal
from dataclasses import dataclass, replace
from math import isfinite
from tempfile import TemporaryFile
from threading import Thread
from typing import Protocol

import psutil

from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.processes import last_words, resident, start_module
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.portfolio.messages import Assignment, Channel, Note, Offer, Sender, Stop, Suggestion

logger = logging.getLogger(__name__)

_WITHOUT_LIMIT = 600.0
"""Seconds of which parts get their share in a run without a limit, so that those behind them have their turn."""


@dataclass(frozen=True)
class Plan:
    """Which solver is to run as a part, and with what.

    Parameters
    ----------
    solver : str
        ``name`` or ``name:key=value,...``, as in the registry.
    threads : int
        How many it may use, >= 1.
    apart : bool
        Whether it runs in a process of its own, where it may crash, hang or eat memory.
    share : float
        Part of the time left when it begins that it may take, above 0 to 1; in a run without a limit, of ten minutes,
        and 1 is no limit.
    """

    solver: str
    threads: int
    apart: bool
    share: float = 1.0


class Part(Protocol):
    """A solver at work."""

    plan: Plan
    answer: Answer | None

    @property
    def ended(self) -> bool:
        """Whether it has ended, well or not."""
        ...

    @property
    def memory(self) -> int:
        """Bytes that a process of its own takes."""
        ...

    def offer(self, schedule: Schedule) -> None:
        """Let it know a better schedule, found by another part."""
        ...

    def ask_to_end(self) -> None:
        """Ask it to end soon."""
        ...

    def end(self, grace: float) -> None:
        """End it within so many seconds."""
        ...


class ThreadPart:
    """A part in a thread of this process.

    Parameters
    ----------
    plan : Plan
        What it is.
    problem, limits, seed, warm_start
        As a solver gets them; ``limits`` are those of the part.
    parent : Monitor
        Of the whole run.
    """

    def __init__(
        self, plan: Plan, problem: Problem, limits: Limits, seed: int, warm_start: Schedule | None, parent: Monitor
    ) -> None:
        self.plan = plan
        self.answer: Answer | None = None
        self._own = Monitor.of_part(parent, problem, limits, plan.solver)
        self._thread = Thread(target=self._run, args=(problem, limits, seed, warm_start), name=plan.solver, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether its thread is over."""
        return not self._thread.is_alive()

    @property
    def memory(self) -> int:
        """None of its own: it is in the process of the run."""
        return 0

    def offer(self, schedule: Schedule) -> None:
        """Let it know a better schedule, found by another part."""
        self._own.start_from(schedule)

    def ask_to_end(self) -> None:
        """Ask it to end soon."""
        self._own.stop(StoppedBy.FINISHED)

    def end(self, grace: float) -> None:
        """Wait so many seconds for its end; what is left of it is ignored."""
        self._thread.join(grace)
        self._own.close()

    def _run(self, problem: Problem, limits: Limits, seed: int, warm_start: Schedule | None) -> None:
        try:
            solver = registry.create(*registry.parse(self.plan.solver))
            self.answer = solver.solve(problem, limits, seed=seed, warm_start=warm_start, monitor=self._own)
        except Exception as error:  # a part that fails must not end the run
            logger.warning("%s failed: %s: %s", self.plan.solver, type(error).__name__, error)


class ProcessPart:
    """A part in a process of its own (:mod:`optimizer.solvers.portfolio.worker`).

    Parameters
    ----------
    plan, problem, limits, seed, warm_start, parent
        As for :class:`ThreadPart`.
    """

    def __init__(
        self, plan: Plan, problem: Problem, limits: Limits, seed: int, warm_start: Schedule | None, parent: Monitor
    ) -> None:
        self.plan = plan
        self.answer: Answer | None = None
        self._parent = parent
        self._asked = False
        self._errors = TemporaryFile()  # noqa: SIM115 - closed when the process is over
        self._process = start_module("optimizer.solvers.portfolio.worker", errors=self._errors)
        self._watched = psutil.Process(self._process.pid)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._channel = Channel(self._process.stdout, self._process.stdin)
        assignment = Assignment(plan.solver, problem, limits, seed, warm_start)
        self._sender = Sender(self._channel, assignment)
        self.process_id = self._process.pid
        self._thread = Thread(target=self._listen, name=plan.solver, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether its process is over and all that it said has been heard."""
        return not self._thread.is_alive()

    @property
    def memory(self) -> int:
        """Bytes that its process takes."""
        return resident(self._watched)

    def offer(self, schedule: Schedule) -> None:
        """Let it know a better schedule, found by another part."""
        self._sender.send(Offer(schedule))

    def ask_to_end(self) -> None:
        """Ask it to end soon."""
        self._asked = True
        self._sender.send(Stop())

    def end(self, grace: float) -> None:
        """Wait so many seconds for its end, then kill it; what it had said by then is heard."""
        self._thread.join(grace)
        self._asked = True
        self._process.kill()
        self._thread.join()

    def _listen(self) -> None:
        while (message := self._channel.receive()) is not None:
            match message:
                case Offer():
                    self._parent.report(message.schedule, message.lower_bound, exact=True, source=self.plan.solver)
                case Suggestion():
                    self._parent.suggest(message.schedule)
                case Answer():
                    self.answer = message
                case Note():
                    logger.log(message.level, "%s: %s", self.plan.solver, message.text)
        code = self._process.wait()
        if self.answer is None and not self._asked:
            words = last_words(self._errors.fileno())
            logger.warning("%s ended with %s%s", self.plan.solver, _status(code), words)
        self._sender.close()
        self._channel.close()
        self._errors.close()


def started(plan: Plan, problem: Problem, seed: int, warm_start: Schedule | None, parent: Monitor) -> Part:
    """Start a part of a run."""
    limits = replace(parent.limits, threads=plan.threads, time_limit=_seconds(plan.share, parent.remaining))
    kind = ProcessPart if plan.apart else ThreadPart
    return kind(plan, problem, limits, seed, warm_start, parent)


def _seconds(share: float, remaining: float) -> float | None:
    if isfinite(remaining):
        return max(0.01, share * remaining)
    return share * _WITHOUT_LIMIT if share < 1 else None


def _status(code: int) -> str:
    if code >= 0:
        return f"status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
