"""Names of instances, groups and solvers: their order, and what they begin with."""

import re


def natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts the numbers in names by their size."""
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def bare(solver: str) -> str:
    """Return the name of a solver without its options."""
    return solver.partition(":")[0]
