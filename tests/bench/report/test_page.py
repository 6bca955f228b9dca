"""The page of a report in a real browser, without a network."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chart_cases import HOSTILE
from opened_page import Opened
from report_cases import failed, ran, random_rows

from optimizer.bench.report.export import save_report
from optimizer.bench.report.report import Report
from optimizer.bench.report.rules import RULES
from optimizer.bench.row import Row
from optimizer.render.text import printable

Open = Callable[[Path], Opened]
MANY = [f"solver-{i}" for i in range(13)] + ["fcfs", "srpt"]
PLOTS = ("value-profile", "time-profile", "gap-over-time", "gaps", "seeds", "ranks", "policies")
ALONE = ("value-profile", "gap-over-time", "gaps")
MOST_BYTES = 15_000_000


@pytest.fixture
def shown(opened: Open, tmp_path: Path) -> Callable[..., Opened]:
    """Return a function that writes the page of rows and opens it."""

    def show(rows: list[Row], **options: str) -> Opened:
        path = tmp_path / "report.html"
        save_report(Report.of(rows, **options), path)
        assert path.stat().st_size < MOST_BYTES
        return opened(path)

    return show


def require_drawn(page: Opened, names: list[str]) -> None:
    """Require that exactly these plots are drawn, none of them without a size, and that nothing went wrong."""
    assert sorted(page.chart("Bokeh.documents.map((each) => each.roots()[0].name)")) == sorted(names)
    for name in names:
        box = page.page.locator(f"#plot-{name} .bk-Figure").bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 100
    assert page.complaints == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requests)


def test_all_plots_of_the_whole_and_of_groups_are_drawn_offline(shown: Callable[..., Opened]) -> None:
    page = shown(random_rows(2), title="A sweep", command="schedopt bench report")
    require_drawn(page, [f"{plot}-{section}" for plot in PLOTS for section in range(3)])
    text = page.page.inner_text("body")
    assert page.page.title() == "A sweep"
    for fact in ("schedopt bench report", "machine 2", "seeds", "0–2", "2026-01-05T08:00:00+00:00", *RULES):
        assert fact in text


def test_many_groups_are_drawn_when_they_are_opened(shown: Callable[..., Opened]) -> None:
    page = shown(random_rows(4, groups=4, cases=2))
    require_drawn(page, [f"{plot}-0" for plot in PLOTS])
    group = page.page.locator("details[data-section='3']")
    group.locator("summary").click()
    page.page.wait_for_selector("details[data-section='3'][data-ready]")
    page.settle()
    require_drawn(page, [f"{plot}-{section}" for plot in PLOTS for section in (0, 3)])


@pytest.mark.parametrize(
    ("rows", "plots"),
    [
        ([ran("a", "x", 4.0)], ALONE),
        ([failed("a", "x"), failed("b", "x")], ()),
        ([failed("a", "x", best_known=3.0), ran("b", "x", 3.0, "late")], (*ALONE, "ranks")),
        ([ran("srpt", "x", 4.0, preemptive=True)], ("policies",)),
        ([ran("a", "x", 0.0, "optimal"), ran("b", "x", 0.0)], (*ALONE, "time-profile", "ranks")),
    ],
)
def test_little_to_show(shown: Callable[..., Opened], rows: list[Row], plots: tuple[str, ...]) -> None:
    require_drawn(shown(rows), [f"{plot}-0" for plot in plots])


def test_names_are_text(shown: Callable[..., Opened]) -> None:
    solvers = [*HOSTILE, "<img src=x onerror=alert(1)>", "{x} @name $index"]
    rows = [
        ran(
            solver,
            f"{instance}<script>alert(2)</script>",
            4.0 + i % 7,
            group=group,
            lower_bound=3.0,
            machine=HOSTILE[3],
        )
        for i, solver in enumerate(solvers)
        for instance in HOSTILE[:2]
        for group in HOSTILE[2:4]
    ]
    page = shown(rows, title=HOSTILE[3], command=HOSTILE[4])
    plots = ("value-profile", "gap-over-time", "gaps", "ranks")
    require_drawn(page, [f"{plot}-{section}" for plot in plots for section in range(3)])
    cells = page.page.locator("tbody").first.locator("tr td:first-child").all_inner_texts()
    assert {cell.strip() for cell in cells} == {printable(solver).strip() for solver in solvers}
    assert page.page.locator("img").count() == 0


def test_a_click_on_a_head_sorts(shown: Callable[..., Opened]) -> None:
    rows = [
        ran("b", "x", 30.0),
        ran("a10", "x", 20.0),
        ran("a9", "x", 3.0),
        ran("srpt", "x", 3.0, preemptive=True, lower_bound=2.0),
    ]
    page = shown(rows)
    table = page.page.locator("table").first

    def column() -> list[str]:
        return table.locator("tbody tr td:first-child").all_inner_texts()

    assert column() == ["a9", "a10", "b", "srpt"]
    gap = table.locator("th", has_text="gap to best")
    gap.locator("button").click()
    assert column() == ["a9", "a10", "b", "srpt"]
    gap.locator("button").click()
    assert column() == ["b", "a10", "a9", "srpt"]  # what has none stays last
    assert gap.get_attribute("aria-sort") == "descending"
    table.locator("th", has_text="solver").locator("button").click()
    assert column() == ["a9", "a10", "b", "srpt"]
    assert gap.get_attribute("aria-sort") is None


def test_pointing_at_a_line_names_it_and_a_click_on_its_key_hides_it(shown: Callable[..., Opened]) -> None:
    rows = [ran("quick", "x", 4.0), ran("<b>slow</b>", "x", 8.0)]
    page = shown(rows)
    page.page.locator("#plot-value-profile-0").scroll_into_view_if_needed()
    assert re.fullmatch(r"quick: within 1\.50* times the best on 100 % of the instances", tip(page, 1.5, 1.0))
    assert tip(page, 2.0, 0.5).startswith("<b>slow</b>: within")
    key = page.page.locator(".keys button", has_text="slow")
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    alphas = page.chart(
        "Bokeh.documents.map((each) => each.get_model_by_name('lines')?.data.alpha).filter((each) => each)"
    )
    assert all(list(alpha) == [0, 1] for alpha in alphas)
    assert len(alphas) == 2
    key.click()
    assert key.get_attribute("aria-pressed") == "true"
    assert page.complaints == []


def test_pointing_at_a_box_tells_its_quartiles(shown: Callable[..., Opened]) -> None:
    page = shown([ran("a", str(i), 10.0, best_known=10.0 - i) for i in range(5)])
    page.page.locator("#plot-gaps-0").scroll_into_view_if_needed()
    text = tip(page, 0.15, 0.0, "gaps-0")
    assert text == (
        "a: median 20.00 %\nquartiles 10.00 and 30.00 %\nwhiskers 0.00 and 40.00 %\n5 runs, 0 values beyond"
    )


def tip(page: Opened, x: float, y: float, figure: str = "value-profile-0") -> str:
    """Point at a place of a figure and return what the tooltip says."""
    shown = page.page.locator("#tip")
    for step in range(40):
        left, top = page.page.evaluate(
            """([x, y, name]) => {
                const views = Bokeh.documents.map((each) => each.get_model_by_name(name)).filter((each) => each);
                const view = Bokeh.index.find_one(views[0]), box = view.el.getBoundingClientRect();
                return [box.left + view.frame.x_scale.compute(x), box.top + view.frame.y_scale.compute(y)];
            }""",
            [x, y, figure],
        )
        page.page.mouse.move(left + step % 2, top)
        page.settle()
        if shown.is_visible():
            return shown.inner_text()
        page.page.wait_for_timeout(60)
    raise AssertionError("no tooltip")


def test_it_fits_a_narrow_screen(shown: Callable[..., Opened]) -> None:
    page = shown(random_rows(5, groups=1, cases=2, seeds=1, solvers=MANY))
    page.page.set_viewport_size({"width": 390, "height": 800})
    page.settle()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
