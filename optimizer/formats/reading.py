"""An instance from a file of any known format, told by its suffix."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from optimizer.errors import InputError, UsageError
from optimizer.formats.files import FilePath, suffix
from optimizer.garbage import no_garbage_collection
from optimizer.instance import Instance

if TYPE_CHECKING:
    from optimizer.formats.swf import Window


@dataclass(frozen=True)
class _Format:
    module: str
    reader: str
    options: tuple[str, ...] = ()


_JSON = _Format("structured", "read_json")
_YAML = _Format("structured", "read_yaml")
_CSV = _Format("csv_jobs", "read_csv", ("cluster",))
_SWF = _Format("swf", "read_swf", ("processors", "window"))
_PSPLIB = _Format("psplib", "read_psplib")

_FORMATS = {
    ".json": _JSON,
    ".json.gz": _JSON,
    ".yaml": _YAML,
    ".yml": _YAML,
    ".csv": _CSV,
    ".csv.gz": _CSV,
    ".swf": _SWF,
    ".swf.gz": _SWF,
    ".sm": _PSPLIB,
    ".mm": _PSPLIB,
}
SUFFIXES = tuple(_FORMATS)
"""How the names of instance files end."""

_OPTIONS = {
    "cluster": "a cluster file (--cluster)",
    "processors": "a number of processors (--processors)",
    "window": "a part of a log (--from, --to, --skip, --jobs)",
}


def load(
    path: FilePath,
    *,
    cluster: FilePath | None = None,
    processors: int | None = None,
    window: "Window | None" = None,
) -> Instance:
    """Return the instance in a file; the suffix tells its format.

    Parameters
    ----------
    path : path
        Ends in ``.json``, ``.yaml``, ``.yml``, ``.csv``, ``.swf`` (these but YAML also with ``.gz``), ``.sm`` or
        ``.mm``.
    cluster : path or None
        For CSV: the file of the cluster; None: the one beside it (docs/formats.md, section 4).
    processors : int or None
        For SWF: processors of the machine, >= 1; None: those in the header.
    window : Window or None
        For SWF: which part of the trace; None: all of it.

    Raises
    ------
    InputError
        When the file cannot be read or its suffix is not known.
    InstanceError
        When it contradicts itself or its format.
    UsageError
        For an option that does not belong to the format.
    """
    known = _FORMATS.get(suffix(path))
    if known is None:
        raise InputError(f"{path}: unknown format, expected a file that ends in one of {', '.join(_FORMATS)}")
    given = {"cluster": cluster, "processors": processors, "window": window}
    options = {name: value for name, value in given.items() if value is not None}
    for name in options:
        if name not in known.options:
            raise UsageError(f"{path}: {_OPTIONS[name]} does not belong to {suffix(path)} files")
    reader = getattr(import_module(f"optimizer.formats.{known.module}"), known.reader)
    with no_garbage_collection():
        instance: Instance = reader(path, **options)
    return instance
