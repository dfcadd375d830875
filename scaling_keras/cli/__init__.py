"""The command line: `scaling-keras count | demo | fit | import | plan | report | sweep`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

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


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser(
        prog="scaling-keras",
        description="How big, on how much data, for what loss, and how sure are we?",
    )
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
        error, or 130 after Ctrl-C.
    """
    args = build_parser().parse_args(argv)
    try:
        code: int = args.run(args, sys.stdout)
    except ScalingError as error:
        # One line, whatever the names in it hold.
        sys.stderr.write(f"scaling-keras: {' '.join(str(error).split())}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("scaling-keras: stopped by Ctrl-C\n")
        return 130
    return code
