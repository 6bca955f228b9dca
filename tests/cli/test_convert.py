from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from optimizer.formats.reading import load

Command = Callable[..., Result]


def test_to_json_and_back(schedopt: Command, instances: Path) -> None:
    assert schedopt("convert", instances / "modes.yaml", "m.json").exit_code == 0
    assert schedopt("convert", "m.json", "m.yaml").exit_code == 0
    assert load(Path("m.yaml")) == load(Path("m.json")) == load(instances / "modes.yaml")


def test_unknown_target_format(schedopt: Command, instances: Path) -> None:
    result = schedopt("convert", instances / "modes.yaml", "m.xml")
    assert result.exit_code in (2, 3)
    assert "m.xml" in result.stderr
    assert not Path("m.xml").exists()
