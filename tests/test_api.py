import subprocess
import sys
from pathlib import Path

import pytest

import optimizer
from optimizer import Instance, Job, Limits, Rule, Status

INSTANCES = Path(__file__).parents[1] / "instances"


def test_every_public_name_is_there() -> None:
    assert sorted(optimizer.__all__) == sorted(set(optimizer.__all__))
    for name in optimizer.__all__:
        assert getattr(optimizer, name) is not None
    assert {"load", "solve", "compare", "validate", "gantt"} <= set(optimizer.__all__)
    with pytest.raises(AttributeError):
        optimizer.fly  # noqa: B018


def test_importing_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'ortools', 'pulp', 'highspy', 'numba', 'matplotlib', 'bokeh', 'pandas', 'rich'}"
    program = f"import optimizer, sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_load_solve_validate_draw(tmp_path: Path) -> None:
    instance = optimizer.load(INSTANCES / "first-steps.yaml")
    result = optimizer.solve(instance, "cp-sat", limits=Limits(time_limit=10))
    assert (result.status, result.value, result.lower_bound) == (Status.OPTIMAL, 4.0, 4.0)
    assert result.schedule is not None
    assert optimizer.validate(instance, result.schedule) == []
    optimizer.gantt(result, title="mine").savefig(tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 10_000


def test_several_runs_and_pages_are_drawn(tmp_path: Path) -> None:
    instance = optimizer.load(INSTANCES / "first-steps.yaml")
    comparison = optimizer.compare(instance, ["greedy:rule=arrival", "greedy"])
    assert len(optimizer.gantt(comparison.answers).axes) == 6
    page = optimizer.gantt(comparison.answers, "<mine>", interactive=True)
    page.save(tmp_path / "c.html")
    assert (tmp_path / "c.html").read_text() == page.html
    assert "<title>&lt;mine&gt;</title>" in page.html
    assert page._repr_html_().startswith("<iframe ")


def test_validate_names_what_is_broken() -> None:
    one, two = (Instance((Job("a", duration=2, arrival=a),), resources={"gpu": 1}) for a in (0, 3))
    schedule = optimizer.solve(one, "greedy").schedule
    assert schedule is not None
    assert [violation.rule for violation in optimizer.validate(two, schedule)] == [Rule.ARRIVAL]


def test_there_is_nothing_to_draw_without_a_schedule() -> None:
    result = optimizer.solve(optimizer.load(INSTANCES / "infeasible.yaml"), "cp-sat")
    with pytest.raises(optimizer.UsageError, match="there is no schedule to draw: cp-sat ended with infeasible"):
        optimizer.gantt(result)


def test_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert optimizer.__version__ == version("schedopt")
