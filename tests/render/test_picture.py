import logging
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from chart_cases import HOSTILE, many, overdue, preempted, ran, scheduled, small
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from optimizer.instance import Instance, Job, Node
from optimizer.problem import Problem
from optimizer.render.colors import DUE, JOIN, LOAD, WAITING, WRONG
from optimizer.render.export import save_gantt
from optimizer.render.labels import Ruler
from optimizer.render.picture import gantt_figure
from optimizer.schedule import Schedule, Segments

ROOT = Path(__file__).parents[2]
BEGINNING = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}
ENDING = {"png": b"IEND\xaeB`\x82", "svg": b"</svg>\n", "pdf": b"%%EOF\n"}


def texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def draw(case: tuple[Problem, Schedule], path: Path) -> None:
    save_gantt({"run": ran(*case)}, path)


def svg_texts(case: tuple[Problem, Schedule], folder: Path) -> list[str]:
    draw(case, folder / "chart.svg")
    return texts(folder / "chart.svg")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_files_are_whole_and_the_same_each_time(tmp_path: Path, kind: str) -> None:
    for name in ("one", "two"):
        draw(small(), tmp_path / f"{name}.{kind}")
    data = (tmp_path / f"one.{kind}").read_bytes()
    assert data.startswith(BEGINNING[kind])
    assert data.endswith(ENDING[kind])
    assert data == (tmp_path / f"two.{kind}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_the_picture_says_what_it_shows(tmp_path: Path) -> None:
    found = svg_texts(small(), tmp_path)
    for expected in (
        *("prep", "train", "late"),  # rows
        *("2 cpu", "3 cpu, 1.5 gpu", "1 cpu"),  # bars
        *("tiny: 3 jobs, mean flow time 12.33 min, not valid", "time in minutes", "14"),
        *("cpu", "53.8 %", "gpu", "37.5 %"),
        *("waiting", "deadline", "due date", "after the deadline", "in use", "capacity"),
    ):
        assert expected in found
    assert "unavailable" not in found
    assert "above capacity" not in found


def test_lanes_carry_ids_and_nodes(tmp_path: Path) -> None:
    found = svg_texts(many(60, 3), tmp_path)
    assert {"node-0", "node-1", "node-2", "unavailable"} <= set(found)
    assert {f"j{i}" for i in range(60)} <= set(found)
    assert "waiting" in found, "the panel of waiting jobs"


def test_jobs_of_few_rows_stand_beside_their_nodes(tmp_path: Path) -> None:
    assert {"node-0", "node-1", "j0", "j5"} <= set(svg_texts(many(6, 2), tmp_path))


def test_a_notebook_shows_the_figure_as_it_would_be_saved() -> None:
    figure = gantt_figure({"run": ran(*small())})
    png = figure._repr_png_()
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert png.startswith(b"\x89PNG")
    assert (width, height) == tuple(int(edge * 150) for edge in figure.get_size_inches())


def test_lines_between_very_many_pieces_do_not_hide_the_bars() -> None:
    def joins(jobs: int) -> tuple[int, bool]:
        rows = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}) for i in range(jobs))
        problem = Problem.of(Instance(rows, resources={"gpu": jobs}))
        first = np.arange(0, 2 * jobs + 1, 2)
        start = np.tile([0, 2], jobs)
        pieces = Segments(first, start, start + 1, np.zeros(2 * jobs, dtype=np.int64))
        zeros = np.zeros(jobs, dtype=np.int64)
        schedule = Schedule(zeros, zeros + 3, problem.mode_start[:-1], zeros, pieces)
        figure = gantt_figure({"run": ran(problem, schedule)})
        lines = [artist for artist in figure.axes[0].collections if isinstance(artist, LineCollection)]
        legend = {text.get_text() for text in figure.legends[0].get_texts()}
        return sum(len(line.get_paths()) for line in lines), "joins the pieces of a job" in legend

    assert joins(300) == (300, True)
    assert joins(301) == (0, False)


