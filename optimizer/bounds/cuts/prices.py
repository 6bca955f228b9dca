"""Prices of cuts by the volume algorithm: near the optimum of the linear program at a fraction of its cost."""

import numpy as np

from optimizer.bounds.cuts.program import SECONDS_AN_ENTRY, CutProgram
from optimizer.bounds.volume import Steps
from optimizer.kernels.bounds.ranges import chosen_sums
from optimizer.units import FloatArray


class PriceDescent:
    """Steps from the best prices so far along the averaged excess demand.

    The volume algorithm (Barahona & Anbil 2000; see volume.py).

    Parameters
    ----------
    program : CutProgram
        The program; its rows and columns stay as they are.
    solution : float64[C] or None
        Fractional solution to go on from.
    """

    def __init__(self, program: CutProgram, solution: FloatArray | None = None) -> None:
        self._program = program
        self._steps = Steps(first=1.0, patience=20, ahead=0.01, least_share=0.005)
        self.rounds = 0
        if solution is None:
            program.value(program.price)
            solution = np.zeros(len(program.cost))
            solution[program.reply.column] = 1.0
        self.solution = solution
        self._excess = program.rows.left_hand_sides(solution) - program.rows.side
        self._steps.aim(program.bound, program.total)

    @property
    def settled(self) -> bool:
        """Whether further rounds will add little."""
        return self._steps.settled or self._program.bound == np.inf

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
            self._steps.settle()  # these prices are the best
            return
        price = np.maximum(program.price + self._steps.length(program.bound, norm) * self._excess, 0.0)
        value = program.value(price)
        excess = np.empty(len(price))
        chosen_sums.sized(SECONDS_AN_ENTRY * len(program.rows.ranges.job))(
            program.rows.ranges, program.reply.column, excess
        )
        excess -= program.rows.side
        forward = float((self._excess * excess).sum()) >= 0  # BLAS would call threads, and wait for them
        self._average(excess)
        if program.learn(price, value):
            self._steps.succeed(forward=forward)
            self._steps.aim(program.bound, program.total)
        else:
            self._steps.fail()

    def _average(self, excess: FloatArray) -> None:
        self.rounds += 1
        share = self._steps.share()
        self._excess = share * excess + (1 - share) * self._excess
        self.solution *= 1 - share
        self.solution[self._program.reply.column] += share
