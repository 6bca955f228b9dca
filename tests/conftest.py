import os
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