def test_title_can_be_given_and_is_cut() -> None:
    figure = gantt_figure({"run": ran(*small())}, "$mine$ " * 100)
    title = figure.axes[0].get_title(loc="left")
    assert title.startswith("$mine$")
    assert title.endswith("…")
    assert 20 < len(title) < 150


@pytest.mark.parametrize(("count", "kind"), [(1, "pdf"), (4, "png")])
def test_hostile_ids_are_shown_as_text(
    tmp_path: Path, count: int, kind: str, recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    names = [name + "'" * i for i in range(count) for name in HOSTILE]
    jobs = tuple(Job(name, duration=9, demand={HOSTILE[0]: 1}, user=name) for name in names)
    instance = Instance(jobs, nodes=(Node(HOSTILE[0], {HOSTILE[0]: 2}, count=2),), name=HOSTILE[0])
    case = scheduled(instance, [5 * i for i in range(len(jobs))])
    with caplog.at_level(logging.WARNING):
        found = svg_texts(case, tmp_path)
        draw(case, tmp_path / f"a.{kind}")
    assert not [str(warning.message) for warning in recwarn.list]
    assert not caplog.records
    assert f"{HOSTILE[0]}-0" in found
    assert any(text.startswith(HOSTILE[0]) and "jobs, mean flow time" in text for text in found)
    if count == 1:
        short = [name for name in HOSTILE if name.isprintable() and len(name) < 30]
        assert set(short) <= set(found)
        assert "a\\x1b[31m\\nnew" in found
        assert any(text.startswith("xxxxx") and text.endswith("…") for text in found)


def test_settings_of_the_user_do_not_matter(tmp_path: Path) -> None:
    import matplotlib as mpl

    draw(small(), tmp_path / "one.svg")
    with mpl.rc_context({"text.usetex": True, "font.size": 30, "axes.grid": True, "svg.fonttype": "path"}):
        draw(small(), tmp_path / "two.svg")
        assert mpl.rcParams["font.size"] == 30
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_upper_case_suffixes_are_known(tmp_path: Path) -> None:
    draw(small(), tmp_path / "A.PNG")
    assert (tmp_path / "A.PNG").read_bytes().startswith(BEGINNING["png"])


def test_a_failure_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "chart.png"
    target.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(MemoryError):
        draw(small(), target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def bars_of(axes: Axes) -> PolyCollection:
    return max((c for c in axes.collections if isinstance(c, PolyCollection)), key=lambda c: len(c.get_paths()))


@pytest.mark.parametrize("case", [small(), many(30, 3), many(120, 5)])
def test_bars_stay_in_their_rows_and_labels_in_their_bars(case: tuple[Problem, Schedule]) -> None:
    figure = gantt_figure({"run": ran(*case)})
    axes = figure.axes[0]
    figure.draw_without_rendering()
    boxes = [path.get_extents() for path in bars_of(axes).get_paths()]
    assert len(boxes) == case[0].jobs
    for box in boxes:
        assert np.floor(box.y0) == np.floor(box.y1)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    assert axes.texts
    for text in axes.texts:
        if text.get_transform() == axes.transData:
            extent = text.get_window_extent(renderer).transformed(axes.transData.inverted())
            assert any(box.x0 <= extent.x0 and extent.x1 <= box.x1 for box in boxes), text.get_text()


def test_labels_stand_in_one_part_of_a_late_bar_in_the_colour_that_reads_there() -> None:
    axes = gantt_figure({"run": ran(*overdue())}).axes[0]
    found = [(text.get_position()[0], text.get_color()) for text in axes.texts]
    assert found == [(32.5, "white"), (27.5, "black"), (30, "white")]


def test_no_two_texts_overlap() -> None:
    figure = gantt_figure({"run": ran(*many(300, 6))})
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    labels = [
        label for axes in figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels(), *axes.texts)
    ]
    shown = [label.get_window_extent(renderer) for label in labels if label.get_text() and label.get_visible()]
    inside = figure.bbox
    for i, box in enumerate(shown):
        assert box.x0 >= inside.x0
        assert box.x1 <= inside.x1
        assert not any(box.overlaps(other) for other in shown[:i])


def test_overload_is_drawn_and_named(tmp_path: Path) -> None:
    jobs = tuple(Job(f"j{i}", duration=4, demand={"cpu": 1}) for i in range(3))
    assert "above capacity" in svg_texts(scheduled(Instance(jobs, resources={"cpu": 2}), [0, 1, 2]), tmp_path)


def test_very_many_bars_become_pixels(tmp_path: Path) -> None:
    count = 6_000
    jobs = tuple(Job(f"j{i}", duration=5, demand={"cpu": 1}) for i in range(count))
    draw(scheduled(Instance(jobs, resources={"cpu": 5}), list(range(count))), tmp_path / "many.svg")
    content = (tmp_path / "many.svg").read_text()
    assert "<image" in content
    assert len(content) < 1_000_000
    assert "time in slots" in content


@pytest.mark.parametrize(
    "jobs",
    [
        (Job("a", duration=0),),
        (Job("a", duration=0), Job("b", arrival=9e12, duration=1)),
        (Job("a", duration=0.000001, demand={"cpu": 0.000001}),),
    ],
)
@pytest.mark.parametrize("capacity", [0.000001, 9e9])
def test_extreme_numbers_are_drawn(tmp_path: Path, jobs: tuple[Job, ...], capacity: float) -> None:
    instance = Instance(jobs, resources={"cpu": capacity, "none": 0})
    problem = Problem.of(instance)
    zeros = np.zeros(len(jobs), dtype=np.int64)
    schedule = Schedule.starting(problem, problem.release, problem.mode_start[:-1], zeros)
    draw((problem, schedule), tmp_path / "a.svg")
    assert "a" in texts(tmp_path / "a.svg")


def test_text_is_cut_to_its_room() -> None:
    ruler = Ruler(Figure())
    assert ruler.cut("short", 5) == "short"
    cut = ruler.cut("m" * 100, 2)
    assert cut.endswith("…")
    assert 1.8 < ruler.width(cut) <= 2
    assert ruler.label("a rather long name", 0.3) == "", "a few letters tell nothing"
    assert ruler.label("abc", 0.01) == ""


def test_pyplot_is_not_loaded() -> None:
    code = "import sys, optimizer.render.picture; print('matplotlib.pyplot' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "False"


def lines_of(axes: Axes, color: str) -> list[list[list[float]]]:
    """Return both ends of all lines of a colour that are part of a collection."""
    drawn = [c for c in axes.collections if isinstance(c, LineCollection)]
    found = [line.tolist() for c in drawn if to_hex(c.get_color()[0]) == color.lower() for line in c.get_segments()]
    return sorted(found)


def area_of(axes: Axes, color: str) -> float:
    """Return the area that is filled with a colour."""
    filled = [c for c in axes.collections if isinstance(c, PolyCollection) and len(c.get_facecolor())]
    paths = [path for c in filled if to_hex(c.get_facecolor()[0]) == color.lower() for path in c.get_paths()]
    corners = [path.vertices[:-1] for path in paths if len(path.vertices)]
    return sum(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2 for x, y in (c.T for c in corners))


def test_waiting_deadlines_due_dates_and_what_is_late_stand_where_they_are() -> None:
    axes = gantt_figure({"run": ran(*small())}).axes[0]
    assert lines_of(axes, WAITING) == [[[0, 2.5], [15, 2.5]], [[2, 1.5], [5, 1.5]]]
    assert lines_of(axes, WRONG) == [  # open where it crosses a bar
        *([[18, 2], [18, 2.25]], [[18, 2.75], [18, 3]]),
        *([[19, 1], [19, 1.5]], [[19, 1.5], [19, 2]]),
    ]
    assert lines_of(axes, DUE) == [[[12, 1], [12, 1.25]], [[12, 1.75], [12, 2]]]
    assert area_of(axes, WRONG) == pytest.approx((20 - 18) * 0.84)
    assert [path.get_extents().intervalx.tolist() for path in bars_of(axes).get_paths()] == [[0, 4], [5, 15], [15, 20]]


def test_loads_are_what_runs_below_a_line_at_the_capacity() -> None:
    _, cpu, gpu = gantt_figure({"run": ran(*small())}).axes
    assert area_of(cpu, LOAD) == pytest.approx(4 * 2 + 10 * 3 + 5 * 1)
    assert area_of(gpu, LOAD) == pytest.approx(10 * 1.5)
    for axes, total in ((cpu, 4), (gpu, 2)):
        (line,) = axes.lines
        assert (line.get_xdata()[0], line.get_xdata()[-1]) == (0, 20)
        assert set(line.get_ydata()) == {total}
        assert area_of(axes, WRONG) == 0


def test_an_overload_is_red_above_the_capacity() -> None:
    jobs = tuple(Job(f"j{i}", duration=4, demand={"cpu": 1}) for i in range(3))
    figure = gantt_figure({"run": ran(*scheduled(Instance(jobs, resources={"cpu": 2}), [0, 1, 2]))})
    axes = figure.axes[1]
    assert area_of(axes, LOAD) == pytest.approx(12)
    assert area_of(axes, WRONG) == pytest.approx((4 - 2) * 1)
    figure.draw_without_rendering()
    name, capacity = axes.yaxis.label.get_window_extent(), axes.get_yticklabels()[1].get_window_extent()
    assert name.y0 < capacity.y1, "on one line"
    assert name.x1 + 10 < capacity.x0, "and still apart"


@pytest.mark.parametrize("jobs", [2, 50, 2_000])
def test_a_bar_is_seen_however_short_it_is(jobs: int) -> None:
    rows = (Job("long", duration=100_000, user="a"), *(Job(f"j{i}", duration=1, user="b") for i in range(jobs)))
    figure = gantt_figure({"run": ran(*scheduled(Instance(rows, resources={"cpu": 1}), [0] + [50_000] * jobs))})
    figure.canvas.draw()
    box = figure.axes[0].get_window_extent()
    pixels = np.asarray(figure.canvas.buffer_rgba())[int(-box.y1) : int(-box.y0), int(box.x0) + 99 : int(box.x1), :3]
    blue = (np.abs(pixels.astype(int) - [0x00, 0x72, 0xB2]).sum(axis=2) < 90).any(axis=1)
    assert blue.mean() > 0.5, "in most lines of the rows"


def test_the_last_panel_counts_the_jobs_that_wait() -> None:
    problem, schedule = many(60, 3)
    waiting = gantt_figure({"run": ran(problem, schedule)}).axes[-1]
    assert area_of(waiting, WAITING) == pytest.approx(float(schedule.start.sum()))


def test_pieces_of_a_job_are_joined_in_its_rows_and_in_lanes() -> None:
    axes = gantt_figure({"run": ran(*preempted())}).axes[0]
    assert lines_of(axes, JOIN) == [[[2, 0.5], [5, 0.5]], [[6, 0.5], [8, 2.5]]], "from row to row where it moved"
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}) for i in range(50))
    problem = Problem.of(Instance(jobs, resources={"gpu": 50}))
    first = np.concatenate([[0], np.arange(2, 52)])
    start = np.concatenate([[0, 9], np.arange(1, 50) * 0])
    end = np.concatenate([[1, 10], np.arange(1, 50) * 0 + 2])
    pieces = Segments(first, start, end, np.zeros(51, dtype=np.int64))
    schedule = Schedule(start[first[:-1]], end[first[1:] - 1], problem.mode_start[:-1], pieces.node[1:], pieces)
    figure = gantt_figure({"run": ran(problem, schedule)})
    ((begin, until),) = lines_of(figure.axes[0], JOIN)
    assert (begin[0], until[0]) == (1, 9)
    colors = bars_of(figure.axes[0]).get_facecolor()
    assert (colors[0] == colors[1]).all(), "in one colour"


def test_a_number_in_a_label_is_whole_or_not_there() -> None:
    ruler = Ruler(Figure())
    text = "8 gpu, 48 cpu, 384 memory"
    for room in np.linspace(0.0, ruler.width(text), 60):
        label = ruler.label(text, float(room))
        assert label in {"", "8 gpu, …", "8 gpu, 48 cpu, …", text}
