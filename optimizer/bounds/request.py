"""What a bound is asked for and what it answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from optimizer.objective import Costs
from optimizer.problem import Problem


@dataclass(frozen=True, eq=False)
class Request:
    """What a bound is asked for.

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs.
    known : float
        Total cost of a known schedule that keeps all deadlines: only those that cost no more matter.
    seconds : float
        Time that it may take.
    memory : int or None
        Bytes that a program may take; None: what is free.
    interrupted : callable
        Whether to end now.
    """

    problem: Problem
    costs: Costs
    known: float = inf
    seconds: float = inf
    memory: int | None = None
    interrupted: Callable[[], bool] = lambda: False
    _began: float = field(default_factory=time.monotonic)

    @property
    def remaining(self) -> float:
        """Seconds left."""
        return max(0.0, self.seconds - (time.monotonic() - self._began))

    @property
    def stopped(self) -> bool:
        """Whether to end now."""
        return self.interrupted() or self.remaining <= 0


@dataclass(frozen=True)
class Found:
    """What a bound answers.

    Parameters
    ----------
    total : float
        No schedule that it holds for has a smaller total cost; minus infinity: nothing was found, infinity: there is
        no schedule at all.
    cut_short : bool
        Whether more time would have given more.
    note : str
        Why nothing was found.
    """

    total: float
    cut_short: bool = False
    note: str = ""
