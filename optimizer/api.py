"""Functions of the public interface that have no other home."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, overload

from optimizer.instance import Instance
from optimizer.problem import Problem
from optimizer.result import Result
from optimizer.schedule import Schedule
from optimizer.validation import Violation, violations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from optimizer.render.page.file import Page


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


@overload
def gantt(
    result: Result | Mapping[str, Result], title: str | None = None, *, interactive: Literal[False] = False
) -> "Figure": ...


@overload
def gantt(result: Result | Mapping[str, Result], title: str | None = None, *, interactive: Literal[True]) -> "Page": ...


def gantt(
    result: Result | Mapping[str, Result], title: str | None = None, *, interactive: bool = False
) -> "Figure | Page":
    """Return the Gantt chart of a run, or of several above each other; a notebook shows it.

    Parameters
    ----------
    result : Result or mapping of str to Result
        A run with a schedule; or several runs on one instance by name, as :attr:`Comparison.answers` has them.
    title : str or None
        Headline of one run or of the page; None: the name of the instance.
    interactive : bool
        Return a page to zoom and search, which has a method ``save``, instead of a matplotlib figure.

    Raises
    ------
    UsageError
        When no run has a schedule, or runs are of several instances or objectives.
    MissingPackageError
        When the package that draws is not installed.
    """
    results = {result.label: result} if isinstance(result, Result) else result
    if interactive:
        from optimizer.render.export import require_package

        require_package("bokeh", "a page")
        from optimizer.render.page.document import gantt_page

        return gantt_page(results, title)
    from optimizer.render.picture import gantt_figure

    return gantt_figure(results, title)
