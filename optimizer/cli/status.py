"""Exit statuses (docs/commands.md)."""

from enum import IntEnum
from typing import TYPE_CHECKING

from optimizer.names import Status, StoppedBy

if TYPE_CHECKING:
    from optimizer.explanation import Explanation
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
    return Exit.OK if result.schedule is not None else _without_schedule(result.status, result.stopped_by)


def explanation_status(explanation: "Explanation") -> Exit:
    """Return the exit status of an explanation."""
    if explanation.status is Status.FEASIBLE:
        return Exit.OK
    return _without_schedule(explanation.status, explanation.stopped_by)


def _without_schedule(status: Status, stopped_by: StoppedBy) -> Exit:
    if status is Status.INFEASIBLE:
        return Exit.REFUTED
    return Exit.INTERRUPTED if stopped_by is StoppedBy.INTERRUPT else Exit.NOTHING_FOUND


def comparison_status(comparison: "Comparison") -> Exit:
    """Return the exit status of a comparison: that of a proof of infeasibility, else of the best run."""
    statuses = [exit_status(result) for result in comparison.results]
    order = (Exit.REFUTED, Exit.OK, Exit.INTERRUPTED, Exit.NOTHING_FOUND)
    return next((status for status in order if status in statuses), Exit.SOLVER)
