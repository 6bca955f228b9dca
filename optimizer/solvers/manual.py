"""What solvers and their options are, for people: the docstrings of their classes."""

from dataclasses import dataclass
from typing import Any

from optimizer.solvers.registry import Entry


@dataclass(frozen=True)
class OptionManual:
    """What an option of a solver is.

    Parameters
    ----------
    name : str
        Its name, as in ``NAME:OPTION=VALUE``.
    values : str
        What it can be.
    default : object
        What it is unless told otherwise.
    meaning : str
        What it does, its range, and where it comes from.
    """

    name: str
    values: str
    default: Any
    meaning: str


@dataclass(frozen=True)
class Manual:
    """What a solver is.

    Parameters
    ----------
    text : str
        How it works and who found it, in paragraphs.
    options : tuple of OptionManual
        In the order of its class.
    """

    text: str
    options: tuple[OptionManual, ...]


def manual_of(entry: Entry) -> Manual:
    """Return what the class of a solver says about it and, with the classes that it extends, about its options.

    Raises
    ------
    SolverMissingError
        Naming what to install.
    """
    from docstring_parser import DocstringStyle, parse

    solver: type = entry.type
    documents = [parse(kind.__doc__ or "", DocstringStyle.NUMPYDOC) for kind in solver.__mro__[:-1]]
    paragraphs = (documents[0].short_description, documents[0].long_description)
    said = {
        name: parameter
        for document in reversed(documents)
        for parameter in document.params
        for name in parameter.arg_name.split(", ")
    }
    options = tuple(
        OptionManual(name, _values(said[name].type_name or ""), default, _meaning(said[name].description))
        for name, default in entry.options.items()
    )
    return Manual("\n\n".join(_one_line(paragraph) for paragraph in paragraphs if paragraph), options)


def _values(type_name: str) -> str:
    """Return what an option can be in the words of its users."""
    plain = {"int": "whole number", "float": "number", "bool": "true or false", "str": "name"}
    name = type_name.removesuffix(" or None")
    return plain.get(name, name.replace('"', ""))


def _meaning(text: str | None) -> str:
    """Return what is said of an option, without the None that nobody can type."""
    return _one_line(text).replace("None:", "left out:")


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("``", "").split())
