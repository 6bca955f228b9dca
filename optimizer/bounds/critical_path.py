"""Each job with the cluster to itself: the bound that is known first.

Arrivals, the longest chain of predecessors with their lags, and unavailability count (the critical path of Kelley &
Walker 1959, "Critical-path planning and scheduling", Proceedings of the Eastern Joint Computer Conference). No deadline
does, so it holds for late schedules too.
"""

from optimizer.bounds.windows import heads, least_costs
from optimizer.objective import Costs
from optimizer.problem import Problem


def critical_path_bound(problem: Problem, costs: Costs, *, preemptive: bool = False) -> float:
    """Return a lower bound on the total cost of every schedule, on time or late; O(J + E).

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs.
    preemptive : bool
        Whether it also has to hold for schedules in which jobs are preempted: these may step over unavailability.
    """
    head = heads(problem, blocked=not preemptive)
    return costs.total(least_costs(problem, costs, head, preemptive=preemptive))
