"""One source for interpreted and compiled loops, so that small problems never pay for loading the compiler."""

import hashlib
import logging
import sys
from collections.abc import Callable, Iterator
from functools import cached_property, partial, update_wrapper
from pathlib import Path
from types import FunctionType
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, cast

from optimizer.kernels.background import BackgroundCompiler

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

_WORTH_COMPILING = 1.0
"""Seconds of interpreted work in a process from which loading the compiler pays."""

_WORTH_WAITING = 20.0
"""Seconds of one interpreted call that are longer than compiling takes."""


class Kernel(Generic[P, R]):
    """A function over arrays that runs as it stands or compiled by numba, with the same result to the last bit.

    Calling it runs it as it stands. It may call other kernels, which are then compiled into it.

    Parameters
    ----------
    function : callable
        In the subset of Python that numba compiles. It allocates nothing: no new arrays, slices or lists. Other kernels
        and constants are globals of its module.
    apart : bool
        Whether its callers call it, instead of containing it: slower by what passing the arguments takes, but compiled
        once. For large functions that are seldom needed.
    """

    _interpreted: ClassVar[float] = 0.0

    def __init__(self, function: Callable[P, R], *, apart: bool = False) -> None:
        update_wrapper(self, function)
        self._function = cast(FunctionType, function)
        self._apart = apart
        self._ready = False  # numba takes longer to say so than many a call

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function as it stands."""
        return cast(R, self._function(*args, **kwargs))

    def sized(self, seconds: float) -> Callable[P, R]:
        """Return the version that suits the amount of work.

        Loading the compiler costs about a second, once a process. The interpreter is used until it has taken as long
        in total, so that no run takes more than twice the time of the better choice (ski rental: Karlin, Manasse,
        Rudolph & Sleator 1988, Algorithmica 3). While the first use of an installation compiles in the background,
        the interpreter goes on, unless the call would take longer than that.

        Parameters
        ----------
        seconds : float
            Estimated time of the call as interpreted.
        """
        if self._ready:
            return self.compiled
        if "numba" not in sys.modules and Kernel._interpreted + seconds <= _WORTH_COMPILING:
            Kernel._interpreted += seconds
            return self
        # without a cache on disk nobody else can compile for this process; without numba's compiler nothing is compiled
        if self.background is None or cast(Any, self.compiled).signatures:
            self._ready = True
            return self.compiled
        return partial(self._meanwhile, self.background, seconds > _WORTH_WAITING)

    def _meanwhile(self, background: BackgroundCompiler, waiting: bool, *args: P.args, **kwargs: P.kwargs) -> R:
        if not background.started(args):
            return self.compiled(*args, **kwargs)
        if not waiting:
            return self(*args, **kwargs)
        background.wait()
        return self.compiled(*args, **kwargs)

    @cached_property
    def background(self) -> BackgroundCompiler | None:
        """What compiles it when a run should not wait for that; None where nothing can be kept on disk."""
        stats = getattr(self.compiled, "stats", None)
        if stats is None or stats.cache_path is None:
            return None
        return BackgroundCompiler(self.__module__, self._function.__name__, self.compiled)

    @cached_property
    def compiled(self) -> Callable[P, R]:
        """The version compiled by numba, at its first call if it must be, and kept on disk from process to process."""
        try:
            return cast(Callable[P, R], self._compiled(cache=True, nogil=True))
        except RuntimeError as error:  # numba found no folder that it may write to
            logger.info("compiled for this process alone: %s", error)
            return cast(Callable[P, R], self._compiled(nogil=True))

    @cached_property
    def _inlined(self) -> Any:
        return self._compiled(forceinline=not self._apart, no_cpython_wrapper=True, no_cfunc_wrapper=True)

    def _compiled(self, **options: bool) -> Any:
        from numba import njit

        inner = {name: kernel._inlined for name, kernel in self._called()}
        code = self._function.__code__
        twin = FunctionType(code, {**self._function.__globals__, **inner}, code.co_name)
        # the name of the file in numba's cache: numba itself would see changes of this function's module only
        twin.__qualname__ = f"{code.co_name}_{self._source_hash}"
        # without reference counts (nothing is allocated) loops that pass arrays on are almost twice as fast
        return njit(_nrt=False, **options)(twin)

    def _called(self) -> Iterator[tuple[str, "Kernel[..., Any]"]]:
        for name in self._function.__code__.co_names:
            value = self._function.__globals__.get(name)
            if isinstance(value, Kernel):
                yield name, value

    @cached_property
    def _sources(self) -> frozenset[Path]:
        """The modules of this kernel, of those that it calls, and of the types that they share."""
        inner = (kernel._sources for _, kernel in self._called())
        own = Path(self._function.__code__.co_filename)
        return frozenset([own, *Path(__file__).parent.glob("*.py")]).union(*inner)

    @cached_property
    def _source_hash(self) -> str:
        return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(self._sources))).hexdigest()[:12]


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Turn a function into a :class:`Kernel` that is compiled into its callers."""
    return Kernel(function)


def kernel_apart(function: Callable[P, R]) -> Kernel[P, R]:
    """Turn a function into a :class:`Kernel` that its callers call."""
    return Kernel(function, apart=True)
