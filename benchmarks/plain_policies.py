"""Queueing policies for one pooled resource in plain Python, as fast as that reasonably gets: a yardstick for speed.

Jobs are given by lists of whole numbers, in the order in which they stand in the file; none is larger than the
capacity. The schedules are those of tests/policy_oracle.py.
"""

from bisect import bisect_right, insort
from collections import deque
from heapq import heappop, heappush

Numbers = list[int]


def _by_arrival(arrival: Numbers) -> Numbers:
    """Return the jobs in the order of their arrivals, equal ones as in the file."""
    return sorted(range(len(arrival)), key=arrival.__getitem__)


def fcfs(arrival: Numbers, duration: Numbers, size: Numbers, capacity: int) -> Numbers:
    """Return the starts of jobs that start strictly in the order of arrival."""
    starts = [0] * len(arrival)
    order = _by_arrival(arrival)
    running: list[tuple[int, int]] = []
    queue: deque[int] = deque()
    free, position, count = capacity, 0, len(order)
    while position < count or queue:
        if position < count and not (running and running[0][0] < arrival[order[position]]):
            now = arrival[order[position]]
        else:
            now = running[0][0]
        while running and running[0][0] <= now:
            free += heappop(running)[1]
        while position < count and arrival[order[position]] <= now:
            queue.append(order[position])
            position += 1
        while queue and (size[queue[0]] <= free or not duration[queue[0]]):
            j = queue.popleft()
            if duration[j]:
                free -= size[j]
                heappush(running, (now + duration[j], size[j]))
            starts[j] = now
    return starts


def sjf(arrival: Numbers, duration: Numbers, estimate: Numbers, size: Numbers, capacity: int) -> Numbers:
    """Return the starts when the waiting job of least estimate is next, and blocks the others while it does not fit."""
    starts = [0] * len(arrival)
    order = _by_arrival(arrival)
    running: list[tuple[int, int]] = []
    waiting: list[tuple[int, int, int]] = []
    free, position, count = capacity, 0, len(order)
    while position < count or waiting:
        if position < count and not (running and running[0][0] < arrival[order[position]]):
            now = arrival[order[position]]
        else:
            now = running[0][0]
        while running and running[0][0] <= now:
            free += heappop(running)[1]
        while position < count and arrival[order[position]] <= now:
            j = order[position]
            heappush(waiting, (estimate[j], position, j))
            position += 1
        while waiting:
            j = waiting[0][2]
            if duration[j]:
                if size[j] > free:
                    break
                free -= size[j]
                heappush(running, (now + duration[j], size[j]))
            heappop(waiting)
            starts[j] = now
    return starts


def easy(  # noqa: C901 - split up it would be no easier to read
    arrival: Numbers, duration: Numbers, estimate: Numbers, size: Numbers, capacity: int
) -> Numbers:
    """Return the starts in the order of arrival with EASY backfill."""
    starts = [0] * len(arrival)
    order = _by_arrival(arrival)
    running: list[tuple[int, int]] = []
    queue: Numbers = []
    free, position, count, now = capacity, 0, len(order), 0

    def start(j: int) -> None:
        nonlocal free
        starts[j] = now
        if duration[j]:
            free -= size[j]
            heappush(running, (now + duration[j], j))

    while position < count or queue:
        if position < count and not (running and running[0][0] < arrival[order[position]]):
            now = arrival[order[position]]
        else:
            now = running[0][0]
        while running and running[0][0] <= now:
            free += size[heappop(running)[1]]
        while position < count and arrival[order[position]] <= now:
            queue.append(order[position])
            position += 1
        while queue and (size[queue[0]] <= free or not duration[queue[0]]):
            start(queue.pop(0))
        if not queue:
            continue
        head = queue[0]
        shadow, extra = now, free - size[head]
        for end, j in sorted((max(starts[j] + estimate[j], now + 1), j) for _, j in running):
            if extra >= 0 and end > shadow:
                break
            shadow, extra = end, extra + size[j]
        waiting = [head]
        for j in queue[1:]:
            if duration[j] and (size[j] > free or (now + estimate[j] > shadow and size[j] > extra)):
                waiting.append(j)
                continue
            if duration[j] and now + estimate[j] > shadow:
                extra -= size[j]
            start(j)
        queue = waiting
    return starts


