"""Exit statuses (docs/commands.md)."""

from enum import IntEnum
from typing import TYPE_CHECKING

from optimizer.names import Status, StoppedBy

if TYPE_CHECKING:
    from optimizer.result import Result
    from optimizer.solvers.compare import Comparison


class Exit(IntEnum):
    """What the shell gets to know."""

    OK = 0
    REFUTED = 1  # proven infeasible, or violations found
    USAGE = 2
    INPUT = 3
    SOLVER = 4
    NOTHING_FOUND = 5
    INTERRUPTED = 130


def exit_status(result: "Result") -> Exit:
    """Return the exit status of a run."""
    if result.schedule is not None:
        return Exit.OK
    if result.status is Status.INFEASIBLE:
        return Exit.REFUTED
    return Exit.INTERRUPTED if result.stopped_by is StoppedBy.INTERRUPT else Exit.NOTHING_FOUND


def comparison_status(comparison: "Comparison") -> Exit:
    """Return the exit status of a comparison: that of a proof of infeasibility, else of the best run."""
    statuses = [exit_status(result) for result in comparison.results]
    order = (Exit.REFUTED, Exit.OK, Exit.INTERRUPTED, Exit.NOTHING_FOUND)
    return next((status for status in order if status in statuses), Exit.SOLVER)
