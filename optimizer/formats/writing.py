"""An instance into a file, its format told by the suffix."""

from typing import Any

import msgspec

from optimizer.errors import UsageError
from optimizer.formats.files import FilePath, json_text, suffix, write_whole
from optimizer.instance import Instance


def save(instance: Instance, path: FilePath) -> None:
    """Write an instance as JSON or YAML; what equals its default is left out.

    Parameters
    ----------
    instance : Instance
        Comes back equal from reading the file.
    path : path
        Ends in ``.json``, ``.yaml`` or ``.yml``.

    Raises
    ------
    UsageError
        For another suffix.
    InputError
        When the file cannot be written.
    """
    write = _WRITERS.get(suffix(path))
    if write is None:
        raise UsageError(f"{path}: instances are written to files that end in {', '.join(_WRITERS)}")
    document = msgspec.to_builtins(instance)
    document["jobs"] = document.pop("jobs")  # last, for they are long
    write_whole(path, write(document))


def _yaml_text(document: dict[str, Any]) -> str:
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        def ignore_aliases(self, data: Any) -> bool:
            return True  # equal texts and numbers would become anchors

    text: str = yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )
    return text


_WRITERS = {".json": json_text, ".yaml": _yaml_text, ".yml": _yaml_text}
