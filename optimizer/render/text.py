"""Numbers, times and names as short text."""

from collections.abc import Sequence
from math import floor, isfinite, log10

from optimizer.names import Objective, TimeUnit

UNIT_SYMBOL = {
    TimeUnit.SECOND: "s",
    TimeUnit.MINUTE: "min",
    TimeUnit.HOUR: "h",
    TimeUnit.DAY: "d",
    TimeUnit.SLOT: "slots",
}
_WITHOUT_UNIT = (Objective.MEAN_SLOWDOWN, Objective.WEIGHTED_NUMBER_LATE)
_SMALLEST, _LARGEST = 1e-4, 1e15


def number_text(value: float, digits: int = 4) -> str:
    """Return ``value`` with ``digits`` significant digits (all digits before the point) and thousands separators."""
    if not isfinite(value):
        return str(value)
    if value and not _SMALLEST <= abs(value) < _LARGEST:
        return f"{value:.{digits}g}"
    decimals = max(0, digits - 1 - floor(log10(abs(value)))) if value else 0
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def percent_text(share: float) -> str:
    """Return a share as percent with three significant digits."""
    return f"{number_text(100 * share, 3)} %"


def time_text(value: float, unit: TimeUnit, digits: int = 4) -> str:
    """Return a length of time in the user's unit, as in ``7.5 min``."""
    return f"{number_text(value, digits)} {UNIT_SYMBOL[unit]}"


def objective_text(objective: Objective, value: float, unit: TimeUnit) -> str:
    """Return an objective's value with its unit, if it has one."""
    return number_text(value) if objective in _WITHOUT_UNIT else time_text(value, unit)


def objective_title(objective: Objective, unit: TimeUnit) -> str:
    """Return an objective's name with its unit, if it has one, as in ``mean flow time (h)``."""
    return words(objective) if objective in _WITHOUT_UNIT else f"{words(objective)} ({UNIT_SYMBOL[unit]})"


def counted(number: int, what: str) -> str:
    """Return how many there are of what, as in ``1 job`` and ``2,000 jobs``."""
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def words(name: str) -> str:
    """Return a name of the files, as in ``mean-flow-time``, as words."""
    return name.replace("-", " ").replace("_", " ")


def printable(text: str) -> str:
    """Return ``text`` with control, formatting and unassigned characters as visible escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def complaints_text(complaints: Sequence[str], limit: int = 20) -> str:
    """Return one line a complaint, the first ``limit`` of them, and how many more there are."""
    lines = [printable(complaint) for complaint in complaints[:limit]]
    if len(complaints) > limit:
        lines.append(f"… and {len(complaints) - limit} more")
    return "\n".join(lines)
