import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]


def test_every_solver_against_the_best_bound(schedopt: Command, instances: Path) -> None:
    words = ["--solvers", "greedy:rule=arrival,cp-sat", "--json"]
    document = json.loads(schedopt("compare", instances / "first-steps.yaml", *words).stdout)
    assert document["best_bound"] == 4.0
    greedy, exact = document["solvers"]
    assert (greedy["solver"], exact["solver"]) == ("greedy:rule=arrival", "cp-sat")
    assert (exact["status"], exact["gap"]) == ("optimal", 0)
    assert greedy["gap"] == (greedy["value"] - 4) / greedy["value"] > 0


def test_unless_told_otherwise_policies_stand_beside_the_portfolio(schedopt: Command, instances: Path) -> None:
    document = json.loads(schedopt("compare", instances / "first-steps.yaml", "--iterations", "5", "--json").stdout)
    assert [row["solver"] for row in document["solvers"]] == ["fcfs", "easy", "greedy", "local-search", "auto"]
    assert document["solvers"][-1]["gap"] == 0


def test_solvers_may_start_from_a_schedule(schedopt: Command, instances: Path) -> None:
    instance = instances / "first-steps.yaml"
    schedopt("solve", instance, "--solver", "cp-sat", "-o", "best.json")
    words = ["--solvers", "local-search", "--schedules", "1", "--json"]
    document = json.loads(schedopt("compare", instance, *words, "--warm-start", "best.json").stdout)
    assert document["solvers"][0]["value"] == 4.0
    refused = schedopt("compare", instance, "--warm-start", "nothing.json")
    assert refused.exit_code == 3
    assert "nothing.json" in refused.stderr


def test_table_and_csv(schedopt: Command, instances: Path) -> None:
    result = schedopt("compare", instances / "first-steps.yaml", "--solvers", "greedy,cp-sat", "-o", "t.csv")
    assert result.exit_code == 0
    assert "best lower bound: 4 h" in result.stdout
    with Path("t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["solver"], float(row["value"])) for row in rows] == [("greedy", 4.0), ("cp-sat", 4.0)]


def test_proven_infeasible_by_any_is_status_1(schedopt: Command, instances: Path) -> None:
    assert schedopt("compare", instances / "infeasible.yaml", "--solvers", "highs,cp-sat").exit_code == 1


def test_an_unknown_solver_stops_before_any_runs(schedopt: Command, instances: Path) -> None:
    result = schedopt("compare", instances / "first-steps.yaml", "--solvers", "greedy,gredy", "-o", "t.csv")
    assert result.exit_code == 2
    assert "gredy" in result.stderr
    assert not Path("t.csv").exists()


@pytest.mark.parametrize("solvers", ["greedy:rule=fastest", "greedy,highs:speed=3", "gready"])
def test_wrong_solvers_end_it_before_it_begins(schedopt: Command, instances: Path, solvers: str) -> None:
    result = schedopt("compare", instances / "first-steps.yaml", "--solvers", solvers)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_chart_of_all(schedopt: Command, instances: Path) -> None:
    words = ["--solvers", "greedy:rule=arrival,greedy", "--gantt", "c.html"]
    assert schedopt("compare", instances / "first-steps.yaml", *words).exit_code == 0
    assert "<td>greedy:rule=arrival</td>" in Path("c.html").read_text()


def test_a_chart_that_cannot_be_written_ends_it_before_it_begins(schedopt: Command, instances: Path) -> None:
    result = schedopt("compare", instances / "first-steps.yaml", "--solvers", "greedy", "--gantt", "c.gif")
    assert result.exit_code == 2
    assert result.stdout == ""
