"""The command line: parsing, progress, exit status, nothing else; one module a command."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit status; Ctrl-C is heard from the first moment on.

    Parameters
    ----------
    arguments : sequence of str or None
        The words after ``schedopt``; None: those of the process.
    """
    try:
        from optimizer.cli.main import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.exit(130)
