"""Plain data to checked types, with complaints in the user's words.

msgspec stops at its first complaint and speaks of types; here every entry of a list or mapping gets its own, with
path, value and what was expected, derived from the type hints.
"""

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from optimizer.errors import InputError, InstanceError, Issue, shown
from optimizer.formats.yaml_text import Ambiguous

T = TypeVar("T")

_COMPLAINT = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_STEP = re.compile(r"(?P<name>\w+)|\[(?P<index>\d+|\.\.\.)\]")
_FIELD = re.compile(r"Object (?P<fault>contains unknown|missing required) field `(?P<name>.*)`", re.DOTALL)
_NUMERIC = re.compile(r"\s*[-+]?[\d._]+([eE][-+]?\d+)?\s*")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "datetime": "a time such as 2026-01-05T08:00:00Z",
    "dict": "a mapping of names to values",
    "tuple": "a list",
}


def convert(raw: Any, kind: type[T], source: str) -> T:
    """Return plain data (as JSON and YAML hold it) as ``kind``.

    Parameters
    ----------
    raw : Any
        Mappings, lists, texts, numbers.
    kind : type
        A msgspec Struct.
    source : str
        The file, for messages.

    Raises
    ------
    InputError
        When ``raw`` is not a mapping.
    InstanceError
        With a complaint about every entry that is wrong.
    """
    if not isinstance(raw, dict):
        raise InputError(f"{source}: {shown(raw)}, expected a mapping of keys to values")
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        entries = [issue for path, value, hint in _entries(raw, kind) for issue in _issues(value, hint, path)]
        raise InstanceError(entries or _explained(error, raw, kind), source) from error


def _entries(raw: dict[str, Any], kind: type) -> Iterator[tuple[str, Any, Any]]:
    """Yield path, value and type of each entry of the lists and mappings directly in ``raw``."""
    for field, hint in _fields(kind).items():
        value = raw.get(field)
        if isinstance(value, list):
            yield from ((f"{field}[{i}]", entry, _inner(hint, i)) for i, entry in enumerate(value))
        elif isinstance(value, dict):
            yield from ((f"{field}.{key}", entry, _inner(hint, key)) for key, entry in value.items())


def _issues(value: Any, hint: Any, path: str) -> list[Issue]:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        return [issue.under(path) for issue in _explained(error, value, hint)]
    return []


def _explained(error: msgspec.ValidationError, raw: Any, hint: Any) -> list[Issue]:
    """Return the complaint of msgspec about ``raw`` in our words."""
    complaint = _COMPLAINT.fullmatch(str(error))
    assert complaint is not None, "the pattern matches everything"
    path, value, hint = _located(complaint["path"] or "", raw, hint)
    if isinstance(error.__cause__, InstanceError):
        return [issue.under(path) for issue in error.__cause__.issues]
    if field := _FIELD.fullmatch(complaint["what"]):
        name = field["name"]
        if field["fault"] == "missing required":
            return [Issue(name, None, expected(_inner(hint, name), None)).under(path)]
        return [Issue(name, value[name], _one_of(name, (*_keys(hint),), "keys")).under(path)]
    return [Issue(path, value, expected(hint, value))]


def _located(steps: str, value: Any, hint: Any) -> tuple[str, Any, Any]:
    """Follow msgspec's path; return it with names for its ``[...]``, and value and type there."""
    place = Issue("", None, "")
    for step in _STEP.finditer(steps):
        key: Any = step["name"]
        if step["index"] == "...":
            key = next(name for name, entry in value.items() if _issues(entry, _inner(hint, name), ""))
        elif key is None:
            key = int(step["index"])
        place = Issue(f"[{key}]" if isinstance(key, int) else key, None, "").under(place.path)
        value, hint = value[key], _inner(hint, key)
    return place.path, value, hint


def _options(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union; of anything else, itself."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _keys(hint: Any) -> dict[str, Any]:
    """Return the fields of the Struct among the alternatives of ``hint``, with their types."""
    structs = [option for option in _options(hint) if _is_struct(option)]
    return _fields(structs[0]) if structs else {}


@cache
def _fields(kind: type) -> dict[str, Any]:
    """Return the types of the fields of a Struct, by the names that they have in files."""
    hints = get_type_hints(kind)
    return {key: hints[name] for key, name in zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)}  # type: ignore[attr-defined]


def _inner(hint: Any, key: str | int) -> Any:
    """Return the type of the entry ``key`` of a value of type ``hint``; Any when it has none."""
    for option in _options(hint):
        origin, args = get_origin(option), get_args(option)
        if origin is dict and isinstance(key, str):
            return args[1]
        if origin is tuple and isinstance(key, int):
            return args[0] if args[-1] is Ellipsis else args[min(key, len(args) - 1)]
    return _keys(hint).get(str(key), Any)


def _is_struct(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, msgspec.Struct)


def expected(hint: Any, value: Any) -> str:
    """Return what a value of type ``hint`` looks like, with advice about ``value``."""
    words = dict.fromkeys(_word(option, value) for option in _options(hint) if option is not NoneType)
    if _WORDS["float"] in words:
        words.pop(_WORDS["int"], None)
    return " or ".join(words) + _advice(words, value)


def _word(option: Any, value: Any) -> str:
    if get_origin(option) is Literal:
        return " or ".join(repr(choice) for choice in get_args(option))
    if _is_struct(option):
        return "a mapping"
    if isinstance(option, type) and issubclass(option, Enum):
        return _one_of(str(value), tuple(member.value for member in option), "words")
    return _WORDS[(get_origin(option) or option).__name__]


def _advice(words: dict[str, None], value: Any) -> str:
    if _WORDS["str"] in words and isinstance(value, (bool, int, float, date, Ambiguous)):
        return "; put it in quotes"
    if _WORDS["float"] in words and isinstance(value, Ambiguous):
        return f"; YAML takes it for {value.meaning}, write a plain number"
    if _WORDS["float"] in words and isinstance(value, str) and _NUMERIC.fullmatch(value):
        return "; write it plainly, without quotes and exponent"
    return ""


@cache
def _one_of(word: str, known: tuple[str, ...], what: str) -> str:
    """Return "one of" the known words, with the nearest one to ``word`` first."""
    nearest = get_close_matches(word, known, n=1)
    start = f"{nearest[0]!r}, or another of" if nearest else "one of"
    return f"{start} the {what} {', '.join(known)}"
