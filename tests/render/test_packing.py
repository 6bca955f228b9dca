import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.render.packing import packed_by_height

Rectangle = tuple[int, int, int]


def packed(intervals: list[tuple[int, int, int]], capacity: int) -> list[Rectangle]:
    start, end, height = np.array(intervals, dtype=np.int64).reshape(-1, 3).T
    return list(zip(*(column.tolist() for column in packed_by_height(start, end, height, capacity)), strict=True))


def test_each_stands_as_low_as_it_can() -> None:
    assert packed([(0, 4, 2), (0, 2, 1), (2, 4, 1), (4, 6, 3)], 3) == [(0, 0, 2), (1, 2, 3), (2, 2, 3), (3, 0, 3)]


def test_it_is_cut_where_there_is_room_in_pieces_only() -> None:
    """Units 0 and 2 are free at 2, unit 1 is not."""
    assert packed([(0, 2, 1), (0, 9, 1), (0, 2, 1), (2, 4, 2)], 3)[3:] == [(3, 0, 1), (3, 2, 3)]


def test_what_does_not_fit_stands_above_the_capacity_in_one_piece() -> None:
    assert packed([(0, 9, 1), (1, 9, 2), (2, 9, 3), (3, 9, 1)], 2) == [(0, 0, 1), (1, 2, 4), (2, 4, 7), (3, 1, 2)]


def test_empty_intervals_take_no_room() -> None:
    assert packed([(0, 5, 2), (1, 1, 1), (1, 4, 1)], 3) == [(0, 0, 2), (1, 0, 1), (2, 2, 3)]
    assert packed([(3, 1, 1), (0, 5, 1)], 1) == [(1, 0, 1), (0, 0, 1)]


def test_nothing_and_no_capacity() -> None:
    assert packed([], 4) == []
    assert packed([(0, 1, 2), (0, 1, 1)], 0) == [(0, 0, 2), (1, 2, 3)]


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(1, 5)), max_size=25),
    st.integers(0, 12),
)
def test_rectangles_do_not_overlap_and_keep_below_the_capacity_where_the_load_does(
    drawn: list[tuple[int, int, int]], capacity: int
) -> None:
    intervals = [(start, start + length, height) for start, length, height in drawn]
    rectangles = packed(intervals, capacity)
    for i, (_, _, height) in enumerate(intervals):
        assert sum(high - low for item, low, high in rectangles if item == i) == height
    loads = []
    for time in range(20):
        running = [(low, high) for item, low, high in rectangles if intervals[item][0] <= time < intervals[item][1]]
        cells = [cell for low, high in running for cell in range(low, high)]
        assert len(cells) == len(set(cells))
        loads.append(len(cells))
    if max(loads) <= capacity:
        assert all(high <= capacity for _, _, high in rectangles)
