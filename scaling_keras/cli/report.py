"""`scaling-keras report LOGDIR`: the law, its checks and figures as one page, and as Markdown."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from scaling_keras.cli import fit as fit_command
from scaling_keras.cli.report_blocks import Document, Picture
from scaling_keras.cli.report_figures import draw_figures
from scaling_keras.cli.report_files import (
    FORMATS,
    check_targets,
    paths_of,
    pictures_of,
    write_all,
)
from scaling_keras.cli.report_html import to_html
from scaling_keras.cli.report_markdown import to_markdown
from scaling_keras.cli.report_results import ReportResults, gather
from scaling_keras.cli.report_text import write_document
from scaling_keras.errors import FitError, PlottingError
from scaling_keras.laws.fit_result import check_level
from scaling_keras.plotting.style import check_matplotlib

HELP = "write a report of the law, its checks and figures, as HTML and Markdown"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fit`, the budgets, and where the report goes."""
    fit_command.add_arguments(parser)
    parser.add_argument(
        "--flops",
        type=float,
        action="append",
        metavar="BUDGET",
        help="a budget to answer for; may be repeated; default 1, 10 and 100 times the dearest run",
    )
    parser.add_argument(
        "-o",
        "--out",
        default="scaling-report",
        help="a directory, or a file ending in .html or .md; default scaling-report",
    )
    parser.add_argument(
        "--format",
        type=_formats,
        metavar="html,md",
        help="what to write to a directory; default both",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace files that are there and are no report"
    )


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Write the report and say where it is and what it says first."""
    check_level(args.level)
    paths = paths_of(args.out, args.format)
    check_targets(list(paths.values()), force=args.force)
    if any(not (math.isfinite(budget) and budget > 0) for budget in args.flops or ()):
        raise FitError(
            f"`--flops` must be positive, finite numbers of FLOPs. Received: {args.flops!r}."
        )
    table = fit_command.table_from(args)
    fit = fit_command.fit_table(args, table, args.form)
    results = gather(
        fit,
        table,
        source=_source(args),
        budgets=args.flops,
        level=args.level,
        seed=args.seed,
    )
    pictures = {"html": "svg", "md": "png"}
    figures = draw_figures(results, [pictures[name] for name in paths])
    files = _files(paths, write_document(results, figures))
    # The first check spares a user the wait; which pictures there are is known only now.
    check_targets(list(files), force=args.force)
    write_all(files)
    written = [str(path) for path in paths.values()]
    if args.json:
        values = _plain({"written": written, **results.to_dict()})
        out.write(json.dumps(values, indent=1) + "\n")
    else:
        out.write(_said(results, written))
    try:
        check_matplotlib()
    except PlottingError as error:
        sys.stderr.write(f"scaling-keras: the report has no figures. {error}\n")
    return 0


def _source(args: argparse.Namespace) -> str:
    """Return what the user calls the runs."""
    name = Path(args.logdir).name or str(args.logdir)
    return f"{name} ({args.runs})" if args.runs else name


def _formats(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not set(names) <= set(FORMATS):
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(FORMATS)}, or both")
    return list(dict.fromkeys(names))


def _files(paths: Mapping[str, Path], document: Document) -> dict[Path, bytes]:
    """Return the content of each file, the figures before the text that shows them."""
    files: dict[Path, bytes] = {}
    if "md" in paths:
        folder = pictures_of(paths["md"])
        for block in document.blocks:
            if isinstance(block, Picture):
                files[folder / f"{block.name}.png"] = block.files["png"]
        files[paths["md"]] = to_markdown(document, pictures=folder.name).encode()
    if "html" in paths:
        files[paths["html"]] = to_html(document).encode()
    return files


def _said(results: ReportResults, written: list[str]) -> str:
    n = len(results.fit.warnings)
    lines = [results.fit.formula(), f"  {results.fit.n_runs} runs, {n} finding{'s' * (n != 1)}"]
    lines += [f"  no {part.replace('_', ' ')}: {why}" for part, why in results.reasons.items()]
    lines += [f"written: {path}" for path in written]
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    """Return values that JSON has: what is not finite becomes None."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
