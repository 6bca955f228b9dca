"""The thin adapter to highspy: a linear program becomes a HiGHS model, and a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.errors import SolverError, SolverMissingError, UsageError
from optimizer.formats.files import replacing
from optimizer.model.builder import LinearProgram


def highs_model(linear: LinearProgram, names: Sequence[str] = ()) -> Any:
    """Return a silent ``highspy.Highs`` that holds ``linear``.

    Parameters
    ----------
    linear : LinearProgram
        What to hand over.
    names : sequence of str
        Names of the first columns; the others have HiGHS's own.

    Raises
    ------
    SolverMissingError
        When highspy is not installed.
    SolverError
        When HiGHS refuses the arrays.
    """
    try:
        import highspy
    except ImportError as error:
        raise SolverMissingError("HiGHS is not installed: pip install highspy") from error

    class Silent(highspy.Highs):  # type: ignore[misc]
        def enableCallbacks(self) -> None:  # noqa: N802 - the constructor calls it, and it would print a banner
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    model = Silent()
    model.setOptionValue("output_flag", False)
    status = model.passModel(
        len(linear.cost), len(linear.row_lower), len(linear.index),
        int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0,
        linear.cost, linear.lower, linear.upper, linear.row_lower, linear.row_upper,
        linear.start, linear.index, linear.value, linear.integral.astype(np.int32),
    )  # fmt: skip
    require_accepted(status)
    for column, name in enumerate(names):
        model.passColName(column, name)
    return model


def require_accepted(status: Any) -> None:
    """Raise SolverError if HiGHS refused what it was given; it says so by its ``status`` alone."""
    import highspy

    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the program")


def write_model(model: Any, path: Path) -> None:
    """Write a HiGHS model to ``path``, as MPS or LP by its suffix, whole or not at all.

    Raises
    ------
    UsageError
        When the suffix is another one.
    SolverError
        When it cannot be written.
    """
    import highspy

    if path.suffix.lower() not in (".mps", ".lp"):
        raise UsageError(f"{path}: no program can be written as {path.suffix!r}, expected .mps or .lp")
    try:
        with replacing(path) as temporary:
            if model.writeModel(str(temporary)) == highspy.HighsStatus.kError:
                raise OSError("HiGHS failed to write it")
    except OSError as error:
        raise SolverError(f"{path}: cannot be written: {error.strerror or error}") from error
