import shlex
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.explain import explain
from optimizer.cli.options import reading_words

NONE: dict[str, Any] = dict.fromkeys(("cluster", "processors", "begin", "end", "skip", "jobs"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cluster": Path("my cluster.yaml")},
        {"cluster": Path("-x.yaml"), "processors": 100},
        {"begin": 1234567890.123457, "end": 1e-05, "skip": 0, "jobs": 7},
    ],
)
@pytest.mark.parametrize("file", ["plain.csv", "my night.csv", "-odd.yaml"])
def test_what_is_typed_again_is_read_again(file: str, options: dict[str, Any]) -> None:
    given = {"file": Path(file), **NONE, **options}
    typed = explain.make_context("explain", shlex.split(reading_words(**given))).params
    assert {name: typed[name] for name in given} == given