class _Profile:
    """What is free from now on: ``free[i]`` during [times[i], times[i + 1])."""

    def __init__(self, capacity: int, now: int) -> None:
        self.times = [now]
        self.free = [capacity]

    def advance(self, now: int) -> None:
        """Forget what was before ``now``."""
        passed = bisect_right(self.times, now) - 1
        del self.times[:passed]
        del self.free[:passed]
        self.times[0] = now

    def change(self, start: int, end: int, amount: int) -> None:
        """Add ``amount`` to what is free during [start, end)."""
        if start >= end:
            return
        times, free = self.times, self.free
        first = bisect_right(times, start) - 1
        if times[first] < start:
            first += 1
            times.insert(first, start)
            free.insert(first, free[first - 1])
        last = bisect_right(times, end, first) - 1
        if times[last] < end:
            last += 1
            times.insert(last, end)
            free.insert(last, free[last - 1])
        for i in range(first, last):
            free[i] += amount
        for i in (last, first):
            if i and free[i] == free[i - 1]:
                del times[i], free[i]

    def earliest(self, size: int, length: int) -> int:
        """Return the first time from which ``size`` is free for ``length``."""
        times, free, most = self.times, self.free, len(self.times)
        i = 0
        while True:
            while free[i] < size:
                i += 1
            end, k = times[i] + length, i + 1
            while k < most and times[k] < end and free[k] >= size:
                k += 1
            if k == most or times[k] >= end:
                return times[i]
            i = k


def conservative(  # noqa: C901 - as above
    arrival: Numbers, duration: Numbers, estimate: Numbers, size: Numbers, capacity: int
) -> Numbers:
    """Return the starts in the order of arrival with conservative backfill: every waiting job has a reservation."""
    starts = [0] * len(arrival)
    order = _by_arrival(arrival)
    running: list[tuple[int, int]] = []
    planned: list[tuple[int, int]] = []
    reserved: dict[int, int] = {}  # in the order of the queue
    profile = _Profile(capacity, 0)
    free, position, count = capacity, 0, len(order)

    def reserve(j: int) -> None:
        length = estimate[j] or min(duration[j], 1)
        reserved[j] = start = profile.earliest(size[j], length) if length else now
        profile.change(start, start + estimate[j], -size[j])

    def plan_anew() -> None:
        nonlocal profile
        profile = _Profile(capacity, now)
        for end, j in planned:
            profile.change(now, max(end, now + 1), -size[j])
        for j in reserved:
            reserve(j)

    while position < count or reserved:
        upcoming = [arrival[order[position]]] if position < count else []
        now = min(upcoming + [end for end, _ in running[:1]] + [*reserved.values()])
        profile.advance(now)
        ended = []
        while running and running[0][0] == now:
            j = heappop(running)[1]
            del planned[bisect_right(planned, (starts[j] + estimate[j], j)) - 1]
            free += size[j]
            ended.append(j)
        arrived = []
        while position < count and arrival[order[position]] == now:
            arrived.append(order[position])
            position += 1
        while True:
            early = False
            for j in ended:
                end = starts[j] + estimate[j]
                if end > now:
                    profile.change(now, end, size[j])
                    early = True
            if planned and planned[0][0] <= now:
                reserved.update(dict.fromkeys(arrived, now))
                plan_anew()
            else:
                for j in reserved if early else ():
                    profile.change(reserved[j], reserved[j] + estimate[j], size[j])
                    reserve(j)
                for j in arrived:
                    reserve(j)
            ended, arrived = [], []
            going = [j for j in reserved if reserved[j] == now]
            while going:
                j = going.pop(0)
                if duration[j]:
                    if size[j] > free:  # behind a job estimated at nothing
                        plan_anew()
                        going = [j for j in reserved if reserved[j] == now]
                        continue
                    free -= size[j]
                    heappush(running, (now + duration[j], j))
                    insort(planned, (now + estimate[j], j))
                else:
                    ended.append(j)
                del reserved[j]
                starts[j] = now
            if not ended:
                break
    return starts


