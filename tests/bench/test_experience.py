"""What one process has loaded another can load too."""

import sys

import numpy as np
import pytest
from numba import typeof

from optimizer.bench.experience import Experience
from optimizer.kernels.heap import push

NAME = ("optimizer.kernels.heap", "push")


def test_what_is_new_is_what_was_not_there_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    before = Experience.so_far()
    import colorsys  # noqa: F401

    assert Experience.so_far().beyond(before).modules == ("colorsys",)
    assert Experience.so_far().beyond(Experience.so_far()) == Experience()


def test_modules_are_shared_and_those_that_are_none_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    Experience(("__main__", "no.such.module", "colorsys")).share()
    assert "colorsys" in sys.modules


def test_compiled_kernels_are_seen_and_shared() -> None:
    push.compiled(np.zeros((8, 2), dtype=np.int64), 0, 3, 4)
    (whole,) = [types for *name, types in Experience.so_far().kernels if tuple(name) == NAME]
    real = tuple(typeof(value) for value in (np.zeros((8, 2)), 0, 3.0, 4))
    Experience(kernels=((*NAME, whole), (*NAME, real))).share()
    assert [types for *name, types in Experience.so_far().kernels if tuple(name) == NAME] == [whole, real]
