"""From keys of the jobs to an order in which no job stands before a predecessor."""

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.units import FloatArray, IntArray


@kernel_apart
def sort_by_key(order: IntArray, key: FloatArray, scratch: IntArray) -> None:
    """Sort jobs by ascending key; jobs of equal key stay as they stand (merge sort from the bottom up).

    Parameters
    ----------
    order : int64[J]
        The jobs; afterwards sorted.
    key : float64[J]
        Key of each job.
    scratch : int64[J]
        Room.
    """
    count = len(order)
    width = 1
    while width < count:
        for low in range(0, count, 2 * width):
            _merge(order, key, scratch, low, min(low + width, count), min(low + 2 * width, count))
        for i in range(count):
            order[i] = scratch[i]
        width *= 2


@kernel
def _merge(order: IntArray, key: FloatArray, scratch: IntArray, low: int, middle: int, high: int) -> None:
    """Merge two sorted runs of ``order`` into ``scratch``."""
    left, right = low, middle
    for i in range(low, high):
        if right >= high or (left < middle and key[order[left]] <= key[order[right]]):
            scratch[i] = order[left]
            left += 1
        else:
            scratch[i] = order[right]
            right += 1


@kernel
def feasible_by_key(inputs: Inputs, topological: IntArray, key: FloatArray, order: IntArray, scratch: IntArray) -> None:
    """Put the jobs into ``order`` by ascending key, each held back until its predecessors are placed.

    For that keys are raised to the largest among the predecessors.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    topological : int64[J]
        The jobs so that predecessors come first; it breaks ties.
    key : float64[J]
        Smaller comes first.
    order, scratch : int64[J]
        The result, and room.
    """
    for i in range(len(order)):
        j = topological[i]
        order[i] = j
        for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
            key[j] = max(key[j], key[inputs.predecessor_job[e]])
    sort_by_key(order, key, scratch)
