"""The runs of a sweep on a Dask cluster: each travels with its instance, and its row comes back when it is finished.

Dask hands a task to another worker when the one that had it is gone, but cannot interrupt one that runs. So a worker
does runs as this machine does, in processes of their own with limits (:mod:`optimizer.bench.process`).
"""

import logging
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from threading import Lock, current_thread, get_ident, main_thread
from typing import Any

from optimizer.bench.process import Place
from optimizer.bench.row import Row, Run
from optimizer.bench.runner import Rows, Workers
from optimizer.bench.task import Begun, Finding, Task, make_row
from optimizer.errors import InputError, MissingPackageError, UsageError
from optimizer.version import __version__

logger = logging.getLogger(__name__)

_PATIENCE = 5
"""Seconds in which a cluster has to answer."""

_AHEAD = 2
"""Runs that are handed over for each thread of the cluster, so that none waits for the next."""

_LOCAL = "local:"


def cluster_workers(address: str) -> Workers:
    """Return the workers of a cluster, those that join while the sweep goes on among them.

    Parameters
    ----------
    address : str
        Of a Dask scheduler, as ``tcp://host:8786``; or ``local:N``: start a cluster of so many workers here.

    Raises
    ------
    UsageError
        When it is neither.
    MissingPackageError
        When Dask is not installed.
    """
    if address.startswith(_LOCAL):
        count = address.removeprefix(_LOCAL)
        if not (count.isdecimal() and int(count) >= 1):
            raise UsageError(f"cluster {address!r}: expected local:N with a whole number N >= 1, such as local:2")
    elif "://" not in address:
        raise UsageError(f"cluster {address!r}: expected local:N or a scheduler's tcp://host:8786")
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise MissingPackageError("clusters are reached through Dask: pip install 'schedopt[cluster]'") from error
    return partial(_on_cluster, address)


def _on_cluster(address: str, tasks: Iterator[Task], begun: Begun) -> Rows:
    with _client(address) as client:
        sweep = _Sweep(client, begun)
        try:
            yield from sweep.rows(tasks)
        finally:
            sweep.end()


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a cluster, one that is started here if that is wanted."""
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the sweep says what matters
    if not address.startswith(_LOCAL):
        try:
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(f"cluster {address}: no scheduler answers there ({error})") from error
        with client:
            yield client
        return
    # the runs have limits of their own, outside the memory of Dask's workers
    options = {"threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None, "silence_logs": logging.CRITICAL}
    with _deaf_to_interrupts():
        cluster = LocalCluster(n_workers=int(address.removeprefix(_LOCAL)), **options)
    with cluster, Client(cluster, set_as_default=False) as client:
        yield client


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let processes that are started meanwhile not hear Ctrl-C, which is for the sweep alone."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Sweep:
    """The runs that are with a cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected to it.
    begun : callable
        Hears of each run that begins.
    """

    def __init__(self, client: Any, begun: Begun) -> None:
        self._client = client
        self._begun = begun
        self._name = f"schedopt-{secrets.token_hex(8)}"
        self._tasks: dict[Any, Task] = {}
        client.subscribe_topic(self._name, self._hear)

    def rows(self, tasks: Iterator[Task]) -> Rows:
        """Yield the rows of tasks as they come in."""
        from distributed import as_completed

        if not self._client.nthreads():
            logger.warning("the cluster has no workers yet; the sweep begins when one joins")
        completed = as_completed(self._submitted(tasks), loop=self._client.loop)
        for future in completed:
            row = self._row(future, self._tasks.pop(future))
            if row is not None:
                yield row
            completed.update(self._submitted(tasks))

    def end(self) -> None:
        """Take back what is left, and end the runs that are going on."""
        with suppress(Exception):  # a cluster that is gone has nothing to end
            self._client.unsubscribe_topic(self._name)
            self._client.cancel([*self._tasks])
            self._client.run(end_runs, self._name)

    def _submitted(self, tasks: Iterator[Task]) -> list[Any]:
        """Hand over as many tasks as the cluster should have now; return them."""
        try:
            threads = sum(self._client.nthreads().values())
        except OSError as error:
            raise _gone() from error
        room = _AHEAD * max(1, threads) - len(self._tasks)
        futures = []
        for _, task in zip(range(room), tasks, strict=False):
            future = self._client.submit(do_run, task, self._name, key=f"{self._name}-{task.run.key}", pure=False)
            self._tasks[future] = task
            futures.append(future)
        return futures

    def _row(self, future: Any, task: Task) -> Row | None:
        """Return the row of a run that has ended; one that has cost several workers is not tried again."""
        from distributed import KilledWorker

        if future.cancelled():
            raise _gone()
        try:
            row: Row | None = future.result()
        except KilledWorker as error:
            return make_row(task, Finding("killed", f"the workers that ran it were lost: {error}"))
        except Exception as error:  # a run that goes wrong is a row; this is a worker that cannot do any
            needed = f"schedopt {task.run.version} on every worker"
            raise InputError(f"a worker failed: {type(error).__name__}: {error}; expected {needed}") from error
        return row

    def _hear(self, event: tuple[float, Any]) -> None:
        self._begun(Run(**event[1]["run"]), event[1]["rehearsal"])


def _gone() -> InputError:
    return InputError("the cluster is gone; what is done is kept, and started again, the sweep goes on")


_places: dict[int, tuple[str, Place]] = {}
"""Of a worker: the sweep that each thread works for, and where it does that."""

_lock = Lock()


def do_run(task: Task, sweep: str) -> Row | None:
    """Do a run on a worker; None when its sweep has ended."""
    from distributed import get_worker

    worker = get_worker()
    if task.run.version != __version__:
        raise RuntimeError(f"{worker.address} has schedopt {__version__}")
    with _lock:
        _, place = _places.get(get_ident(), ("", None))
        place = place or Place()
        _places[get_ident()] = sweep, place
    return place.do(task, lambda run, rehearsal: worker.log_event(sweep, {"run": asdict(run), "rehearsal": rehearsal}))


def end_runs(sweep: str) -> None:
    """End what a worker does for a sweep."""
    with _lock:
        for thread, (owner, place) in [*_places.items()]:
            if owner == sweep:
                del _places[thread]
                place.close()
