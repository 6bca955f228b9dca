"""Whatever becomes of a run, it is a row with its reason, and the next one runs."""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer

import msgspec
import psutil
import pytest
from bench_cases import RUN

from optimizer.bench.process import Place
from optimizer.bench.row import Row
from optimizer.bench.task import Task
from optimizer.generate import generate
from optimizer.result import Limits
from optimizer.solvers.solve import solve

INSTANCE = generate("server", 6, 0)
TASK = Task(replace(RUN, content=INSTANCE.sha256), msgspec.json.encode(INSTANCE), best_known=7.0, hard_limit=60.0)
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with Place() as place:
        yield place


@pytest.fixture
def faulty(faults: None) -> Iterator[Place]:
    with Place() as place:
        yield place


def done(place: Place, solver: str, hard_limit: float = 60.0, **changes: object) -> Row:
    run = replace(TASK.run, solver=solver, **changes)  # type: ignore[arg-type]
    row = place.do(replace(TASK, run=run, hard_limit=hard_limit))
    assert row is not None
    assert row.run == run
    return row


@pytest.mark.parametrize("solver", ["fcfs", "greedy:rule=arrival", "srpt", "highs"])
def test_a_row_is_what_solving_says(place: Place, solver: str) -> None:
    row = done(place, solver)
    result = solve(INSTANCE, solver, limits=Limits(time_limit=10, threads=1))
    assert (row.outcome, row.reason, row.value) == (str(result.status), None, result.value)
    assert (row.lower_bound, row.preemptive, row.best_known) == (result.lower_bound, result.preemptive, 7.0)
    assert row.trace
    assert row.trace[-1][1:] == (row.value, row.lower_bound)
    assert row.build_time is not None
    assert row.solve_time is not None
    assert row.total_time is not None
    assert 0 <= row.build_time + row.solve_time <= row.total_time
    assert 20 * MEBIBYTE < (row.peak_memory or 0) < 2000 * MEBIBYTE
    assert "cores" in row.machine
    assert row.finished.endswith("+00:00")


def test_runs_are_forked_from_a_process_without_threads(place: Place) -> None:
    assert done(place, "cp-sat").outcome == "optimal"
    server = psutil.Process(place._server.pid if place._server else 0)
    loaded = {Path(mapped.path).name.partition(".")[0] for mapped in server.memory_maps()}
    assert {"cp_model_helper", "_dispatcher"} <= loaded, "it learns from its children what they will need"
    assert server.num_threads() == 1


def test_what_cannot_be_solved_is_a_row(place: Place) -> None:
    row = done(place, "greedy", objective="beauty")
    assert (row.outcome, row.value, row.trace) == ("failed", None, ())
    assert "'beauty' is not a valid Objective" in (row.reason or "")


def test_runs_that_go_wrong_are_rows_with_their_reasons(faulty: Place) -> None:
    expected = {
        "raise": ("failed", "solver raise failed: ValueError: no luck"),
        "crash": ("failed", "ended by SIGSEGV: these are my last words"),
        "quit": ("failed", "ended with status 3 and without an answer"),
        "killed": ("killed", "ended by SIGKILL"),
        "out-of-memory": ("memory", "solver out-of-memory failed: MemoryError: too much"),
        "murder": ("killed", "the process that starts runs ended with status -9"),
        "threads": ("unknown", None),
    }
    rows = {solver: done(faulty, solver) for solver in expected}
    assert {solver: (row.outcome, row.reason) for solver, row in rows.items()} == expected


def test_a_run_that_hangs_is_ended_with_all_that_it_started(faulty: Place, tmp_path: Path) -> None:
    note = tmp_path / "process"
    assert done(faulty, "fcfs").outcome == "feasible"
    row = done(faulty, f"hang:file={note}", hard_limit=1.5)
    assert (row.outcome, row.reason) == ("timeout", "did not end in 1.5 s and was ended by force")
    assert has_ended(int(note.read_text()))
    assert done(faulty, "fcfs").outcome == "feasible"


def test_a_run_that_takes_too_much_memory_is_ended(faulty: Place) -> None:
    row = done(faulty, "hog", memory=300 * MEBIBYTE)
    assert row.outcome == "memory"
    assert (row.reason or "").endswith("MiB were taken, 300 MiB are allowed")
    assert 300 * MEBIBYTE < (row.peak_memory or 0) < 2000 * MEBIBYTE


def test_closing_ends_the_run_that_is_going_on(faulty: Place, tmp_path: Path) -> None:
    note = tmp_path / "process"
    Timer(1.0, faulty.close).start()
    assert faulty.do(replace(TASK, run=replace(TASK.run, solver=f"hang:file={note}"))) is None
    assert faulty.do(TASK) is None
    assert not note.exists() or has_ended(int(note.read_text()))


def test_without_forks_each_run_has_a_fresh_interpreter() -> None:
    code = "from optimizer.bench.server import main; main('spawn')"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with tempfile.TemporaryFile() as errors:
        command, tasks = [sys.executable, "-c", code], pickle.dumps(TASK)
        said = subprocess.run(command, input=tasks, stdout=subprocess.PIPE, stderr=errors, env=environment, check=True)
    row = pickle.loads(said.stdout)
    assert (row.run, row.outcome, row.reason) == (TASK.run, "feasible", None)


def has_ended(process: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False
