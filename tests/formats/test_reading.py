import gc
from pathlib import Path

import pytest

from optimizer.errors import InputError, UsageError
from optimizer.formats.reading import load
from optimizer.formats.swf import Window

TINY = '{"resources": {"gpu": 1}, "jobs": [{"id": "a", "duration": 2}]}'


@pytest.mark.parametrize("name", ["tiny.json", "tiny.yaml", "tiny.yml", "TINY.JSON"])
def test_suffix_chooses_the_reader(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(TINY)
    instance = load(str(path))
    assert [job.id for job in instance.jobs] == ["a"]
    assert instance.name == name.split(".")[0]


@pytest.mark.parametrize("name", ["a.xml", "a", "a.json.bz2", "a.yaml.gz"])
def test_unknown_suffix_names_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: unknown format, expected .*\.json, .*\.swf\.gz, \.sm"):
        load(name)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.json", {"processors": 4}),
        ("a.yaml", {"cluster": "c.yaml"}),
        ("a.csv", {"window": Window(jobs=1)}),
        ("a.sm", {"processors": 4}),
        ("a.swf", {"cluster": "c.yaml"}),
    ],
)
def test_option_of_another_format_is_wrong_usage(name: str, options: dict) -> None:
    with pytest.raises(UsageError, match=rf"{next(iter(options)).replace('window', 'jobs')}.*\) does not belong to "):
        load(name, **options)


def test_collector_runs_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load(tmp_path / "missing.json")
    assert gc.isenabled()
