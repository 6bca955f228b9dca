"""A binary heap of events in an array: what happens next.

Williams 1964, "Algorithm 232: Heapsort", Communications of the ACM 7.
"""

from optimizer.kernels.compilation import kernel
from optimizer.units import IntArray


@kernel
def before(heap: IntArray, a: int, b: int) -> bool:
    """Return whether entry ``a`` comes before entry ``b``: earlier, or at the same time with a smaller code."""
    column = 0 if heap[a, 0] != heap[b, 0] else 1
    sooner: bool = heap[a, column] < heap[b, column]
    return sooner


@kernel
def push(heap: IntArray, size: int, time: int, code: int) -> int:
    """Insert the event (time, code) into the first ``size`` rows of ``heap``, int64[*, 2]; return the new size."""
    i = size
    heap[i, 0], heap[i, 1] = time, code
    while i > 0 and before(heap, i, (i - 1) // 2):
        _swap(heap, i, (i - 1) // 2)
        i = (i - 1) // 2
    return size + 1


@kernel
def pop(heap: IntArray, size: int) -> int:
    """Move the first event behind the others, to row ``size - 1``, which is the new size that is returned."""
    size -= 1
    _swap(heap, 0, size)
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and before(heap, child + 1, child):
            child += 1
        if not before(heap, child, i):
            break
        _swap(heap, i, child)
        i = child
    return size


@kernel
def _swap(heap: IntArray, a: int, b: int) -> None:
    for k in range(2):
        kept = heap[a, k]
        heap[a, k] = heap[b, k]
        heap[b, k] = kept
