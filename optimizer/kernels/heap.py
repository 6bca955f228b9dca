"""A binary heap of events in an array: what happens next.

Williams 1964, "Algorithm 232: Heapsort", Communications of the ACM 7.
"""

from optimizer.kernels.compilation import kernel
from optimizer.units import IntArray


@kernel
def before(heap: IntArray, i: int, time: int, code: int) -> bool:
    """Return whether entry ``i`` comes before (time, code): earlier, or at the same time with a smaller code."""
    sooner: bool = heap[i, 0] < time or (heap[i, 0] == time and heap[i, 1] < code)
    return sooner


@kernel
def push(heap: IntArray, size: int, time: int, code: int) -> int:
    """Insert the event (time, code) into the first ``size`` rows of ``heap``, int64[*, 2]; return the new size."""
    i = size
    while i > 0 and not before(heap, (i - 1) // 2, time, code):
        heap[i, 0], heap[i, 1] = heap[(i - 1) // 2, 0], heap[(i - 1) // 2, 1]
        i = (i - 1) // 2
    heap[i, 0], heap[i, 1] = time, code
    return size + 1


@kernel
def pop(heap: IntArray, size: int) -> int:
    """Move the first event behind the others, to row ``size - 1``, which is the new size that is returned."""
    size -= 1
    time, code = heap[size, 0], heap[size, 1]
    heap[size, 0], heap[size, 1] = heap[0, 0], heap[0, 1]
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and before(heap, child + 1, heap[child, 0], heap[child, 1]):
            child += 1
        if not before(heap, child, time, code):
            break
        heap[i, 0], heap[i, 1] = heap[child, 0], heap[child, 1]
        i = child
    if size > 0:
        heap[i, 0], heap[i, 1] = time, code
    return size
