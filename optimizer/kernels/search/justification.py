"""The right shift, and forward-backward improvement.

Valls, Ballestín & Quintanilla 2005, "Justification and RCPSP: a technique that pays", European Journal of Operational
Research 165: all jobs as late as possible without a later end of the whole, then all as early as possible.
"""

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.serial import Plan
from optimizer.kernels.timeline import FIRST, Timeline, entry_at, exceeds, reserve, reset
from optimizer.units import IntArray


@kernel
def latest_start(timeline: Timeline, node: int, limit: int, duration: int, demand: IntArray, mode: int) -> int:
    """Return the last start from which capacity suffices for ``duration`` without a gap, up to an end at ``limit``.

    Parameters
    ----------
    timeline, node
        Where to look.
    limit, duration : int
        Latest end and length; a job of length 0 needs no capacity.
    demand : int64[M, K]
        Demands, of which row ``mode`` counts.

    Returns
    -------
    int
        Negative when there is no such start.
    """
    start = limit - duration
    if duration == 0 or start < 0:
        return start
    for entry in range(entry_at(timeline, node, limit - 1), timeline.part[node, FIRST] - 1, -1):
        if exceeds(demand, mode, timeline.level, entry):
            start = timeline.time[entry] - duration
        if timeline.time[entry] <= start or start < 0:
            break
    return start


@kernel
def shift_right(inputs: Inputs, order: IntArray, latest: IntArray, timeline: Timeline, plan: Plan) -> None:
    """Place all jobs as late as possible, in the modes and on the nodes of ``plan``.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    order : int64[J]
        The jobs, none before a successor. By descending end in a valid schedule every job finds a place, no earlier
        than it had: the mirror image of the left shift.
    latest : int64[J]
        Latest end of each job; afterwards also what its successors leave.
    timeline, plan
        The result.
    """
    reset(timeline, inputs)
    for j in order:
        m, v = plan.mode[j], plan.node[j]
        duration = inputs.mode_time[m, inputs.node_speed[v]]
        start = latest_start(timeline, v, latest[j], duration, inputs.mode_demand, m)
        plan.start[j], plan.end[j] = start, start + duration
        reserve(timeline, v, start, duration, inputs.mode_demand, m)
        for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
            p = inputs.predecessor_job[e]
            latest[p] = min(latest[p], start - inputs.predecessor_lag[e])
