"""The process that runs are forked from: ``python -m optimizer.bench.server``.

Starting Python and loading numba, its compiled code, OR-Tools and HiGHS takes one to four seconds, more than many runs.
So one process for each worker loads them once and forks a child for every run, which then has them at once and is as
much alone as a fresh one. A fork is sound only while no other thread runs. Hence this process never runs a solver, has
no thread of its own, and keeps libraries from starting some. What it should have loaded it learns from its children:
each tells which modules and compiled kernels were new to it (:mod:`optimizer.bench.experience`), and before the first
run of a solver on a group of instances a rehearsal is run and thrown away. So no measured run has to compile, to load,
or to run a kernel as it stands until that pays. Where processes are not forked (anywhere but on Linux), each run gets a
fresh interpreter.

The child is watched from here: time, memory of it and all that it started, and whether whoever asked for the run is
still there. What it may not exceed it is killed for, and the row says so.
"""

import os
import pickle
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from io import FileIO
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from shutil import rmtree
from typing import IO, Any

from optimizer.bench import child
from optimizer.bench.experience import Experience
from optimizer.bench.row import Row
from optimizer.bench.task import Finding, Task, make_row
from optimizer.processes import MemoryWatch, end_tree, last_words

_LOOK = 0.1
"""Seconds between two looks at a run."""

_LEAVING = 5.0
"""Seconds in which a process has to end after it has answered."""

_CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL")


class _OrphanedError(Exception):
    """Nobody wants to know what comes of a run any more."""


class Server:
    """Runs tasks one after another.

    Parameters
    ----------
    incoming, outgoing : binary files
        Tasks come from the one; to the other go, pickled, whether the run that begins is a rehearsal, and the row.
    method : str
        How processes are started, as :mod:`multiprocessing` calls it.
    """

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes], method: str) -> None:
        self._context: Any = get_context(method)
        self._incoming = incoming
        self._outgoing = outgoing
        self._client = os.getppid()
        self._rehearsed: set[tuple[str, str, str]] = set()

    def serve(self) -> None:
        """Take tasks until nobody sends any more; a run that goes on then is ended."""
        with suppress(_OrphanedError):
            self._serve()
        end_tree(os.getpid(), but=[os.getpid()])

    def _serve(self) -> None:
        while (task := self._received()) is not None:
            known = task.run.solver, task.run.objective, task.run.group
            if known not in self._rehearsed:
                self._rehearsed.add(known)
                self._send(True)
                self._run(task, rehearsal=True)
            self._send(False)
            self._send(self._run(task))

    def _send(self, message: bool | Row) -> None:
        """Say that the run is rehearsed or not, or what came of it."""
        pickle.dump(message, self._outgoing)
        self._outgoing.flush()

    def _received(self) -> Task | None:
        try:
            task: Task = pickle.load(self._incoming)
        except EOFError:
            return None
        return task

    def _run(self, task: Task, *, rehearsal: bool = False) -> Row:
        """Return the row of a run, done in a process of its own."""
        began = time.monotonic()
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)
        receiver, sender = self._context.Pipe(duplex=False)
        inherited = self._outgoing if self._context.get_start_method() == "fork" else None
        process = self._context.Process(target=_work, args=(task, rehearsal, sender, inherited))
        process.start()
        sender.close()
        watch = MemoryWatch(process.pid)
        with receiver:
            finding, experience = self._answer(task, receiver, watch) or _crash(process)
        process.join(_LEAVING)
        if process.exitcode is None:
            end_tree(process.pid)
            process.join()
        process.close()
        row = make_row(task, finding, time.monotonic() - began, watch.peak)
        experience.share()
        return row

    def _answer(
        self, task: Task, receiver: "Connection[Any, Any]", watch: MemoryWatch
    ) -> tuple[Finding, Experience] | None:
        """Return the answer of a run, or that for which it was ended; None when it ended without one."""
        until = time.monotonic() + task.hard_limit
        while True:
            if wait([receiver], _LOOK):
                try:
                    answer: float | tuple[Finding, Experience] = receiver.recv()
                except EOFError:
                    return None
                if isinstance(answer, tuple):
                    return answer
                until = time.monotonic() + answer
            elif os.getppid() != self._client:
                raise _OrphanedError
            elif excess := _excess(task, until, watch.look()):
                end_tree(watch.process_id)
                return excess, Experience()


def _work(task: Task, rehearsal: bool, sender: "Connection[Any, Any]", inherited: IO[bytes] | None) -> None:
    if inherited is not None:
        inherited.close()  # its end tells the other side that the server is gone
    child.main(task, rehearsal, sender.send)


def _excess(task: Task, until: float, memory: int) -> Finding | None:
    """Return the finding of a run that has exceeded its limits, None of one that has not."""
    limit = task.run.memory
    if limit is not None and memory > limit:
        return Finding("memory", f"{memory / 2**20:.0f} MiB were taken, {limit / 2**20:.0f} MiB are allowed")
    if time.monotonic() > until:
        return Finding("timeout", f"did not end in {task.hard_limit:g} s and was ended by force")
    return None


def _crash(process: BaseProcess) -> tuple[Finding, Experience]:
    """Return the finding of a process that ended without an answer."""
    process.join()
    code = process.exitcode or 0
    if code >= 0:
        return Finding("failed", f"ended with status {code} and without an answer{last_words(2)}"), Experience()
    name = signal.Signals(-code).name if -code in [*signal.Signals] else f"signal {-code}"
    return Finding("failed" if name in _CRASHES else "killed", f"ended by {name}{last_words(2)}"), Experience()


def main(folder: str, method: str = "fork" if sys.platform == "linux" else "spawn") -> None:
    """Serve standard input; standard error is a file that is read when a run crashes.

    Parameters
    ----------
    folder : str
        For temporary files; it is removed at the end.
    method : str
        As for :class:`Server`.
    """
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what solvers print must not get between the rows
    import_module("numba")  # with it there, kernels are never interpreted (optimizer.kernels.compilation)
    Server(FileIO(os.dup(0), "rb"), outgoing, method).serve()
    rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
