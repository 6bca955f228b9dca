import numpy as np
import pytest

from optimizer.kernels.randomness import draw_below, draw_by_weight, draw_unit, draw_word, new_random


def test_words_are_those_of_the_paper() -> None:
    """The example of Marsaglia 2003, section 4: seeds 123456789, 362436069, 521288629, 88675123."""
    state = np.array([123456789, 362436069, 521288629, 88675123], dtype=np.int64)
    assert [draw_word(state) for _ in range(3)] == [3701687786, 458299110, 2500872618]


def test_compiled_numbers_are_the_same() -> None:
    plain, fast = new_random(7), new_random(7)
    compiled = draw_word.compiled
    assert [draw_word(plain) for _ in range(1000)] == [compiled(fast) for _ in range(1000)]


def test_seeds_and_streams_differ() -> None:
    firsts = {draw_word(new_random(seed, stream)) for seed in range(5) for stream in range(5)}
    assert len(firsts) == 25


def test_numbers_are_spread_evenly() -> None:
    random = new_random(1)
    counts = np.bincount([draw_below(random, 5) for _ in range(5000)], minlength=5)
    assert counts.sum() == 5000
    assert counts.min() > 900
    units = [draw_unit(random) for _ in range(5000)]
    assert min(units) >= 0
    assert max(units) < 1
    assert np.mean(units) == pytest.approx(0.5, abs=0.02)


def test_weights_are_kept() -> None:
    random = new_random(2)
    weight = np.array([1.0, 0.0, 3.0, 99.0])
    drawn = np.bincount([draw_by_weight(random, weight, 3) for _ in range(4000)], minlength=4)
    assert drawn[1] == drawn[3] == 0
    assert drawn[0] == pytest.approx(1000, abs=120)
