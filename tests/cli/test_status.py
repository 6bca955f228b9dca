from types import SimpleNamespace
from typing import Any

import pytest

from optimizer.cli.status import Exit, comparison_status, exit_status
from optimizer.names import Status, StoppedBy


def run(status: Status, stopped_by: StoppedBy = StoppedBy.TIME_LIMIT, *, found: bool = False) -> Any:
    return SimpleNamespace(status=status, stopped_by=stopped_by, schedule=object() if found else None)


FOUND = run(Status.FEASIBLE, StoppedBy.INTERRUPT, found=True)
REFUTED = run(Status.INFEASIBLE, StoppedBy.OPTIMALITY)
NOTHING = run(Status.UNKNOWN)
INTERRUPTED = run(Status.UNKNOWN, StoppedBy.INTERRUPT)


@pytest.mark.parametrize(("result", "status"), [(FOUND, 0), (REFUTED, 1), (NOTHING, 5), (INTERRUPTED, 130)])
def test_one_run(result: Any, status: int) -> None:
    assert exit_status(result) == status


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([NOTHING, FOUND], 0),
        ([NOTHING, REFUTED], 1),
        ([FOUND, REFUTED], 1),
        ([NOTHING, INTERRUPTED], 130),
        ([NOTHING], 5),
        ([], Exit.SOLVER),
    ],
)
def test_a_comparison_is_as_good_as_its_best_run(results: list[Any], status: int) -> None:
    assert comparison_status(SimpleNamespace(results=results)) == status  # type: ignore[arg-type]
