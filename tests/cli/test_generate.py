from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from optimizer.cli.generate import _FAMILIES
from optimizer.formats.reading import load
from optimizer.generate import FAMILIES, generate

Command = Callable[..., Result]


def test_same_arguments_same_file(schedopt: Command) -> None:
    for name in ("a.json", "b.json"):
        assert schedopt("generate", "server", "--jobs", 9, "--seed", 4, "--load", 0.5, "-o", name).exit_code == 0
    assert load(Path("a.json")).jobs == load(Path("b.json")).jobs == generate("server", 9, 4, 0.5).jobs


def test_the_families_are_those_of_the_library() -> None:
    assert tuple(FAMILIES) == _FAMILIES


@pytest.mark.parametrize("words", [["--jobs", 0], ["--jobs", 3, "--load", 0], ["--jobs", 3, "--load", "nan"], []])
def test_wrong_arguments_are_status_2(schedopt: Command, words: list[object]) -> None:
    result = schedopt("generate", "server", *words, "-o", "x.json")
    assert result.exit_code == 2
    assert not Path("x.json").exists()
