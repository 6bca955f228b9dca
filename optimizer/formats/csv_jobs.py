"""Jobs as CSV beside the file of their cluster (docs/formats.md, section 4)."""

import csv
import io
import re
from pathlib import Path
from typing import Any

from optimizer.errors import InputError, InstanceError, Issue, shown
from optimizer.formats.complaints import convert
from optimizer.formats.files import FilePath, read_text, stem
from optimizer.formats.structured import read_plain
from optimizer.instance import Instance

_TEXTS = ("id", "user", "kind")
_NUMBERS = ("arrival", "deadline", "duration", "due", "weight", "priority", "estimate")
_LIST = "after"
_COLUMNS = (*_TEXTS, *_NUMBERS, _LIST)
_CLUSTER_SUFFIXES = (".yaml", ".yml", ".json")
_WHOLE = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_JOB_PATH = re.compile(r"jobs\[(\d+)\]\.?(\w*)(?:\.(.*))?", re.DOTALL)


def read_csv(path: FilePath, *, cluster: FilePath | None = None) -> Instance:
    """Return the jobs in a CSV file on the cluster of another file.

    Parameters
    ----------
    path : path
        Columns ``id,arrival,deadline,duration,due,weight,priority,estimate,user,kind,after`` (those that are needed,
        in any order) and one a resource; an empty cell stands for the default, ``after`` holds ids separated by ``;``.
    cluster : path or None
        JSON or YAML with the keys of an instance but ``jobs``; None: ``<stem>.cluster.yaml``, ``.yml`` or ``.json``
        beside the CSV file, else ``cluster.yaml``, ``.yml`` or ``.json``.

    Raises
    ------
    InputError
        When one of the files cannot be read or found.
    InstanceError
        With file, line and column of all that is wrong.
    """
    rows = _rows(path)
    place = _beside(path) if cluster is None else cluster
    raw = read_plain(place)
    if not isinstance(raw, dict):
        raise InputError(f"{place}: {shown(raw)}, expected a mapping with the keys of a cluster")
    if "jobs" in raw:
        raise InputError(f"{place}: it has a key 'jobs', expected none: the jobs stand in {path}")
    jobs, lines = _jobs(rows, _resources(raw), str(path))
    try:
        return convert({"name": stem(path)} | raw | {"jobs": jobs}, Instance, str(place))
    except InstanceError as error:
        raise _located(error, lines, path) from error


def _beside(path: FilePath) -> Path:
    """Return the cluster file that belongs to a CSV file."""
    names = [start + end for start in (f"{stem(path)}.cluster", "cluster") for end in _CLUSTER_SUFFIXES]
    for name in names:
        if Path(path).with_name(name).is_file():
            return Path(path).with_name(name)
    raise InputError(f"{path}: no cluster file beside it, expected one of {', '.join(names)}")


def _rows(path: FilePath) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the line that it ends in."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: not CSV: {error}") from error
    filled = [(line, row) for line, row in rows if any(row)]
    if not filled:
        raise InputError(f"{path}: only empty cells, expected a header with the names of the columns")
    return filled


def _resources(raw: dict[str, Any]) -> list[str]:
    """Return the names of the cluster's resources, as far as they can be made out before it is checked."""
    pools = raw.get("resources") or {}
    nodes = raw.get("nodes") or []
    capacities = [node.get("capacity") for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []
    mappings = [mapping for mapping in (pools, *capacities) if isinstance(mapping, dict)]
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


def _jobs(
    rows: list[tuple[int, list[str]]], resources: list[str], source: str
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the jobs as plain data, and the line of each."""
    (_, header), *body = rows
    issues = [*_header_issues(header, resources)]
    issues += [
        Issue(f"line {line}", f"{len(row)} cells", f"{len(header)}, as in the header")
        for line, row in body
        if len(row) != len(header)
    ]
    if issues:
        raise InstanceError(issues, source)
    return [_job(dict(zip(header, row, strict=True))) for _, row in body], [line for line, _ in body]


def _header_issues(header: list[str], resources: list[str]) -> list[Issue]:
    issues = []
    for name in dict.fromkeys(header):
        if name in resources and name in _COLUMNS:
            issues.append(Issue(f"column {name!r}", "a resource's name", "a resource that is not called like a column"))
        elif name not in resources and name not in _COLUMNS:
            known = ", ".join((*_COLUMNS, *resources))
            issues.append(Issue("line 1", f"column {name}", f"one of the columns {known}"))
        elif header.count(name) > 1:
            issues.append(Issue(f"column {name!r}", f"{header.count(name)} times", "each column once"))
    return issues


def _job(cells: dict[str, str]) -> dict[str, Any]:
    """Return one row as the plain data of a job, without its empty cells."""
    job: dict[str, Any] = {"demand": {}}
    for name, cell in cells.items():
        if not cell:
            continue
        if name in _TEXTS:
            job[name] = cell
        elif name in _NUMBERS:
            job[name] = _number(cell)
        elif name == _LIST:
            job[name] = [entry.strip() for entry in cell.split(";") if entry.strip()]
        else:
            job["demand"][name] = _number(cell)
    return job


def _number(cell: str) -> int | float | str:
    """Return a cell as a number; what is none stays text, which the types refuse by path."""
    if _WHOLE.fullmatch(cell):
        return int(cell)
    return float(cell) if _DECIMAL.fullmatch(cell) else cell


def _located(error: InstanceError, lines: list[int], path: FilePath) -> InstanceError:
    """Return the same complaints with lines and columns; those about the cluster come first and alone."""
    elsewhere = [issue for issue in error.issues if not issue.path.startswith("jobs")]
    if elsewhere:
        return InstanceError(elsewhere, error.source)
    return InstanceError([_on_line(issue, lines) for issue in error.issues], str(path))


def _on_line(issue: Issue, lines: list[int]) -> Issue:
    found = _JOB_PATH.match(issue.path)
    if not found:
        return Issue("the rows", issue.value, issue.expected)
    column = found[3] if found[2] == "demand" else found[2]
    place = f"line {lines[int(found[1])]}" + (f", column {column!r}" if column else "")
    expected = re.sub(r"jobs\[(\d+)\]", lambda other: f"line {lines[int(other[1])]}", issue.expected)
    return Issue(place, issue.value, expected)
