import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from chart_cases import ran, small
from matplotlib.figure import Figure

from optimizer.errors import UsageError
from optimizer.render.convergence import Steps, convergences, improves, is_logarithmic
from optimizer.render.curves import draw_convergence
from optimizer.render.export import save_convergence
from optimizer.result import Progress, Result


def run(name: str = "cp-sat", *, runtime: float = 4.0, begin: float = 0.5) -> Result:
    trace = (Progress(begin, 20.0, None), Progress(1.0, 18.0, 10.0), Progress(2.0, 18.0, 12.5))
    return ran(*small(), solver=name, trace=trace, runtime=runtime)


def test_steps_hold_their_last_value_until_the_end() -> None:
    steps = Steps.of([(0.5, None), (1.0, 3.0), (2.0, 2.0)], end=9.0)
    assert steps.time.tolist() == [1, 2, 9]
    assert steps.value.tolist() == [3, 2, 2]
    assert not len(Steps.of([(1.0, None)], end=2.0).time)


def test_curves_are_those_of_the_trace() -> None:
    (curve,) = convergences({"a\nb": run()})
    assert curve.name == "a\\nb"
    assert curve.value.value.tolist() == [20, 18, 18, 18]
    assert curve.bound.time.tolist() == [1, 2, 4]


def test_the_beginning_gets_room_when_it_would_vanish() -> None:
    assert not is_logarithmic(convergences({"a": run()}))
    assert is_logarithmic(convergences({"a": run(runtime=60)}))
    assert is_logarithmic(convergences({"a": run(begin=0.0)})), "a moment at 0 has a place, too"


def test_runs_without_a_trace_are_refused() -> None:
    empty = ran(*small())
    assert not improves([empty])
    assert improves([empty, run()])
    with pytest.raises(UsageError, match="no convergence to draw"):
        convergences({"a": empty})


@pytest.mark.parametrize(("runtime", "tick"), [(4.0, "3"), (60.0, "10")])
def test_the_picture_names_axes_and_curves(tmp_path: Path, runtime: float, tick: str) -> None:
    save_convergence({"cp-sat": run(runtime=runtime), "$_<x": run("highs")}, tmp_path / "c.svg")
    root = ElementTree.parse(tmp_path / "c.svg").getroot()
    found = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"run time in s", "mean flow time (min)", "cp-sat: value", "cp-sat: bound", "$_<x: value", tick} <= found


@pytest.mark.parametrize("kind", ["png", "pdf", "html"])
def test_other_files(tmp_path: Path, kind: str) -> None:
    save_convergence({"cp-sat": run()}, tmp_path / f"c.{kind}")
    assert (tmp_path / f"c.{kind}").stat().st_size > 5_000


def test_values_are_drawn_through_and_bounds_dashed_from_their_moments_on() -> None:
    figure = Figure()
    draw_convergence(figure, convergences({"cp-sat": run()}), "value")
    (axes,) = figure.axes
    value, bound = (line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert (value.get_linestyle(), value.get_xydata().tolist()) == ("-", [[0.5, 20], [1, 18], [2, 18], [4, 18]])
    assert (bound.get_linestyle(), bound.get_xydata().tolist()) == ("--", [[1, 10], [2, 12.5], [4, 12.5]])
