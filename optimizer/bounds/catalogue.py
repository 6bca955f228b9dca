"""Every bound there is: what it is called, for which schedules it holds, what it costs, and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from optimizer.bounds.critical_path import critical_path_bound
from optimizer.bounds.cuts.cutting_planes import cutting_planes_bound
from optimizer.bounds.due_dates import number_late_bound, tardiness_bound
from optimizer.bounds.energy import energy_bound
from optimizer.bounds.lagrangian import lagrangian_bound
from optimizer.bounds.linear_program import is_in_reach, linear_program_bound
from optimizer.bounds.mean_busy_time import mean_busy_time_bound
from optimizer.bounds.request import Found, Request
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import NEVER, Problem


class Holds(StrEnum):
    """For which schedules a bound holds; each set contains the next."""

    ALWAYS = "all"
    WITHOUT_PREEMPTION = "without-preemption"
    ON_TIME = "without-preemption-on-time"

    def covers(self, *, preemptive: bool, late: bool) -> bool:
        """Return whether such schedules are among those that the bound holds for."""
        if self is Holds.ON_TIME:
            return not preemptive and not late
        return self is Holds.ALWAYS or not preemptive


class Effort(StrEnum):
    """What a bound costs."""

    CHEAP = "J log J"
    ITERATIVE = "J log J a round, as many rounds as there is time for"
    PROGRAM = "a linear program over jobs x times"


@dataclass(frozen=True)
class Bound:
    """One bound of the catalogue.

    Parameters
    ----------
    name : str
        What it is called; one that depends on what has to hold is listed for each.
    holds : Holds
        For which schedules.
    effort : Effort
        What it costs.
    source : str
        Where it comes from.
    objectives : frozenset of Objective
        Which it is for.
    compute : callable
        Returns a lower bound on the total cost.
    exact : bool
        Whether it adds up nothing but what jobs cost.
    suits : callable
        Whether a problem is not too large for it.
    """

    name: str
    holds: Holds
    effort: Effort
    source: str
    objectives: frozenset[Objective]
    compute: Callable[[Request], Found]
    exact: bool = False
    suits: Callable[[Problem], bool] = lambda problem: True

    def applies(self, problem: Problem) -> bool:
        """Return whether it is for ``problem``, and may say more than the others of its name."""
        if problem.objective not in self.objectives or not self.suits(problem):
            return False
        same = len(problem.profile_time) == problem.nodes and problem.mode_time.shape[1] == 1
        return not (self.effort is Effort.CHEAP and self.holds is not Holds.ALWAYS and same)

    def holds_for(self, problem: Problem) -> Holds:
        """Return for which schedules it holds, deadlines apart where ``problem`` has none."""
        no_deadlines = self.holds is Holds.ON_TIME and bool((problem.deadline == NEVER).all())
        return Holds.WITHOUT_PREEMPTION if no_deadlines else self.holds

    def total(self, request: Request) -> Found:
        """Return the least total cost that a schedule it holds for can have."""
        found = self.compute(request)
        return replace(found, total=self._trusted(request.costs, min(found.total, request.known)))

    def _trusted(self, costs: Costs, total: float) -> float:
        """Return the least total that a schedule can have, as far as floating point can be trusted."""
        if abs(total) == inf:
            return total
        return costs.rounded_up(total, exact=self.exact)


_SUMS = frozenset(objective for objective in Objective if not objective.is_maximum)
_MAXIMA = frozenset(Objective) - _SUMS
_TARDINESS = frozenset({Objective.TOTAL_TARDINESS, Objective.TOTAL_WEIGHTED_TARDINESS})
_NUMBER_LATE = frozenset({Objective.WEIGHTED_NUMBER_LATE})


def _cheap(
    name: str, bound: Callable[..., float], source: str, objectives: frozenset[Objective], *, exact: bool = False
) -> tuple[Bound, Bound]:
    """Return the two entries of a bound that is less for preemptive schedules."""

    def entry(holds: Holds, *, preemptive: bool) -> Bound:
        def compute(request: Request) -> Found:
            return Found(bound(request.problem, request.costs, preemptive=preemptive))

        return Bound(name, holds, Effort.CHEAP, source, objectives, compute, exact)

    return entry(Holds.ALWAYS, preemptive=True), entry(Holds.WITHOUT_PREEMPTION, preemptive=False)


CATALOGUE: tuple[Bound, ...] = (
    *_cheap(
        "critical-path", critical_path_bound, "each job with the cluster to itself (Kelley & Walker 1959)",
        frozenset(Objective), exact=True,
    ),
    *_cheap("energy", energy_bound, "Jackson 1955; Carlier & Pinson 1989", _MAXIMA),
    *_cheap("mean-busy-time", mean_busy_time_bound, "Goemans et al. 2002", _SUMS - _NUMBER_LATE),
    *_cheap("ends-by-work", tardiness_bound, "Schrage 1968; Chu 1992", _TARDINESS),
    *_cheap("work-until-due", number_late_bound, "Moore 1968", _NUMBER_LATE),
    Bound(
        "lagrangian", Holds.ON_TIME, Effort.ITERATIVE, "Christofides et al. 1987; Barahona & Anbil 2000", _SUMS,
        lagrangian_bound,
    ),
    Bound(
        "linear-program", Holds.ON_TIME, Effort.PROGRAM, "Pritsker, Watters & Wolfe 1969; Dyer & Wolsey 1990",
        frozenset(Objective), linear_program_bound, suits=is_in_reach,
    ),
    Bound(
        "cutting-planes", Holds.ON_TIME, Effort.PROGRAM, "Boccia et al. 2008; Sousa & Wolsey 1992",
        frozenset(Objective), cutting_planes_bound, suits=is_in_reach,
    ),
)  # fmt: skip
"""The cheapest first."""

CHEAP = tuple(entry for entry in CATALOGUE if entry.effort is Effort.CHEAP)
"""Those that are known at once."""


def cheap_bound(problem: Problem, costs: Costs, *, preemptive: bool) -> float:
    """Return the best bound on the total cost that is known at once; for late schedules too, and rounded up.

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs.
    preemptive : bool
        Whether it also has to hold for preemptive schedules.
    """
    request = Request(problem, costs)
    return max(
        entry.total(request).total
        for entry in CHEAP
        if entry.applies(problem) and entry.holds.covers(preemptive=preemptive, late=True)
    )
