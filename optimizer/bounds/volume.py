"""The volume algorithm: what prices prove, how long its steps are, and how much of an average each round is.

Barahona & Anbil 2000, "The volume algorithm: producing primal solutions with a subgradient method", Mathematical
Programming 87; lengths after Polyak (Held, Wolfe & Crowder 1974, "Validation of subgradient optimization",
Mathematical Programming 6).
"""

from math import inf

_LONGER = 1.1
"""Factor of the length of steps after a round that points forward,"""

_SHORTER = 0.66
"""and after rounds that have failed for too long (Barahona & Anbil 2000)."""

_SETTLED = 1e-3
"""Once the factor of the length of steps is below this, a round adds little."""

_ROUNDING = 1e-12
"""What adding and taking away the prices may have made wrong, relative to all that is paid."""


def value_of_prices(cost: float, paid: float) -> float:
    """Return the bound of prices, less what rounding may add.

    Parameters
    ----------
    cost : float
        What the jobs spend, payments included.
    paid : float
        What all that there is to buy would bring.
    """
    return float(cost - (1 + _ROUNDING) * paid)


class Steps:
    """Lengths of steps and shares of rounds, as better bounds are found or not.

    Parameters
    ----------
    first : float
        First factor of the length.
    patience : int
        After so many rounds in a row without a better bound steps get shorter.
    ahead : float
        How far above the bound, in parts of it, the target of the steps is at least.
    least_share : float
        Least share of the average that a round is.
    """

    def __init__(self, first: float, patience: int, ahead: float, least_share: float) -> None:
        self._first = first
        self._patience = patience
        self._ahead = ahead
        self._least_share = least_share
        self._target = -inf
        self.begin()

    def begin(self) -> None:
        """Begin with steps of the first length."""
        self._factor, self._failures, self._rounds = self._first, 0, 0

    @property
    def settled(self) -> bool:
        """Whether further rounds will add little."""
        return self._factor < _SETTLED

    def settle(self) -> None:
        """Note that no step leads anywhere."""
        self._factor = 0.0

    def length(self, bound: float, norm: float) -> float:
        """Return the length of the next step, for the squared norm of its direction."""
        return self._factor * (self._target - bound) / norm

    def share(self) -> float:
        """Return the share of the average that the next round is."""
        self._rounds += 1
        return max(self._least_share, 4 / (self._rounds + 12))

    def succeed(self, *, forward: bool) -> None:
        """Note a better bound; ``forward``: a longer step would have found a better one still."""
        self._factor *= _LONGER if forward else 1.0
        self._failures = 0

    def fail(self) -> None:
        """Note a round without a better bound."""
        self._failures += 1
        if self._failures == self._patience:
            self._factor, self._failures = _SHORTER * self._factor, 0

    def aim(self, bound: float, total: float) -> None:
        """Keep the target above the bound, but not above the total cost of a known schedule."""
        size = max(abs(bound), 1e-3)
        if bound + self._ahead * size > self._target:
            self._target = bound + 2 * self._ahead * size
        self._target = min(self._target, max(total, bound))
