"""The error tree: each error has our base class and the built-in that matches it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

_SHOWN = 20
_VALUE_WIDTH = 80


class SchedoptError(Exception):
    """Whatever this package raises on purpose."""


class UsageError(SchedoptError, ValueError):
    """An argument or option that makes no sense (command line: exit status 2)."""


class InputError(SchedoptError, ValueError):
    """A file that cannot be read or used (command line: exit status 3)."""


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong with an instance.

    Parameters
    ----------
    path : str
        Where, as in ``jobs[17].deadline``; empty for the whole.
    value : Any
        What stands there.
    expected : str
        What should stand there.
    """

    path: str
    value: Any
    expected: str

    def __str__(self) -> str:
        return f"{self.path or 'the instance'}: {shown(self.value)}, expected {self.expected}"

    def under(self, parent: str) -> "Issue":
        """Return the same issue seen from outside ``parent``."""
        joint = "." if parent and self.path and not self.path.startswith("[") else ""
        return replace(self, path=f"{parent}{joint}{self.path}")


def shown(value: Any) -> str:
    """Return ``value`` as text short enough for a message."""
    text = "missing" if value is None else repr(value)
    return text if len(text) <= _VALUE_WIDTH else text[: _VALUE_WIDTH - 1] + "…"


class InstanceError(InputError):
    """An instance that contradicts itself or the format.

    Parameters
    ----------
    issues : iterable of Issue
        All that was found; the message shows the first 20 and how many more.
    source : str
        The file, or empty.
    """

    def __init__(self, issues: Iterable[Issue], source: str = "") -> None:
        self.issues = tuple(issues)
        self.source = source
        lines = [f"{source}: {issue}" if source else str(issue) for issue in self.issues[:_SHOWN]]
        if len(self.issues) > _SHOWN:
            lines.append(f"… and {len(self.issues) - _SHOWN} more")
        super().__init__("\n".join(lines))


class UnsupportedError(SchedoptError, NotImplementedError):
    """A solver was asked for something that it does not do."""


class SolverError(SchedoptError, RuntimeError):
    """A solver failed (command line: exit status 4)."""


class MissingPackageError(SchedoptError, ImportError):
    """What was asked for takes a package that is not installed; the message says what to install."""


class SolverMissingError(SolverError, MissingPackageError):
    """A solver is known but not installed; the message says what to install."""


class ModelTooLargeError(SolverError, MemoryError):
    """A program would not fit into memory; it was not built."""
