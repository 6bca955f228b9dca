"""How much of a long run to do before it is looked at again: simulations and searches go on in slices."""

from time import perf_counter
from typing import Any

from optimizer.kernels.compilation import Kernel

_SLICE = 0.1
_GROWTH = 16.0
_FIRST = 1024


def next_slice(size: int, seconds: float) -> int:
    """Return how large the next slice should be, to take a tenth of a second, when one of ``size`` took so long."""
    return max(1, int(size * min(_GROWTH, _SLICE / max(seconds, 1e-6))))


class Pace:
    """Runs a simulation in slices of about a tenth of a second, so that it can be watched and stopped.

    Parameters
    ----------
    kernel : Kernel
        Takes what it is run with and, last, a number of instants.
    seconds : float
        Estimated time of the whole simulation as interpreted. It is compiled at once if that is long; else when the
        slices so far have taken so long that it would have been worth it.
    """

    def __init__(self, kernel: Kernel[..., None], seconds: float) -> None:
        self._kernel = kernel
        self._seconds = seconds
        self._instants = _FIRST

    def run(self, *inputs: Any) -> None:
        """Run the next slice."""
        version = self._kernel.sized(self._seconds)
        began = perf_counter()
        version(*inputs, self._instants)
        self._seconds = perf_counter() - began
        self._instants = next_slice(self._instants, self._seconds)
