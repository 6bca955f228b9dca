"""The one place where schedules and bounds of a running solver are judged, kept and passed on."""

import logging
import threading
import time
from collections.abc import Callable
from math import inf

from optimizer.kernels.generation import left_shifted
from optimizer.kernels.inputs import active_horizon
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits, Progress, relative_gap
from optimizer.schedule import Schedule
from optimizer.validation import deadline_excess, deadline_misses, violations

logger = logging.getLogger(__name__)

Listener = Callable[[Progress], None]


class Monitor:
    """Keeps the best schedule and bound of a run and tells the solver when to stop.

    It may be used from several threads. A schedule is kept only if the validator finds nothing wrong but missed
    deadlines; fewer misses, then smaller ones, come before a better value. ``schedules`` is how many an iterative
    search says it generated.

    Parameters
    ----------
    problem : Problem
        On the instance's own grid.
    limits : Limits
        What the run may use; the clock starts now.
    listener : callable or None
        Hears of each improvement.
    lower_bound : float
        No schedule has a smaller total cost; computed from integers.
    late_allowed : bool
        Whether a schedule that misses deadlines may be the answer; else it is kept, but not passed on as a value.
    working : Problem or None
        What the solver works on when that is a coarser problem: its schedules are shifted back onto the grid of
        ``problem``, and its bounds are taken only if that grid holds an optimal schedule. None: ``problem`` itself.
    """

    def __init__(
        self,
        problem: Problem,
        limits: Limits,
        *,
        lower_bound: float = -inf,
        listener: Listener | None = None,
        late_allowed: bool = True,
        working: Problem | None = None,
    ) -> None:
        self.problem = problem
        self.limits = limits
        self.costs = Costs.of(problem)
        self.schedule: Schedule | None = None
        self.misses = 0
        self.excess = 0
        self.total = inf
        self.lower_bound = -inf
        self._take_bound(lower_bound, exact=True)
        self.reason: StoppedBy | None = None
        self.trace: list[Progress] = []
        self.schedules = 0
        self._listener = listener
        self._late_allowed = late_allowed
        self.working = working or problem
        self._working_costs = self.costs if working is None else Costs.of(working)
        self._shifted: tuple[Schedule | None, Schedule | None] = None, None
        self._began = time.monotonic()
        self._stop = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._searches: list[Callable[[Schedule], None]] = []
        self._lock = threading.RLock()
        self._closed = False

    @classmethod
    def of_part(
        cls, parent: "Monitor", problem: Problem, limits: Limits, source: str, *, late_allowed: bool = True
    ) -> "Monitor":
        """Return the monitor of a part of a run; that of the run hears what it finds, under a name.

        Parameters
        ----------
        parent : Monitor
            That of the run.
        problem : Problem
            What the solvers of the run work on.
        limits : Limits
            What the part may use; the clock starts now.
        source : str
            Name of the part.
        late_allowed : bool
            Whether a schedule that misses deadlines may be the answer.
        """
        passed_on: Schedule | None = None

        def pass_on(_: Progress) -> None:
            nonlocal passed_on
            schedule = None if own.schedule is passed_on else own.schedule
            passed_on = own.schedule
            bound = None if own.lower_bound == -inf else own.lower_bound
            parent.report(schedule, bound, exact=True, source=source)

        own = cls(problem, limits, listener=pass_on, late_allowed=late_allowed)
        return own

    @property
    def exact(self) -> bool:
        """Whether the solver's optimum is that of the problem."""
        return self.problem.common_step % (self.working.time_step // self.problem.time_step) == 0

    @property
    def quality(self) -> tuple[int, int, float]:
        """Missed deadlines, by how many steps they are missed, and total cost of the best schedule, in this order."""
        return self.misses, self.excess, self.total

    @property
    def known_total(self) -> float:
        """Total cost of the best schedule, as the problem that the solver works on counts; infinite if any is late."""
        if self.misses or self.total == inf:
            return inf
        return self._working_costs.total_of(self.costs.value(self.total))

    def best_on_working_grid(self, *, late_allowed: bool = False) -> Schedule | None:
        """Return the best schedule as one of the problem that the solver works on, None if it is none there.

        It ends before the horizon of that problem; as long as the best schedule is the same, so is what is returned.

        Parameters
        ----------
        late_allowed : bool
            Whether it may miss deadlines.
        """
        with self._lock:
            best = self.schedule
            if best is None or best.preemptive or (self.misses and not late_allowed):
                return None
            if best is not self._shifted[0]:
                self._shifted = best, self._on_working_grid(best)
            shifted = self._shifted[1]
            late = shifted is not None and not late_allowed and deadline_misses(self.working, shifted)
            return None if late else shifted

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    @property
    def remaining(self) -> float:
        """Seconds left, infinite without a limit and never negative."""
        limit = self.limits.time_limit
        return inf if limit is None else max(0.0, limit - self.elapsed)

    @property
    def stopped(self) -> bool:
        """Whether the solver should end now."""
        if not self._stop.is_set() and self.remaining <= 0:
            self.stop(StoppedBy.TIME_LIMIT)
        return self._stop.is_set()

    def stop(self, reason: StoppedBy) -> None:
        """Ask the solver to end; the first reason counts."""
        with self._lock:
            if self._stop.is_set():
                return
            self.reason = reason
            self._stop.set()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once when the solver is asked to end, at once if it already was."""
        with self._lock:
            if not self._stop.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def start_with(self, lower_bound: float) -> None:
        """Take a bound on the total cost of ``problem`` itself, rounded up."""
        with self._lock:
            self._take_bound(lower_bound, exact=True)

    def start_from(self, schedule: Schedule) -> None:
        """Take a schedule of ``problem`` itself."""
        with self._lock:
            if self._take_schedule(schedule):
                self._tell()

    def report(
        self,
        schedule: Schedule | None = None,
        lower_bound: float | None = None,
        *,
        exact: bool = False,
        source: str | None = None,
    ) -> None:
        """Take a schedule, a bound on the total cost, or both.

        Parameters
        ----------
        schedule : Schedule or None
            Of the problem that the solver works on.
        lower_bound : float or None
            No schedule of that problem that keeps all deadlines has a smaller total cost.
        exact : bool
            Whether the bound was computed in integers.
        source : str or None
            The solver that found it, when the run has several.
        """
        with self._lock:
            if self._closed:
                return
            improved = schedule is not None and self._take_schedule(self._on_own_grid(schedule))
            if lower_bound is not None and self.exact:
                bound = self._working_costs.value(self._working_costs.rounded_up(lower_bound, exact=exact))
                improved |= self._take_bound(self.costs.total_of(bound), exact=True)
            if improved:
                self._tell(source)

    def suggest(self, schedule: Schedule) -> None:
        """Pass on a schedule, of the problem that the solver works on, that is worth a search from it, good or not."""
        with self._lock:
            callbacks = [] if self._closed else list(self._searches)
        for callback in callbacks:
            callback(schedule)

    def on_suggestion(self, callback: Callable[[Schedule], None]) -> None:
        """Call ``callback`` with each schedule that is suggested from now on."""
        with self._lock:
            self._searches.append(callback)

    def settle(self, schedule: Schedule) -> None:
        """Take a schedule of the problem that the solver works on, even if it is only as good as the one that is kept.

        Which of several threads was the first to report such a schedule does not decide about the outcome then.
        """
        with self._lock:
            if not self._closed:
                self._take_schedule(self._on_own_grid(schedule), or_equal=True)

    def advance(self, share: float) -> None:
        """Tell the listener how much of the run is done, 0 to 1."""
        if self._listener is not None:
            bound = None if self.lower_bound == -inf else self.costs.value(self.lower_bound)
            self._listener(Progress(self.elapsed, None, bound, share))

    def close(self) -> None:
        """Take nothing more; for a solver that did not end when asked to."""
        with self._lock:
            self._closed = True

    def _on_own_grid(self, schedule: Schedule) -> Schedule:
        return schedule if self.working is self.problem else left_shifted(self.problem, schedule)

    def _on_working_grid(self, schedule: Schedule) -> Schedule | None:
        if self.working is self.problem and schedule.end.max() <= active_horizon(self.problem):
            return schedule
        shifted = left_shifted(self.working, schedule)
        return None if violations(self.working, shifted, late_allowed=True) else shifted

    def _take_schedule(self, schedule: Schedule, *, or_equal: bool = False) -> bool:
        if broken := violations(self.problem, schedule, late_allowed=True):
            logger.warning("a schedule was refused: %s", broken[0])
            return False
        misses, excess = deadline_misses(self.problem, schedule), deadline_excess(self.problem, schedule)
        quality = misses, excess, total_cost(self.problem, self.costs, schedule)
        if self.schedule is not None and quality >= self.quality:
            if or_equal and quality == self.quality:
                self.schedule = schedule
            return False
        self.schedule, (self.misses, self.excess, self.total) = schedule, quality
        return True

    def _take_bound(self, lower_bound: float, *, exact: bool) -> bool:
        rounded = lower_bound if lower_bound == -inf else self.costs.rounded_up(lower_bound, exact=exact)
        if rounded <= self.lower_bound:
            return False
        self.lower_bound = rounded
        return True

    def _tell(self, source: str | None = None) -> None:
        passed_on = self.schedule is not None and (self._late_allowed or not self.misses)
        value = self.costs.value(self.total) if passed_on else None
        bound = None if self.lower_bound == -inf else self.costs.value(self.lower_bound)
        progress = Progress(self.elapsed, value, bound, source=source)
        self.trace.append(progress)
        if source is not None:
            known = {"value": value, "bound": bound}
            figures = (f"{name} {figure:.6g}" for name, figure in known.items() if figure is not None)
            logger.info("%.2f s: %s: %s", self.elapsed, source, ", ".join(figures))
        if self._listener is not None:
            self._listener(progress)
        if self.misses or (gap := relative_gap(value, bound)) is None:
            return
        if self.costs.closed(self.total, self.lower_bound):
            self.stop(StoppedBy.OPTIMALITY)
        elif 0 < gap <= self.limits.gap:
            self.stop(StoppedBy.GAP)
