"""Solvers that go wrong, each in its own way."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.names import Feature, StoppedBy
from optimizer.solvers.base import Answer
from optimizer.solvers.registry import REGISTRY, Entry, SolverKind

LONG = 1000


@dataclass(frozen=True)
class Raise:
    """Raises an error."""

    def solve(self, *_: object, **__: object) -> Answer:
        raise ValueError("no luck")


@dataclass(frozen=True)
class Crash:
    """Reads what is not there."""

    def solve(self, *_: object, **__: object) -> Answer:
        sys.stderr.write("these are my last words")
        sys.stderr.flush()
        ctypes.string_at(0)
        raise AssertionError


@dataclass(frozen=True)
class Quit:
    """Leaves without a word."""

    def solve(self, *_: object, **__: object) -> Answer:
        os._exit(3)


@dataclass(frozen=True)
class Killed:
    """Is killed from outside."""

    def solve(self, *_: object, **__: object) -> Answer:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


@dataclass(frozen=True)
class Hang:
    """Holds the interpreter, so that no thread of its process can end it, beside a process that it started."""

    file: str = ""

    def solve(self, *_: object, **__: object) -> Answer:
        if self.file:
            sleeper = subprocess.Popen(
                [sys.executable, "-c", f"import time; time.sleep({LONG})"], start_new_session=True
            )
            Path(self.file).write_text(str(sleeper.pid))
        ctypes.PyDLL(None).sleep(LONG)
        raise AssertionError


@dataclass(frozen=True)
class Hog:
    """Takes more and more memory."""

    def solve(self, *_: object, **__: object) -> Answer:
        kept = []
        while True:
            kept.append(b"x" * 2**24)
            time.sleep(0.01)


@dataclass(frozen=True)
class OutOfMemory:
    """Asks for more than there is."""

    def solve(self, *_: object, **__: object) -> Answer:
        raise MemoryError("too much")


@dataclass(frozen=True)
class Murder:
    """Kills the process that it was started from, so many generations back."""

    generations: int = 1

    def solve(self, *_: object, **__: object) -> Answer:
        import psutil

        os.kill(psutil.Process().parents()[self.generations - 1].pid, signal.SIGKILL)
        time.sleep(LONG)
        raise AssertionError


@dataclass(frozen=True)
class Threads:
    """Fails unless it is alone in its process and the pools of libraries have one thread."""

    def solve(self, *_: object, **__: object) -> Answer:
        # the main thread, the one of solve(), and the one that watches the parent
        assert len(os.listdir("/proc/self/task")) <= 3
        assert os.environ["OMP_NUM_THREADS"] == os.environ["OPENBLAS_NUM_THREADS"] == "1"
        return Answer(StoppedBy.FINISHED)


_FAULTS: dict[str, Any] = {
    "raise": Raise,
    "crash": Crash,
    "quit": Quit,
    "killed": Killed,
    "hang": Hang,
    "hog": Hog,
    "out-of-memory": OutOfMemory,
    "murder": Murder,
    "threads": Threads,
}


def register() -> None:
    """Make them solvers like any other."""
    assert isinstance(REGISTRY, dict)
    features = frozenset(Feature) - {Feature.WARM_START}  # no schedule to start from is looked for
    for name, kind in _FAULTS.items():
        REGISTRY[name] = Entry(name, SolverKind.EXACT, "", f"bench_faults:{kind.__name__}", features, {})
