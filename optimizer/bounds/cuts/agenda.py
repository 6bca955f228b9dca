"""What a step of the cutting planes does: prices or a linear program, and where it looks for violated rows."""

from dataclasses import dataclass
from math import inf
from time import monotonic

import numpy as np

from optimizer.bounds.cuts.pair_search import PairSearch
from optimizer.bounds.cuts.place_search import PlaceSearch, SpanSearch
from optimizer.bounds.cuts.present_search import PresentSearch
from optimizer.bounds.cuts.row_search import Searches

_PRICED_QUICK: Searches = ((PlaceSearch, 1.02), (PresentSearch, 1.003))
_PRICED: Searches = (*_PRICED_QUICK, (PairSearch, 1.02))
"""Where to look for rows that an approximate solution violates: what finds most in its time first."""

QUICK: Searches = ((PlaceSearch, 1.01), (PresentSearch, 1.001))
THOROUGH: Searches = ((PairSearch, 1.002),)
_SOLVED: Searches = (*QUICK, *THOROUGH, (SpanSearch, 1.01))
"""Where to look for rows that an exact solution violates."""


@dataclass(frozen=True)
class Phase:
    """How steps are done for a time.

    Parameters
    ----------
    priced : bool
        Whether prices alone are improved; else the linear program is solved.
    searches : tuple
        Where to look for rows.
    most : int
        Rows of each kind in a step.
    nothing, patience : float, int
        The phase ends after so many steps in a row that gain less than this part of what is worth its while.
    seconds : float
        It also ends when a linear program takes longer.
    """

    priced: bool
    searches: Searches
    most: int
    nothing: float
    patience: int
    seconds: float = inf


_PHASES = (
    Phase(priced=True, searches=_PRICED_QUICK, most=2_000, nothing=1.0, patience=2),
    Phase(priced=False, searches=QUICK, most=400, nothing=1.0, patience=2, seconds=1.0),
    Phase(priced=True, searches=_PRICED, most=2_000, nothing=1.0, patience=2),
    Phase(priced=False, searches=_SOLVED, most=400, nothing=0.1, patience=5),
)
"""Linear programs gain more than prices, and while they are small they are soon solved: prices come again only when a
linear program takes too long."""

_GAIN = 3e-3
"""A step is worth its while when it gains this part of the bound,"""

_GAIN_OF_GAP = 0.02
"""or this part of the gap to the known schedule,"""

_LEAST_GAIN = 1e-6
"""and this much at least, so that rounding errors do not count."""

_LEAST_SECONDS = 1e-3


class Agenda:
    """The phases, one after the other, and how many kinds of rows each step looks for.

    Parameters
    ----------
    priced : bool
        Whether prices alone say all; else there are phases of linear programs only.

    Attributes
    ----------
    settled : bool
        Whether the last phase is over: further steps would add next to nothing.
    """

    def __init__(self, *, priced: bool) -> None:
        self._phases = [phase for phase in _PHASES if priced or not phase.priced]
        self._rates: list[float] = []
        self._depth, self._stalled, self._looked = 1, 0, monotonic()
        self.settled = False

    @property
    def phase(self) -> Phase:
        """The phase of the next step, or the last one."""
        return self._phases[0]

    @property
    def in_last_phase(self) -> bool:
        """Whether no further phase follows."""
        return len(self._phases) == 1

    def skip(self, seconds: float) -> None:
        """Leave out so many seconds, in which others worked, when the gain is set against the time."""
        self._looked += seconds

    def end_phase(self, *, too_slow: bool = False) -> None:
        """Go on with the next phase; prices come again only after linear programs that were ``too_slow``."""
        self._rates, self._stalled = [], 0
        if self.in_last_phase:
            self.settled = True
            return
        ended = self._phases.pop(0)
        if not (ended.priced or too_slow):
            self._phases = [phase for phase in self._phases if not phase.priced]

    def depth(self, gain: float, worthwhile: float) -> int:
        """Return how many kinds of rows to look for: those that gained most in their time, or more than ever before.

        Parameters
        ----------
        gain, worthwhile : float
            What the bound has gained since it was last asked, and what is worth a step.
        """
        now = monotonic()
        if self._rates:
            self._rates[self._depth - 1] = gain / max(now - self._looked, _LEAST_SECONDS)
        self._looked = now
        tried = len(self._rates)
        if tried == 0 or (gain <= worthwhile and tried < len(self.phase.searches)):
            self._stalled = 0
            return tried + 1
        return 1 + int(np.argmax(self._rates))

    def note_depth(self, depth: int) -> None:
        """Hear how many kinds of rows were looked for in the end."""
        self._depth = depth
        self._rates += [0.0] * (depth - len(self._rates))

    def go_on(self, gain: float, worthwhile: float, *, found: bool) -> None:
        """End the phase when no rows are ``found`` or nothing is gained any more."""
        phase = self.phase
        self._stalled = self._stalled + 1 if gain < phase.nothing * worthwhile else 0
        if not found or (self._stalled >= phase.patience and len(self._rates) == len(phase.searches)):
            self.end_phase()


def worthwhile_gain(bound: float, total: float) -> float:
    """Return the least gain for which a step is worth its while, when a schedule of cost ``total`` is known."""
    return max(min(_GAIN * abs(bound), _GAIN_OF_GAP * (total - bound)), _LEAST_GAIN)
