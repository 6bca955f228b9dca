import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.kernels.heap import pop, push


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_events_come_out_by_time(events: list[tuple[int, int]]) -> None:
    heap, size = np.empty((len(events), 2), dtype=np.int64), 0
    for time, code in events:
        size = push(heap, size, time, code)
    popped = []
    while size > 0:
        size = pop(heap, size)
        popped.append(tuple(heap[size].tolist()))
    assert [time for time, _ in popped] == sorted(time for time, _ in events)
    assert sorted(popped) == sorted(events)
