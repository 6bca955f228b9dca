"""Instances as JSON or YAML, the same keys (docs/formats.md, section 1)."""

import json
import re
from typing import Any, TypeVar

import msgspec
from msgspec.structs import force_setattr

from optimizer.errors import InputError, shown
from optimizer.formats.complaints import convert
from optimizer.formats.files import FilePath, read_text, stem, suffix
from optimizer.formats.yaml_text import parse_yaml
from optimizer.instance import Instance

T = TypeVar("T")

_LARGE = 2**20  # from here on speed counts more than a search for keys that stand twice


_SCHEDULE = re.compile(r'\s*\{\s*"format"\s*:\s*"schedule/')


def read_json(path: FilePath) -> Instance:
    """Return the instance in a JSON file.

    Raises
    ------
    InputError
        When it cannot be read or is not JSON.
    InstanceError
        When it contradicts itself or the format.
    """
    text = read_text(path)
    if _SCHEDULE.match(text):
        raise InputError(f"{path}: is a schedule file, expected an instance")
    return _named(decode_json(text, Instance, str(path)), path)


def read_yaml(path: FilePath) -> Instance:
    """Return the instance in a YAML file; raises as :func:`read_json`."""
    return _named(convert(parse_yaml(read_text(path), str(path)), Instance, str(path)), path)


def read_plain(path: FilePath) -> Any:
    """Return the plain data in a JSON or YAML file, not checked any further."""
    parse = parse_json if suffix(path).startswith(".json") else parse_yaml
    return parse(read_text(path), str(path))


def _named(instance: Instance, path: FilePath) -> Instance:
    """Return ``instance`` with the file's stem as its name when it has none."""
    if not instance.name:
        force_setattr(instance, "name", stem(path))  # still ours alone; a copy would check everything again
    return instance


def decode_json(text: str, kind: type[T], source: str) -> T:
    """Return a JSON text as ``kind``; keys that stand twice are refused in texts below 1 MiB.

    Parameters
    ----------
    text : str
        One JSON document.
    kind : type
        A msgspec Struct.
    source : str
        The file, for messages.

    Raises
    ------
    InputError, InstanceError
        As :func:`parse_json` and :func:`~optimizer.formats.complaints.convert`.
    """
    if len(text) >= _LARGE:
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.MsgspecError, RecursionError):
            pass  # the thorough way says what is wrong
    return convert(parse_json(text, source), kind, source)


def parse_json(text: str, source: str) -> Any:
    """Return the plain data of a JSON text; NaN and Infinity are let through, for the types refuse them by path.

    Raises
    ------
    InputError
        With line and column: malformed JSON; or a key that stands twice in a mapping, values nested too deeply.
    """
    try:
        data = json.loads(text, object_pairs_hook=_distinct)
        if r"\u" in text:
            json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        fault = "the file ends too early" if error.pos >= len(text.rstrip()) else error.msg
        raise InputError(f"{source}: line {error.lineno}, column {error.colno}: not JSON: {fault}") from error
    except UnicodeEncodeError as error:
        raise InputError(f"{source}: not JSON: a \\u escape that is half a character") from error
    except RecursionError as error:
        raise InputError(f"{source}: nested too deeply") from error
    except ValueError as error:
        raise InputError(f"{source}: {error}") from error
    return data


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in {shown(mapping)}")
    return mapping
