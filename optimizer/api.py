"""Functions of the public interface that have no other home."""

from typing import TYPE_CHECKING

from optimizer.errors import UsageError
from optimizer.instance import Instance
from optimizer.problem import Problem
from optimizer.result import Result
from optimizer.schedule import Schedule
from optimizer.validation import Violation, violations

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def validate(instance: Instance, schedule: Schedule) -> list[Violation]:
    """Return all places where ``schedule`` breaks a rule of ``instance``; an empty list means that it is valid.

    Parameters
    ----------
    instance : Instance
        What was to be scheduled.
    schedule : Schedule
        On the grid of the instance.
    """
    return violations(Problem.of(instance), schedule)


def gantt(result: Result, title: str | None = None) -> "Figure":
    """Return the Gantt chart of a run as a matplotlib figure; a notebook shows it.

    Parameters
    ----------
    result : Result
        A run with a schedule.
    title : str or None
        Headline; None: the name of the instance.

    Raises
    ------
    UsageError
        When the run has no schedule.
    """
    from optimizer.render.picture import gantt_figure

    if result.schedule is None:
        raise UsageError(f"there is no schedule to draw: {result.solver} ended with {result.status}")
    return gantt_figure(result.problem, result.schedule, title)
