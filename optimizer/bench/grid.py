"""All runs of a suite, and what each takes."""

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from optimizer.bench.cases import Case, find_cases
from optimizer.bench.row import Run
from optimizer.bench.suite import Suite, read_suite
from optimizer.bench.task import Task
from optimizer.errors import InputError
from optimizer.instance import Instance
from optimizer.version import __version__


@dataclass(frozen=True)
class Cell:
    """A run, and the instance that it is on."""

    run: Run
    case: Case
    hard_limit: float


@dataclass(frozen=True)
class Grid:
    """The runs of a suite: instance by instance, so that one is in memory at a time.

    Parameters
    ----------
    cells : tuple of Cell
        Each run once, even where the suite names it twice.
    """

    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, path: Path) -> "Grid":
        """Return the runs of the suite in a file; every instance is read once, for its hash is part of their keys.

        Raises
        ------
        InputError
            When suite or instances cannot be read or make no sense.
        """
        suite = read_suite(path)
        cases = [case for entry in suite.instances for case in find_cases(entry, path.parent)]
        name, count = Counter(case.name for case in cases).most_common(1)[0]
        if count > 1:
            raise InputError(f"{path}: {count} instances are called {name!r}, expected names that tell them apart")
        cells = {cell.run.key: cell for case in reversed(cases) for cell in reversed([*_cells(suite, case)])}
        return cls(tuple(reversed(cells.values())))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Of all runs."""
        return frozenset(cell.run.key for cell in self.cells)

    def tasks(self, done: Set[str]) -> Iterator[Task]:
        """Yield what is left to do, each with its instance, which is read when its first run comes up.

        Parameters
        ----------
        done : set of str
            Keys of the runs that have a row.
        """
        case, data = None, b""
        for cell in self.cells:
            if cell.run.key in done:
                continue
            if cell.case is not case:
                case, data = cell.case, _data(cell)
            yield Task(cell.run, data, cell.case.best_known, cell.hard_limit)


def _cells(suite: Suite, case: Case) -> Iterator[Cell]:
    instance = case.read()
    for objective in suite.objectives:
        for solver in suite.tables:
            for call in solver.calls:
                for time_limit, threads, schedules, seed in suite.settings(solver):
                    run = Run(
                        group=case.group,
                        instance=case.name,
                        content=instance.sha256,
                        solver=call,
                        objective=str(objective or instance.objective),
                        seed=seed,
                        time_limit=time_limit,
                        threads=threads,
                        schedules=schedules,
                        memory=suite.suite.memory,
                        version=__version__,
                    )
                    yield Cell(run, case, suite.hard_limit(time_limit))


def _data(cell: Cell) -> bytes:
    instance: Instance = cell.case.read()
    if instance.sha256 != cell.run.content:
        raise InputError(f"the instance {cell.run.instance} has changed since the sweep began, expected it as it was")
    return msgspec.json.encode(instance)
