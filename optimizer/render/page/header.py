"""The head of a page: what was scheduled, and a table with the figures of each schedule."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from optimizer.instance import Instance
from optimizer.names import Status
from optimizer.render.characters import fitted
from optimizer.render.page.tables import Drawing
from optimizer.render.tables import best_value, valid_gap
from optimizer.render.text import number_text, objective_text, percent_text, printable, time_text, words
from optimizer.result import Result, best_bound
from optimizer.validation import violations

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
    jobs = f"{len(instance.jobs):,} job{'s' if len(instance.jobs) > 1 else ''}"
    return f"{printable(instance.name)}: {jobs}" if instance.name else jobs


def header(results: Mapping[str, Result], drawings: Sequence[Drawing]) -> str:
    """Return the table of all results, also those that are not drawn, and what is wrong with schedules, as HTML."""
    first = next(iter(results.values()))
    metrics = [name for name in _METRICS if name != first.objective.replace("-", "_")]
    names = ["schedule", "status", words(first.objective), "lower bound", "gap", *(_METRICS[name] for name in metrics)]
    names += [f"{fitted(printable(name), _MOST_CHARACTERS)} in use" for name in first.problem.instance.resource_ids]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    bound, best = best_bound(results.values()), best_value(results.values())
    rows = [
        f"<tr><td>{escape(fitted(printable(name), _MOST_CHARACTERS))}</td>{_cells(result, metrics, bound, best)}</tr>"
        for name, result in results.items()
    ]
    table = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    return table + "".join(f'<p class="note{look}">{escape(text)}</p>' for look, text in _notes(results, drawings))


def _cells(result: Result, metrics: Sequence[str], bound: float | None, best: float | None) -> str:
    unit, objective = result.problem.instance.time_unit, result.objective
    values = [
        None if value is None else objective_text(objective, value, unit)
        for value in (result.value, _own(result, bound))
    ]
    gap = valid_gap(result, bound)
    texts = [str(result.status), values[0], values[1], None if gap is None else percent_text(gap)]
    looks = [
        "wrong" if result.status is Status.LATE else "",
        "best" if best is not None and result.value == best else "",
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


def _own(result: Result, bound: float | None) -> float | None:
    """Return the bound that a schedule is set against: of its own run when it is preemptive, else the best."""
    return result.lower_bound if result.preemptive else bound


def _notes(results: Mapping[str, Result], drawings: Sequence[Drawing]) -> Iterator[tuple[str, str]]:
    """Yield look and text of the lines below the table."""
    for name, result in results.items():
        if result.schedule is None:
            yield "", f"{printable(name)}: no schedule to draw, it ended with {result.status}"
        elif result.preemptive:
            yield "", f"{printable(name)} interrupts jobs: only its own lower bound holds"
    for drawing in drawings:
        assert drawing.result.schedule is not None, "a drawing has one"
        broken = violations(drawing.chart.problem, drawing.result.schedule)
        if broken:
            more = f" (and {len(broken) - 1:,} more)" if len(broken) > 1 else ""
            yield " wrong", f"{printable(drawing.name)}: not a valid schedule: {printable(str(broken[0]))}{more}"
