"""How many columns of a program the next guess leaves."""

from math import inf

_MUCH_LARGER = 2.0
"""A guess that was refuted quickly is followed by one that leaves so many times the columns."""

_LARGER = 1.25
"""Any other that was refuted is followed by one that leaves so many times: the time of a tree grows much faster."""

_CLOSE = 1.25
"""No guess is made between two, one refuted and one undecided, of which the larger leaves at most so many times the
columns of the smaller."""


class GuessSize:
    """A number of columns between the most that were refuted and the fewest that were left undecided.

    Parameters
    ----------
    columns : int
        What the first guess leaves, > 0.
    least : int
        What any guess leaves, > 0.
    """

    def __init__(self, columns: int, least: int) -> None:
        self.columns = columns
        self._least = least
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was refuted and what was undecided, for the program has changed; the size stays."""
        self.found = False
        self._refuted, self._undecided = 0, inf

    def double(self) -> None:
        """Leave twice the columns, for fewer are not worth a try."""
        self.columns = int(_MUCH_LARGER * self.columns)

    def refuted(self, *, quick: bool) -> None:
        """Leave more columns than those among which there was no schedule."""
        self._refuted = self.columns
        self._try(_MUCH_LARGER if quick else _LARGER)

    def undecided(self) -> None:
        """Leave fewer columns than those that took too long; ``found`` when there is nothing to be tried any more."""
        if self._refuted:
            self._undecided = self.columns
            self._try(_MUCH_LARGER)
        else:
            self.columns = max(self._least, int(self.columns / _MUCH_LARGER))
            self.found = True

    def _try(self, growth: float) -> None:
        self.columns = int(min(growth * self._refuted, (self._refuted * self._undecided) ** 0.5))
        self.found = self._undecided <= _CLOSE * self._refuted
