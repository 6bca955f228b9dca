"""The check of the bounds finds those that are wrong, and leaves none out."""

from collections import Counter
from math import inf

import pytest

from benchmarks.bounds_validity import compared, table_rows
from optimizer.bounds.catalogue import CATALOGUE, Bound, Effort, Holds
from optimizer.bounds.request import Found, Request
from optimizer.names import Objective
from tests.bounds_cases import random_problem


def test_every_bound_is_checked_with_and_without_a_known_optimum() -> None:
    counts: Counter[tuple[str, Holds, str]] = Counter()
    for seed in range(18):
        compared(random_problem(seed), counts)
    rows = list(table_rows(counts))
    for name in {entry.name for entry in CATALOGUE}:
        assert sum(sum(row[2:5]) for row in rows if row[0] == name) > 0  # type: ignore[arg-type]
        assert sum(row[5] for row in rows if row[0] == name) > 0  # type: ignore[misc]
    assert all(row[6] == 0 for row in rows)


@pytest.mark.parametrize("total", [1e6, inf])
def test_what_claims_too_much_is_found(total: float) -> None:
    """It is found without the optimum known; with it nothing above it is claimed."""

    def compute(request: Request) -> Found:
        return Found(total)

    name = CATALOGUE[-1].name
    counts: Counter[tuple[str, Holds, str]] = Counter()
    wrong = Bound(name, Holds.ON_TIME, Effort.PROGRAM, "nobody 2000", frozenset(Objective), compute)
    compared(random_problem(0), counts, [wrong])
    assert sum(row[6] for row in table_rows(counts)) > 0  # type: ignore[misc]
