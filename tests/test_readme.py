"""What README.md and the pages of docs/ show is what happens."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from optimizer.cli.main import schedopt as group

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
PAGES = ("README.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Return the command lines on shipped files; those on public logs take minutes and stand in benchmarks/."""
    lines = [line.partition("  #")[0] for block in blocks(text, "sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("schedopt ") and ".swf.gz" not in line]


@pytest.fixture
def run(schedopt: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Result]:
    """Return a function that runs a command line in a folder with the shipped instances."""
    shutil.copytree(ROOT / "instances", "instances")
    monkeypatch.setenv("COLUMNS", "100")

    def succeed(line: str) -> Result:
        result = schedopt(*shlex.split(line)[1:])
        assert result.exit_code == 0, f"{line}\n{result.output}"
        return result

    return succeed


def without_times(text: str) -> list[str]:
    """Return the words, measured seconds and the rules of tables left out."""
    return re.sub(r"\d\S* s\b|─+", "", text).split()


def test_the_readme_shows_what_its_commands_print(run: Callable[[str], Result]) -> None:
    shown = blocks(README, "text")
    solve, compare = (line for line in commands(README) if "first-steps.yaml" in line)
    for line, text in zip((solve, compare, "schedopt --help"), shown[:3], strict=True):
        assert without_times(run(line).stdout) == without_times(text)


@pytest.mark.usefixtures("run")
def test_the_python_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks(README, "python")
    exec(example, {})
    first, *jobs = capsys.readouterr().out.splitlines()
    assert first == "optimal 4.0 4.0"
    assert "preprocess 3 4" in jobs
    assert len(jobs) == 6
    assert Path("first-steps.png").is_file()


@pytest.mark.parametrize("page", PAGES[1:])
def test_the_commands_of_the_documentation_run_one_after_another(run: Callable[[str], Result], page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for suite in blocks(text, "toml"):
        Path(suite.splitlines()[0].removeprefix("# ")).write_text(suite, encoding="utf-8")
    for line in commands(text):
        run(line)


@pytest.mark.parametrize("name", sorted(group.commands))
def test_every_command_and_option_is_in_the_reference(name: str) -> None:
    assert re.search(rf"^## .*\b{name}\b", COMMANDS, re.MULTILINE)
    common = {"--debug", "--help"}
    command = group.commands[name]
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    parameters = [parameter for each in (command, *inner) for parameter in each.params]
    options = {option for parameter in parameters for option in parameter.opts if "--" in option}
    missing = [option for option in options - common if option not in COMMANDS]
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_finished_and_their_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "@@" not in text
    for link in re.findall(r"\]\((?!https?:)([^)#]*)", text):
        assert (ROOT / page).parent.joinpath(link).exists(), link
