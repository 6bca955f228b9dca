"""Several solvers on one instance, each against the best bound that any of them proved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from optimizer.errors import SchedoptError
from optimizer.instance import Instance
from optimizer.names import Objective, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits, Result, best_bound
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.monitor import Listener
from optimizer.solvers.solve import solve


@dataclass(frozen=True)
class Comparison:
    """What several solvers came to.

    Parameters
    ----------
    outcomes : mapping of str to Result or SchedoptError
        By the solver as it was asked for, in that order; an error is why there is no result.
    """

    outcomes: Mapping[str, Result | SchedoptError]

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of the solvers that answered."""
        return tuple(self.answers.values())

    @property
    def answers(self) -> dict[str, Result]:
        """The results of the solvers that answered, by the solver as it was asked for."""
        return {name: outcome for name, outcome in self.outcomes.items() if isinstance(outcome, Result)}

    @property
    def best_bound(self) -> float | None:
        """The largest lower bound that any of them proved; for schedules without preemption that keep deadlines."""
        return best_bound(self.results)


def compare(
    instance: Instance,
    solvers: Sequence[str],
    *,
    objective: Objective | str | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    warm_start: Schedule | None = None,
    time_step: int = 1,
    on_start: Callable[[str], Listener | None] | None = None,
) -> Comparison:
    """Run several solvers on ``instance``, one after the other, each with the same limits.

    A solver that fails or is not installed is an outcome like others, never the end of the comparison. After Ctrl-C
    the solver that runs keeps its best schedule, and no other begins.

    Parameters
    ----------
    instance : Instance
        What to solve.
    solvers : sequence of str
        Names, with options, as for :func:`~optimizer.solvers.solve.solve`.
    objective, limits, seed, warm_start, time_step
        As for :func:`~optimizer.solvers.solve.solve`.
    on_start : callable or None
        Takes the solver that begins and returns who hears of its progress.

    Raises
    ------
    UsageError, InstanceError
        A solver or option that does not exist, or an objective that the instance has no data for.
    """
    _require_sensible(instance, solvers, objective)
    outcomes: dict[str, Result | SchedoptError] = {}
    for solver in solvers:
        try:
            outcomes[solver] = solve(
                instance,
                solver,
                objective=objective,
                limits=limits,
                seed=seed,
                warm_start=warm_start,
                time_step=time_step,
                on_progress=None if on_start is None else on_start(solver),
            )
        except SchedoptError as error:
            outcomes[solver] = error
        if _interrupted(outcomes[solver]):
            break
    return Comparison(outcomes)


def _require_sensible(instance: Instance, solvers: Sequence[str], objective: Objective | str | None) -> None:
    """Raise UsageError or InstanceError for what no solver could answer, before the first one runs."""
    Problem.of(instance, None if objective is None else Objective(objective))
    for solver in solvers:
        entry, options = registry.parse(solver)
        if not entry.missing:
            registry.create(entry, options)


def _interrupted(outcome: Result | SchedoptError) -> bool:
    return isinstance(outcome, Result) and outcome.stopped_by is StoppedBy.INTERRUPT
