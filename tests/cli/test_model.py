from collections.abc import Callable
from pathlib import Path

import highspy
import pytest
from click.testing import Result

Command = Callable[..., Result]


@pytest.mark.parametrize("suffix", ["mps", "lp"])
def test_the_program_has_the_optimum_of_the_instance(schedopt: Command, instances: Path, suffix: str) -> None:
    result = schedopt("model", instances / "first-steps.yaml", "-o", f"m.{suffix}")
    assert result.exit_code == 0
    assert result.stderr.startswith(f"m.{suffix}: ")
    assert "columns" in result.stderr
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.readModel(f"m.{suffix}")
    model.run()
    assert model.getInfo().objective_function_value == pytest.approx(6 * 4)  # the sum, not the mean


def test_a_horizon_in_the_unit_of_the_file(schedopt: Command) -> None:
    Path("x.yaml").write_text("resources: {gpu: 1}\njobs: [{id: a, duration: 0.5}, {id: b, duration: 0.5}]")
    schedopt("model", "x.yaml", "--horizon", 0.5, "-o", "m.lp")
    assert "x_0_0_0_0" in Path("m.lp").read_text()
    assert "x_0_0_0_1" not in Path("m.lp").read_text()


def test_a_program_that_is_too_large(schedopt: Command) -> None:
    jobs = ", ".join(f"{{id: j{i}, duration: 20000, demand: {{gpu: 1}}}}" for i in range(800))
    Path("x.yaml").write_text(f"resources: {{gpu: 8}}\njobs: [{jobs}, {{id: odd, duration: 1}}]")
    result = schedopt("model", "x.yaml", "-o", "m.mps")
    assert result.exit_code == 4
    assert "GiB" in result.stderr
    assert "--time-step" in result.stderr
    assert not Path("m.mps").exists()


def test_unknown_target_format(schedopt: Command, instances: Path) -> None:
    result = schedopt("model", instances / "first-steps.yaml", "-o", "m.txt")
    assert result.exit_code == 2
    assert not Path("m.txt").exists()
