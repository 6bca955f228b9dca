"""What stands above charts."""

from collections.abc import Mapping

from optimizer.render.characters import fitted
from optimizer.render.chart import drawable
from optimizer.render.tables import valid_gap
from optimizer.render.text import counted, objective_text, percent_text, printable, words
from optimizer.result import Result, bounds_on

_LONGEST_NAME = 60


def headlines(results: Mapping[str, Result]) -> dict[str, str]:
    """Return the headline of each schedule: of a single one its instance, of several their names and gaps.

    One that breaks a rule is said to be not valid, and has no gap.

    Raises
    ------
    UsageError
        When no run has a schedule.
    """
    drawn, bounds = drawable(results), bounds_on(results)
    return {
        name: f"{_compared(name, result, bounds[name]) if len(drawn) > 1 else _alone(result)}"
        f"{', not valid' if result.broken else ''}"
        for name, (result, _) in drawn.items()
    }


def _alone(result: Result) -> str:
    instance = result.problem.instance
    name = f"{instance.name}: " if instance.name else ""
    return f"{name}{counted(len(instance.jobs), 'job')}, {_value(result)}"


def _compared(name: str, result: Result, bound: float | None) -> str:
    gap = valid_gap(result, bound)
    title = f"{fitted(printable(name), _LONGEST_NAME)}: {_value(result)}"
    return title if gap is None else f"{title}, gap {percent_text(gap)}"


def _value(result: Result) -> str:
    assert result.value is not None, "there is a schedule"
    text = objective_text(result.objective, result.value, result.problem.instance.time_unit)
    return f"{words(result.objective)} {text}"
