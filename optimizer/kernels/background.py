"""Compiling in processes of their own, which go on when the run that asked for it ends."""

import hashlib
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

if sys.platform == "win32":
    _DETACHED = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
else:
    _DETACHED = 0


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
        self._title = f"{module}.{dispatcher.py_func.__qualname__}"
        self._process: subprocess.Popen[bytes] | None = None
        self._given_up = False
        self._starting = Lock()
        BackgroundCompiler._all.append(self)

    def started(self, arguments: tuple[Any, ...]) -> bool:
        """Have the kernel compiled for arguments like these; return whether that goes on, False once it is over."""
        from numba import typeof

        types = tuple(map(typeof, arguments))
        with self._starting:
            if self._given_up or self._mark(types).exists():
                return False
            try:
                if self._process is None and not self._is_going_on():
                    self._process = self._begun(types)
            except (OSError, NotImplementedError) as error:  # no more processes, or a file system without locks
                logger.info("nothing is compiled in the background: %s", error)
                self._given_up = True
            else:
                self._given_up = self._process is not None and self._process.poll() is not None
            return not self._given_up

    def wait(self) -> None:
        """Wait until the compiled code is there, or will not be."""
        if self._process is not None:
            self._process.wait()
        if not self._given_up:
            with self._lock:
                pass

    @property
    def process_id(self) -> int | None:
        """The process that compiles it, None when this one has not started any."""
        return None if self._process is None else self._process.pid

    @property
    def _lock(self) -> "FileLock":
        from filelock import FileLock

        return FileLock(self._folder / f"{self._title}.lock")

    def _is_going_on(self) -> bool:
        from filelock import Timeout

        try:
            with self._lock.acquire(blocking=False):
                return False
        except Timeout:
            return True

    def _mark(self, types: tuple[Any, ...]) -> Path:
        """Return the file that says that numba has kept compiled code, for such arguments and for this processor."""
        from llvmlite import binding
        from numba import __version__

        source = self._source.stat()
        hangs_on = (__version__, binding.get_host_cpu_name(), source.st_mtime_ns, source.st_size, types)
        return self._folder / f"{self._title}.{hashlib.sha256(repr(hangs_on).encode()).hexdigest()[:12]}.compiled"

    def _begun(self, types: tuple[Any, ...]) -> subprocess.Popen[bytes]:
        if all(other._process is None for other in self._all):
            logger.warning("first use of this installation: compiling in the background, until then runs are slower")
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,  # Ctrl-C, or the end of the terminal, is not meant for it
            creationflags=_DETACHED,
        )
        assert process.stdin is not None
        with process.stdin as order:
            order.write(pickle.dumps((self._module, self._name, types)))
        return process

    def compile_here(self, types: tuple[Any, ...], dispatcher: Any) -> None:
        """Compile in this process, unless another has done so meanwhile, and leave the mark."""
        with self._lock:
            dispatcher.compile(types)
            self._mark(types).touch()


def wait_for_all() -> None:
    """Wait until nothing that this process asked for is being compiled; for measurements."""
    for compiler in BackgroundCompiler._all:
        compiler.wait()


def process_ids() -> list[int]:
    """Return the processes that compile for this one and are to go on when it ends."""
    return [compiler.process_id for compiler in BackgroundCompiler._all if compiler.process_id is not None]


def main() -> None:
    """Compile the kernel that standard input names."""
    module, name, types = pickle.load(sys.stdin.buffer)
    kernel = getattr(import_module(module), name)
    kernel.background.compile_here(types, kernel.compiled)


if __name__ == "__main__":
    main()
