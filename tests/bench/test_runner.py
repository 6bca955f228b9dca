"""A sweep does what is missing, keeps going when runs go wrong, and survives being killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from optimizer.bench.grid import Grid
from optimizer.bench.row import Row, Run
from optimizer.bench.runner import Summary, local_workers, sweep
from optimizer.bench.store import Store
from optimizer.errors import InputError

SUITE = """
solvers = ["fcfs", "greedy:rule=arrival"]
[suite]
name = "tests"
seeds = [0, 1]
schedules = 50
[[instances]]
group = "small"
generate = {family = "server", jobs = [5, 6], seeds = [0]}
"""


class Log:
    """Notes what it hears."""

    def __init__(self, interrupt: Callable[[Row], bool] = lambda row: False) -> None:
        self.plan = (0, 0)
        self.begins: list[Run] = []
        self.rows: list[Row] = []
        self._interrupt = interrupt

    def planned(self, runs: int, done: int) -> None:
        self.plan = runs, done

    def begun(self, run: Run) -> None:
        self.begins.append(run)

    def finished(self, row: Row) -> None:
        self.rows.append(row)
        if self._interrupt(row):
            raise KeyboardInterrupt


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "suite.toml"
    path.write_text(SUITE)
    return path


def outcomes(store: Path) -> dict[str, object]:
    """Return what a deterministic run always comes to, by key."""
    with Store.open(store) as kept:
        rows = kept.rows()
    assert len({row.run.key for row in rows}) == len(rows)
    return {row.run.key: (row.run, row.outcome, row.value, row.lower_bound) for row in rows}


def test_a_sweep_goes_on_where_it_was(suite: Path, tmp_path: Path) -> None:
    grid, path = Grid.of(suite), tmp_path / "results.sqlite"
    log = Log(interrupt=lambda row: len(log.rows) == 3)
    with Store.open(path, create=True) as store:
        assert sweep(grid, store, local_workers(1), log) == Summary(8, 0, 3, 0)
    assert log.plan == (8, 0)
    kept = outcomes(path)
    assert len(kept) == 3
    log = Log()
    with Store.open(path, create=True) as store:
        assert sweep(grid, store, local_workers(2), log) == Summary(8, 3, 5, 0)
    assert log.plan == (8, 3)
    assert {run.key for run in log.begins} == {row.run.key for row in log.rows} == grid.keys - set(kept)
    assert set(outcomes(path)) == grid.keys


@pytest.mark.usefixtures("faults")
def test_what_goes_wrong_is_kept_and_run_again_only_on_demand(suite: Path, tmp_path: Path) -> None:
    suite.write_text(SUITE.replace('"fcfs"', '"crash", "murder"'))
    grid, path = Grid.of(suite), tmp_path / "results.sqlite"
    with Store.open(path, create=True) as store:
        assert sweep(grid, store, local_workers(2), Log()) == Summary(12, 0, 12, 8)
        assert sweep(grid, store, local_workers(2), Log()) == Summary(12, 12, 0, 0)
        store.forget({"killed"}, grid.keys)
        assert sweep(grid, store, local_workers(1), Log()) == Summary(12, 8, 4, 4)


def test_a_row_that_cannot_be_kept_ends_the_sweep(suite: Path, tmp_path: Path) -> None:
    suite.write_text(SUITE.replace("[0, 1]", f"{[*range(6)]}"))
    path = tmp_path / "results.sqlite"
    log = Log()
    with Store.open(path, create=True) as store:
        store._connection.execute("PRAGMA max_page_count = 1")  # no more than it has
        with pytest.raises(InputError, match="disk is full"):
            sweep(Grid.of(suite), store, local_workers(2), log)
    assert set(outcomes(path)) == {row.run.key for row in log.rows}
    with Store.open(path, create=True) as store:
        assert sweep(Grid.of(suite), store, local_workers(2), Log()).left == 0


def test_a_sweep_that_is_killed_again_and_again_comes_to_the_same(suite: Path, tmp_path: Path) -> None:
    suite.write_text(SUITE.replace("seeds = [0, 1]", f"seeds = {[*range(10)]}"))
    grid, path, other = Grid.of(suite), tmp_path / "results.sqlite", tmp_path / "undisturbed.sqlite"
    words = [sys.executable, "-m", "optimizer", "bench", "run", str(suite), "--workers", "2", "--json", "--store"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    moments = random.Random(0)
    for _ in range(4):
        process = subprocess.Popen([*words, str(path)], env=environment)
        servers: list[psutil.Process] = []
        while not servers and process.poll() is None:
            time.sleep(0.02)
            servers = psutil.Process(process.pid).children()
        time.sleep(moments.uniform(0.0, 1.5))
        servers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert psutil.wait_procs(servers, timeout=10)[1] == [], "what a sweep started ends with it"
    subprocess.run([*words, str(path)], env=environment, check=True)
    with Store.open(other, create=True) as store:
        assert sweep(grid, store, local_workers(2), Log()) == Summary(40, 0, 40, 0)
    assert outcomes(path) == outcomes(other)
    assert len(outcomes(path)) == 40


def test_versions_are_runs_of_their_own(suite: Path) -> None:
    run = Grid.of(suite).cells[0].run
    assert replace(run, version="0.0.1").key != run.key
    assert replace(run, group="g", instance="i").key == run.key
