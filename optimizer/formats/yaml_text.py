"""YAML to plain data, without the surprises of YAML 1.1.

What YAML 1.1 and 1.2 (or the eye) understand differently, such as ``no``, ``12:30`` or ``010``, becomes an
:class:`Ambiguous`, which fits no field and is therefore refused with its path.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from optimizer.errors import InputError

_DEEPEST = 50
_MOST_VALUES = 10_000_000
_TAG = "tag:yaml.org,2002:"
_PLAIN = {
    "bool": re.compile("true|false", re.IGNORECASE),
    "int": re.compile(r"[-+]?(0|[1-9]\d*)"),
    "float": re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]\d+)?|[-+]?\.inf|\.nan", re.IGNORECASE),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\d[Tt ].*"),
}


@dataclass(frozen=True, repr=False)
class Ambiguous:
    """A scalar whose meaning depends on the YAML reader.

    Parameters
    ----------
    text : str
        What was written.
    meaning : Any
        What YAML 1.1 takes it for.
    """

    text: str
    meaning: Any

    def __repr__(self) -> str:
        return self.text


def parse_yaml(text: str, source: str) -> Any:
    """Return the plain data of one YAML document.

    Parameters
    ----------
    text : str
        The document.
    source : str
        The file, for messages.

    Raises
    ------
    InputError
        With line and column: malformed YAML, a key that stands twice in a mapping or is not text, unknown tags,
        values nested too deeply, aliases that refer to themselves or unfold without end.
    """
    import yaml

    try:
        loader = _loader()(text)
        try:
            data = _Builder(loader, source).value(loader.get_single_node())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        complaint = ", ".join(part for part in (error.context, error.problem) if part)
        raise _fault(source, error.problem_mark, f"not YAML: {complaint}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{source}: not YAML: {str(error).splitlines()[0]}") from error
    if "*" in text and _unfolded(data, {}) > _MOST_VALUES:
        raise InputError(f"{source}: its aliases unfold to more than {_MOST_VALUES} values")
    return data


def _fault(source: str, mark: Any, message: str) -> InputError:
    return InputError(f"{source}: line {mark.line + 1}, column {mark.column + 1}: {message}")


@cache
def _loader() -> Any:
    """Return the loader class: in C where it is built in, and bounded in depth, for the C one crashes without."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        depth = 0

        def descend_resolver(self, node: Any, _: Any) -> None:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise yaml.MarkedYAMLError(
                    problem=f"nested more than {_DEEPEST} levels deep", problem_mark=node.start_mark
                )

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader


class _Builder:
    """Turns the nodes of one document into plain data, each node once."""

    def __init__(self, loader: Any, source: str) -> None:
        self.loader = loader
        self.source = source
        self.known: dict[int, Any] = {}

    def value(self, node: Any) -> Any:
        """Return the data of ``node``."""
        if node is None:
            return None
        if node.id == "scalar":
            return self._scalar(node)
        if id(node) not in self.known:
            self.known[id(node)] = self  # until it is built
            self.known[id(node)] = self._mapping(node) if node.id == "mapping" else self._list(node)
        if self.known[id(node)] is self:
            raise _fault(self.source, node.start_mark, "refers to itself")
        return self.known[id(node)]

    def _list(self, node: Any) -> list[Any]:
        return [self.value(entry) for entry in node.value]

    def _mapping(self, node: Any) -> dict[str, Any]:
        self._check_keys(key for key, _ in node.value)
        self.loader.flatten_mapping(node)  # merge keys: <<
        return {key.value: self.value(entry) for key, entry in node.value}

    def _check_keys(self, keys: Iterable[Any]) -> None:
        seen = set()
        for key in keys:
            if key.id != "scalar" or key.tag not in (f"{_TAG}str", f"{_TAG}merge"):
                name = key.value if key.id == "scalar" else "[…]"
                raise _fault(self.source, key.start_mark, f"the key {name}, expected text; put it in quotes")
            if key.value in seen:
                raise _fault(self.source, key.start_mark, f"the key {key.value!r} stands twice in one mapping")
            seen.add(key.value)

    def _scalar(self, node: Any) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            return node.value
        if kind == "null":
            return None
        if kind not in _PLAIN:
            raise _fault(self.source, node.start_mark, f"{node.value!r} with the tag {node.tag!r}, expected no tag")
        try:
            value = getattr(self.loader, f"construct_yaml_{kind}")(node)
        except (ValueError, KeyError):  # 2026-13-45, or !!bool maybe
            return Ambiguous(node.value, kind)
        return value if _PLAIN[kind].fullmatch(node.value) else Ambiguous(node.value, value)


def _unfolded(data: Any, known: dict[int, int]) -> int:
    """Return how many values ``data`` holds when each alias is written out."""
    if not isinstance(data, (dict, list)):
        return 1
    if id(data) not in known:
        entries = data.values() if isinstance(data, dict) else data
        known[id(data)] = 1 + sum(_unfolded(entry, known) for entry in entries)
    return known[id(data)]
