"""Tables of results, for people (``rich``) and for files (plain rows)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from optimizer.errors import SchedoptError
from optimizer.names import Objective, Status
from optimizer.render.text import (
    number_text,
    objective_text,
    percent_text,
    printable,
    time_text,
    words,
)
from optimizer.result import EQUAL, Result, relative_gap

_METRIC_TIMES = ("mean_wait_time", "mean_flow_time", "max_flow_time", "makespan")
_METRICS = {
    "deadline_misses": "late\njobs",
    "mean_wait_time": "mean\nwait",
    "mean_flow_time": "mean\nflow",
    "mean_slowdown": "slow-\ndown",
    "makespan": "make-\nspan",
}
"""Metrics of the comparison and their headings."""

_SOLVER_WIDTH = 6
_ALWAYS_SHOWN = ("lower bound", "gap")
_STYLES = {Status.OPTIMAL: "green", Status.LATE: "red", Status.INFEASIBLE: "red", Status.UNKNOWN: "red"}


def valid_gap(result: Result, bound: float | None) -> float | None:
    """Return the gap of a result to a bound that holds for its schedule; None when there is none or it is wrong."""
    if result.value is None or bound is None or result.value < bound - EQUAL * max(1.0, abs(result.value)):
        return None
    return relative_gap(result.value, bound)


def best_value(results: Iterable[Result]) -> float | None:
    """Return the least value among the schedules that compare: not preemptive, all deadlines kept."""
    return min((r.value for r in results if r.value is not None and not r.preemptive and not r.late), default=None)


def summary_table(result: Result) -> Table:
    """Return what a run came to: status, value, bound, gap and the figures of its schedule."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _summary(result).items():
        table.add_row(Text(name), text if isinstance(text, Text) else Text(text))
    return table


def comparison_rows(
    outcomes: Mapping[str, Result | SchedoptError], bounds: Mapping[str, float | None]
) -> list[dict[str, Any]]:
    """Return one row a solver with plain values, for CSV and JSON.

    Parameters
    ----------
    outcomes : mapping of str to Result or SchedoptError
        By the solver's name with its options; an error is why there is no result.
    bounds : mapping of str to float or None
        By the solver's name, the best bound that holds for its kind of schedule.
    """
    return [
        {"solver": name, "status": "error", "error": str(outcome)}
        if isinstance(outcome, SchedoptError)
        else {"solver": name, **_row(outcome, bounds.get(name))}
        for name, outcome in outcomes.items()
    ]


def comparison_table(
    outcomes: Mapping[str, Result | SchedoptError], bounds: Mapping[str, float | None], best_bound: float | None
) -> Group:
    """Return one line a solver, the best values in bold.

    Parameters
    ----------
    outcomes, bounds
        As for :func:`comparison_rows`.
    best_bound : float or None
        Best bound for schedules without preemption that keep all deadlines.
    """
    results = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Result)}
    columns = _columns(results.values())
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("solver", overflow="fold", min_width=_SOLVER_WIDTH)
    table.add_column("status", no_wrap=True)
    for heading in ("value", "bound", "gap", *columns.values(), "run\ntime"):
        table.add_column(heading, justify="right", no_wrap=True)
    best = best_value(results.values())
    for name, outcome in outcomes.items():
        cells = (
            [_status(outcome), *_cells(outcome, bounds.get(name), best, columns)]
            if isinstance(outcome, Result)
            else [Text("error", style="red")]
        )
        table.add_row(Text(_broken(printable(name))), *cells)
    return Group(table, *(Text(note) for note in _notes(outcomes, results, best_bound)))


def _broken(name: str) -> str:
    """Return the name of a solver with each of its options on a line of its own."""
    return name.replace(":", ":\n  ", 1).replace(",", ",\n  ")


