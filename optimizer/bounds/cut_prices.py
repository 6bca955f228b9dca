"""Prices of cuts by the volume algorithm: near the optimum of the linear program at a fraction of its cost."""

import numpy as np

from optimizer.bounds.cut_program import SECONDS_AN_ENTRY, CutProgram
from optimizer.kernels.ranges import chosen_sums
from optimizer.units import FloatArray

_FIRST_FACTOR = 1.0
_LONGER_STEP = 1.1
_SHORTER_STEP = 0.66
_PATIENCE = 20
_SETTLED = 1e-3
_LEAST_SHARE = 0.005
_AHEAD = 0.01
"""How far above the bound, in parts of it, the target of the steps is at least."""


class PriceDescent:
    """Steps from the best prices so far along the averaged excess demand.

    The volume algorithm (Barahona & Anbil 2000, "The volume algorithm: producing primal solutions with a subgradient
    method", Mathematical Programming 87) with the length of Polyak (Held, Wolfe & Crowder 1974, "Validation of
    subgradient optimization", Mathematical Programming 6).

    Parameters
    ----------
    program : CutProgram
        The program; its rows and columns stay as they are.
    solution : float64[C] or None
        Fractional solution to go on from.
    """

    def __init__(self, program: CutProgram, solution: FloatArray | None = None) -> None:
        self._program = program
        self._factor, self._failures, self.rounds, self._target = _FIRST_FACTOR, 0, 0, -np.inf
        if solution is None:
            program.value(program.price)
            solution = np.zeros(len(program.cost))
            solution[program.reply.column] = 1.0
        self.solution = solution
        self._excess = program.left_hand_sides(solution) - program.rows.side
        self._aim()

    @property
    def settled(self) -> bool:
        """Whether further rounds will add little."""
        return self._factor < _SETTLED or self._program.bound == np.inf

    def advance(self, rounds: int) -> None:
        """Do so many rounds, or as many as it takes."""
        for _ in range(rounds):
            if self.settled:
                return
            self._round()

    def _round(self) -> None:
        program = self._program
        movable = (program.price > 0) | (self._excess > 0)
        norm = float((self._excess[movable] ** 2).sum())
        if norm == 0.0:
            self._factor = 0.0  # these prices are the best
            return
        length = self._factor * (self._target - program.bound) / norm
        price = np.maximum(program.price + length * self._excess, 0.0)
        value = program.value(price)
        excess = np.empty(len(price))
        chosen_sums.sized(SECONDS_AN_ENTRY * len(program.rows.ranges.job))(
            program.rows.ranges, program.reply.column, excess
        )
        excess -= program.rows.side
        forward = float(self._excess @ excess) >= 0
        self._average(excess)
        if program.learn(price, value):
            self._factor *= _LONGER_STEP if forward else 1.0
            self._failures = 0
            self._aim()
        else:
            self._failures += 1
            if self._failures == _PATIENCE:
                self._factor, self._failures = _SHORTER_STEP * self._factor, 0

    def _average(self, excess: FloatArray) -> None:
        self.rounds += 1
        share = max(_LEAST_SHARE, 4 / (self.rounds + 12))
        self._excess = share * excess + (1 - share) * self._excess
        self.solution *= 1 - share
        self.solution[self._program.reply.column] += share

    def _aim(self) -> None:
        """Keep the target of the steps above the bound, but not above a known schedule."""
        bound, total = self._program.bound, self._program.total
        size = max(abs(bound), 1e-3)
        if bound + _AHEAD * size > self._target:
            self._target = bound + 2 * _AHEAD * size
        self._target = min(self._target, max(total, bound))
