from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal

import pytest
from msgspec import Struct

from optimizer.errors import InputError, InstanceError, Issue
from optimizer.formats.complaints import convert
from optimizer.formats.yaml_text import Ambiguous


class Color(StrEnum):
    RED = "red"
    GREEN = "green"


class Part(Struct, forbid_unknown_fields=True):
    size: int
    label: str | None = None
    parts: "tuple[Part, ...]" = ()

    def __post_init__(self) -> None:
        if self.size < 0:
            raise InstanceError([Issue("size", self.size, "a size"), Issue("", "it", "another")])


class Box(Struct, forbid_unknown_fields=True):
    format: Literal["box/1", "box/2"] = "box/1"
    ready: bool = False
    since: datetime | None = None
    weight: float | None = None
    amount: int | float = 0
    color: Color = Color.RED
    tags: tuple[str, ...] = ()
    pair: tuple[int, str] = (0, "")
    parts: tuple[Part, ...] = ()
    named: dict[str, Part] = {}
    either: tuple[str | Part, ...] = ()


def complaints(raw: Any) -> list[str]:
    with pytest.raises(InstanceError) as raised:
        convert(raw, Box, "x.json")
    assert raised.value.source == "x.json"
    return [str(issue) for issue in raised.value.issues]


def test_good_data_is_converted() -> None:
    raw = {"color": "green", "pair": [1, "a"], "parts": [{"size": 2}], "named": {"a b": {"size": 3, "label": "x"}}}
    assert convert(raw, Box, "x") == Box(
        color=Color.GREEN, pair=(1, "a"), parts=(Part(2),), named={"a b": Part(3, "x")}
    )


@pytest.mark.parametrize("raw", [None, 3, "text", ["a"]])
def test_only_mappings_are_taken(raw: Any) -> None:
    with pytest.raises(InputError, match=r"^x: .*, expected a mapping of keys to values$"):
        convert(raw, Box, "x")


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ({"ready": 1}, "ready: 1, expected true or false"),
        ({"since": "noon"}, "since: 'noon', expected a time such as 2026-01-05T08:00:00Z"),
        ({"weight": "much"}, "weight: 'much', expected a number"),
        ({"amount": []}, "amount: [], expected a number"),
        ({"weight": "5"}, "weight: '5', expected a number; write it plainly, without quotes and exponent"),
        ({"weight": "1e3"}, "weight: '1e3', expected a number; write it plainly, without quotes and exponent"),
        ({"weight": Ambiguous("12:30", 750)}, "weight: 12:30, expected a number; YAML takes it for 750, write a plain"),
        ({"format": "box/3"}, "format: 'box/3', expected 'box/1' or 'box/2'"),
        ({"color": "gren"}, "color: 'gren', expected 'green', or another of the words red, green"),
        ({"color": "x"}, "color: 'x', expected one of the words red, green"),
        ({"tags": "a"}, "tags: 'a', expected a list"),
        ({"tags": ["a", True]}, "tags[1]: True, expected text; put it in quotes"),
        ({"tags": ["a", date(2026, 1, 5)]}, "tags[1]: datetime.date(2026, 1, 5), expected text; put it in quotes"),
        ({"tags": [None]}, "tags[0]: missing, expected text"),
        ({"pair": [1, 2]}, "pair[1]: 2, expected text; put it in quotes"),
        ({"pair": ["a", "b"]}, "pair[0]: 'a', expected a whole number"),
        ({"pair": [1]}, "pair: [1], expected a list"),
        ({"parts": [{"size": 1}, {"size": 1.5}]}, "parts[1].size: 1.5, expected a whole number"),
        ({"parts": [{}]}, "parts[0].size: missing, expected a whole number"),
        ({"parts": [{"size": 1, "lable": 2}]}, "parts[0].lable: 2, expected 'label', or another of the keys size, "),
        ({"parts": [{"size": 1, "parts": [{"size": 1}, 7]}]}, "parts[0].parts[1]: 7, expected a mapping"),
        ({"named": {"a b": {"size": []}}}, "named.a b.size: [], expected a whole number"),
        ({"either": [3]}, "either[0]: 3, expected text or a mapping; put it in quotes"),
        ({"either": [{"size": "s"}]}, "either[0].size: 's', expected a whole number"),
        ({"colour": "red"}, "colour: 'red', expected 'color', or another of the keys format, ready, since, "),
    ],
)
def test_path_value_and_what_was_expected(raw: dict[str, Any], complaint: str) -> None:
    (found,) = complaints(raw)
    assert found.startswith(complaint)


def test_every_wrong_entry_of_lists_and_mappings() -> None:
    raw = {"parts": [{"size": "a"}, {"size": 1}, {}], "named": {"x": 5}, "tags": [1]}
    assert complaints(raw) == [
        "tags[0]: 1, expected text; put it in quotes",
        "parts[0].size: 'a', expected a whole number",
        "parts[2].size: missing, expected a whole number",
        "named.x: 5, expected a mapping",
    ]


def test_own_checks_of_a_type_keep_all_their_complaints() -> None:
    assert complaints({"parts": [{"size": 1, "parts": [{"size": -1}]}]}) == [
        "parts[0].parts[0].size: -1, expected a size",
        "parts[0].parts[0]: 'it', expected another",
    ]


def test_time_as_a_time_is_taken() -> None:
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    assert convert({"since": moment}, Box, "x").since == moment
