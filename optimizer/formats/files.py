"""Reading files whole, and writing them whole or not at all."""

import gzip
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from optimizer.errors import InputError

FilePath: TypeAlias = str | os.PathLike[str]


def suffix(path: FilePath) -> str:
    """Return the ending that tells the format, in lower case: ``.json``, ``.swf.gz``; empty without one."""
    endings = [ending.lower() for ending in Path(path).suffixes]
    return "".join(endings[-2:] if endings[-1:] == [".gz"] else endings[-1:])


def stem(path: FilePath) -> str:
    """Return the file's name without folder and :func:`suffix`."""
    return Path(path).name.removesuffix(Path(path).name[-len(suffix(path)) :] if suffix(path) else "")


def read_text(path: FilePath) -> str:
    """Return the text of a UTF-8 file, unpacked when its name ends in ``.gz``, without a byte order mark.

    Raises
    ------
    InputError
        When the file is missing, unreadable, truncated, empty or not text.
    """
    try:
        data = Path(path).read_bytes()
        text = (gzip.decompress(data) if suffix(path).endswith(".gz") else data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}), expected a text file") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be unpacked: {error}, expected a whole gzip file") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {_reason(error)}") from error
    if not text or text.isspace():
        raise InputError(f"{path}: the file is empty")
    return text


def write_whole(path: FilePath, data: bytes | str) -> None:
    """Write a file through a temporary name beside it, so that it is there whole or as it was before.

    Raises
    ------
    InputError
        When the folder does not exist or cannot be written to.
    """
    content = data.encode() if isinstance(data, str) else data
    try:
        if Path(path).exists() and not Path(path).is_file():
            Path(path).write_bytes(content)  # a device or a pipe takes bytes and must not be replaced
        else:
            with replacing(path) as temporary:
                temporary.write_bytes(content)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be written: {_reason(error)}") from error


def write_csv(path: FilePath, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV with a line of names, whole or not at all; a column that a row lacks is empty there."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())


@contextmanager
def replacing(path: FilePath) -> Iterator[Path]:
    """Yield a temporary name beside ``path``, with its ending, that takes its place when the block succeeds."""
    target = Path(os.path.realpath(path))
    temporary = _beside(target)
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def try_to_write(path: FilePath) -> None:
    """Make and remove the temporary name that :func:`write_whole` would go through; the target is left as it is.

    Raises
    ------
    InputError
        When the folder does not exist or cannot be written to, or no file can have such a name.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            return
        temporary = _beside(target)
        temporary.touch(exist_ok=False)
        temporary.unlink()
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be written: {_reason(error)}") from error


def _beside(target: Path) -> Path:
    """Return an unused name in the folder of a file, with its ending, that is no longer than names may be."""
    return target.with_name(f".{secrets.token_hex(8)}{suffix(target)}")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON with a line for each key and for each entry of a list."""
    lines = [f"{_encoded(key)}: {_entries(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _entries(value: Any) -> str:
    if isinstance(value, (list, tuple)) and value:
        return "[\n  " + ",\n  ".join(map(_encoded, value)) + "\n]"
    return _encoded(value)


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()
