"""What is known of each case, whoever found it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from optimizer.bench.report.gaps import compares, has_schedule
from optimizer.bench.report.sweep import Case
from optimizer.bench.row import Row
from optimizer.names import Status

_MOST_NAMED = 5
_EQUAL = 1e-9
"""How far apart, relative to the larger, a bound and a value may be by floating point alone."""


@dataclass
class Reference:
    """What the runs on one case found together; None stands for what nothing is known of.

    Parameters
    ----------
    known : float or None
        The best known value of the suite.
    found : float or None
        The least value of a schedule that is on time and not preemptive.
    bound : float or None
        The largest lower bound that any run proved.
    scheduled : bool
        Whether any run has a schedule, be it late or preemptive.
    refuted : bool
        Whether a run says that there is no schedule on time.
    """

    known: float | None = None
    found: float | None = None
    bound: float | None = None
    scheduled: bool = False
    refuted: bool = False

    @property
    def best(self) -> float | None:
        """The least value that is known."""
        return _least(self.known, self.found)

    @property
    def disputed(self) -> bool:
        """Whether a run says that there is no schedule on time although there is one."""
        return self.refuted and self.best is not None

    def take(self, row: Row) -> None:
        """Take in what a run says."""
        self.known = _least(self.known, row.best_known)
        self.found = _least(self.found, row.value if compares(row) else None)
        self.bound = max((b for b in (self.bound, row.lower_bound) if b is not None), default=None)
        self.scheduled |= has_schedule(row)
        self.refuted |= row.outcome == Status.INFEASIBLE


def references(rows: Iterable[Row]) -> dict[Case, Reference]:
    """Return what is known of each case."""
    found: dict[Case, Reference] = {}
    for row in rows:
        found.setdefault(Case.of(row.run), Reference()).take(row)
    return found


def contradictions(known: Mapping[Case, Reference]) -> Iterator[str]:
    """Yield a sentence for each thing that cannot be true, and for best known values that are beaten."""
    checks: dict[str, Callable[[Reference], bool]] = {
        "a lower bound is above the value of a valid schedule": lambda each: _below(each.found, each.bound),
        "a lower bound is above the best known value of the suite": lambda each: _below(each.known, each.bound),
        "a run says that there is no schedule on time, but there is one": lambda each: each.disputed,
        "a run is better than the best known value of the suite": lambda each: _below(each.found, each.known),
    }
    for text, wrong in checks.items():
        names = [case.instance for case, each in known.items() if wrong(each)]
        if names:
            more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
            yield f"{text}: {', '.join(names[:_MOST_NAMED])}{more}"


def _below(value: float | None, other: float | None) -> bool:
    return value is not None and other is not None and value < other - _EQUAL * max(1.0, abs(other))


def _least(*values: float | None) -> float | None:
    return min((value for value in values if value is not None), default=None)
