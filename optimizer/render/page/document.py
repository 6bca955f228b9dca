"""Pages with the schedules of one instance, and with how their values came together."""

from collections.abc import Mapping, Sequence
from typing import Any

from bokeh.layouts import column
from bokeh.models import LayoutDOM

from optimizer.render.chart import Chart, drawable
from optimizer.render.convergence import convergences, improves
from optimizer.render.headlines import headlines
from optimizer.render.load import resource_loads
from optimizer.render.page.bars import bars_figure
from optimizer.render.page.clock import Clock
from optimizer.render.page.convergence import convergence_figure
from optimizer.render.page.file import Page, page_file, page_part, placed
from optimizer.render.page.header import header, page_title
from optimizer.render.page.loads import load_figure, selector_figure
from optimizer.render.page.look import title_text
from optimizer.render.page.tables import Drawing, page_data
from optimizer.render.page.time import Time
from optimizer.render.text import objective_title
from optimizer.result import Result

_MOST_OUTLINED = 3_000
_SCRIPTS = ("data", "facts", "rows", "colors", "search", "start")
_HELP = (
    "Turn the wheel over a chart to zoom in time, drag to move; the edges of the strip below select a range. "
    "Click a bar for all about its job."
)
_EMBED = """JSON.parse(document.getElementById("plots").textContent)
  .reduce((done, plot) => done.then(() => Bokeh.embed.embed_item(plot)), Promise.resolve())
  .then(() => { document.body.dataset.ready = "yes"; });"""


def gantt_page(results: Mapping[str, Result], title: str | None = None) -> Page:
    """Return a page with the schedules of one instance above each other on one time axis.

    Parameters
    ----------
    results : mapping of str to Result
        By name; those of one instance, judged by one objective. Runs without a schedule are left out of the charts.
    title : str or None
        None: the instance's name.

    Raises
    ------
    UsageError
        When no run has a schedule, or a job runs in a mode or on a node that does not exist.
    """
    drawings = [
        Drawing(name, result, schedule, Chart.of(result.problem, schedule))
        for name, (result, schedule) in drawable(results).items()
    ]
    lows, highs = zip(*(drawing.chart.window for drawing in drawings), strict=True)
    instance = drawings[0].chart.problem.instance
    clock = Clock.of(instance, (min(lows), max(highs)))
    time = Time(clock, (min(lows), max(highs)))
    loads = [resource_loads(drawing.chart.problem, drawing.schedule) for drawing in drawings]
    figures: list[Any] = []
    titles = headlines(results)
    for number, (drawing, own) in enumerate(zip(drawings, loads, strict=True)):
        if len(drawings) > 1:
            figures.append(title_text(f"title-{number}", titles[drawing.name]))
        figures.append(bars_figure(number, time, outlined=len(drawing.chart.job) <= _MOST_OUTLINED))
        figures += [
            load_figure(number, index, load, drawing.chart.span, time, last=index == len(own) - 1)
            for index, load in enumerate(own)
        ]
    busiest = max(loads[0], key=lambda load: load.utilization(time.window))
    figures.append(selector_figure(busiest, time, drawings[0].name if len(drawings) > 1 else None))
    layouts: list[LayoutDOM] = [column(*figures, sizing_mode="stretch_width", spacing=0)]
    if improves(results.values()):  # apart, for its legend would narrow the charts
        layouts.append(convergence_figure(convergences(results), _values(drawings[0].result)))
    excess = any(load.excess.any() for own in loads for load in own)
    script = "".join(page_part("script", f"{name}.js") for name in _SCRIPTS)
    return _page(
        title or page_title(instance),
        header(results),
        layouts,
        data=page_data(drawings, clock) | {"excess": bool(excess)},
        script=f"const schedopt = (() => {{\n{script}\nreturn {{charts, pointAt, rowTicks, rowName}};\n}})();",
        controls=page_part("controls.html"),
        help_text=_HELP,
    )


def convergence_page(results: Mapping[str, Result], title: str | None = None) -> Page:
    """Return a page that shows how value and bound of each run came together; parameters as for :func:`gantt_page`."""
    first = next(iter(results.values()))
    plot = convergence_figure(convergences(results), _values(first))
    return _page(title or page_title(first.problem.instance), header(results), [plot])


def _page(title: str, head: str, layouts: Sequence[LayoutDOM], *, script: str = _EMBED, **others: Any) -> Page:
    """Return a page with figures below each other; other parameters as for :func:`page_file`."""
    return page_file(
        title,
        head,
        places="".join(f'<div id="figures-{i}"></div>' for i in range(len(layouts))),
        figures=[placed(layout, f"figures-{i}") for i, layout in enumerate(layouts)],
        script=script,
        **others,
    )


def _values(result: Result) -> str:
    return objective_title(result.objective, result.problem.instance.time_unit)
