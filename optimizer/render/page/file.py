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
from bokeh.models import LayoutDOM
from bokeh.resources import Resources

from optimizer.formats.files import write_whole
from optimizer.render.text import printable

_FRAME_HEIGHT = 760


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


def page_file(
    title: str,
    head: str,
    *,
    places: str,
    figures: Sequence[Any],
    script: str,
    data: Mapping[str, Any] | None = None,
    style: str = "",
    controls: str = "",
    help_text: str = "",
) -> Page:
    """Return a page.

    Parameters
    ----------
    title : str
        Headline, as text.
    head, controls, places : str
        What stands below it, between that and the figures, and where the figures go, as HTML.
    figures : sequence
        As JSON for ``script``, which embeds them: what :func:`placed` returns.
    script : str
        JavaScript; it has to set ``document.body.dataset.ready`` to ``yes`` when all is drawn.
    data : mapping or None
        As JSON for ``script``.
    style : str
        CSS beside that of all pages.
    help_text : str
        The last line, as text.
    """
    parts = {
        "TITLE": escape(printable(title)),
        "STYLE": page_part("page.css") + style,
        "HEADER": head,
        "BOKEH": Resources(mode="inline", components=["bokeh"]).render_js(),
        "CONTROLS": controls,
        "HELP": f'<p id="help">{escape(help_text)}</p>',
        "SCRIPT": script,
        "DATA": _json(data or {}),
        "PLACES": places,
        "FIGURES": _json(figures),
    }
    return Page(re.sub("@([A-Z]+)@", lambda place: parts[place[1]], page_part("page.html")))


def placed(layout: LayoutDOM, place: str) -> Any:
    """Return a figure as the script of a page embeds it, in the element with the id ``place``."""
    return json_item(layout, target=place)


def page_part(*path: str) -> str:
    """Return the text of a file of this package."""
    return files(__package__).joinpath(*path).read_text(encoding="utf-8")


def _json(document: Any) -> str:
    """Return a document as JSON that cannot end the element of HTML that it stands in."""
    return json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")
