from io import StringIO

import pytest
from rich.console import Console

from optimizer.cli.progress import _Line, live_solvers
from optimizer.result import Progress


def test_line_shows_what_is_known() -> None:
    line = _Line("highs")
    assert line.__rich__().plain.split("   ") == ["highs", "0.0 s"]
    line.hear(Progress(elapsed=0.1, value=12.5, lower_bound=None))
    assert line.__rich__().plain.split("   ")[2:] == ["value 12.5"]
    line.hear(Progress(elapsed=0.1, value=12.5, lower_bound=10.0))
    assert line.__rich__().plain.split("   ")[2:] == ["value 12.5", "bound 10", "gap 20 %"]


@pytest.mark.parametrize(
    ("terminal", "quiet", "shown"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_shown_on_terminals_only(monkeypatch: pytest.MonkeyPatch, terminal: bool, quiet: bool, shown: bool) -> None:
    file = StringIO()
    monkeypatch.setattr("rich.console.Console", lambda stderr: Console(file=file, force_terminal=terminal, width=60))
    with live_solvers(quiet=quiet) as begin:
        listener = begin("cbc")
        if listener is not None:
            listener(Progress(elapsed=0.1, value=3, lower_bound=3))
    assert (listener is not None) == shown
    assert ("cbc" in file.getvalue()) == shown
