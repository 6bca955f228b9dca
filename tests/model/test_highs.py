from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import SolverError, UsageError
from optimizer.model.builder import Builder, LinearProgram
from optimizer.model.highs import highs_model, write_model


@pytest.fixture
def knapsack() -> LinearProgram:
    builder = Builder()
    builder.add_columns(np.array([-5.0, -4.0, -3.0]), 0.0, 1.0, integral=True)
    builder.add_rows(np.array([-np.inf]), np.array([5.0]))
    builder.add_entries(0, np.array([1, 1, 1]), np.zeros(3, dtype=np.int64), np.array([4.0, 3.0, 2.0]))
    return builder.build()


def test_the_arrays_arrive(knapsack: LinearProgram, capfd: pytest.CaptureFixture[str]) -> None:
    model = highs_model(knapsack)
    model.run()
    assert model.getInfo().objective_function_value == -7
    assert list(model.getSolution().col_value) == pytest.approx([0, 1, 1])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".mps", ".lp", ".LP"])
def test_files_name_the_columns(knapsack: LinearProgram, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"k{suffix}"
    write_model(highs_model(knapsack, ["first", "second"]), path)
    assert "second" in path.read_text()
    assert [*tmp_path.iterdir()] == [path]


def test_other_suffixes_are_refused(knapsack: LinearProgram, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no program can be written as '.txt', expected .mps or .lp"):
        write_model(highs_model(knapsack), tmp_path / "k.txt")
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_not_there(knapsack: LinearProgram, tmp_path: Path) -> None:
    with pytest.raises(SolverError, match="cannot be written"):
        write_model(highs_model(knapsack), tmp_path / "none" / "k.mps")


def test_a_wrong_program_is_refused(knapsack: LinearProgram) -> None:
    from dataclasses import replace

    with pytest.raises(SolverError, match="HiGHS refused the program"):
        highs_model(replace(knapsack, index=knapsack.index + 7))
