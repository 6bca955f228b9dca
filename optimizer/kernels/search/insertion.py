"""Insertion search: jobs move one at a time to other places in the order of starts, and stay where nothing gets worse.

The neighbourhood of Bouleimen & Lecocq 2003, "A new efficient simulated annealing algorithm for the
resource-constrained project scheduling problem", European Journal of Operational Research 149, here as the descent
that a memetic algorithm gives its children (Moscato 1989, Caltech Concurrent Computation Program, report 826).
"""

from optimizer.kernels.compilation import kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below
from optimizer.kernels.search.moves import INSERT, change_order
from optimizer.kernels.search.neighbourhood import (
    CURRENT,
    DELTA,
    PLACED,
    Neighbourhood,
    adopt,
    keep_move,
    replace,
    undo_move,
)
from optimizer.kernels.serial import Plan, copy_plan
from optimizer.units import IntArray


@kernel_apart
def insert_jobs(
    inputs: Inputs, space: Neighbourhood, random: IntArray, plan: Plan, order: IntArray, placed: int
) -> int:
    """Improve a plan by insertions until about so many jobs were placed; return how many were.

    Parameters
    ----------
    inputs : Inputs
        A problem whose objective is a sum.
    space : Neighbourhood
        Room; overwritten.
    random : int64[4]
        Random numbers.
    plan : Plan
        A valid plan; afterwards one that costs no more.
    order : int64[J]
        The jobs by start, none before a predecessor.
    placed : int
        Jobs to place, beside those of the plan itself.
    """
    jobs = len(order)
    adopt(inputs, space, plan, order)
    end = space.counts[PLACED] + placed
    while space.counts[PLACED] < end:
        reach = jobs
        while reach > 1 and draw_below(random, 4) > 0:
            reach //= 2
        change_order(inputs, space, random, INSERT, reach)
        if replace(inputs, space, 0.0) and space.totals[DELTA] <= 0.0:
            keep_move(space, space.totals[CURRENT] + space.totals[DELTA])
        else:
            undo_move(inputs, space)
    copy_plan(space.plan, plan)
    taken: int = space.counts[PLACED] - end + placed
    return taken
