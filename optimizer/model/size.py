"""How large a time-indexed program will be, known before it is built."""

from dataclasses import dataclass

import numpy as np

from optimizer.errors import ModelTooLargeError
from optimizer.model.columns import Groups
from optimizer.problem import Problem

_BYTES_A_COLUMN = 600
_BYTES_AN_ENTRY = 500
"""What a minute of HiGHS took at most on programs of up to 200,000 columns (benchmarks/model_build.md)."""

_GIB = 2**30


@dataclass(frozen=True)
class Size:
    """Estimated size of a program.

    Parameters
    ----------
    columns, entries : int
        Pulses, and their nonzero coefficients.
    memory : int
        Bytes with a solver at work on it.
    """

    columns: int
    entries: int

    @property
    def memory(self) -> int:
        """Bytes that the program takes with a solver at work on it."""
        return _BYTES_A_COLUMN * self.columns + _BYTES_AN_ENTRY * self.entries


def estimated_size(problem: Problem, groups: Groups) -> Size:
    """Return the size of the program with these starts; a little more than it will have."""
    duration = problem.mode_time[groups.mode, problem.node_speed[groups.node]].astype(np.float64)
    resources = (problem.mode_demand > 0).sum(axis=1)[groups.mode]
    sizes = groups.sizes.astype(np.float64)
    return Size(int(sizes.sum()), int((sizes * (1 + duration * resources)).sum()))


def refuse_if_too_large(problem: Problem, groups: Groups, memory: int | None) -> None:
    """Raise ModelTooLargeError, with what to do, if the program would take more than ``memory`` bytes."""
    import psutil

    size = estimated_size(problem, groups)
    free = psutil.virtual_memory().available if memory is None else memory
    if size.memory <= free and size.entries < np.iinfo(np.int32).max:
        return
    raise ModelTooLargeError(
        f"the time-indexed program would have {size.columns:,} columns and {size.entries:,} entries and need about "
        f"{size.memory / _GIB:.1f} GiB; {free / _GIB:.1f} GiB are free. Solve on a coarser grid (--time-step), give a "
        "schedule to tighten it (--warm-start), or take a solver that needs no program (cp-sat, greedy)"
    )