def round_robin(  # noqa: C901 - as above
    arrival: Numbers, duration: Numbers, size: Numbers, capacity: int, quantum: int
) -> tuple[Numbers, int]:
    """Return the ends under round robin, and the number of events: arrivals, ends, quanta that ended."""
    ends = [0] * len(arrival)
    order = _by_arrival(arrival)
    left = list(duration)
    queue: deque[int] = deque()
    running: list[tuple[int, int, int, int]] = []  # time, whether it only pauses, number of its start, job
    free, position, count, number, events = capacity, 0, len(order), 0, 0
    while position < count or running:
        now = running[0][0] if running else arrival[order[position]]
        if position < count and arrival[order[position]] < now:
            now = arrival[order[position]]
        pausing = []
        while running and running[0][0] == now:
            _, pauses, started, j = heappop(running)
            events += 1
            if pauses:
                pausing.append((started, j))
            else:
                free += size[j]
                ends[j] = now
        while position < count and arrival[order[position]] == now:
            queue.append(order[position])
            position += 1
            events += 1
        for started, j in pausing:
            if queue:
                queue.append(j)
                free += size[j]
            else:
                run = min(left[j], quantum)
                left[j] -= run
                heappush(running, (now + run, left[j] > 0, started, j))
        while queue:
            j = queue[0]
            run = left[j]
            if not run:
                ends[j] = now
                events += 1
            elif size[j] > free:
                break
            else:
                if run > quantum:
                    run = quantum
                left[j] -= run
                free -= size[j]
                heappush(running, (now + run, left[j] > 0, number, j))
                number += 1
            queue.popleft()
    return ends, events


def mlfq(  # noqa: C901 - as above
    arrival: Numbers, duration: Numbers, size: Numbers, capacity: int, quantum: int, levels: int, factor: float
) -> tuple[Numbers, int]:
    """Return the ends under feedback queues without promotion, and the number of events.

    Events are arrivals, ends, allotments that were used up.
    """
    ends = [0] * len(arrival)
    order = _by_arrival(arrival)
    left = list(duration)
    level, used, since, turn = [0] * len(order), [0] * len(order), [0] * len(order), [-1] * len(order)
    allotments = [max(round(quantum * factor**i), 1) for i in range(levels)]
    queues: list[deque[int]] = [deque() for _ in range(levels)]
    running: list[Numbers] = [[] for _ in range(levels)]
    alarms: list[tuple[int, bool, int, int]] = []  # time, whether only the allotment ends, number of its start, job
    position, count, number, events = 0, len(order), 0, 0
    while position < count or alarms:
        now = alarms[0][0] if alarms else arrival[order[position]]
        if position < count and arrival[order[position]] < now:
            now = arrival[order[position]]
        sinking = []
        happened = events
        while alarms and alarms[0][0] == now:
            _, sinks, started, j = heappop(alarms)
            if turn[j] != started:
                continue
            events += 1
            running[level[j]].remove(j)
            if sinks:
                left[j] -= now - since[j]
                sinking.append(j)
            else:
                ends[j] = now
        while position < count and arrival[order[position]] == now:
            queues[0].append(order[position])
            position += 1
            events += 1
        if events == happened:
            continue
        for j in sinking:
            level[j] = min(level[j] + 1, levels - 1)
            used[j] = 0
            queues[level[j]].append(j)
        free = capacity
        for i in range(levels):
            stopped, queue, allotment = [], queues[i], allotments[i]
            for j in running[i]:
                if size[j] <= free:
                    free -= size[j]
                else:
                    stopped.append(j)
            for j in stopped:
                running[i].remove(j)
                left[j] -= now - since[j]
                used[j] += now - since[j]
                turn[j] = -1
            queue.extendleft(reversed(stopped))
            while queue:
                j = queue[0]
                if not left[j]:
                    ends[j] = now
                    events += 1
                elif size[j] > free:
                    break
                else:
                    free -= size[j]
                    run = min(left[j], allotment - used[j])
                    heappush(alarms, (now + run, run < left[j], number, j))
                    turn[j], since[j] = number, now
                    running[i].append(j)
                    number += 1
                queue.popleft()
    return ends, events
