"""A page in the browser, as tests see it."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

PATIENCE = 60_000  # ms; machines are shared
_NUDGES = 40


@dataclass
class Opened:
    """A page in the browser, and what it complained about or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def chart(self, expression: str) -> Any:
        """Return what a JavaScript expression over ``model``, a function from names to Bokeh models, comes to."""
        model = (
            "(name) => Bokeh.documents.map((plots) => plots.get_model_by_name(name)).find((found) => found !== null)"
        )
        return self.page.evaluate(f"() => {{ const model = {model}; return {expression}; }}")

    def time_shown(self) -> tuple[float, float]:
        start, end = self.chart("[model('time').start, model('time').end]")
        return start, end

    def place(self, x: float, y: float, figure: str = "plot-0") -> tuple[float, float]:
        """Return where on the page a time and a height of the first chart, or of another figure, are."""
        left, top = self.page.evaluate(
            """([x, y, name]) => {
                const model = Bokeh.documents[0].get_model_by_name(name);
                const view = Bokeh.index.find_one(model), box = view.el.getBoundingClientRect();
                const {x_scale, y_scale} = view.frame;
                return [box.left + x_scale.compute(x), box.top + y_scale.compute(y)];
            }""",
            [x, y, figure],
        )
        return left, top

    def settle(self) -> None:
        """Wait until everything is drawn."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def hover_text(self, x: float, y: float) -> str:
        """Point at a time and a height of the first chart and return what the tooltip says."""
        tip = self.page.locator("#tip")
        for step in range(_NUDGES):  # Bokeh looks at bars when the pointer moves, and may have drawn since
            left, top = self.place(x, y)
            self.page.mouse.move(left + step % 2, top)
            self.settle()
            if tip.is_visible():
                return tip.inner_text()
            self.page.wait_for_timeout(PATIENCE / 1000)
        raise AssertionError("no tooltip")
