from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from optimizer.cli.main import main

Command = Callable[..., Result]

INSTANCES = Path(__file__).parents[2] / "instances"


@pytest.fixture
def schedopt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs the command line in an empty folder, as the shell would."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Result:
        return CliRunner().invoke(_Main, [str(word) for word in words])  # type: ignore[arg-type]

    return run


class _Main:
    """What the runner takes for a click command: our entry point, which picks the exit status."""

    name = "schedopt"

    @staticmethod
    def main(args: list[str], prog_name: str, **_: object) -> None:
        main(args)


@pytest.fixture
def instances() -> Path:
    """Return the folder of the shipped instances."""
    return INSTANCES
