"""The command line: `scaling-keras count | demo | fit | import | plan | report | sweep`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Any, NoReturn

from scaling_keras.errors import ScalingError

COMMANDS = {
    "count": "count",
    "demo": "demo",
    "fit": "fit",
    "import": "import_runs",
    "plan": "plan",
    "report": "report",
    "sweep": "sweep",
}
"""Sub-command to its module in this package; only the one that is called does any work."""


class _Parser(argparse.ArgumentParser):
    """A parser that tells of a mistake in one line, as `main` tells of others."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the options are listed; end with exit code 2."""
        said = " ".join(message.split())
        self.exit(2, f"scaling-keras: {said}. `{self.prog} --help` lists what there is.\n")


class _Version(argparse.Action):
    """Prints the version, which takes too long to look up where nobody asks for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        sys.stdout.write(f"scaling-keras {metadata.version('scaling-keras')}\n")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = _Parser(
        prog="scaling-keras",
        description="How big, on how much data, for what loss, and how sure are we?",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module_name in COMMANDS.items():
        module = importlib.import_module(f"scaling_keras.cli.{module_name}")
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="print JSON instead of text")
        command.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments after the program's name; those of the process by default.

    Returns:
        The exit code: 0, or 2 for a mistake of the user's, which is told in one line on standard
        error, 130 after Ctrl-C, or 1 where nobody reads the output to its end, as with `| head`.
    """
    try:
        args = build_parser().parse_args(argv)
        code: int = args.run(args, sys.stdout)
        sys.stdout.flush()
    except ScalingError as error:
        # One line, whatever the names in it hold.
        sys.stderr.write(f"scaling-keras: {' '.join(str(error).split())}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("scaling-keras: stopped by Ctrl-C\n")
        return 130
    except BrokenPipeError:
        # Else Python tells of it when it flushes at its end (docs.python.org/3/library/signal).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
