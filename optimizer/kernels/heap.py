"""A binary heap of events in an array: what happens next.

Williams 1964, "Algorithm 232: Heapsort", Communications of the ACM 7; the first event is taken out bottom-up (Wegener
1993, "Bottom-up heapsort", Theoretical Computer Science 118): its place sinks to the bottom, where the last event is
put in, which seldom rises far.
"""

from optimizer.kernels.compilation import kernel
from optimizer.units import FloatArray, IntArray


@kernel
def push(heap: IntArray | FloatArray, size: int, time: float, code: int) -> int:
    """Insert the event (time, code) into the first ``size`` rows of ``heap``, [*, 2]; return the new size."""
    _rise(heap, size, time, code)
    return size + 1


@kernel
def pop(heap: IntArray | FloatArray, size: int) -> int:
    """Move the first event behind the others, to row ``size - 1``, which is the new size that is returned.

    Events of the same time come in an order that depends on nothing but what was pushed and popped before.
    """
    size -= 1
    time, code = heap[size, 0], heap[size, 1]
    heap[size, 0], heap[size, 1] = heap[0, 0], heap[0, 1]
    i, child = 0, 1
    while child + 1 < size:
        child += int(heap[child, 0] > heap[child + 1, 0])  # no branch, which a processor would often mispredict
        heap[i, 0], heap[i, 1] = heap[child, 0], heap[child, 1]
        i, child = child, 2 * child + 1
    if child < size:
        heap[i, 0], heap[i, 1] = heap[child, 0], heap[child, 1]
        i = child
    _rise(heap, i, time, code)
    return size


@kernel
def _rise(heap: IntArray | FloatArray, i: int, time: float, code: int) -> None:
    """Put the event (time, code) where it belongs between row ``i``, which may be overwritten, and the top."""
    while i > 0 and heap[(i - 1) >> 1, 0] > time:
        heap[i, 0], heap[i, 1] = heap[(i - 1) >> 1, 0], heap[(i - 1) >> 1, 1]
        i = (i - 1) >> 1
    heap[i, 0], heap[i, 1] = time, code
