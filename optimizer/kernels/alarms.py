"""A binary heap with one time a job, which may be changed or taken back; for compiled loops.

Williams 1964, "Algorithm 232: Heapsort", Communications of the ACM 7, with the place of each job kept.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.units import IntArray


class Alarms(NamedTuple):
    """Which job has something to come, and when.

    Parameters
    ----------
    job : int64[J + 1]
        The heap; the last number says how many there are.
    time : int64[J]
        When the alarm of each job rings.
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
    if alarms.place[j] < 0:
        alarms.place[j] = alarms.job[-1]
        alarms.job[alarms.job[-1]] = j
        alarms.job[-1] += 1
    alarms.time[j] = time
    _settle(alarms, alarms.place[j])


@kernel
def clear_alarm(alarms: Alarms, j: int) -> None:
    """Take back the alarm of job ``j``, if it has one."""
    place = alarms.place[j]
    if place < 0:
        return
    alarms.place[j] = -1
    alarms.job[-1] -= 1
    last = alarms.job[alarms.job[-1]]
    if last != j:
        alarms.job[place] = last
        alarms.place[last] = place
        _settle(alarms, place)


@kernel
def _settle(alarms: Alarms, place: int) -> None:
    """Move the entry at ``place`` to where it belongs."""
    j = alarms.job[place]
    while place > 0 and _sooner(alarms, j, alarms.job[(place - 1) // 2]):
        alarms.job[place] = alarms.job[(place - 1) // 2]
        alarms.place[alarms.job[place]] = place
        place = (place - 1) // 2
    size = alarms.job[-1]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _sooner(alarms, alarms.job[child + 1], alarms.job[child]):
            child += 1
        if not _sooner(alarms, alarms.job[child], j):
            break
        alarms.job[place] = alarms.job[child]
        alarms.place[alarms.job[place]] = place
        place = child
    alarms.job[place] = j
    alarms.place[j] = place


@kernel
def _sooner(alarms: Alarms, a: int, b: int) -> bool:
    if alarms.time[a] != alarms.time[b]:
        sooner: bool = alarms.time[a] < alarms.time[b]
        return sooner
    return a < b
