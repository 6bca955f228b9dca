"""Charts of 50 to 50,000 bars: processor time and memory of ``schedopt gantt``, and how pages open and zoom.

python -m benchmarks.charts
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import markdown_table, publish
from optimizer import Limits, solve
from optimizer.formats.schedule_file import save_result
from optimizer.formats.writing import save
from optimizer.generate import generate

HERE = Path(__file__).parent
SIZES = (50, 2_000, 50_000)
KINDS = ("html", "png", "svg", "pdf")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
NOTE = (
    "`schedopt gantt SCHEDULE --instance FILE -o CHART` on `schedopt generate cluster`, from its start to its end: the "
    "files are read, checked and judged, too. Bars are jobs, one each. A peak is no less than what the benchmark held "
    "when it began the command."
)
PAGES = (
    "The same pages in headless Chromium without a network and without a graphics card: from opening the file until "
    "everything is painted, and one step of the wheel. Seconds on the clock, while other work took both cores."
)
LIBRARIES = (
    "Why Bokeh: 50,000 bars in 256 lanes, hover and wheel zoom, nothing else on the page, in the same browser. Bokeh's "
    "canvas is what pages use."
)
COMPARED = (
    ("Bokeh 3.9.2, canvas", 3.2, 2.3, 0.2),
    ("Bokeh 3.9.2, WebGL", 3.4, 2.5, 2.1),
    ("plotly 7.1.0, bars (SVG)", 6.5, 10.9, 9.9),
    ("plotly 7.1.0, lines (WebGL)", 10.3, 6.8, 3.5),
)
"""Library, page in MB, seconds until painted, seconds a step; measured once, when the choice was made."""


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of processor time, peak of memory in MB, size of its file in MB."""

    seconds: float
    memory: float
    size: float


def cost_of(folder: Path, kind: str) -> Cost:
    """Draw the schedule of a folder in a process of its own."""
    chart = folder / f"chart.{kind}"
    files = [str(folder / "schedule.json"), "--instance", str(folder / "instance.json"), "-o", str(chart)]
    process = subprocess.Popen([sys.executable, "-m", "optimizer", "gantt", *files])
    usage = os.wait4(process.pid, 0)[2]
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, chart.stat().st_size / 1e6)


def prepare(folder: Path, jobs: int) -> None:
    """Write an instance and a schedule of it."""
    instance = generate("cluster", jobs, seed=0)
    save(instance, folder / "instance.json")
    result = solve(instance, "greedy:rule=arrival", limits=Limits(time_limit=None))
    save_result(result, folder / "schedule.json")


def in_browser(browser: Browser, page_file: Path) -> tuple[float, float]:
    """Return the seconds until a page is painted, and those of a step of the wheel."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    begin = perf_counter()
    page.goto(page_file.as_uri())
    page.wait_for_function("document.body.dataset.ready === 'yes'", timeout=60_000)
    page.evaluate(DRAWN)
    painted = perf_counter() - begin
    page.mouse.move(640, 400)
    page.evaluate(DRAWN)
    begin = perf_counter()
    page.mouse.wheel(0, -240)
    page.evaluate(DRAWN)
    stepped = perf_counter() - begin
    context.close()
    return painted, stepped


def measured(browser: Browser) -> Iterator[tuple[int, dict[str, Cost], tuple[float, float]]]:
    """Yield for each size what its charts cost, and how its page opens and zooms."""
    for jobs in SIZES:
        with TemporaryDirectory() as name:
            folder = Path(name)
            prepare(folder, jobs)
            costs = {kind: cost_of(folder, kind) for kind in KINDS}
            yield jobs, costs, in_browser(browser, folder / "chart.html")


def main() -> None:
    """Measure and write the page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        found = list(measured(browser))
        browser.close()
    drawing = [
        (f"{jobs:,}", kind, cost.seconds, cost.memory, cost.size)
        for jobs, costs, _ in found
        for kind, cost in costs.items()
    ]
    opening = [(f"{jobs:,}", costs["html"].size, *seconds) for jobs, costs, seconds in found]
    publish(
        HERE / "charts.md", "Charts of many bars", "python -m benchmarks.charts", NOTE,
        markdown_table(("bars", "file", "processor s", "peak MB", "size MB"), drawing),
        PAGES, markdown_table(("bars", "size MB", "painted s", "zoom step s"), opening),
        LIBRARIES, markdown_table(("library", "size MB", "painted s", "zoom step s"), COMPARED),
    )  # fmt: skip


if __name__ == "__main__":
    main()
