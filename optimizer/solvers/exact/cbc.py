"""CBC, as PuLP bundles it, on the time-indexed program: a subprocess on an MPS file.

The file way is quicker than PuLP's own objects by an order of magnitude, and a crash or a hang stays outside.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import numpy as np

from optimizer.errors import SolverError, SolverMissingError
from optimizer.model.highs import highs_model, write_model
from optimizer.model.program import Program
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray

_GRACE = 3.0  # seconds to write its best solution after an interrupt, before it is killed
_PRINTED = 1e-7  # its log has eight digits
_BOUND = re.compile(r"best possible (\S+?)\)?,? |Lower bound:\s+(\S+)")


@dataclass(frozen=True)
class CBC:
    """Branch and cut of CBC (Forrest & Lougee-Heimer 2005) on the time-indexed program.

    Parameters
    ----------
    horizon : float or None
        All jobs end by this time, in the user's unit; None: a time proven long enough.
    """

    horizon: float | None = None

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        program = Program.tightened(problem, warm_start, horizon=self.horizon, memory=limits.memory)
        if program.refuted:
            return Answer(StoppedBy.OPTIMALITY, infeasible=program.complete)
        with TemporaryDirectory(prefix="schedopt-cbc-") as name:
            folder = Path(name)
            write_model(highs_model(program.linear), folder / "program.mps")
            arguments = _arguments(limits, seed, monitor.remaining)
            if warm_start is not None and _write_start(program, warm_start, folder / "start.txt"):
                arguments = ["-mipstart", "start.txt", *arguments]
            with _process(["program.mps", *arguments], folder, monitor) as process:
                _follow(process, program, monitor)
            return _answer(folder / "solution.txt", process.returncode, program, limits.gap, monitor)


def cbc_path() -> str:
    """Return the path of PuLP's CBC.

    Raises
    ------
    SolverMissingError
        When PuLP or its CBC is not there.
    """
    try:
        from pulp import PULP_CBC_CMD
    except ImportError as error:
        raise SolverMissingError("CBC comes with PuLP: pip install 'pulp>=3.3,<4'") from error
    path = str(PULP_CBC_CMD.pulp_cbc_path)
    if not os.access(path, os.X_OK):
        raise SolverMissingError(f"CBC does not run here ({path}); PuLP bundles it for common platforms only")
    return path


def _arguments(limits: Limits, seed: int, remaining: float) -> list[str]:
    limit = ["-sec", f"{max(remaining, 0.01):.2f}"] if isfinite(remaining) else []
    options = ["-timeMode", "elapsed", "-ratioGap", str(limits.gap), "-randomCbcSeed", str(seed)]
    threads = ["-threads", str(limits.threads)] if limits.threads > 1 else []
    return [*limit, *options, *threads, "-solve", "-solu", "solution.txt"]


def _write_start(program: Program, warm_start: Schedule, path: Path) -> bool:
    chosen = program.chosen(warm_start)
    if chosen is None:
        return False
    lines = (f"{i} c{column} 1" for i, column in enumerate(chosen.tolist()))
    path.write_text("\n".join(lines) + "\n")
    return True


@contextmanager
def _process(arguments: list[str], folder: Path, monitor: Monitor) -> Iterator[subprocess.Popen[str]]:
    """Run CBC; when the monitor stops it is interrupted, and killed if it does not end soon."""
    process = subprocess.Popen(
        [cbc_path(), *arguments], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    killer = Timer(_GRACE, process.kill)

    def stop() -> None:
        process.send_signal(signal.SIGINT)
        killer.start()

    with process:
        monitor.on_stop(stop)
        yield process
    killer.cancel()


def _follow(process: subprocess.Popen[str], program: Program, monitor: Monitor) -> None:
    """Report the bounds in CBC's log as they appear."""
    assert process.stdout is not None, "it is a pipe"
    for line in process.stdout:
        found = _BOUND.search(line)
        if found and program.complete:
            bound = float(found[1] or found[2])
            monitor.report(lower_bound=bound - _PRINTED * abs(bound))


def _answer(path: Path, returncode: int, program: Program, gap: float, monitor: Monitor) -> Answer:
    if not path.exists():
        if monitor.stopped:
            return Answer(StoppedBy.TIME_LIMIT)
        raise SolverError(f"CBC ended with status {returncode} and no answer")
    status, _, rest = path.read_text().partition("\n")
    if "nfeasible" in status:
        return Answer(StoppedBy.OPTIMALITY, infeasible=program.complete)
    solution = _solution(rest, len(program.linear.cost))
    if "no integer solution" not in status and rest:
        monitor.report(program.schedule(solution))
    if not status.startswith("Optimal") or monitor.stopped:  # at its time limit it calls anything optimal
        return Answer(StoppedBy.TIME_LIMIT)
    if program.complete:
        objective = float(program.linear.cost @ np.rint(solution))
        monitor.report(lower_bound=objective - gap * abs(objective))  # within the gap it calls it optimal, too
    return Answer(StoppedBy.OPTIMALITY)


def _solution(text: str, columns: int) -> FloatArray:
    """Return the values of a solution file: lines of index, name, value, reduced cost, the nonzero ones only."""
    rows = [line.replace("**", " ").split() for line in text.splitlines()]
    solution = np.zeros(columns)
    solution[[int(name[1:]) for _, name, *_ in rows]] = [float(value) for _, _, value, *_ in rows]
    return solution
