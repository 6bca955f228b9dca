"""The suites of benchmarks/, and those in the documentation, are whole."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.bench.grid import Grid
from optimizer.bench.suite import BestKnown, Generate, Heading, Instances, Solver, WindowOf, read_suite

ROOT = Path(__file__).parents[2]
SUITES = sorted((ROOT / "benchmarks").glob("*.toml"))
PAGE = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
NEEDED = {
    "psplib.toml": "psplib/j120.zip",
    "psplib_proven.toml": "psplib/j60.zip",
    "policies_against_optimum.toml": "swf/kth_sp2.swf.gz",
}
RUNS = {
    "smoke.toml": 30,
    "exact.toml": 60,
    "heuristics.toml": 9 * (4 * 5 + 3),
    "policies_against_optimum.toml": 13 * 14,
    "psplib.toml": 156 * 13,
    "psplib_proven.toml": 480 + 480,
}


def test_every_suite_is_in_the_table() -> None:
    assert {path.name for path in SUITES} == set(RUNS)
    assert all(f"`benchmarks/{name}`" in PAGE for name in RUNS)


@pytest.mark.parametrize("name", RUNS)
def test_suites_make_their_grids(name: str, data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    if name in NEEDED:
        monkeypatch.setenv("SCHEDOPT_DATA", str(data(NEEDED[name]).parents[1]))
    assert len(Grid.of(ROOT / "benchmarks" / name).cells) == RUNS[name]


def test_the_suites_of_the_documentation_are_suites(tmp_path: Path) -> None:
    blocks = re.findall(r"^```toml\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2
    for name, text in blocks:
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_suite(tmp_path / name).instances


@pytest.mark.parametrize("kind", [Heading, Solver, Instances, Generate, BestKnown, WindowOf])
def test_every_key_is_described(kind: type) -> None:
    missing = [name for name in kind.__struct_encode_fields__ if f"`{name}`" not in PAGE]  # type: ignore[attr-defined]
    assert missing == []
