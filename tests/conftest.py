import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are shared and the first call of a kernel compiles it: no example has a deadline.
settings.register_profile("schedopt", deadline=None)
settings.load_profile("schedopt")

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
