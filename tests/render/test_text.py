import pytest

from optimizer.names import Objective, TimeUnit
from optimizer.render.text import (
    complaints_text,
    number_text,
    objective_text,
    percent_text,
    printable,
    time_text,
    words,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7.5, "7.5"),
        (26.0, "26"),
        (19.6789, "19.68"),
        (389861.06, "389,861"),
        (120, "120"),
        (-1234.56, "-1,235"),
        (0.0012345, "0.001234"),
        (0.00001234, "1.234e-05"),
        (1e18, "1e+18"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_have_significant_digits_and_thousands(value: float, text: str) -> None:
    assert number_text(value) == text


def test_small_gaps_are_not_rounded_to_nothing() -> None:
    assert percent_text(0.1234) == "12.3 %"
    assert percent_text(0.000012) == "0.0012 %"
    assert percent_text(0) == "0 %"


def test_values_carry_the_unit_of_the_user() -> None:
    assert time_text(7.5, TimeUnit.MINUTE) == "7.5 min"
    assert objective_text(Objective.MEAN_FLOW_TIME, 7.5, TimeUnit.SLOT) == "7.5 slots"
    assert objective_text(Objective.MEAN_SLOWDOWN, 2, TimeUnit.HOUR) == "2"
    assert words("mean-flow-time") == words("mean_flow_time") == "mean flow time"


def test_what_cannot_be_seen_becomes_an_escape() -> None:
    assert printable("a\x1b[31m\n\u202e日😀[b]") == "a\\x1b[31m\\n\\u202e日😀[b]"


def test_complaints_are_listed_up_to_a_limit() -> None:
    lines = complaints_text([f"job 'j{i}' starts\x1b too early" for i in range(25)]).splitlines()
    assert lines[0] == r"job 'j0' starts\x1b too early"
    assert lines[-1] == "… and 5 more"
    assert len(lines) == 21
    assert complaints_text(["one"]) == "one"
