"""Compiling in processes of their own, which go on when the run that asked for it ends."""

import logging
import os
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from filelock import FileLock

logger = logging.getLogger(__name__)


class BackgroundCompiler:
    """Has one kernel compiled for the types of one call, by one process at a time, whoever asks for it.

    Parameters
    ----------
    module, name : str
        Where the kernel is.
    dispatcher : numba dispatcher
        Its compiled version, which knows where compiled code is kept.
    """

    _all: ClassVar[list["BackgroundCompiler"]] = []

    def __init__(self, module: str, name: str, dispatcher: Any) -> None:
        self._module = module
        self._name = name
        self._source = Path(dispatcher.py_func.__code__.co_filename)
        self._folder = Path(dispatcher.stats.cache_path)
        self._title = dispatcher.py_func.__qualname__
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = Lock()
        BackgroundCompiler._all.append(self)

    @property
    def ended(self) -> bool:
        """Whether the compiled code is there, or will not be."""
        return (self._process is not None and self._process.poll() is not None) or self._is_kept()

    def start(self, arguments: tuple[Any, ...]) -> None:
        """Have the kernel compiled for arguments like these, unless that is going on."""
        with self._starting:
            if self._process is None and not self._is_going_on():
                self._process = self._started(arguments)

    def wait(self) -> None:
        """Wait until the compiled code is there, or will not be."""
        if self._process is not None:
            self._process.wait()
        with self._file:
            pass

    @property
    def _file(self) -> "FileLock":
        from filelock import FileLock

        return FileLock(self._folder / f"{self._title}.lock")

    def _is_going_on(self) -> bool:
        from filelock import Timeout

        try:
            with self._file.acquire(blocking=False):
                return False
        except Timeout:
            return True

    def _is_kept(self) -> bool:
        """Return whether numba has kept compiled code of this source; it forgets what is older than its module."""
        changed = self._source.stat().st_mtime
        return any(index.stat().st_mtime >= changed for index in self._folder.glob(f"*{self._title}-*.nbi"))

    def _started(self, arguments: tuple[Any, ...]) -> subprocess.Popen[bytes]:
        from numba import typeof

        if all(other._process is None for other in self._all):
            logger.warning(
                "compiling in the background, once for this installation; until that is done runs are slower"
            )
        process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,  # Ctrl-C, or the end of the terminal, is not meant for it
        )
        assert process.stdin is not None
        with process.stdin as order:
            order.write(pickle.dumps((self._module, self._name, tuple(map(typeof, arguments)))))
        return process

    def compile_here(self, types: tuple[Any, ...], dispatcher: Any) -> None:
        """Compile in this process, unless another has done so meanwhile."""
        with self._file:
            dispatcher.compile(types)


def wait_for_all() -> None:
    """Wait until nothing that this process asked for is being compiled; for measurements."""
    for compiler in BackgroundCompiler._all:
        compiler.wait()


def main() -> None:
    """Compile the kernel that standard input names."""
    module, name, types = pickle.load(sys.stdin.buffer)
    kernel = getattr(import_module(module), name)
    kernel.background.compile_here(types, kernel.compiled)


if __name__ == "__main__":
    main()
