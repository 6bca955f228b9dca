"""How many instants of a simulation to run before it is looked at again."""

from collections.abc import Callable
from time import perf_counter

_SLICE = 0.1
_LEAST = 1000


class Pace:
    """Runs a simulation in slices of about a tenth of a second, so that it can be watched and stopped."""

    def __init__(self) -> None:
        self._instants = _LEAST

    def run(self, go: Callable[[int], None]) -> None:
        """Call ``go`` with a number of instants; the next call has more or fewer, by how long it took."""
        began = perf_counter()
        go(self._instants)
        took = perf_counter() - began
        self._instants = max(_LEAST, int(self._instants * min(4.0, _SLICE / max(took, 1e-6))))
