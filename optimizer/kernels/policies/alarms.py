"""A heap with one time a job, which may be changed or taken back; for compiled loops.

Williams 1964, "Algorithm 232: Heapsort", Communications of the ACM 7, with the place of each job kept, and with four
branches (Johnson 1975, "Priority queues with update and finding minimum spanning trees", Information Processing
Letters 4), whose times lie side by side in memory.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.units import IntArray

_BRANCHES = 4


class Alarms(NamedTuple):
    """Which job has something to come, and when.

    Parameters
    ----------
    job : int64[J + 1]
        The heap; the last number says how many there are.
    time : int64[J]
        When the alarm rings of the job at each place of the heap.
    place : int64[J]
        Where each job is in the heap, -1 without an alarm.
    """

    job: IntArray
    time: IntArray
    place: IntArray


def new_alarms(jobs: int) -> Alarms:
    """Return no alarms."""
    return Alarms(np.zeros(jobs + 1, dtype=np.int64), np.zeros(jobs, dtype=np.int64), np.full(jobs, -1))


@kernel
def set_alarm(alarms: Alarms, j: int, time: int) -> None:
    """Let the alarm of job ``j`` ring at ``time``, instead of when it was to ring before."""
    place = alarms.place[j]
    if place < 0:
        place = alarms.job[-1]
        alarms.job[-1] += 1
    _settle(alarms, place, j, time)


@kernel
def clear_alarm(alarms: Alarms, j: int) -> None:
    """Take back the alarm of job ``j``, if it has one."""
    place = alarms.place[j]
    if place < 0:
        return
    alarms.place[j] = -1
    alarms.job[-1] -= 1
    last = alarms.job[-1]
    if place != last:
        _settle(alarms, place, alarms.job[last], alarms.time[last])


@kernel
def _settle(alarms: Alarms, place: int, j: int, time: int) -> None:
    """Put job ``j`` where it belongs, when what is at ``place`` may be overwritten."""
    while place > 0 and _later(alarms, (place - 1) // _BRANCHES, j, time):
        _move(alarms, (place - 1) // _BRANCHES, place)
        place = (place - 1) // _BRANCHES
    child = _BRANCHES * place + 1
    while child < alarms.job[-1]:
        for other in range(child + 1, min(_BRANCHES * place + 1 + _BRANCHES, alarms.job[-1])):
            if _later(alarms, child, alarms.job[other], alarms.time[other]):
                child = other
        if _later(alarms, child, j, time):
            break
        _move(alarms, child, place)
        place, child = child, _BRANCHES * child + 1
    alarms.job[place], alarms.time[place], alarms.place[j] = j, time, place


@kernel
def _move(alarms: Alarms, source: int, target: int) -> None:
    alarms.job[target], alarms.time[target] = alarms.job[source], alarms.time[source]
    alarms.place[alarms.job[target]] = target


@kernel
def _later(alarms: Alarms, place: int, j: int, time: int) -> bool:
    """Return whether the alarm at ``place`` rings after that of job ``j`` at ``time``; equal ones go by job."""
    later: bool = alarms.time[place] > time or (alarms.time[place] == time and alarms.job[place] > j)
    return later
