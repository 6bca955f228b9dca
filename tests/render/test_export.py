import importlib.util
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from chart_cases import many, ran, small

from optimizer.errors import MissingPackageError, UsageError
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.render import export
from optimizer.render.export import require_drawable, save_gantt


@pytest.mark.parametrize("suffix", ["html", "png", "svg", "pdf", "HTML"])
def test_files_are_written_by_their_ending(tmp_path: Path, suffix: str) -> None:
    save_gantt({"test": ran(*small())}, tmp_path / f"chart.{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == [f"chart.{suffix}"]
    is_page = (tmp_path / f"chart.{suffix}").read_bytes().startswith(b"<!DOCTYPE html>")
    assert is_page == (suffix.lower() == "html")


@pytest.mark.parametrize("name", ["chart.gif", "chart", "html"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"ends in \.html, \.png, \.svg, \.pdf"):
        save_gantt({"test": ran(*small())}, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "package"), [("a.html", "bokeh"), ("a.png", "matplotlib")])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, name: str, package: str) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(export, "find_spec", lambda wanted: None if wanted == package else known(wanted))
    with pytest.raises(MissingPackageError, match=rf"{name}: .*pip install {package}"):
        require_drawable(Path(name))


@pytest.mark.parametrize("kind", ["html", "svg"])
def test_runs_without_a_schedule(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match="no schedule to draw"):
        save_gantt({"test": ran(small()[0], None)}, tmp_path / f"chart.{kind}")
    save_gantt({"none": ran(small()[0], None), "test": ran(*small())}, tmp_path / f"chart.{kind}")


def test_runs_that_have_no_chart_in_common_are_refused(tmp_path: Path) -> None:
    one, other = ran(*small()), ran(*many(3))
    with pytest.raises(UsageError, match="<b>: a run on another instance"):
        save_gantt({"a": one, "<b>": other}, tmp_path / "chart.html")
    makespan = ran(Problem.of(one.problem.instance, Objective.MAKESPAN), one.schedule)
    with pytest.raises(UsageError, match="c: a run judged by makespan, expected one judged by mean-flow-time"):
        save_gantt({"a": one, "c": makespan}, tmp_path / "chart.png")
    with pytest.raises(UsageError, match="no schedule to draw: no run"):
        save_gantt({}, tmp_path / "chart.svg")
    assert not list(tmp_path.iterdir())


def test_several_schedules_stand_above_each_other_with_their_gaps(tmp_path: Path) -> None:
    problem, schedule = many(60)
    results = {"first": ran(problem, schedule, lower_bound=60.0), "$second": ran(problem, schedule)}
    save_gantt(results, tmp_path / "chart.svg")
    root = ElementTree.parse(tmp_path / "chart.svg").getroot()
    found = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    value = results["first"].value
    assert value is not None
    for name in ("first", "$second"):
        assert f"{name}: mean flow time {value:.5g} slots, gap {100 * (1 - 60 / value):.3g} %" in found
    assert found.count("in use") == 1, "one legend for all"
