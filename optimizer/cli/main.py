"""The command group, and what happens when a command fails."""

import logging
import os
import sys
import threading
import traceback
from collections.abc import Sequence

import click

from optimizer.cli.bench import bench
from optimizer.cli.bound import bound
from optimizer.cli.compare import compare
from optimizer.cli.convert import convert
from optimizer.cli.explain import explain
from optimizer.cli.gantt import gantt
from optimizer.cli.generate import generate
from optimizer.cli.model import model
from optimizer.cli.options import Debug, debug_option
from optimizer.cli.solve import solve
from optimizer.cli.solvers import solvers
from optimizer.cli.status import Exit
from optimizer.cli.validate import validate
from optimizer.errors import InputError, SchedoptError, UnsupportedError, UsageError
from optimizer.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="schedopt")
@debug_option
def schedopt() -> None:
    """Offline scheduling of cluster and AI jobs, with a proven bound beside every schedule."""


for _command in (solve, compare, bound, explain, validate, gantt, convert, generate, model, solvers, bench):
    schedopt.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit status.

    Parameters
    ----------
    arguments : sequence of str or None
        The words after ``schedopt``; None: those of the process.
    """
    logging.basicConfig(format="schedopt: %(message)s")
    debug = Debug()
    try:
        status = schedopt.main(args=arguments, prog_name="schedopt", obj=debug, standalone_mode=False) or Exit.OK
    except (BrokenPipeError, SystemExit):  # nobody reads on: rich leaves by itself, and what was asked for is done
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - until the process ends
        status = Exit.OK
    except Exception as error:
        if debug.wanted:
            traceback.print_exc()
        status = _failed(error)
    _leave(int(status), at_once=arguments is None)


def _failed(error: Exception) -> Exit:
    """Say what went wrong on stderr and return the status."""
    if isinstance(error, click.Abort):
        click.echo("schedopt: interrupted", err=True)
        return Exit.INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return Exit.USAGE
    if isinstance(error, OSError) and not isinstance(error, SchedoptError):
        click.echo(f"schedopt: {error}", err=True)
        return Exit.INPUT
    if not isinstance(error, SchedoptError):
        click.echo(f"schedopt: this should not happen: {type(error).__name__}: {error} (--debug shows where)", err=True)
        return Exit.SOLVER
    click.echo(f"schedopt: {error}", err=True)
    if isinstance(error, UsageError | UnsupportedError):
        return Exit.USAGE
    return Exit.INPUT if isinstance(error, InputError) else Exit.SOLVER


def _leave(status: int, *, at_once: bool) -> None:
    """Leave; where the process is ours alone, at once even if a solver did not end when asked to."""
    if at_once and any(thread.daemon and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
