"""Several solvers on one instance, each against the best bound that is known for its kind of schedule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from optimizer.bounds.bound import Bounds, bounds_of
from optimizer.bounds.catalogue import CATALOGUE, CHEAP
from optimizer.errors import SchedoptError
from optimizer.instance import Instance
from optimizer.names import Objective, Status, StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits, Result
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
    catalogue : Bounds or None
        What the bounds of the catalogue came to; None: they were not asked.
    """

    outcomes: Mapping[str, Result | SchedoptError]
    catalogue: Bounds | None = None

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of the solvers that answered."""
        return tuple(self.answers.values())

    @property
    def answers(self) -> dict[str, Result]:
        """The results of the solvers that answered, by the solver as it was asked for."""
        return {name: outcome for name, outcome in self.outcomes.items() if isinstance(outcome, Result)}

    @property
    def bounded(self) -> dict[str, Result]:
        """The results of the solvers that answered, each with the best bound that holds for it, whoever proved it."""
        return {name: replace(result, lower_bound=self.bounds[name]) for name, result in self.answers.items()}

    @property
    def best_bound(self) -> float | None:
        """The largest lower bound that anything proved; for schedules without preemption that keep all deadlines."""
        return _largest(self._from_catalogue(), *(result.lower_bound for result in self.results))

    @property
    def bounds(self) -> dict[str, float | None]:
        """The largest lower bound that holds for the schedules that each of the solvers may return."""
        return {name: self._bound_on(result) for name, result in self.outcomes.items() if isinstance(result, Result)}

    def _bound_on(self, result: Result) -> float | None:
        """Return the best bound on a schedule like that of ``result``; one of another solver may not hold for it."""
        late = result.status is Status.LATE
        if late or result.preemptive:
            return _largest(self._from_catalogue(preemptive=result.preemptive, late=late), result.lower_bound)
        return self.best_bound

    def _from_catalogue(self, *, preemptive: bool = False, late: bool = False) -> float | None:
        return None if self.catalogue is None else self.catalogue.best(preemptive=preemptive, late=late)


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
    """Run several solvers on ``instance``, one after the other, each with the same limits, and then the bounds.

    A solver that fails or is not installed is an outcome like others, never the end of the comparison. After Ctrl-C
    the solver that runs keeps its best schedule, and no other begins. Then come the bounds of the catalogue, with the
    limits of one solver; only those that are known at once after Ctrl-C or when the optimum is proven already.

    Parameters
    ----------
    instance : Instance
        What to solve.
    solvers : sequence of str
        Names, with options, as for :func:`~optimizer.solvers.solve.solve`.
    objective, limits, seed, warm_start, time_step
        As for :func:`~optimizer.solvers.solve.solve`.
    on_start : callable or None
        Takes the solver that begins and returns who hears of its progress; after them ``bound`` and the name of each.

    Returns
    -------
    Comparison
        The result of each solver, or its error, and the bounds.

    Raises
    ------
    UsageError, InstanceError
        A solver or option that does not exist, or an objective that the instance has no data for.
    """
    problem = _require_sensible(instance, solvers, objective)
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
    return Comparison(outcomes, _catalogue(problem, outcomes, limits or Limits(), on_start))


def _catalogue(
    problem: Problem,
    outcomes: Mapping[str, Result | SchedoptError],
    limits: Limits,
    on_start: Callable[[str], Listener | None] | None,
) -> Bounds:
    """Return what the catalogue says about the best schedules, the best of ``outcomes`` known."""
    results = [outcome for outcome in outcomes.values() if isinstance(outcome, Result)]
    enough = any(result.status in (Status.OPTIMAL, Status.INFEASIBLE) and not result.preemptive for result in results)
    entries = CHEAP if enough or any(map(_interrupted, results)) else CATALOGUE
    costs = Costs.of(problem)
    known = [
        total_cost(problem, costs, result.schedule)
        for result in results
        if result.schedule is not None and result.status is not Status.LATE and not result.preemptive
    ]
    return bounds_of(
        problem,
        limits,
        known=min(known, default=inf),
        entries=entries,
        on_start=None if on_start is None else lambda name: on_start(f"bound {name}"),
    )


def _largest(*bounds: float | None) -> float | None:
    return max((bound for bound in bounds if bound is not None), default=None)


def _require_sensible(instance: Instance, solvers: Sequence[str], objective: Objective | str | None) -> Problem:
    """Return the problem; raise UsageError or InstanceError for what no solver could answer, before the first runs."""
    problem = Problem.of(instance, None if objective is None else Objective(objective))
    for solver in solvers:
        entry, options = registry.parse(solver)
        if not entry.missing:
            registry.create(entry, options)
    return problem


def _interrupted(outcome: Result | SchedoptError) -> bool:
    return isinstance(outcome, Result) and outcome.stopped_by is StoppedBy.INTERRUPT
