"""Reports as files, by the ending of their name."""

from pathlib import Path

from optimizer.bench.report.report import Report
from optimizer.errors import UsageError
from optimizer.formats.files import write_whole

REPORT_SUFFIXES = (".html", ".md", ".tex")


def save_report(report: Report, path: Path) -> None:
    """Write a report, whole or not at all.

    Parameters
    ----------
    report : Report
        What it says.
    path : Path
        Target; its suffix is .html (a page), .md (Markdown) or .tex (LaTeX).

    Raises
    ------
    UsageError
        For another ending.
    InputError
        When the file cannot be written.
    """
    write_whole(path, _text(report, path))


def _text(report: Report, path: Path) -> str:
    match path.suffix.lower():
        case ".html":
            from optimizer.bench.report.page import report_page

            return report_page(report).html
        case ".md":
            from optimizer.bench.report.markdown import markdown

            return markdown(report)
        case ".tex":
            from optimizer.bench.report.latex import latex

            return latex(report)
    raise UsageError(f"{path}: expected a file that ends in {', '.join(REPORT_SUFFIXES)}")
