"""Checks of the options of searches."""

from collections.abc import Sequence

from optimizer.errors import UsageError


def require_at_least(least: int, **options: int) -> None:
    """Refuse an option below ``least``.

    Raises
    ------
    UsageError
        Naming it.
    """
    for name, value in options.items():
        if value < least:
            raise UsageError(f"{name} {value}: expected a whole number >= {least}")


def require_between(least: float, most: float, **options: float) -> None:
    """Refuse an option outside [``least``, ``most``]; raises as :func:`require_at_least`."""
    for name, value in options.items():
        if not least <= value <= most:
            raise UsageError(f"{name} {value}: expected a number from {least:g} to {most:g}")


def require_one_of(names: Sequence[str], **options: str) -> None:
    """Refuse an option that is none of ``names``; raises as :func:`require_at_least`."""
    for name, value in options.items():
        if value not in names:
            raise UsageError(f"{name} {value!r}: expected one of {', '.join(names)}")
