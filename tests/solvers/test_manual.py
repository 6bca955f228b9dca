import pytest

from optimizer.errors import SolverMissingError
from optimizer.solvers import registry
from optimizer.solvers.manual import OptionManual, manual_of
from optimizer.solvers.registry import find


def test_an_option_is_what_its_class_says() -> None:
    manual = manual_of(find("local-search"))
    assert manual.text.startswith("Simulated annealing of a schedule by insertions")
    assert "Kirkpatrick, Gelatt & Vecchi 1983" in manual.text
    assert manual.options[1] == OptionManual(
        "reach", "whole number", 512, "A job moves by at most so many positions in the order of starts, from 1 to 2^31."
    )
    assert manual.options[0].values == "number"


def test_a_manual_names_nothing_that_cannot_be_typed() -> None:
    (temperature, *_) = manual_of(find("local-search")).options
    assert "1000; left out: the longer" in temperature.meaning


def test_what_a_class_inherits_is_in_its_manual() -> None:
    options = {option.name: option for option in manual_of(find("easy")).options}
    assert list(options) == ["backfill", "order", "placement"]
    assert options["backfill"].default == "easy"
    assert options["placement"].values == "first-fit or best-fit"


def test_options_that_share_an_entry_both_have_it() -> None:
    options = {option.name: option for option in manual_of(find("particle-swarm")).options}
    assert options["personal"].meaning == options["social"].meaning != ""


def test_what_is_not_installed_has_no_manual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    with pytest.raises(SolverMissingError):
        manual_of(find("cp-sat"))
