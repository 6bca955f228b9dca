"""Checks of the options of searches."""

from collections.abc import Sequence

from optimizer.errors import UsageError


def require(condition: bool, expected: str, **options: object) -> None:
    """Refuse options for which a condition does not hold.

    Raises
    ------
    UsageError
        Naming the first.
    """
    for name, value in options.items():
        if not condition:
            raise UsageError(f"{name} {value!r}: expected {expected}")


def require_at_least(least: int, **options: int) -> None:
    """Refuse an option below ``least``; raises as :func:`require`."""
    for name, value in options.items():
        require(value >= least, f"a whole number >= {least}", **{name: value})


def require_between(least: float, most: float, **options: float) -> None:
    """Refuse an option outside [``least``, ``most``]; raises as :func:`require`."""
    for name, value in options.items():
        require(least <= value <= most, f"a number from {least:g} to {most:g}", **{name: value})


def require_one_of(names: Sequence[str], **options: str) -> None:
    """Refuse an option that is none of ``names``; raises as :func:`require`."""
    for name, value in options.items():
        require(value in names, f"one of {', '.join(names)}", **{name: value})
