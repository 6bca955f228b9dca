"""One self-contained file with everything that a page needs: figures, data, script and style."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from bokeh.embed import json_item
from bokeh.layouts import column
from bokeh.models import LayoutDOM
from bokeh.resources import Resources

from optimizer.formats.files import write_whole
from optimizer.render.chart import Chart, drawable
from optimizer.render.convergence import convergences, improves
from optimizer.render.headlines import headlines
from optimizer.render.load import resource_loads
from optimizer.render.page.bars import bars_figure
from optimizer.render.page.clock import Clock
from optimizer.render.page.convergence import convergence_figure
from optimizer.render.page.header import header, page_title
from optimizer.render.page.loads import load_figure, selector_figure
from optimizer.render.page.look import title_text
from optimizer.render.page.tables import Drawing, page_data
from optimizer.render.page.time import Time
from optimizer.render.text import objective_title, printable
from optimizer.result import Result

_MOST_OUTLINED = 3_000
_FRAME_HEIGHT = 760
_SCRIPTS = ("data", "facts", "rows", "colors", "search", "start")
_HELP = (
    "Turn the wheel over a chart to zoom in time, drag to move; the edges of the strip below select a range. "
    "Click a bar for all about its job."
)
_EMBED = """JSON.parse(document.getElementById("plots").textContent)
  .reduce((done, plot) => done.then(() => Bokeh.embed.embed_item(plot)), Promise.resolve())
  .then(() => { document.body.dataset.ready = "yes"; });"""


@dataclass(frozen=True)
class Page:
    """A page with charts; a notebook shows it in a frame.

    Parameters
    ----------
    html : str
        The whole file.
    """

    html: str = field(repr=False)

    def save(self, path: Path) -> None:
        """Write the page, whole or not at all; InputError when that cannot be done."""
        write_whole(path, self.html)

    def _repr_html_(self) -> str:
        frame = f'<iframe style="width:100%;height:{_FRAME_HEIGHT}px;border:0"'
        return f'{frame} srcdoc="{escape(self.html)}"></iframe>'


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
    script = "".join(_part("script", f"{name}.js") for name in _SCRIPTS)
    return _page(
        title or page_title(instance),
        header(results),
        layouts,
        data=page_data(drawings, clock) | {"excess": bool(excess)},
        script=f"const schedopt = (() => {{\n{script}\nreturn {{charts, pointAt, rowTicks, rowName}};\n}})();",
        controls=_part("controls.html"),
        help_text=_HELP,
    )


def convergence_page(results: Mapping[str, Result], title: str | None = None) -> Page:
    """Return a page that shows how value and bound of each run came together; parameters as for :func:`gantt_page`."""
    first = next(iter(results.values()))
    plot = convergence_figure(convergences(results), _values(first))
    return _page(title or page_title(first.problem.instance), header(results), [plot])


def _page(
    title: str,
    head: str,
    layouts: Sequence[LayoutDOM],
    *,
    data: Mapping[str, Any] | None = None,
    script: str = _EMBED,
    controls: str = "",
    help_text: str = "",
) -> Page:
    parts = {
        "TITLE": escape(printable(title)),
        "STYLE": _part("page.css"),
        "HEADER": head,
        "BOKEH": Resources(mode="inline", components=["bokeh"]).render_js(),
        "CONTROLS": controls,
        "HELP": f'<p id="help">{escape(help_text)}</p>',
        "SCRIPT": script,
        "DATA": _json(data or {}),
        "PLACES": "".join(f'<div id="figures-{i}"></div>' for i in range(len(layouts))),
        "FIGURES": _json([json_item(layout, target=f"figures-{i}") for i, layout in enumerate(layouts)]),
    }
    return Page(re.sub("@([A-Z]+)@", lambda place: parts[place[1]], _part("page.html")))


def _values(result: Result) -> str:
    return objective_title(result.objective, result.problem.instance.time_unit)


def _part(*path: str) -> str:
    return files(__package__).joinpath(*path).read_text(encoding="utf-8")


def _json(document: Any) -> str:
    """Return a document as JSON that cannot end the element of HTML that it stands in."""
    return json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")
