from pathlib import Path

import bench_faults
import pytest

from optimizer.solvers.registry import REGISTRY


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every process that the test starts know the solvers that go wrong."""
    known = dict(REGISTRY)
    monkeypatch.syspath_prepend(str(Path(bench_faults.__file__).parent / "faults"))
    bench_faults.register()
    yield
    for name in set(REGISTRY) - set(known):
        del REGISTRY[name]  # type: ignore[attr-defined]
