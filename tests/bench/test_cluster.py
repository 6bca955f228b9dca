"""The same rows from a Dask cluster: its workers share no folder, come and go, and no death of one stops a sweep."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from optimizer.bench.cluster import cluster_workers
from optimizer.bench.grid import Grid
from optimizer.bench.row import Row, Run
from optimizer.bench.runner import Summary, local_workers, sweep
from optimizer.bench.store import Store
from optimizer.errors import InputError, UsageError

pytest.importorskip("distributed")

SUITE = """
solvers = ["greedy:rule=arrival"]
[suite]
name = "tests"
seeds = [0, 1, 2, 3, 4, 5, 6, 7]
[[instances]]
group = "small"
path = "one.yaml"
[[instances]]
group = "small"
generate = {family = "server", jobs = [5], seeds = [0]}
"""
ONE = "resources: {gpu: 1}\njobs: [{id: a, duration: 2, demand: {gpu: 1}}, {id: b, duration: 1, demand: {gpu: 1}}]\n"
LEAST = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}


class Log:
    """Notes what it hears, and does something when the first rows are in."""

    def __init__(self, after: int = 0, act: Callable[[], object] = lambda: None) -> None:
        self.begins: set[str] = set()
        self.rows: list[Row] = []
        self._after, self._act = after, act

    def planned(self, runs: int, done: int) -> None:
        pass

    def begun(self, run: Run) -> None:
        self.begins.add(run.key)

    def finished(self, row: Row) -> None:
        self.rows.append(row)
        if len(self.rows) == self._after:
            self._act()


class Cluster:
    """A scheduler and its workers on the loopback, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.processes: list[subprocess.Popen[str]] = []
        scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address = self._said(scheduler, "Scheduler at:")

    def add_worker(self) -> "subprocess.Popen[str]":
        worker = self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
        )  # fmt: skip
        self._said(worker, "Registered to:")
        return worker

    def _start(self, *words: str) -> "subprocess.Popen[str]":
        own = self._folder / f"machine-{len(self.processes)}"
        own.mkdir()
        environment = {**os.environ, **LEAST, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(own)}
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]], cwd=own, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    @staticmethod
    def _said(process: "subprocess.Popen[str]", what: str) -> str:
        assert process.stderr is not None
        for line in process.stderr:
            if what in line:
                return line.split()[-1]
        raise AssertionError(f"the process ended without {what}")


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    started = Cluster(folder)
    try:
        for _ in range(workers):
            started.add_worker()
        yield started
    finally:
        for process in reversed(started.processes):
            process.kill()
            process.communicate()


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    return made(tmp_path, SUITE)


def made(folder: Path, text: str) -> Grid:
    (folder / "suite.toml").write_text(text)
    (folder / "one.yaml").write_text(ONE)
    return Grid.of(folder / "suite.toml")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "results.sqlite", create=True) as store:
        yield store


def found(rows: list[Row]) -> dict[str, object]:
    return {row.run.key: (row.run, row.outcome, row.value, row.lower_bound) for row in rows}


def test_all_runs_arrive_though_a_worker_dies_and_another_joins(grid: Grid, store: Store, tmp_path: Path) -> None:
    with cluster(tmp_path, workers=2) as own:
        victim = own.processes[-1]

        def change() -> None:
            victim.send_signal(signal.SIGKILL)
            own.add_worker()

        log = Log(after=3, act=change)
        assert sweep(grid, store, cluster_workers(own.address), log) == Summary(16, 0, 16, 0)
    assert log.begins == grid.keys
    with Store.open(tmp_path / "here.sqlite", create=True) as other:
        sweep(grid, other, local_workers(1), Log())
        assert found(store.rows()) == found(other.rows())


@pytest.mark.usefixtures("faults")
def test_a_run_that_costs_worker_after_worker_becomes_a_row(store: Store, tmp_path: Path) -> None:
    grid = made(
        tmp_path, SUITE.replace('"greedy', '"murder:generations=2", "greedy').replace("1, 2, 3, 4, 5, 6, 7", "")
    )
    with cluster(tmp_path, workers=3) as own:
        (murder, *others) = grid.cells
        only = Grid((murder, others[0]))
        summary = sweep(only, store, cluster_workers(own.address), Log())
    rows = {row.run.solver: row for row in store.rows()}
    assert summary == Summary(2, 0, 2, 1)
    assert rows["murder:generations=2"].outcome == "killed"
    assert "the workers that ran it were lost" in (rows["murder:generations=2"].reason or "")
    assert rows["greedy:rule=arrival"].outcome == "feasible"


def test_a_cluster_that_is_started_here(store: Store, tmp_path: Path) -> None:
    grid = made(tmp_path, SUITE.replace("1, 2, 3, 4, 5, 6, 7", ""))
    log = Log()
    assert sweep(grid, store, cluster_workers("local:1"), log) == Summary(2, 0, 2, 0)


def test_a_cluster_that_is_not_there_is_said_within_seconds(grid: Grid, store: Store) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=r"cluster tcp://127\.0\.0\.1:9: no scheduler answers there"):
        sweep(grid, store, cluster_workers("tcp://127.0.0.1:9"), Log())
    assert time.monotonic() - began < 20
    assert store.rows() == []


def test_a_cluster_that_goes_away_ends_the_sweep_and_what_is_done_stays(
    grid: Grid, store: Store, tmp_path: Path
) -> None:
    with cluster(tmp_path, workers=1) as own:
        log = Log(after=3, act=own.processes[0].kill)
        with pytest.raises(InputError, match="the cluster is gone"):
            sweep(grid, store, cluster_workers(own.address), log)
    assert found(store.rows()) == found(log.rows)


@pytest.mark.parametrize("address", ["local:0", "local:many", "host:8786", "local"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(UsageError, match="expected local:N"):
        cluster_workers(address)
