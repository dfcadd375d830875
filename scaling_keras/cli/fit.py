"""`scaling-keras fit LOGDIR`: the law of the runs in a logdir."""

from __future__ import annotations

import argparse
import json
from typing import TextIO

from scaling_keras import laws
from scaling_keras.events.reader import read_runs
from scaling_keras.runs import PARAM_CONVENTIONS, RunTable

HELP = "fit a scaling law to the runs in a logdir or CSV file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the runs and the law."""
    add_common_arguments(parser)
    parser.add_argument(
        "--x",
        choices=("train_flops", "n_params", "n_examples"),
        help="the variable of a one-variable law, train_flops by default; with auto, of all laws",
    )


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that any command takes which fits a law."""
    parser.add_argument("logdir", help="directory with runs of ScalingLogger, or a CSV file")
    parser.add_argument(
        "--form",
        default="auto",
        choices=("auto", *laws.FORMS),
        metavar="FORM",
        help="the law to fit; auto averages laws by how they predict held-out runs; "
        f"others: {', '.join(laws.FORMS)}",
    )
    parser.add_argument(
        "--runs",
        default="",
        metavar="PATTERN",
        help="names of the runs to fit, such as 'demo/*,mlp-*'; with ! before it, of those not to",
    )
    parser.add_argument(
        "--groups",
        metavar="COLUMN",
        help="what runs share that aren't independent: points of one training say here which",
    )
    parser.add_argument(
        "--include-tests",
        action="store_true",
        help="fit runs that tested a prediction, too",
    )
    parser.add_argument(
        "--metric",
        help="the metric to take the loss from; default val_loss if any run has it, else loss",
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


def table_from(args: argparse.Namespace) -> RunTable:
    """Read the runs that the arguments name."""
    table = read_runs(
        args.logdir,
        loss=args.loss,
        metric=args.metric,
        param_convention=args.param_convention,
        runs=args.runs,
    )
    return table.with_tests() if args.include_tests else table


def fit_table(args: argparse.Namespace, table: RunTable, form: str) -> laws.Fit:
    """Fit `form` to runs, with the options of the arguments."""
    of_x = form in laws.FORMS and "x" in laws.FORMS[form].variables
    x = args.x or ("train_flops" if of_x else None)
    return laws.fit(form, table, x=x, groups=args.groups, seed=args.seed)


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
                    "runs": args.runs,
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
        for sentence in each.skipped:
            out.write(f"  of {each.name}, {sentence}\n")
    return 0
