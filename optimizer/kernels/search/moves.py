"""Random changes of the order of a neighbourhood, which keep predecessors before their successors."""

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below
from optimizer.kernels.search.neighbourhood import SINCE, Neighbourhood, begin_move, take_out
from optimizer.units import IntArray

INSERT, SWAP, SHUFFLE, CHOOSE, REBUILD = range(5)


@kernel_apart
def change_order(inputs: Inputs, space: Neighbourhood, random: IntArray, kind: int, reach: int) -> None:
    """Begin a random move: take out the jobs that move and put them elsewhere in the order of a window.

    Parameters
    ----------
    inputs, space, random
        Problem, schedule, random numbers.
    kind : int
        INSERT moves one job, SWAP exchanges two, SHUFFLE puts all into random order, CHOOSE gives one job another mode
        or node, or lets it have any.
    reach : int
        The window spans at most so many positions more than one.
    """
    jobs = len(space.order)
    a = draw_below(random, jobs)
    if kind == CHOOSE:
        begin_move(space, a, a)
        take_out(inputs, space, space.order[a], True)
        _choose(inputs, space, random, space.order[a])
        space.counts[SINCE] = 0  # another mode or node may have had room all along
        return
    b = a + 1 + draw_below(random, reach)
    if b >= jobs:
        b = jobs - 1
    begin_move(space, a, b)
    if kind == SHUFFLE:
        for q in range(a, b + 1):
            take_out(inputs, space, space.order[q], True)
        for q in range(a, b + 1):
            _shift(inputs, space, q, a + draw_below(random, b - a + 1))
        return
    if draw_below(random, 2) == 0:
        a, b = b, a
    take_out(inputs, space, space.order[a], True)
    other = space.order[b]
    swaps = kind == SWAP and a != b
    if swaps:
        take_out(inputs, space, other, True)
    _shift(inputs, space, a, b)
    if swaps:
        _shift(inputs, space, space.position[other], a)


@kernel
def _choose(inputs: Inputs, space: Neighbourhood, random: IntArray, j: int) -> None:
    """Draw mode and node anew, each free in one of two cases; a choice that does not fit finds no place later."""
    space.chosen[0], space.chosen[1], space.chosen[2] = j, space.fixed_mode[j], space.fixed_node[j]
    space.fixed_mode[j] = space.fixed_node[j] = -1
    if draw_below(random, 2) == 0:
        first = inputs.mode_start[j]
        space.fixed_mode[j] = first + draw_below(random, inputs.mode_start[j + 1] - first)
    if draw_below(random, 2) == 0:
        space.fixed_node[j] = draw_below(random, len(inputs.node_speed))


@kernel_apart
def _shift(inputs: Inputs, space: Neighbourhood, source: int, target: int) -> None:
    """Move a job from one position to another, or as far as predecessors and successors let it."""
    j = space.order[source]
    step = 1 if target > source else -1
    while source != target:
        other = space.order[source + step]
        if (step > 0 and _precedes(inputs, j, other)) or (step < 0 and _precedes(inputs, other, j)):
            break
        space.order[source] = other
        space.position[other] = source
        source += step
    space.order[source] = j
    space.position[j] = source


@kernel
def _precedes(inputs: Inputs, a: int, b: int) -> bool:
    """Return whether job ``a`` is an immediate predecessor of job ``b``."""
    for e in range(inputs.predecessor_start[b], inputs.predecessor_start[b + 1]):
        if inputs.predecessor_job[e] == a:
            return True
    return False
