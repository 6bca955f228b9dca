"""The shipped instances, each with the optimum that two exact solvers have to prove."""

from pathlib import Path

import pytest

from optimizer.formats.reading import load
from optimizer.names import Objective, Status
from optimizer.result import Limits
from optimizer.solvers.solve import solve
from optimizer.validation import violations

FOLDER = Path(__file__).parents[1] / "instances"
LIMITS = Limits(time_limit=60, threads=1)
CLUSTERS = {"lab.cluster.yaml"}
"""What belongs to jobs as CSV."""

OPTIMA = [
    ("first-steps.yaml", 6, Objective.MEAN_FLOW_TIME, 4.0),
    ("gpu-server-night.yaml", 16, Objective.MEAN_WEIGHTED_FLOW_TIME, 3350 / 27),
    ("infeasible.yaml", 4, Objective.MEAN_FLOW_TIME, None),
    ("lab.csv", 8, Objective.TOTAL_TARDINESS, 0.0),
    ("modes.yaml", 5, Objective.MEAN_FLOW_TIME, 4.8),
    ("pipeline.yaml", 10, Objective.TOTAL_WEIGHTED_TARDINESS, 12.0),
    ("queue.swf", 10, Objective.MEAN_FLOW_TIME, 654.0),
    ("two-speeds.yaml", 8, Objective.MAKESPAN, 55.0),
]
"""File, jobs, objective, and its least value; None: proven infeasible."""


def test_every_shipped_file_is_in_the_table() -> None:
    assert {path.name for path in FOLDER.iterdir()} - CLUSTERS == {name for name, *_ in OPTIMA}


@pytest.mark.parametrize(("name", "jobs", "objective", "optimum"), OPTIMA, ids=[name for name, *_ in OPTIMA])
def test_two_exact_solvers_prove_the_same(name: str, jobs: int, objective: Objective, optimum: float | None) -> None:
    instance = load(FOLDER / name)
    assert (len(instance.jobs), instance.objective) == (jobs, objective)
    constraint = solve(instance, "cp-sat", limits=LIMITS)
    # Each brings its own bound; that HiGHS knows a schedule shortens only its search.
    integer = solve(instance, "highs", limits=LIMITS, warm_start=constraint.schedule)
    for result in (constraint, integer):
        assert result.status is (Status.INFEASIBLE if optimum is None else Status.OPTIMAL)
        assert result.value == pytest.approx(optimum)
        assert result.lower_bound == pytest.approx(optimum)
        assert result.schedule is None or violations(result.problem, result.schedule) == []
