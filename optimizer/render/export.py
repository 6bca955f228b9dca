"""Charts as files: pages and pictures by the ending of their name."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from optimizer.errors import MissingPackageError, UsageError
from optimizer.result import Result

_LIBRARY = {".html": "bokeh", ".png": "matplotlib", ".svg": "matplotlib", ".pdf": "matplotlib"}
CHART_SUFFIXES = tuple(_LIBRARY)


def require_drawable(path: Path) -> None:
    """Refuse a file that no chart could be written to, before any time is spent.

    Raises
    ------
    UsageError
        Another ending than .html, .png, .svg and .pdf.
    MissingPackageError
        When the package that draws such files is not installed; the message says how to install it.
    """
    kind = path.suffix.lower()
    if kind not in _LIBRARY:
        raise UsageError(f"{path}: expected a file that ends in {', '.join(CHART_SUFFIXES)}")
    require_package(_LIBRARY[kind], str(path))


def require_package(name: str, what: str) -> None:
    """Raise MissingPackageError, which says how to install it, when the package that draws ``what`` is missing."""
    if find_spec(name) is None:
        raise MissingPackageError(f"{what}: drawn by {name}, which is not installed: pip install {name}")


def save_gantt(results: Mapping[str, Result], path: Path) -> None:
    """Write a chart of the schedules of one instance above each other, whole or not at all.

    Parameters
    ----------
    results : mapping of str to Result
        By name, judged by one objective; those without a schedule are left out.
    path : Path
        Target; its suffix is .html, .png, .svg or .pdf.

    Raises
    ------
    UsageError
        When there is no schedule, or a job runs in a mode or on a node that does not exist.
    """
    require_drawable(path)
    if path.suffix.lower() == ".html":
        from optimizer.render.page.document import gantt_page

        gantt_page(results).save(path)
    else:
        from optimizer.render.picture import save_gantt_picture

        save_gantt_picture(results, path)


def save_convergence(results: Mapping[str, Result], path: Path) -> None:
    """Write how value and bound of runs came together; parameters and errors as for :func:`save_gantt`."""
    require_drawable(path)
    if path.suffix.lower() == ".html":
        from optimizer.render.page.document import convergence_page

        convergence_page(results).save(path)
    else:
        from optimizer.render.picture import save_convergence_picture

        save_convergence_picture(results, path)
