"""`scaling-keras fit LOGDIR`: the law of the runs in a logdir."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TextIO

from scaling_keras import laws
from scaling_keras.events.reader import read_runs
from scaling_keras.runs import PARAM_CONVENTIONS, RunTable

HELP = "fit a scaling law to the runs in a logdir or CSV file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the runs and the law."""
    parser.add_argument("logdir", help="directory with runs of ScalingLogger, or a CSV file")
    parser.add_argument(
        "--form",
        default="auto",
        choices=("auto", *laws.FORMS),
        help="the law to fit; auto takes the surface that predicts held-out runs best",
    )
    parser.add_argument(
        "--x",
        default="train_flops",
        choices=("train_flops", "n_params", "n_examples"),
        help="the variable of a one-variable law",
    )
    parser.add_argument(
        "--loss",
        default="final",
        choices=("final", "best", "tail"),
        help="how the loss is taken from a run's curve",
    )
    parser.add_argument(
        "--param-convention",
        default="total",
        choices=list(PARAM_CONVENTIONS),
        help="which trainable parameters n_params counts",
    )
    parser.add_argument("--level", type=float, default=0.9, help="level of the intervals")
    parser.add_argument("--seed", type=int, default=0, help="seed of the starts and resamples")


def is_csv(args: argparse.Namespace) -> bool:
    """Return whether the arguments name a file of numbers, not a directory of runs."""
    path = Path(args.logdir)
    return path.suffix.lower() == ".csv" and not path.is_dir()


def table_from(args: argparse.Namespace) -> RunTable:
    """Read the runs that the arguments name."""
    if is_csv(args):
        return RunTable.from_csv(args.logdir, param_convention=args.param_convention)
    return read_runs(args.logdir, loss=args.loss, param_convention=args.param_convention)


def fit_table(args: argparse.Namespace, table: RunTable, form: str) -> laws.Fit:
    """Fit `form` to runs, with the options of the arguments."""
    x = args.x if form in laws.FORMS and "x" in laws.FORMS[form].variables else None
    return laws.fit(form, table, x=x, seed=args.seed)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Print the law as text or JSON."""
    table = table_from(args)
    fit = fit_table(args, table, args.form)
    if args.json:
        intervals = fit.intervals(args.level)
        out.write(
            json.dumps(
                {
                    **fit.to_dict(resamples=False),
                    "formula": fit.formula(),
                    "level": args.level,
                    "intervals": {name: value.to_dict() for name, value in intervals.items()},
                },
                indent=1,
            )
            + "\n"
        )
        return 0
    out.write(fit.summary(args.level) + "\n")
    for item in fit.excluded:
        out.write(f"  left out {item.name}: {item.reason}\n")
    for each in table:
        for sentence in each.facts.get("skipped", ()):
            out.write(f"  of {each.name}, {sentence}\n")
    return 0
