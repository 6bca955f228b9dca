"""A sweep does what is missing, keeps going when runs go wrong, and survives being killed at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from optimizer.bench.grid import Grid
from optimizer.bench.row import Row, Run
from optimizer.bench.runner import Rows, Summary, local_workers, sweep
from optimizer.bench.store import Store
from optimizer.bench.task import Begun, Task
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
        self.rehearsals: list[Run] = []
        self.rows: list[Row] = []
        self._interrupt = interrupt

    def planned(self, runs: int, done: int) -> None:
        self.plan = runs, done

    def begun(self, run: Run, rehearsal: bool) -> None:
        (self.rehearsals if rehearsal else self.begins).append(run)

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
    assert {(run.solver, run.group) for run in log.rehearsals} == {(run.solver, run.group) for run in log.begins}
    assert set(outcomes(path)) == grid.keys


@pytest.mark.usefixtures("faults")
def test_what_goes_wrong_is_kept_and_run_again_only_on_demand(suite: Path, tmp_path: Path) -> None:
    suite.write_text(SUITE.replace('"fcfs"', '"crash", "murder"').replace("[0, 1]", "[0]"))
    grid, path = Grid.of(suite), tmp_path / "results.sqlite"
    with Store.open(path, create=True) as store:
        assert sweep(grid, store, local_workers(2), Log()) == Summary(6, 0, 6, 4)
        assert sweep(grid, store, local_workers(2), Log()) == Summary(6, 6, 0, 0)
        before = store.rows()
        assert sweep(grid, store, _nobody, Log(), retry=True) == Summary(6, 2, 0, 0)
        assert store.rows() == before
        assert sweep(grid, store, local_workers(1), Log(), retry=True) == Summary(6, 2, 4, 4)
        assert [row.run for row in store.rows()] == [row.run for row in before]


def _nobody(tasks: Iterator[Task], begun: Begun) -> Rows:
    """Workers that are not reached."""
    yield from ()


def test_rows_that_are_done_are_kept_when_the_next_instance_is_gone(suite: Path, tmp_path: Path) -> None:
    suite.write_text(SUITE.replace("[0, 1]", "[0]"))
    grid = Grid.of(suite)

    def only_one(tasks: Iterator[Task]) -> Iterator[Task]:
        yield next(tasks)
        raise InputError("gone")

    def workers(tasks: Iterator[Task], begun: Begun) -> Rows:
        yield from local_workers(1)(only_one(tasks), begun)

    with Store.open(tmp_path / "results.sqlite", create=True) as store:
        with pytest.raises(InputError, match="gone"):
            sweep(grid, store, workers, Log())
        assert len(store.rows()) == 1


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
    suite.write_text(SUITE.replace("seeds = [0, 1]", f"seeds = {[*range(6)]}"))
    grid, path, other = Grid.of(suite), tmp_path / "results.sqlite", tmp_path / "undisturbed.sqlite"
    words = [sys.executable, "-m", "optimizer", "bench", "run", str(suite), "--workers", "2", "--json", "--store"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for rows in (0, 7, 15):
        process = subprocess.Popen([*words, str(path)], env=environment)
        while count(path) < rows:
            time.sleep(0.02)
        servers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert have_ended(servers), "what a sweep started ends with it"
    subprocess.run([*words, str(path)], env=environment, check=True)
    with Store.open(other, create=True) as store:
        assert sweep(grid, store, local_workers(1), Log()) == Summary(24, 0, 24, 0)
    assert outcomes(path) == outcomes(other)
    assert len(outcomes(path)) == 24


def count(store: Path) -> int:
    return len(outcomes(store)) if store.exists() and store.stat().st_size else 0


def have_ended(processes: list[psutil.Process]) -> bool:
    """Wait for some processes, whether anybody takes note of their end or not."""
    for _ in range(200):
        if not any(map(lives, processes)):
            return True
        time.sleep(0.05)
    return False


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_versions_are_runs_of_their_own(suite: Path) -> None:
    run = Grid.of(suite).cells[0].run
    assert replace(run, version="0.0.1").key != run.key
    assert replace(run, group="g", instance="i").key == run.key
