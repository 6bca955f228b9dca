"""Rows in their order: which entrant ran on which case."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.bench.names import natural
from optimizer.bench.row import Row, Run
from optimizer.errors import UsageError
from optimizer.render.text import counted, number_text, words
from optimizer.units import IntArray

_SETTINGS: dict[str, Callable[[Any], str]] = {
    "time_limit": lambda limit: "no time limit" if limit is None else f"{number_text(limit)} s",
    "threads": lambda threads: counted(threads, "thread"),
    "schedules": lambda schedules: "any number of schedules" if schedules is None else f"{schedules:,} schedules",
    "memory": lambda memory: "no memory limit" if memory is None else f"{number_text(memory / 2**20)} MiB",
    "version": lambda version: f"version {version}",
}
"""What a solver may be run with beside its options, and how that reads behind its name."""


@dataclass(frozen=True)
class Case:
    """An instance under an objective: what the entrants are compared on.

    Parameters
    ----------
    group, instance, content, objective : str
        As in :class:`~optimizer.bench.row.Run`.
    """

    group: str
    instance: str
    content: str
    objective: str

    @classmethod
    def of(cls, run: Run) -> "Case":
        """Return the case of a run."""
        return cls(run.group, run.instance, run.content, run.objective)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Rows, with the entrant and the case of each.

    Parameters
    ----------
    rows : tuple of Row
        R runs; one for each entrant, case and seed.
    entrants : tuple of str
        A solver with its options, and with those limits under which the sweep runs it on one case more than once; in
        natural order, as in ``j30`` before ``j120``.
    solvers : tuple of str
        The solver of each entrant.
    cases : tuple of Case
        In natural order.
    groups : tuple of str
        The group of each case, with its objective where the sweep has several.
    entrant, case : int64[R]
        Index of each row's.
    """

    rows: tuple[Row, ...]
    entrants: tuple[str, ...]
    solvers: tuple[str, ...]
    cases: tuple[Case, ...]
    groups: tuple[str, ...]
    entrant: IntArray
    case: IntArray

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Sweep":
        """Return the sweep of rows; UsageError when there are none."""
        if not rows:
            raise UsageError("there are no runs to report on")
        runs = [row.run for row in rows]
        told_apart = _told_apart(runs)
        labels = [
            ", ".join([run.solver, *(_SETTINGS[name](getattr(run, name)) for name in told_apart)]) for run in runs
        ]
        solver_of = {label: run.solver for label, run in zip(labels, runs, strict=True)}
        entrants = sorted(solver_of, key=natural)
        cases = sorted({Case.of(run) for run in runs}, key=lambda case: (natural(case.group), natural(case.instance)))
        several = len({case.objective for case in cases}) > 1
        entrant_index = {label: i for i, label in enumerate(entrants)}
        case_index = {case: i for i, case in enumerate(cases)}
        return cls(
            rows=tuple(rows),
            entrants=tuple(entrants),
            solvers=tuple(solver_of[label] for label in entrants),
            cases=tuple(cases),
            groups=tuple(f"{case.group}, {words(case.objective)}" if several else case.group for case in cases),
            entrant=np.array([entrant_index[label] for label in labels], dtype=np.int64),
            case=np.array([case_index[Case.of(run)] for run in runs], dtype=np.int64),
        )


def _told_apart(runs: Iterable[Run]) -> list[str]:
    """Return the settings with which some solver ran on one case more than once."""
    values: dict[tuple[str, str, Case], set[Any]] = defaultdict(set)
    for run in runs:
        for name in _SETTINGS:
            values[name, run.solver, Case.of(run)].add(getattr(run, name))
    several = {name for (name, _, _), found in values.items() if len(found) > 1}
    return [name for name in _SETTINGS if name in several]
