"""Forward-backward improvement of a schedule whose objective is a maximum.

Double justification: Valls, Ballestín & Quintanilla 2005, "Justification and RCPSP: a technique that pays", European
Journal of Operational Research 165; here also with lags, nodes, unavailability, and for the largest lateness.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import objective_cost
from optimizer.kernels.search.justification import shift_right
from optimizer.kernels.search.ordering import sort_by_key
from optimizer.kernels.serial import Plan, shift_left
from optimizer.kernels.timeline import Timeline
from optimizer.units import FloatArray, IntArray

PASSES = 2
"""How many schedules an improvement generates."""


class Room(NamedTuple):
    """What an improvement works with: room for a key, a latest end and a number of each job."""

    key: FloatArray
    latest: IntArray
    scratch: IntArray


def new_room(jobs: int) -> Room:
    """Return room for ``jobs`` jobs."""
    latest, scratch = np.zeros((2, jobs), dtype=np.int64)
    return Room(np.zeros(jobs), latest, scratch)


@kernel_apart
def improve(inputs: Inputs, room: Room, order: IntArray, timeline: Timeline, plan: Plan) -> None:
    """Shift all jobs right as far as the largest cost allows, then left; no cost but deadlines kept gets worse.

    Parameters
    ----------
    inputs, room
        The problem, whose objective is a maximum, and room.
    order : int64[J]
        The jobs, none before a predecessor; afterwards by start. Jobs that start or end together keep their order.
    timeline : Timeline
        Room.
    plan : Plan
        A valid plan; afterwards the improved one, in the same modes and on the same nodes.
    """
    jobs, horizon, largest = len(order), 0, -np.inf
    for j in range(jobs):
        horizon = max(horizon, plan.end[j])
        largest = max(largest, objective_cost(inputs, plan.mode[j], plan.node[j], plan.end[j]))
    for j in range(jobs):
        m, speed = plan.mode[j], inputs.node_speed[plan.node[j]]
        counts = inputs.cost_slope[m, speed] > 0.0
        latest = min(horizon, inputs.cost_reference[m, speed] + int(largest)) if counts else horizon
        room.latest[j] = min(latest, max(inputs.deadline[j], plan.end[j]))
        room.key[j] = -plan.end[j]
    _reverse(order)
    sort_by_key(order, room.key, room.scratch)
    shift_right(inputs, order, room.latest, timeline, plan)
    _reverse(order)
    _sort_by_start(room, order, plan)
    shift_left(inputs, order, timeline, plan)
    _sort_by_start(room, order, plan)


@kernel
def _reverse(order: IntArray) -> None:
    last = len(order) - 1
    for i in range(len(order) // 2):
        order[i], order[last - i] = order[last - i], order[i]


@kernel
def _sort_by_start(room: Room, order: IntArray, plan: Plan) -> None:
    for j in range(len(order)):
        room.key[j] = plan.start[j]
    sort_by_key(order, room.key, room.scratch)
