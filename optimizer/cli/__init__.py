"""The command line: parsing, progress, exit status, nothing else; one module a command."""

from optimizer.cli.main import main

__all__ = ["main"]
