import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_fixtures import browser, opened  # noqa: F401 - fixtures
from click.testing import CliRunner, Result
from hypothesis import settings

from optimizer.cli.main import main

# Machines are shared and the first call of a kernel compiles it: no example has a deadline.
settings.register_profile("schedopt", deadline=None)
settings.load_profile("schedopt")

INSTANCES = Path(__file__).parents[1] / "instances"
DATA = Path(os.environ.get("SCHEDOPT_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """Return the path of a file of the public data sets; skip when it is not at hand."""

    def found(name: str) -> Path:
        if not (DATA / name).is_file():
            pytest.skip(f"{name} is not in the folder {DATA}; set SCHEDOPT_DATA to the folder with the data sets")
        return DATA / name

    return found


@pytest.fixture(scope="session")
def complaints_of_checker() -> Callable[[Path, Path], str]:
    """Return a function that runs the independent checker on instance and schedule; skip when it is not at hand."""
    checker = DATA.parent / "check" / "check_schedule.py"
    if not checker.is_file():
        pytest.skip(f"the independent checker is not at hand: {checker}")

    def complaints(instance: Path, schedule: Path) -> str:
        command = [sys.executable, str(checker), str(instance), str(schedule)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        return checked.stdout + checked.stderr if checked.returncode else ""

    return complaints


@pytest.fixture
def schedopt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
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
