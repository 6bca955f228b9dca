"""Sweeping a grid: what is missing is run, and each row is kept at once."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Protocol

from optimizer.bench.grid import Grid
from optimizer.bench.process import Place
from optimizer.bench.row import FAILURES, Row, Run
from optimizer.bench.store import Store
from optimizer.bench.task import Begun, Task
from optimizer.errors import SchedoptError

Rows = Generator[Row, None, None]
Workers = Callable[[Iterator[Task], Begun], Rows]
"""What does tasks somewhere: it yields their rows as they finish and tells of each run that begins; closing it ends the
runs that are going on."""


class Listener(Protocol):
    """What hears of a sweep."""

    def planned(self, runs: int, done: int) -> None:
        """Hear how many runs there are, and how many of them have a row already."""
        ...

    def begun(self, run: Run, rehearsal: bool) -> None:
        """Hear of a run that begins, or of its rehearsal."""
        ...

    def finished(self, row: Row) -> None:
        """Hear of a run that has ended and is kept."""
        ...


@dataclass(frozen=True)
class Summary:
    """What a sweep came to.

    Parameters
    ----------
    runs : int
        Of the suite.
    before : int
        That had a row before.
    done, failed : int
        That have got one now, those that went wrong among them apart.
    """

    runs: int
    before: int
    done: int
    failed: int

    @property
    def left(self) -> int:
        """How many have none yet."""
        return self.runs - self.before - self.done


def sweep(grid: Grid, store: Store, workers: Workers, listener: Listener, *, retry: bool = False) -> Summary:
    """Do the runs of a grid that have no row yet; Ctrl-C ends the sweep, and what is done stays.

    Parameters
    ----------
    grid : Grid
        What to run.
    store : Store
        Where rows are kept.
    workers : callable
        :func:`local_workers` with their number, or those of a cluster.
    listener : Listener
        Hears how far it is.
    retry : bool
        Do those again that went wrong; their rows stay until there are new ones.

    Raises
    ------
    InputError
        When an instance cannot be read or a row not be kept.
    """
    before = store.keys(but=FAILURES if retry else ()) & grid.keys
    listener.planned(len(grid.keys), len(before))
    done = failed = 0
    with closing(workers(grid.tasks(before), listener.begun)) as rows:
        try:
            for row in rows:
                store.add(row)
                done += 1
                failed += row.outcome in FAILURES
                listener.finished(row)
        except KeyboardInterrupt:
            pass
    return Summary(len(grid.keys), len(before), done, failed)


def local_workers(count: int) -> Workers:
    """Return so many workers on this machine."""
    return partial(_local, count)


def _local(count: int, tasks: Iterator[Task], begun: Begun) -> Rows:
    places: SimpleQueue[Place] = SimpleQueue()

    def do(task: Task) -> Row | None:
        place = places.get()
        try:
            return place.do(task, begun)
        finally:
            places.put(place)

    with ThreadPoolExecutor(count) as pool, ExitStack() as stack:
        for _ in range(count):
            places.put(stack.enter_context(Place()))
        waiting = [pool.submit(do, task) for _, task in zip(range(count), tasks, strict=False)]
        while waiting:
            ended, going_on = wait(waiting, return_when=FIRST_COMPLETED)
            waiting = [*going_on]
            wrong = None
            try:  # the next run begins before the row is written, which is kept also when there can be no next one
                waiting += [pool.submit(do, task) for _, task in zip(range(len(ended)), tasks, strict=False)]
            except SchedoptError as error:
                wrong = error
            yield from filter(None, map(Future.result, ended))
            if wrong is not None:
                raise wrong
