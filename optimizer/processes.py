"""Starting a process of our own, looking at it with all that it started, and ending it."""

import os
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from subprocess import PIPE, Popen
from typing import IO

import psutil

_SHARE = 0.03
"""Part of a processor that may go into looking at processes: the whole table is read to find those of one run."""

_MESSAGE = 500

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""What keeps libraries from starting threads on their own: a run has the threads that it was given."""


def start_module(module: str, *arguments: str, errors: IO[bytes], temporary: str | None = None) -> "Popen[bytes]":
    """Start a module of ours in a process that is reached by pipes; Ctrl-C does not reach it.

    The user's folder may hold a queue.py or optimizer.py: it is on the path there only if it is on ours.

    Parameters
    ----------
    module : str
        Its full name.
    *arguments : str
        On its command line.
    errors : file
        Where its standard error goes.
    temporary : str or None
        Folder for its temporary files; None: the usual one.
    """
    folder = {} if temporary is None else {"TMPDIR": temporary}
    return Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=PIPE,
        stdout=PIPE,
        stderr=errors,
        env={**os.environ, **_ONE_THREAD, **folder, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )


def tree(process_id: int) -> list[psutil.Process]:
    """Return a process and all that it started, directly or not; empty when it is gone."""
    try:
        root = psutil.Process(process_id)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def has_children() -> bool:
    """Return whether this process has started any that are still known; unlike a look at all processes for nothing."""
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def end_tree(process_id: int, but: Collection[int] = ()) -> None:
    """Kill a process and all that it started, but for some by their ids."""
    for process in tree(process_id):
        if process.pid not in but:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def last_words(file: int) -> str:
    """Return the end of what was written to an open file, led by a colon; empty when there is nothing.

    Parameters
    ----------
    file : int
        Its descriptor.
    """
    size = os.lseek(file, 0, os.SEEK_END)
    os.lseek(file, max(0, size - _MESSAGE), os.SEEK_SET)
    text = os.read(file, _MESSAGE).decode(errors="replace").strip()
    return f": {text}" if text else ""


def resident(process: psutil.Process) -> int:
    """Return how many bytes of memory a process takes, 0 when it is gone."""
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


class MemoryWatch:
    """Knows how much memory a process and all that it started have taken at most.

    Parameters
    ----------
    process_id : int
        Of the process.
    """

    def __init__(self, process_id: int) -> None:
        self.peak = 0
        self.process_id = process_id
        self._next = 0.0

    def look(self) -> int:
        """Return the peak so far in bytes; it looks only as often as it may."""
        if time.monotonic() >= self._next:
            began = time.process_time()  # on a busy machine a look may take long and cost little
            self.peak = max(self.peak, sum(map(resident, tree(self.process_id))))
            self._next = time.monotonic() + (time.process_time() - began) / _SHARE
        return self.peak
