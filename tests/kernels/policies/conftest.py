from typing import Any

import pytest

from optimizer.kernels.compilation import Kernel


@pytest.fixture(autouse=True, params=["interpreted", "compiled"])
def _version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every simulation both ways: the results have to be the same, and only the one is seen by coverage."""
    compiled = request.param == "compiled"

    def chosen(self: Kernel[..., Any], _: float) -> Any:
        return self.compiled if compiled else self

    monkeypatch.setattr(Kernel, "sized", chosen)
