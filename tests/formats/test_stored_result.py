import json
from pathlib import Path

import pytest
from chart_cases import preempted, ran, scheduled, small

from optimizer.errors import InputError
from optimizer.formats.schedule_file import save_result
from optimizer.formats.stored_result import read_result
from optimizer.instance import Instance, Job
from optimizer.result import Progress


@pytest.mark.parametrize("case", [small(), preempted()])
def test_a_run_comes_back_as_it_was(tmp_path: Path, case: tuple) -> None:  # type: ignore[type-arg]
    result = ran(*case, lower_bound=3.0, trace=(Progress(0.5, 14.0, None), Progress(1.0, 13.0, 3.0)))
    save_result(result, tmp_path / "s.json")
    found = read_result(tmp_path / "s.json", case[0].instance)
    for name in ("solver", "options", "seed", "status", "value", "lower_bound", "metrics", "runtime", "trace", "label"):
        assert getattr(found, name) == getattr(result, name)
    assert found.schedule is not None
    assert found.preemptive == case[1].preemptive
    assert found.schedule.pieces.start.tolist() == case[1].pieces.start.tolist()


def test_its_figures_are_those_of_the_schedule(tmp_path: Path) -> None:
    problem, schedule = small()
    result = ran(problem, schedule)
    save_result(result, tmp_path / "s.json")
    document = json.loads((tmp_path / "s.json").read_text())
    (tmp_path / "s.json").write_text(json.dumps(document | {"value": 0.5, "metrics": {}}))
    found = read_result(tmp_path / "s.json", problem.instance)
    assert (found.value, found.metrics) == (result.value, result.metrics)


def test_a_run_without_a_schedule(tmp_path: Path) -> None:
    save_result(ran(small()[0], None), tmp_path / "s.json")
    found = read_result(tmp_path / "s.json", small()[0].instance)
    assert (found.schedule, found.value, found.metrics) == (None, None, None)


def test_another_instance_is_refused(tmp_path: Path) -> None:
    save_result(ran(*small()), tmp_path / "s.json")
    other = Instance((Job("a", duration=1),), resources={"cpu": 1})
    with pytest.raises(InputError, match=r"s\.json: a schedule of the instance 'tiny'"):
        read_result(tmp_path / "s.json", scheduled(other, [0])[0].instance)


@pytest.mark.parametrize(
    ("trace", "complaint"),
    [
        ([[-1.0, 14.0, None]], r"trace\[0\]\[0\]: -1\.0, expected a number of seconds >= 0"),
        ([[1.0, 14.0, None], [0.5, 13.0, None]], r"trace\[1\]\[0\]: 0\.5, expected .* >= 1, which the row before has"),
        ([[1.0, None, 1e999]], r"trace\[0\]"),
        ([[1.0, 14.0]], r"trace\[0\]"),
    ],
)
def test_a_trace_that_is_none_is_refused_by_its_place(tmp_path: Path, trace: list[object], complaint: str) -> None:
    problem, schedule = small()
    save_result(ran(problem, schedule), tmp_path / "s.json")
    document = json.loads((tmp_path / "s.json").read_text()) | {"trace": trace}
    (tmp_path / "s.json").write_text(json.dumps(document).replace("Infinity", "1e999"))
    with pytest.raises(InputError, match=complaint) as raised:
        read_result(tmp_path / "s.json", problem.instance)
    assert "s.json" in str(raised.value)
