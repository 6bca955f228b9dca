"""Rows of sweeps as the tests of reports need them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench_cases import ROW, RUN

from optimizer.bench.report.judgement import Judgement
from optimizer.bench.report.references import references
from optimizer.bench.report.section import Section, sections
from optimizer.bench.report.sweep import Sweep
from optimizer.bench.row import Row

_OF_RUN = ("group", "content", "objective", "seed", "time_limit", "threads", "schedules", "memory", "version")


def ran(solver: str, instance: str, value: float | None, outcome: str = "feasible", **changes: Any) -> Row:
    """Return the row of a run of 10 s that found its value after 1 s, and without one if ``value`` is None.

    No bound and no best known value are known unless they are given.
    """
    run = {name: changes.pop(name) for name in _OF_RUN if name in changes}
    found: dict[str, Any] = {
        "outcome": outcome,
        "value": value,
        "lower_bound": None,
        "best_known": None,
        "solve_time": 2.0 if outcome not in ("failed", "timeout", "memory", "killed") else None,
        "trace": () if value is None else ((1.0, value, None),),
    }
    content = run.pop("content", instance.encode().hex())
    return replace(
        ROW,
        run=replace(RUN, solver=solver, instance=instance, content=content, **run),
        **{**found, **changes},
    )


def failed(solver: str, instance: str, outcome: str = "failed", **changes: Any) -> Row:
    """Return the row of a run that broke off."""
    return ran(solver, instance, None, outcome, reason="it broke", **changes)


def judged(rows: Sequence[Row]) -> tuple[Sweep, Judgement]:
    """Return the sweep of rows and what they are worth."""
    sweep = Sweep.of(rows)
    return sweep, Judgement.of(sweep, references(rows))


def whole(rows: Sequence[Row]) -> Section:
    """Return the section of all cases."""
    return next(sections(*judged(rows)))


def random_rows(
    seed: int,
    *,
    groups: int = 2,
    cases: int = 4,
    seeds: int = 3,
    solvers: Sequence[str] = ("fcfs", "greedy", "genetic"),
) -> list[Row]:
    """Return rows of a sweep in which runs fail, are late or missing, and the first solver is sometimes preemptive."""
    source = random.Random(seed)
    rows = []
    for group in range(groups):
        for case in range(cases):
            least = source.uniform(50, 100)
            for solver in solvers:
                proves = source.random() < 0.3
                for number in range(seeds):
                    if source.random() < 0.1:
                        continue
                    draw = source.random()
                    outcome = "failed" if draw < 0.1 else "late" if draw < 0.2 else "optimal" if proves else "feasible"
                    value = least if outcome == "optimal" else least * source.uniform(1, 2)
                    time = source.uniform(0.1, 12)
                    changes: dict[str, Any] = {
                        "group": f"group {group}", "seed": number, "best_known": least if case % 2 else None,
                        "machine": f"machine {number}",
                    }  # fmt: skip
                    name = f"{group}-{case}"
                    if outcome == "failed":
                        rows.append(failed(solver, name, source.choice(["failed", "timeout", "killed"]), **changes))
                        continue
                    bound = None if source.random() < 0.1 else least * source.uniform(0.5, 1)
                    trace = tuple((time * step / 3, value * (4 - step), bound) for step in (1, 2, 3))
                    rows.append(
                        ran(solver, name, value, outcome, lower_bound=bound, solve_time=time, trace=trace, **changes)
                    )
    return rows
