import time

import numpy as np
import pytest

from optimizer.kernels import pace
from optimizer.kernels.compilation import kernel
from optimizer.kernels.pace import Pace
from optimizer.units import IntArray


@kernel
def count(steps: IntArray, instants: int) -> None:
    """Note how many instants were asked for."""
    steps[0] += 1
    steps[steps[0]] = instants


def asked_for(slices: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the sizes of slices when each instant takes so long."""
    clock, steps = [0.0], np.zeros(slices + 1, dtype=np.int64)

    def now() -> float:
        clock[0] += seconds * float(steps[steps[0]]) / 2  # asked for before and after a slice
        return clock[0]

    monkeypatch.setattr(pace, "perf_counter", now)
    runner = Pace(count, 0.0)
    for _ in range(slices):
        runner.run(steps)
    return steps[1:].tolist()


def test_slices_grow_while_they_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked_for(4, 1e-9, monkeypatch) == [1024, 16384, 262144, 4194304]


def test_slices_shrink_to_one_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked_for(3, 10.0, monkeypatch)[1:] == [1, 1]


def test_the_clock_is_a_real_one() -> None:
    assert pace.perf_counter is time.perf_counter
