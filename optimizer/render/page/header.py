"""The head of a page: what was scheduled, and a table with the figures of each schedule."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from optimizer.instance import Instance
from optimizer.render.characters import fitted
from optimizer.render.tables import best_value, valid_gap
from optimizer.render.text import counted, number_text, objective_text, percent_text, printable, time_text, words
from optimizer.result import Result, bounds_on

_METRICS = {
    "mean_wait_time": "mean wait",
    "mean_flow_time": "mean flow",
    "mean_slowdown": "slowdown",
    "makespan": "makespan",
    "deadline_misses": "late jobs",
}
_MOST_CHARACTERS = 40
_TIMES = ("mean_wait_time", "mean_flow_time", "makespan")


def page_title(instance: Instance) -> str:
    """Return the headline of a page."""
    jobs = counted(len(instance.jobs), "job")
    return f"{printable(instance.name)}: {jobs}" if instance.name else jobs


def header(results: Mapping[str, Result]) -> str:
    """Return the table of all results, also those that are not drawn, and what is wrong with schedules, as HTML."""
    first = next(iter(results.values()))
    metrics = [name for name in _METRICS if name != first.objective.replace("-", "_")]
    names = ["schedule", "status", words(first.objective), "lower bound", "gap", *(_METRICS[name] for name in metrics)]
    names += [f"{fitted(printable(name), _MOST_CHARACTERS)} in use" for name in first.problem.instance.resource_ids]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    bounds, best = bounds_on(results), best_value(result for result in results.values() if not result.broken)
    rows = [
        f"<tr><td>{escape(fitted(printable(name), _MOST_CHARACTERS))}</td>"
        f"{_cells(result, metrics, bounds[name], best)}</tr>"
        for name, result in results.items()
    ]
    table = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    return table + "".join(f'<p class="note{look}">{escape(text)}</p>' for look, text in _notes(results))


def _cells(result: Result, metrics: Sequence[str], bound: float | None, best: float | None) -> str:
    valid = not result.broken
    unit, objective = result.problem.instance.time_unit, result.objective
    values = [None if value is None else objective_text(objective, value, unit) for value in (result.value, bound)]
    gap = valid_gap(result, bound)
    texts = [
        str(result.status) if valid else "not valid",
        values[0],
        values[1],
        None if gap is None else percent_text(gap),
    ]
    compares = valid and not result.preemptive and not result.late
    looks = [
        "wrong" if result.late or not valid else "",
        "best" if compares and best is not None and result.value == best else "",
    ]
    if result.metrics is not None:
        figures = [getattr(result.metrics, name) for name in metrics]
        texts += [
            time_text(value, unit) if name in _TIMES else number_text(value)
            for name, value in zip(metrics, figures, strict=True)
        ]
        texts += [percent_text(share) for share in result.metrics.utilization.values()]
    looks += [""] * (len(texts) - len(looks))
    return "".join(
        f'<td class="{look}">{escape("–" if text is None else text)}</td>'
        for text, look in zip(texts, looks, strict=True)
    )


def _notes(results: Mapping[str, Result]) -> Iterator[tuple[str, str]]:
    """Yield look and text of the lines below the table."""
    for name, result in results.items():
        if result.schedule is None:
            yield "", f"{printable(name)}: no schedule to draw, it ended with {result.status}"
        elif result.broken:
            first, others = result.broken[0], len(result.broken) - 1
            more = f" (and {others:,} more)" if others else ""
            yield " wrong", f"{printable(name)}: not a valid schedule: {printable(str(first))}{more}"
        elif result.late or result.preemptive:
            does = "may interrupt jobs" if result.preemptive else "misses deadlines"
            yield "", f"{printable(name)} {does}: only its own lower bound holds"
