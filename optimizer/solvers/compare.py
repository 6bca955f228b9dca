"""Several solvers on one instance, each against the best bound that any of them proved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.errors import SchedoptError
from optimizer.instance import Instance
from optimizer.names import Objective
from optimizer.result import Limits, Result
from optimizer.schedule import Schedule
from optimizer.solvers.monitor import Listener
from optimizer.solvers.solve import solve


@dataclass(frozen=True)
class Failure:
    """A solver that could not answer.

    Parameters
    ----------
    solver : str
        As it was asked for.
    reason : str
        Why, in one message.
    """

    solver: str
    reason: str


@dataclass(frozen=True)
class Comparison:
    """What the solvers came to, in the order in which they were asked for."""

    rows: tuple[Result | Failure, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """The rows of solvers that answered."""
        return tuple(row for row in self.rows if isinstance(row, Result))

    @property
    def best_bound(self) -> float | None:
        """The largest bound that holds for every schedule that keeps the deadlines and is not preemptive."""
        bounds = [result.lower_bound for result in self.results if result.lower_bound is not None]
        return max(bounds, default=None)


def compare(
    instance: Instance,
    solvers: Sequence[str],
    *,
    objective: Objective | str | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    warm_start: Schedule | None = None,
    time_step: int = 1,
    on_progress: Callable[[str], Listener | None] | None = None,
) -> Comparison:
    """Run several solvers on ``instance``, one after the other, each with the same limits.

    A solver that fails or is not installed is a row with its reason, never the end of the comparison.

    Parameters
    ----------
    instance : Instance
        What to solve.
    solvers : sequence of str
        Names, with options, as for :func:`~optimizer.solvers.solve.solve`.
    objective, limits, seed, warm_start, time_step
        As for :func:`~optimizer.solvers.solve.solve`.
    on_progress : callable or None
        Takes the solver that begins and returns who hears of its progress.
    """
    rows: list[Result | Failure] = []
    for solver in solvers:
        try:
            result = solve(
                instance,
                solver,
                objective=objective,
                limits=limits,
                seed=seed,
                warm_start=warm_start,
                time_step=time_step,
                on_progress=None if on_progress is None else on_progress(solver),
            )
        except SchedoptError as error:
            rows.append(Failure(solver, str(error)))
        else:
            rows.append(result)
    return Comparison(tuple(rows))
