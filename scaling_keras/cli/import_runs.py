"""`scaling-keras import SOURCE OUT.csv`: runs of other tools as a table that `fit` reads."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from scaling_keras.errors import RunsError
from scaling_keras.events.assembling import LOSS_CHOICES
from scaling_keras.events.importing import import_csv, import_hparams
from scaling_keras.runs import RunTable

HELP = "import runs from a CSV file with other columns or a TensorBoard logdir with HParams"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the source, its columns and the file to write."""
    parser.add_argument("source", help="a CSV file, or a logdir with sessions of HParams")
    parser.add_argument("out", help="the CSV file to write, for `scaling-keras fit`")
    parser.add_argument(
        "--columns",
        action="append",
        metavar="OURS=THEIRS,...",
        help="names of columns where they differ: n_params=params,n_examples=steps*batch_size",
    )
    parser.add_argument(
        "--scale",
        action="append",
        metavar="OURS=FACTOR,...",
        help="what to multiply a column by: n_examples=1e9 for billions",
    )
    parser.add_argument(
        "--loss",
        default="final",
        choices=LOSS_CHOICES,
        help="how a value is taken from a scalar's curve in a logdir",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it is there")


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Write the table and say what is in it and what is not."""
    path = Path(args.out)
    if path.exists() and not args.overwrite:
        raise RunsError(
            f"`out` must be a new file. Received: {str(path)!r}, which is there. Choose another "
            f"name, or pass --overwrite."
        )
    table = _read(args)
    try:
        table.to_csv(path)
    except OSError as error:
        raise RunsError(
            f"`out` must be a file that can be written. Received: {str(path)!r} "
            f"({error.strerror}). Choose another path."
        ) from None
    out.write(_as_json(table, path) if args.json else _as_text(table, path))
    return 0


def _read(args: argparse.Namespace) -> RunTable:
    columns = _pairs("--columns", args.columns)
    scale = {name: _factor(name, text) for name, text in _pairs("--scale", args.scale).items()}
    if Path(args.source).is_dir():
        return import_hparams(args.source, columns=columns, scale=scale, loss=args.loss)
    return import_csv(args.source, columns=columns, scale=scale)


def _pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Return `a=b,c=d` as a mapping."""
    pairs = {}
    for item in (item for text in given or () for item in text.split(",")):
        ours, equals, theirs = item.partition("=")
        if not (equals and ours.strip() and theirs.strip()):
            raise RunsError(
                f"`{option}` must be pairs such as n_params=params,loss=val_loss. "
                f"Received: {item!r}. Write our name, =, and the other."
            )
        pairs[ours.strip()] = theirs.strip()
    return pairs


def _factor(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RunsError(
            f"`--scale` must hold numbers. Received: {name}={text!r}. "
            f"Pass 1e9 for a column in billions."
        ) from None


def _doubts(usable: RunTable) -> list[tuple[str, str]]:
    """Return what was seen that speaks against runs of use to a fit, each with the run's name."""
    return [(run.name, why) for run in usable for why in (run.reason, *run.skipped) if why]


def _as_json(table: RunTable, path: Path) -> str:
    usable = table.usable()
    summary = {
        "out": str(path),
        "n_runs": len(table),
        "n_usable": len(usable),
        "loss_names": sorted(set(table["loss_name"].tolist())),
        "columns": list(table.columns),
        "excluded": [{"name": e.name, "reason": e.reason} for e in usable.excluded],
        "doubts": [{"name": name, "reason": why} for name, why in _doubts(usable)],
    }
    return json.dumps(summary, indent=1) + "\n"


def _as_text(table: RunTable, path: Path) -> str:
    usable = table.usable()
    losses = ", ".join(sorted(set(table["loss_name"].tolist())))
    lines = [f"{len(table)} runs written to {path}, {len(usable)} of use to a fit; loss: {losses}"]
    lines.extend(f"  left out {item.name}: {item.reason}" for item in usable.excluded)
    lines.extend(f"  of {name}, {why}" for name, why in _doubts(usable))
    return "\n".join(lines) + "\n"