def solvers_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return one line a solver: what it is, what it can do, its options, and whether it is available.

    What all of them can do is said once, below.

    Parameters
    ----------
    rows : sequence of mapping
        With the keys ``name``, ``kind``, ``summary``, ``features``, ``options`` and ``missing`` (packages).
    """
    common = set.intersection(*(set(row["features"]) for row in rows))
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.caption = f"All can do: {', '.join(sorted(common))}."
    table.caption_justify = "left"
    for heading, least in (
        ("solver", ""),
        ("what it is", ""),
        ("can do", "warm-start,"),
        ("options", ""),
        ("available", "pip install"),
    ):
        table.add_column(heading, overflow="fold", min_width=len(least))
    for row in rows:
        missing = " ".join(row["missing"])
        cells = (
            row["name"],
            f"{row['kind']}: {row['summary']}",
            ", ".join(feature for feature in row["features"] if feature not in common),
            ", ".join(row["options"]),
            f"no:\npip install {missing}" if missing else "yes",
        )
        table.add_row(*(Text(cell) for cell in cells), style="dim" if missing else "")
    return table


def solver_manual(row: Mapping[str, Any]) -> Group:
    """Return how a solver works and what its options mean.

    Parameters
    ----------
    row : mapping
        As for :func:`solvers_table`, with ``text`` and, by option, ``meanings`` with ``values`` and ``meaning``.
    """
    heading = Text(row["name"], style="bold") + Text(f"  {row['kind']}: {row['summary']}", style="not bold")
    parts: list[Text | Table] = [heading, Text(f"\n{row['text']}\n")]
    if row["meanings"]:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        for name in ("option", "default", "values", "meaning"):
            table.add_column(name, overflow="fold")
        for name, said in row["meanings"].items():
            cells = (name, _default_text(row["options"][name]), said["values"], said["meaning"])
            table.add_row(*map(Text, cells))
        parts.append(table)
    return Group(*parts)


def _default_text(default: object) -> str:
    """Return a default as it would be written on the command line; nothing where there is none."""
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _summary(result: Result) -> dict[str, str | Text]:
    unit, objective = result.problem.instance.time_unit, result.objective
    gap = valid_gap(result, result.lower_bound)
    found: dict[str, str | Text | None] = {
        "solver": printable(result.label),
        "status": _status(result).append(" interrupts jobs" if result.preemptive else ""),
        words(objective): None if result.value is None else objective_text(objective, result.value, unit),
        "lower bound": None if result.lower_bound is None else objective_text(objective, result.lower_bound, unit),
        "gap": None if gap is None else percent_text(gap),
        "stopped by": words(result.stopped_by),
        "run time": f"{number_text(result.runtime, 3)} s",
        "time step": f"{result.time_step:,} times the grid of the file" if result.time_step > 1 else None,
        **_figures(result),
    }
    return {
        name: "-" if text is None else text for name, text in found.items() if text is not None or name in _ALWAYS_SHOWN
    }


def _figures(result: Result) -> dict[str, str]:
    """Return the metrics as text, without the one that the objective shows already."""
    if result.metrics is None:
        return {}
    unit, figures = result.problem.instance.time_unit, dict(result.metrics.as_dict())
    figures.pop(_metric(result.objective), None)
    utilization = figures.pop("utilization")
    texts = {
        words(name): time_text(value, unit) if name in _METRIC_TIMES else number_text(value)
        for name, value in figures.items()
    }
    texts |= {f"utilization of {printable(name)}": percent_text(share) for name, share in utilization.items()}
    return texts


def _status(result: Result) -> Text:
    return Text(f"{result.status}{'*' * result.preemptive}", style=_STYLES.get(result.status, ""))


def _row(result: Result, bound: float | None) -> dict[str, Any]:
    return {
        "status": str(result.status),
        "stopped_by": str(result.stopped_by),
        "preemptive": result.preemptive,
        "objective": str(result.objective),
        "value": result.value,
        "lower_bound": result.lower_bound,
        "best_bound": bound,
        "gap": valid_gap(result, bound),
        "time_step": result.time_step,
        "runtime_s": result.runtime,
        **({} if result.metrics is None else _flat(result.metrics.as_dict())),
    }


def _flat(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics with one entry for each resource's utilization."""
    flat = {name: value for name, value in figures.items() if name != "utilization"}
    return flat | {f"utilization_{name}": share for name, share in figures["utilization"].items()}


def _columns(results: Iterable[Result]) -> dict[str, str]:
    """Return the headings of the metrics that stand beside the value; misses only where there are some."""
    known = [result for result in results if result.metrics is not None]
    left_out = {_metric(result.objective) for result in known}
    if not any(result.metrics is not None and result.metrics.deadline_misses for result in known):
        left_out.add("deadline_misses")
    return {name: heading for name, heading in _METRICS.items() if name not in left_out}


def _metric(objective: Objective) -> str:
    """Return what an objective is called among the metrics, if it is one."""
    return objective.replace("-", "_")


def _notes(
    outcomes: Mapping[str, Result | SchedoptError], results: Mapping[str, Result], best_bound: float | None
) -> Iterator[str]:
    """Yield what the values are, how good the best could be, and why a solver has none."""
    for first in list(results.values())[:1]:
        unit = first.problem.instance.time_unit
        bound = "none" if best_bound is None else objective_text(first.objective, best_bound, unit)
        yield f"value: {words(first.objective)}; times in {unit}s; best lower bound: {bound}"
    if any(result.preemptive for result in results.values()):
        yield "* interrupts jobs, for which fewer bounds hold"
    if any(result.status is Status.LATE for result in results.values()):
        yield "late: misses deadlines, for which fewer bounds hold"
    for name, outcome in outcomes.items():
        if isinstance(outcome, SchedoptError):
            yield f"{printable(name)}: {printable(str(outcome))}"


def _cells(result: Result, bound: float | None, best: float | None, columns: Iterable[str]) -> list[Text]:
    gap, figures = valid_gap(result, bound), result.metrics
    value = Text("-" if result.value is None else number_text(result.value))
    if result.value is not None and best is not None and abs(result.value - best) <= EQUAL * max(1.0, abs(best)):
        value.stylize("bold")
    numbers = ["-" if figures is None else number_text(getattr(figures, metric)) for metric in columns]
    texts = ["-" if bound is None else number_text(bound)]
    texts += ["-" if gap is None else percent_text(gap), *numbers, f"{number_text(result.runtime, 2)} s"]
    return [value, *(Text(text) for text in texts)]
