"""What a run had to load, so that the process that the next ones are forked from has loaded it before."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from optimizer.kernels.compilation import Kernel

_Loaded = tuple[str, str, tuple[Any, ...]]
"""Module and name of a kernel, and the types that it is compiled for."""


@dataclass(frozen=True)
class Experience:
    """Modules and compiled kernels.

    Parameters
    ----------
    modules : tuple of str
        In the order in which they were imported.
    kernels : tuple of (str, str, tuple)
        Module, name and argument types.
    """

    modules: tuple[str, ...] = ()
    kernels: tuple[_Loaded, ...] = ()

    @classmethod
    def so_far(cls) -> "Experience":
        """Return what this process has loaded."""
        return cls(tuple(sys.modules), tuple(_kernels()))

    def beyond(self, other: "Experience") -> "Experience":
        """Return what is here and not in ``other``."""
        modules, kernels = set(other.modules), set(other.kernels)
        return Experience(
            tuple(name for name in self.modules if name not in modules),
            tuple(kernel for kernel in self.kernels if kernel not in kernels),
        )

    def share(self) -> None:
        """Load the same in this process; no code of it runs, so no thread starts."""
        for name in self.modules:
            with suppress(Exception):  # some modules are no files, or belong to what the run did
                import_module(name)
        for module, name, types in self.kernels:
            compiled = getattr(import_module(module), name).compiled
            if types not in compiled.signatures:
                compiled.compile(types)


def _kernels() -> Iterator[_Loaded]:
    for module in [name for name in sys.modules if name.startswith("optimizer.kernels")]:
        for name, value in vars(sys.modules[module]).items():
            if isinstance(value, Kernel) and value.__module__ == module and "compiled" in vars(value):
                yield from ((module, name, types) for types in cast(Any, value.compiled).signatures)
