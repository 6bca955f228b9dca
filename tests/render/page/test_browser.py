"""Pages in a real browser: they open offline, are hovered over, zoomed and searched."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from chart_cases import HOSTILE, busy, overdue, preempted, ran, scheduled, small
from opened_page import PATIENCE, Opened
from playwright.sync_api import Browser

from optimizer.instance import Instance, Job, Node
from optimizer.problem import Problem
from optimizer.render.export import save_convergence, save_gantt
from optimizer.render.page.document import gantt_page
from optimizer.render.text import printable
from optimizer.result import Progress, Result
from optimizer.schedule import Schedule

Open = Callable[[Path], Opened]
MOST_BYTES = 15_000_000


@pytest.fixture
def shown(opened: Open, tmp_path: Path) -> Callable[..., Opened]:
    """Return a function that writes the page of schedules and opens it."""

    def show(*cases: tuple[Problem, Schedule]) -> Opened:
        results = {f"run {i}": ran(*case) for i, case in enumerate(cases)}
        save_gantt(results, tmp_path / "chart.html")
        return opened(tmp_path / "chart.html")

    return show


def without_complaints(page: Opened) -> bool:
    """Whether nothing was printed to the console and nothing asked for but the file."""
    return page.complaints == [] and all(url.startswith(("file:", "data:", "blob:")) for url in page.requests)


@pytest.mark.parametrize("jobs", [50, 2_000, 50_000])
def test_pages_of_any_size_open_and_zoom_offline(opened: Open, tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "chart.html"
    save_gantt({"run": ran(*busy(jobs))}, path)
    assert path.stat().st_size < MOST_BYTES
    page = opened(path)
    assert page.chart("model('bars-0').data.left.length") == jobs
    low, high = page.time_shown()
    page.page.mouse.move(*page.place((low + high) / 2, 0.5))
    page.page.mouse.wheel(0, -240)
    page.page.wait_for_function(
        "(low) => Bokeh.documents[0].get_model_by_name('time').start > low", arg=low, timeout=PATIENCE
    )
    page.settle()
    closer = page.time_shown()
    assert low < closer[0] < closer[1] < high
    assert without_complaints(page)


def test_hovering_tells_all_about_a_job(shown: Callable[..., Opened]) -> None:
    page = shown(preempted())
    text = page.hover_text(float(np.datetime64("2026-01-05T13:30", "ms").astype(int)), 1.5)
    for fact in (
        "pieces",
        "runs: 2026-01-05 08:00 to 2026-01-05 19:00",
        "piece 2 of 3: 2026-01-05 13:00 to 2026-01-05 14:00",
        "processing time: 6 h",
        "arrives: 2026-01-05 08:00",
        "waits: 5 h, slowdown 1.833",
        "due date: 2026-01-05 12:00, missed by 7 h",
        "demand: 2 gpu",
        "node: n-0",
        "user: ann",
        "kind: batch",
        "priority: 0",
    ):
        assert fact in text
    assert "deadline" not in text
    assert "gpu 2 of 8" in page.page.inner_text("#readout")


def test_facts_that_few_jobs_have(shown: Callable[..., Opened]) -> None:
    page = shown(preempted())
    page.page.fill("#find", "whole")
    text = page.page.inner_text("#chosen")
    for fact in ("estimate: 5 h", "deadline: 2026-01-07 20:00, 55 h to spare", "weight: 3", "after: pieces and 1 h"):
        assert fact in text
    assert "piece " not in text


def test_facts_of_a_job_stand_in_a_column_for_each_schedule(shown: Callable[..., Opened]) -> None:
    page = shown(small(), small())
    page.page.fill("#find", "train")
    blocks = page.page.locator("#chosen > div")
    assert [text.split("\n")[:2] for text in blocks.all_inner_texts()] == [["run 0", "train"], ["run 1", "train"]]
    first, second = [
        block.evaluate("(block) => Array.from(block.getClientRects(), ({left}) => left)") for block in blocks.all()
    ]
    assert len(first) == len(second) == 1, "none is cut in two"
    assert first < second


def test_who_does_not_wait_waits_0_also_where_times_are_not_exact(shown: Callable[..., Opened]) -> None:
    job = Job("a", arrival=0.4, duration=0.3)
    problem = Problem.of(Instance((job,), resources={"cpu": 0}))
    zero = np.zeros(1, dtype=np.int64)
    page = shown((problem, Schedule.starting(problem, problem.release, zero, zero)))
    page.page.fill("#find", "a")
    assert "waits: 0 slots, slowdown 1\n" in page.page.inner_text("#chosen")
    assert page.chart("model('load-0-0').left[0].ticker.ticks") == [0], "one 0 beside the axis where there is none"


def test_rows_of_very_many_jobs_can_be_told_apart_also_after_show_all(shown: Callable[..., Opened]) -> None:
    page = shown(busy(2_000))
    page.page.select_option("#rows", label="jobs")
    page.page.wait_for_function("document.querySelector('#shown').innerText === '200 of 2,002, drag for the others'")
    rows = "[model('rows-0').start, model('rows-0').end]"
    assert page.chart(rows) == [200, 0]
    page.page.fill("#find", "job-01999")
    page.page.press("#find", "Enter")
    start, end = page.chart(rows)
    assert 1_900 < end < start <= 2_002
    page.page.click("#all")
    assert page.chart(rows) == [200, 0]


def test_the_strip_below_selects_a_range(shown: Callable[..., Opened]) -> None:
    page = shown(busy(2_000))
    low, high = page.time_shown()
    left, bottom = page.place(low, 0, "selector")
    middle, _ = page.place((low + high) / 2, 0, "selector")
    page.page.mouse.move(left + 1, bottom - 10)
    page.page.mouse.down()
    page.page.mouse.move(middle, bottom - 10, steps=5)
    page.page.mouse.up()
    page.settle()
    start, end = page.time_shown()
    assert end == high
    assert start == pytest.approx((low + high) / 2, abs=(high - low) / 50)


def test_a_job_is_found_chosen_and_shown(shown: Callable[..., Opened]) -> None:
    page = shown(busy(2_000))
    page.page.fill("#find", "JOB-0012")
    assert page.page.inner_text("#found") == "10 jobs"
    assert page.chart("model('bars-0').selected.indices.length") == 10
    before = page.time_shown()
    page.page.press("#find", "Enter")
    assert page.page.inner_text("#found") == "1 of 10"
    assert page.page.inner_text("#chosen").startswith("job-00120\nruns: ")
    after = page.time_shown()
    job = page.chart("model('bars-0').selected.indices.map((r) => model('bars-0').data.bar[r])")
    assert job == [120]
    sides = "['left', 'right'].map((side) => model('bars-0').data[side][model('bars-0').selected.indices[0]])"
    left, right = page.chart(sides)
    assert before[0] <= after[0] <= left < right <= after[1] < before[1]
    page.page.click("#next")
    assert page.page.inner_text("#chosen").startswith("job-00121\n")
    page.page.fill("#find", "nobody")
    assert page.page.inner_text("#found") == "no jobs"
    page.page.click("#all")
    assert page.time_shown() == before
    assert page.chart("model('bars-0').selected.indices.length") == 0
    assert without_complaints(page)


def test_a_click_chooses_a_job_in_every_chart(shown: Callable[..., Opened]) -> None:
    page = shown(busy(50), busy(50))
    x, y = page.place(1, 0.2)
    page.page.mouse.click(x, y)
    page.page.wait_for_selector("#chosen:not([hidden])")
    assert page.page.inner_text("#chosen").count("runs: ") == 2
    assert page.chart("[0, 1].map((i) => model(`bars-${i}`).selected.indices.length)") == [1, 1]
    chosen = page.page.inner_text("#chosen")
    for row in ("jobs", "units of gpu"):
        page.page.select_option("#rows", label=row)
        assert page.page.inner_text("#chosen") == chosen, "it stays chosen in other rows"
        assert page.chart(
            """[0, 1].every((i) => {
                const {selected: {indices}, data: {bar}} = model(`bars-${i}`);
                return new Set(indices.map((r) => schedopt.charts[i].bars.job[bar[r]])).size === 1;
            })"""
        )


def test_charts_share_one_time_axis_and_have_their_figures_in_the_head(shown: Callable[..., Opened]) -> None:
    page = shown(small(), small())
    assert page.chart("model('plot-0').x_range === model('plot-1').x_range")
    rows = page.page.locator("header tbody tr")
    assert rows.count() == 2
    assert rows.nth(1).inner_text().split("\t")[:3] == ["run 1", "not valid", "12.33 min"]
    assert "not a valid schedule" in page.page.inner_text("header"), "one of them is late"


def test_other_rows_with_other_numbers_of_labels_bring_no_complaint(shown: Callable[..., Opened]) -> None:
    page = shown(busy(80), busy(80))
    for row in ("jobs", "units of gpu", "nodes, as high as gpu", "jobs"):
        page.page.select_option("#rows", label=row)
        page.page.wait_for_timeout(300)
    assert without_complaints(page)


def test_charts_of_a_comparison_have_the_same_heights_colours_and_legend(shown: Callable[..., Opened]) -> None:
    jobs = tuple(Job(f"j{i}", duration=2, due=6, demand={"gpu": 2 - i % 2, "cpu": i % 2}) for i in range(3))
    instance = Instance(jobs, resources={"gpu": 2, "cpu": 2})
    page = shown(scheduled(instance, [0, 2, 4]), scheduled(instance, [6, 6, 0]))
    page.page.select_option("#rows", label="nodes, as high as gpu")
    assert page.chart("[0, 1].map((i) => model(`rows-${i}`).start)") == [1.5, 1.5], "the second is overloaded"
    page.page.select_option("#colors", label="job")
    first, second = page.chart(
        """[0, 1].map((i) => {
            const {bar, color} = model(`bars-${i}`).data;
            return [...bar].map((b, r) => [b, color[r]]);
        })"""
    )
    assert sorted(first) == sorted(second)
    page.page.select_option("#colors", label="lateness")
    legend = page.page.inner_text("#legend")
    assert "in time" in legend
    assert "after the due date" in legend
    assert "neither" not in legend


def test_rows_and_colors_can_be_chosen(shown: Callable[..., Opened]) -> None:
    page = shown(preempted())
    assert page.chart("[model('rows-0').start, model('rows-0').end]") == [5, 0], "a row a job and node, and a node"
    assert page.chart("model('joins-0').data.x0.length") == 2
    page.page.select_option("#rows", label="units of gpu")
    assert page.chart("[model('rows-0').start, model('rows-0').end]") == [8, 0]
    assert page.chart("model('closed-0').data.left.length") == 1
    names = page.page.locator("#colors option").all_inner_texts()
    assert names == ["user", "job", "priority", "lateness"]
    page.page.select_option("#colors", label="lateness")
    assert "after the due date" in page.page.inner_text("#legend")
    page.page.select_option("#colors", label="priority")
    assert page.page.inner_text("#legend").split()[:2] == ["2", "0"]
    assert without_complaints(page)


def test_bars_stay_in_their_bands_and_labels_in_their_bars(shown: Callable[..., Opened]) -> None:
    page = shown(busy(2_000))
    assert page.chart(
        """(() => {
            const {bar, top, bottom} = model("bars-0").data;
            const {bars: {node}, layout: {edges}} = schedopt.charts[0];
            const isInside = (b, r) => edges[node[b]] <= top[r] && bottom[r] <= edges[node[b] + 1];
            return [...bar].every((b, r) => top[r] < bottom[r] && isInside(b, r));
        })()"""
    )
    page.page.fill("#find", "job-0100")
    page.page.press("#find", "Enter")
    page.page.wait_for_function("Bokeh.documents[0].get_model_by_name('labels-0').data.text.length > 0")
    assert page.chart("model('labels-0').data.text.every((text) => text.startsWith('job-0100'))")


def test_labels_stand_in_one_part_of_a_late_bar_in_the_colour_that_reads_there(shown: Callable[..., Opened]) -> None:
    page = shown(overdue())
    page.page.select_option("#rows", label="units of gpu")
    page.page.wait_for_function("Bokeh.documents[0].get_model_by_name('labels-0').data.text[0] === 'mostly'")
    texts = "Array.from(model('labels-0').data.text, (text, i) => [text, model('labels-0').data.color[i]])"
    assert page.chart(texts) == [["mostly", "white"], ["hardly", "black"], ["wholly", "white"]]
    places = page.chart("Array.from(model('labels-0').data.x)")
    assert [25 < places[0] < 26, 20 < places[1] < 21, 20 < places[2] < 21] == [True] * 3


def lines_in(page: Opened, source: str) -> list[list[float]]:
    """Return x0, y0, x1, y1 of the lines of a source."""
    rows: list[list[float]] = page.chart(
        f"(({{x0, y0, x1, y1}}) => Array.from(x0, (x, i) => [x, y0[i], x1[i], y1[i]]))(model('{source}').data)"
    )
    return sorted(rows)


def columns_of(page: Opened, source: str, *names: str) -> list[tuple[float, ...]]:
    """Return the rows of a source."""
    columns = page.chart(f"{list(names)}.map((name) => Array.from(model('{source}').data[name]))")
    return list(zip(*columns, strict=True))


def test_waiting_arrivals_deadlines_due_dates_and_what_is_late_stand_where_they_are(
    shown: Callable[..., Opened],
) -> None:
    page = shown(small())
    assert lines_in(page, "waiting-0") == [[0, 2.5, 15, 2.5], [2, 1.5, 5, 1.5]]
    assert lines_in(page, "arrivals-0") == [[0, 2.25, 0, 2.75], [2, 1.25, 2, 1.75]]
    assert lines_in(page, "deadlines-0") == [  # open where it crosses a bar
        *([18, 2, 18, 2.25], [18, 2.75, 18, 3]),
        *([19, 1, 19, 1.5], [19, 1.5, 19, 2]),
    ]
    assert lines_in(page, "dues-0") == [[12, 1, 12, 1.25], [12, 1.75, 12, 2]]
    assert lines_in(page, "joins-0") == []
    assert columns_of(page, "bars-0", "bar", "left", "right") == [(0, 0, 4), (1, 5, 15), (2, 15, 20)]
    ((left, right, top, bottom),) = columns_of(page, "late-0", "left", "right", "top", "bottom")
    assert (left, right) == (18, 20)
    assert 2 < top < bottom < 3
    page.page.select_option("#rows", label="units of cpu")
    assert lines_in(page, "waiting-0") == lines_in(page, "deadlines-0") == [], "only of a job that is chosen"
    page.page.fill("#find", "late")
    assert [(line[0], line[2]) for line in lines_in(page, "waiting-0")] == [(0, 15)]
    assert {line[0] for line in lines_in(page, "deadlines-0")} == {18}


def test_pieces_are_joined_and_wait_since_the_one_before(shown: Callable[..., Opened]) -> None:
    page = shown(preempted())
    hours = 3_600_000
    zero = float(np.datetime64("2026-01-05T08:00", "ms").astype(int))
    joins = [((line[0] - zero) / hours, (line[2] - zero) / hours) for line in lines_in(page, "joins-0")]
    assert joins == [(2, 5), (6, 8)]
    waits = [((line[0] - zero) / hours, (line[2] - zero) / hours) for line in lines_in(page, "waiting-0")]
    assert waits == [(1, 2), (2, 5), (6, 8)]


def test_loads_and_capacities_are_what_runs_and_what_there_is(shown: Callable[..., Opened]) -> None:
    page = shown(small())
    assert columns_of(page, "usage-0-0", "x", "high")[:4] == [(0, 2), (4, 0), (5, 3), (15, 1)]
    assert {high for _, high in columns_of(page, "capacity-0-0", "x", "high")} == {4}
    assert columns_of(page, "usage-0-1", "x", "high")[:3] == [(0, 0), (5, 1.5), (15, 0)]
    page = shown(preempted())
    zero = np.datetime64("2026-01-05T08:00", "ms").astype(int)
    capacity = [((x - zero) / 3.6e6, high) for x, high in columns_of(page, "capacity-0-0", "x", "high")]
    assert capacity[:3] == [(0, 8), (6, 4), (8, 8)]


def test_titles_need_as_many_lines_as_the_window_is_narrow(shown: Callable[..., Opened]) -> None:
    page = shown(small(), small())
    assert page.chart("model('title-0').elements[0].content") == "run 0: mean flow time 12.33 min, not valid"
    height = "Bokeh.index.find_one(Bokeh.documents[0].get_model_by_name('title-0')).el.clientHeight"
    assert page.page.evaluate(height) < 30
    page.page.set_viewport_size({"width": 420, "height": 900})
    page.page.wait_for_function(f"{height} > 30", timeout=PATIENCE)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 420


def test_hostile_ids_are_text_everywhere(shown: Callable[..., Opened]) -> None:
    names = [*HOSTILE, "</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>", "@DATA@ @{bar}", "$$x^2$$"]
    jobs = tuple(Job(name, duration=9, demand={names[13]: 1}, user=name) for name in names)
    instance = Instance(jobs, nodes=(Node(names[14], {names[13]: 40}),), name=names[13])
    page = shown(scheduled(instance, [10 * i for i in range(len(names))]))
    assert page.page.title() == f"{names[13]}: 17 jobs"
    rows = page.page.locator("#rows option").all_inner_texts()
    assert f"units of {names[13]}" in rows
    for row in rows:
        page.page.select_option("#rows", label=row)
    page.page.select_option("#rows", label="jobs")
    for i, name in enumerate(names):
        parts = "".join(c if c.isprintable() else "\0" for c in name).split("\0")
        page.page.fill("#find", max(parts, key=len))
        assert page.page.inner_text("#found") != "no jobs", i
        if page.page.inner_text("#found") == "1 job":
            assert page.page.inner_text("#chosen").startswith(f"{printable(name)}\nruns: "), i
    page.page.click("#all")
    assert "<img src=x onerror=alert(2)>" in page.hover_text(144.5, 14.5)
    assert page.page.locator("img").count() == 0
    assert without_complaints(page)


def test_an_overload_is_red_and_said(shown: Callable[..., Opened]) -> None:
    jobs = tuple(Job(f"j{i}", duration=4, demand={"cpu": 1}) for i in range(3))
    page = shown(scheduled(Instance(jobs, resources={"cpu": 2}), [0, 1, 2]))
    assert "above capacity" in page.page.inner_text("#legend")
    rows = columns_of(page, "excess-0-0", "x", "low", "high")
    assert [(x, high - low) for x, low, high in rows][:4] == [(0, 0), (1, 0), (2, 1), (4, 0)]
    assert "not a valid schedule" in page.page.inner_text("header .note.wrong")


def test_convergence_is_part_of_the_page_and_a_page_of_its_own(opened: Open, tmp_path: Path) -> None:
    trace = (Progress(0.1, 20.0, None), Progress(1.0, 13.0, 10.0))
    result: Result = ran(*small(), trace=trace, lower_bound=10.0)
    save_gantt({"run": result}, tmp_path / "chart.html")
    save_convergence({"run": result}, tmp_path / "convergence.html")
    for name in ("chart", "convergence"):
        page = opened(tmp_path / f"{name}.html")
        assert "not a valid schedule" in page.page.inner_text("header .note.wrong"), "a job is late"
        curves = page.chart(
            """model("convergence").renderers.filter(({glyph}) => glyph.type === "Step").map(
                ({data_source: {data: {x, y}}}) => Array.from(x, (time, i) => [time, y[i]])
            )"""
        )
        assert curves == [[[0.1, 20], [1, 13], [2, 13]], [[1, 10], [2, 10]]]
        assert without_complaints(page)


def test_a_notebook_shows_the_page_in_a_frame(browser: Browser, tmp_path: Path) -> None:
    assert repr(gantt_page({"run": ran(*small())})) == "Page()", "it would fill a terminal"
    (tmp_path / "notebook.html").write_text(gantt_page({"run": ran(*small())})._repr_html_(), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "notebook.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("body[data-ready=yes]").wait_for(timeout=PATIENCE)
    assert frame.locator("h1").inner_text() == "tiny: 3 jobs"
    page.close()


@pytest.mark.parametrize("jobs", [(Job("a", duration=0),), (Job("a", duration=0), Job("b", arrival=9e12, duration=1))])
def test_extreme_times_are_drawn(shown: Callable[..., Opened], jobs: tuple[Job, ...]) -> None:
    problem = Problem.of(Instance(jobs, resources={"cpu": 1e-6, "none": 0}))
    zeros = np.zeros(len(jobs), dtype=np.int64)
    page = shown((problem, Schedule.starting(problem, problem.release, problem.mode_start[:-1], zeros)))
    assert page.chart("model('bars-0').data.left.length") == len(jobs)
    assert without_complaints(page)
