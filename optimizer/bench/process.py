"""A place where runs are done one after another, each in a process of its own."""

import pickle
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Self

from optimizer.bench.row import Row
from optimizer.bench.task import Begun, Finding, Task, make_row
from optimizer.processes import end_tree, last_words, start_module


class Place:
    """Does runs through a server of its own (:mod:`optimizer.bench.server`), which starts with the first.

    A context manager; :meth:`close` may be called from another thread.
    """

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        # what runs that are ended by force leave behind goes with it
        self._folder = TemporaryDirectory(prefix="schedopt-bench-", ignore_cleanup_errors=True)
        self._errors = Path(self._folder.name, "errors").open("w+b")  # noqa: SIM115 - closed with the place
        self._closed = False
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def do(self, task: Task, begun: Begun) -> Row | None:
        """Return the row of a run, whatever becomes of it; None when the place was closed meanwhile.

        Parameters
        ----------
        task : Task
            What to do.
        begun : callable
            Hears when the run begins, and before it of its rehearsal if there is one.
        """
        server = self._started()
        if server is None:
            return None
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            pickle.dump(task, server.stdin, pickle.HIGHEST_PROTOCOL)
            server.stdin.flush()
            while isinstance(answer := pickle.load(server.stdout), bool):
                begun(task.run, answer)
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            return self._lost(task, server)
        row: Row = answer
        return row

    def close(self) -> None:
        """End the server and the run that it does."""
        with self._lock:
            self._closed = True
            self._end()
            self._errors.close()
            self._folder.cleanup()

    def _started(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._closed:
                return None
            if self._server is None:
                self._server = start_module(
                    "optimizer.bench.server", self._folder.name, errors=self._errors, temporary=self._folder.name
                )
            return self._server

    def _lost(self, task: Task, server: "subprocess.Popen[bytes]") -> Row | None:
        with self._lock:
            if self._closed:
                return None
            self._end()
            reason = f"the process that starts runs ended with status {server.returncode}"
            return make_row(task, Finding("killed", reason + last_words(self._errors.fileno())))

    def _end(self) -> None:
        if self._server is not None:
            end_tree(self._server.pid)
            self._server.wait()
            self._server = None
