"""Runs and rows of sweeps as the tests need them."""

from dataclasses import replace
from typing import Any

from optimizer.bench.row import Row, Run

RUN = Run(
    group="tiny",
    instance="one",
    content="00" * 32,
    solver="greedy",
    objective="mean-flow-time",
    seed=0,
    time_limit=10.0,
    threads=1,
    schedules=None,
    memory=None,
    version="0.1.0",
)
ROW = Row(
    run=RUN,
    outcome="feasible",
    reason=None,
    value=8.0,
    lower_bound=6.0,
    best_known=7.0,
    preemptive=False,
    build_time=0.1,
    solve_time=0.2,
    total_time=0.3,
    peak_memory=100_000_000,
    trace=((0.1, None, 6.0), (0.2, 8.0, 6.0)),
    machine="a processor, 2 cores, 24 GB",
    finished="2026-01-05T08:00:00+00:00",
)


def row(seed: int = 0, **changes: Any) -> Row:
    """Return the row of a run with this seed."""
    return replace(ROW, run=replace(RUN, seed=seed), **changes)
