"""Project scheduling instances of PSPLIB (Kolisch & Sprecher 1997), single- and multi-mode."""

import re
from collections.abc import Iterator
from typing import Any

from optimizer.errors import InputError, shown
from optimizer.formats.complaints import convert
from optimizer.formats.files import FilePath, read_text, stem
from optimizer.instance import Instance

_RULE = "***"
_Row = tuple[int, list[int]]
"""Number of a line, and the numbers in it."""


def read_psplib(path: FilePath) -> Instance:
    """Return the project in a PSPLIB file; raises as :func:`parse_psplib`, and for a file that cannot be read."""
    return parse_psplib(read_text(path), stem(path), str(path))


def parse_psplib(text: str, name: str, source: str) -> Instance:
    """Return a project as an instance: renewable resources R1, R2, …, objective makespan.

    The first and last job (the dummies without duration) stay, and job numbers become ids, so that schedules can be
    compared with published ones.

    Parameters
    ----------
    text : str
        Content of an ``.sm`` or ``.mm`` file.
    name : str
        Name of the instance.
    source : str
        The file, for messages.

    Raises
    ------
    InputError
        For resources that are not renewable, and, with the line, for whatever does not fit the format.
    InstanceError
        When the project contradicts itself.
    """
    lines = text.splitlines()
    for kind in ("nonrenewable", "doubly constrained"):
        if _count(lines, kind, source):
            raise InputError(f"{source}: {kind} resources are not supported, only renewable ones")
    resources = [f"R{k + 1}" for k in range(_count(lines, "renewable", source))]
    modes = _modes(lines, resources, source)
    after = _predecessors(lines, modes, source)
    jobs = [{"id": str(job), "after": after[job], **_work(own)} for job, own in modes.items()]
    capacity = _capacity(lines, resources, source)
    raw = {"name": name, "objective": "makespan", "resources": capacity, "jobs": jobs}
    return convert(raw, Instance, source)


def _count(lines: list[str], kind: str, source: str) -> int:
    """Return how many resources of a kind the file has."""
    for line in lines:
        if found := re.match(rf"\s*-\s*{kind}\s*:\s*(\d+)", line):
            return int(found[1])
    raise InputError(f"{source}: no line '- {kind}  : …', expected a PSPLIB file")


def _section(lines: list[str], title: str, source: str) -> Iterator[_Row]:
    """Yield the rows of numbers between the headings of a section and the next rule."""
    starts = [i for i, line in enumerate(lines) if line.startswith(title)]
    if not starts:
        raise InputError(f"{source}: no section {title!r}, expected a PSPLIB file")
    first = starts[0] + 2  # the line after the title names the columns
    for number, line in enumerate(lines[first:], start=first + 1):
        if line.startswith(_RULE):
            return
        if line.strip() and not line.startswith("---"):
            yield number, [_integer(word, number, source) for word in line.split()]
    raise InputError(f"{source}: line {len(lines)}: the section {title!r} does not end, expected a line of asterisks")


def _integer(word: str, number: int, source: str) -> int:
    if not re.fullmatch(r"\d+", word):
        raise InputError(f"{source}: line {number}: {shown(word)}, expected a whole number >= 0")
    return int(word)


def _modes(lines: list[str], resources: list[str], source: str) -> dict[int, list[dict[str, Any]]]:
    """Return the modes of each job; a row that goes on with the same job leaves out its number."""
    modes: dict[int, list[dict[str, Any]]] = {}
    width = len(resources) + 3
    for number, row in _section(lines, "REQUESTS/DURATIONS", source):
        if len(row) == width and row[0] not in modes:
            modes[row[0]] = []
        elif len(row) != width - 1 or not modes:
            expected = f"job, mode, duration and {len(resources)} demands"
            raise InputError(f"{source}: line {number}: {shown(row)}, expected {expected}, each job once")
        duration, *amounts = row[-len(resources) - 1 :]
        demand = {name: amount for name, amount in zip(resources, amounts, strict=True) if amount > 0}
        next(reversed(modes.values())).append({"duration": duration, "demand": demand})
    return modes


def _work(modes: list[dict[str, Any]]) -> dict[str, Any]:
    return modes[0] if len(modes) == 1 else {"modes": modes}


def _predecessors(lines: list[str], modes: dict[int, list[dict[str, Any]]], source: str) -> dict[int, list[str]]:
    after: dict[int, list[str]] = {job: [] for job in modes}
    for number, row in _section(lines, "PRECEDENCE RELATIONS", source):
        if len(row) < 3 or len(row) != 3 + row[2]:
            raise InputError(f"{source}: line {number}: {shown(row)}, expected job, modes, n and n successors")
        job, count, _, *successors = row
        if len(modes.get(job, ())) != count:
            raise InputError(
                f"{source}: line {number}: {count} modes of job {job}, expected {len(modes.get(job, ()))} as below"
            )
        for successor in successors:
            if successor not in after:
                raise InputError(f"{source}: line {number}: successor {successor}, expected the number of a job")
            after[successor].append(str(job))
    return after


def _capacity(lines: list[str], resources: list[str], source: str) -> dict[str, int]:
    rows = list(_section(lines, "RESOURCEAVAILABILITIES", source))
    number, capacity = rows[0] if rows else (len(lines), [])
    if len(rows) != 1 or len(capacity) != len(resources):
        raise InputError(f"{source}: line {number}: {shown(capacity)}, expected one row of {len(resources)} numbers")
    return dict(zip(resources, capacity, strict=True))
