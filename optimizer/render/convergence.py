"""How value and bound of runs came together: step functions of the time that had passed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.errors import UsageError
from optimizer.render.colors import PALETTE
from optimizer.render.text import printable
from optimizer.result import Result
from optimizer.units import FloatArray

_LOGARITHMIC = 100  # times the first moment is the last one: then the beginning needs room
_SOONEST = 1e-3


@dataclass(frozen=True, eq=False)
class Steps:
    """A step function that holds its last value until the run ends.

    Parameters
    ----------
    time : float64[T]
        Seconds since the run began, ascending.
    value : float64[T]
        From each time on.
    """

    time: FloatArray
    value: FloatArray

    @classmethod
    def of(cls, moments: Iterable[tuple[float, float | None]], end: float) -> "Steps":
        """Return the steps of moments (seconds, value), without those that have no value."""
        known = [(max(time, _SOONEST), value) for time, value in moments if value is not None]
        if known:
            known.append((max(end, known[-1][0]), known[-1][1]))
        table = np.array(known, dtype=np.float64).reshape(-1, 2)
        return cls(table[:, 0], table[:, 1])


@dataclass(frozen=True, eq=False)
class Convergence:
    """Value and bound of one run.

    Parameters
    ----------
    name : str
        What tells the run from others.
    color : str
        Of its lines, in hexadecimal notation.
    value, bound : Steps
        Best schedule so far, and lower bound so far; empty without any.
    """

    name: str
    color: str
    value: Steps
    bound: Steps


def convergences(results: Mapping[str, Result]) -> list[Convergence]:
    """Return the curves of all runs.

    Raises
    ------
    UsageError
        When no run has a trace, as that of a file that another program wrote.
    """
    found = []
    for number, (name, result) in enumerate(results.items()):
        end = result.runtime
        value = Steps.of(((moment.elapsed, moment.value) for moment in result.trace), end)
        bound = Steps.of(((moment.elapsed, moment.lower_bound) for moment in result.trace), end)
        found.append(Convergence(printable(name), PALETTE[number % len(PALETTE)], value, bound))
    if not any(len(curve.value.time) or len(curve.bound.time) for curve in found):
        raise UsageError("there is no convergence to draw: no run has a trace of values and bounds")
    return found


def improves(results: Iterable[Result]) -> bool:
    """Return whether any run has more than one moment to show."""
    return any(
        sum(moment.value is not None or moment.lower_bound is not None for moment in result.trace) > 1
        for result in results
    )


def is_logarithmic(curves: Iterable[Convergence]) -> bool:
    """Return whether the first improvements would vanish on a linear axis."""
    times = np.concatenate([steps.time for curve in curves for steps in (curve.value, curve.bound)])
    return bool(times.max() >= _LOGARITHMIC * times.min())
