import pytest

from optimizer.errors import (
    InputError,
    InstanceError,
    Issue,
    ModelTooLargeError,
    SchedoptError,
    SolverError,
    SolverMissingError,
    UnsupportedError,
    UsageError,
    shown,
)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (UsageError, ValueError),
        (InputError, ValueError),
        (InstanceError, ValueError),
        (UnsupportedError, NotImplementedError),
        (SolverError, RuntimeError),
        (SolverMissingError, ImportError),
        (ModelTooLargeError, MemoryError),
    ],
)
def test_errors_are_ours_and_the_matching_builtin(error: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(error, SchedoptError)
    assert issubclass(error, builtin)


def test_instance_errors_are_input_errors() -> None:
    assert issubclass(InstanceError, InputError)
    assert issubclass(SolverMissingError, SolverError)
    assert issubclass(ModelTooLargeError, SolverError)


def test_issue_names_path_value_and_expectation() -> None:
    assert str(Issue("jobs[1].deadline", 3, "at least 5")) == "jobs[1].deadline: 3, expected at least 5"
    assert str(Issue("resources", None, "a mapping")) == "resources: missing, expected a mapping"
    assert str(Issue("", [], "a mapping")) == "the instance: [], expected a mapping"


@pytest.mark.parametrize(
    ("path", "parent", "joined"),
    [
        ("arrival", "jobs[2]", "jobs[2].arrival"),
        ("[2].arrival", "jobs", "jobs[2].arrival"),
        ("", "jobs[2]", "jobs[2]"),
        ("jobs", "", "jobs"),
    ],
)
def test_issue_under_a_parent(path: str, parent: str, joined: str) -> None:
    assert Issue(path, 1, "x").under(parent) == Issue(joined, 1, "x")


def test_long_values_are_cut() -> None:
    assert shown("a" * 78) == repr("a" * 78)
    cut = shown("a" * 79)
    assert len(cut) == 80
    assert cut.endswith("…")


def test_instance_error_shows_twenty_issues_and_how_many_more() -> None:
    issues = [Issue(f"jobs[{i}].id", "x", "a new name") for i in range(23)]
    error = InstanceError(issues, "night.yaml")
    lines = str(error).splitlines()
    assert len(lines) == 21
    assert lines[0] == "night.yaml: jobs[0].id: 'x', expected a new name"
    assert lines[19] == "night.yaml: jobs[19].id: 'x', expected a new name"
    assert lines[20] == "… and 3 more"
    assert error.issues == tuple(issues)
    assert error.source == "night.yaml"


def test_instance_error_with_twenty_issues_shows_them_all() -> None:
    error = InstanceError(Issue(f"jobs[{i}].id", "x", "a new name") for i in range(20))
    assert len(str(error).splitlines()) == 20
    assert str(error).startswith("jobs[0].id: 'x'")
