"""`scaling-keras plan LOGDIR --flops 1e15`: the run to train for a budget or for a target loss."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

import numpy as np

from scaling_keras import laws
from scaling_keras.cli import fit as fit_command
from scaling_keras.cli.amounts import amount
from scaling_keras.errors import FitError
from scaling_keras.laws.fit_text import times
from scaling_keras.laws.hardware import Duration, hours, measured_flops_per_second
from scaling_keras.laws.next_runs import NextRuns, next_runs
from scaling_keras.laws.plan_result import FORWARD_SHARE, Plan
from scaling_keras.laws.planning import allocate, cheapest
from scaling_keras.laws.results import Finding, caveats, distinct
from scaling_keras.runs import RunTable

HELP = "say how large a model, on how much data, a budget or a target loss asks for"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fit` but `--x`, the goal, its limits and the hardware."""
    fit_command.add_common_arguments(parser)
    goal = parser.add_mutually_exclusive_group(required=True)
    goal.add_argument(
        "--flops", type=float, help="the budget: forward and backward FLOPs of the whole run"
    )
    goal.add_argument("--target-loss", type=float, help="the loss to reach as cheaply as possible")
    parser.add_argument("--n-params", type=float, help="parameters, if the size is given")
    parser.add_argument("--dataset-size", type=float, help="unique examples, if they are limited")
    parser.add_argument(
        "--examples-served",
        type=float,
        help="examples the model will be asked about, to count inference in with --target-loss",
    )
    parser.add_argument("--device", help="hardware to tell the hours for, such as H100")
    parser.add_argument("--n-devices", type=int, help="devices that share the work; default 1")
    parser.add_argument(
        "--utilisation", type=float, help="share of the device's peak that is reached; default 0.4"
    )
    parser.add_argument(
        "--dtype", help="what the device multiplies in: bf16, fp16, tf32 or fp32; default bf16"
    )
    parser.add_argument(
        "--price", type=float, help="price of one device for an hour, in any currency"
    )
    parser.add_argument(
        "--next-runs", type=int, help="how many runs to name that would narrow the loss most"
    )


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Print the plan as text or JSON."""
    _refuse_unused(args)
    runs = fit_command.table_from(args)
    fit = laws.fit(args.form, runs, groups=args.groups, seed=args.seed)
    plan = _plan(args, fit, runs)
    took = _duration(args, plan, runs)
    advice = None
    if args.next_runs is not None:
        target = {"n_params": plan.n_params.value, "n_examples": plan.n_examples.value}
        if "dataset_size" in fit.law.variables:
            target["dataset_size"] = args.dataset_size
        advice = next_runs(fit, target=target, n=args.next_runs, level=args.level)
    if args.json:
        values = {
            **plan.to_dict(),
            "warnings": [
                dataclasses.asdict(finding) for part in _findings(plan, took) for finding in part
            ],
            "formula": fit.formula(),
            "duration": took.to_dict() if took else None,
            "next_runs": advice.to_dict() if advice else None,
        }
        out.write(json.dumps(values, indent=1) + "\n")
        return 0
    out.write(
        "\n".join((*describe(plan, took, _limits(args)), *_describe_next(advice, plan))) + "\n"
    )
    return 0


def describe(plan: Plan, took: Duration | None, limits: Sequence[str] = ()) -> Iterator[str]:
    """Yield a plan as lines of text.

    Args:
        plan: The plan.
        took: How long it takes, if that is known.
        limits: What was given besides the goal, in words.
    """
    unit = plan.fit.labels.get("example_unit", "example") + "s"
    yield f"{_title(plan, limits)}:"
    rows = [
        ("parameters", plan.n_params, amount),
        (unit, plan.n_examples, amount),
        ("training FLOPs", plan.train_flops, "{:.4g}".format),
        ("loss", plan.loss, "{:.4f}".format),
        ("passes over the data", plan.n_epochs, "{:.3g}".format),
        ("inference FLOPs", plan.inference_flops, "{:.4g}".format),
        ("saved by minding inference", plan.saving, "{:.1%}".format),
        ("hours", took and took.hours, "{:.3g}".format),
        ("price of training", took and took.cost, "{:,.4g}".format),
    ]
    if plan.target_loss is None:
        del rows[2]
    shown = [(name, interval, written) for name, interval, written in rows if interval]
    width = max(len(name) for name, _, _ in shown)
    for name, interval, written in shown:
        yield f"  {name:<{width}}  {number(interval, written, plan.level)}"
    yield f"  {plan.n_examples.value / plan.n_params.value:.3g} {unit} per parameter"
    if plan.extrapolation > 1:
        yield f"  {times(plan.extrapolation)} beyond the runs"
    else:
        yield "  inside the range of the runs"
    if took and took.cost:
        price = took.cost.value / took.device_hours.value
        yield (
            f"  the price is that of {took.device_hours.value:,.3g} device-hours at {price:,.4g} "
            f"each, in the currency of --price, for the training FLOPs of this run alone"
        )
    own, others = _findings(plan, took)
    yield from (f"  ! {finding.message}" for finding in own)
    if others:
        codes = ", ".join(dict.fromkeys(finding.code for finding in others))
        yield f"  of the fit besides: {codes}; `scaling-keras fit` tells what they say"


def _findings(plan: Plan, took: Duration | None) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return what is to be said of the plan and its hours, and then what else of its fit.

    What a plan says of itself has in it those findings about the fit for which its answers may be
    wrong (`results.caveats`); they come after its own.
    """
    of_fit = plan.fit.warnings
    about = distinct((*plan.warnings, *(took.warnings if took else ())))
    own = [finding for finding in about if finding not in of_fit]
    bearing = [finding for finding in distinct(of_fit) if finding in (*about, *caveats(of_fit))]
    others = [finding for finding in distinct(of_fit) if finding not in bearing]
    return (*own, *bearing), tuple(others)


def _title(plan: Plan, limits: Sequence[str]) -> str:
    if plan.target_loss is not None:
        goal = f"Cheapest for a loss of {plan.target_loss:.4g}"
    else:
        goal = f"Compute-optimal for {plan.train_flops.value:.4g} training FLOPs"
    return ", with ".join((goal, *limits))


def _limits(args: argparse.Namespace) -> list[str]:
    """Return what was given besides the goal, in words."""
    words = {
        "n_params": "parameters",
        "dataset_size": "unique examples",
        "examples_served": "examples to serve",
    }
    given = {name: getattr(args, name) for name in words}
    return [f"{amount(value)} {words[name]}" for name, value in given.items() if value is not None]


def number(interval: laws.Interval, written: Callable[[float], str], level: float) -> str:
    """Return a number with its interval, which is left out where the number is certain."""
    value, low, high = map(written, (interval.value, interval.low, interval.high))
    if interval.low == interval.high:
        return value
    if np.isfinite(interval.high):
        ends = f"{low} to {high}" if interval.low else f"up to {high}, no lower end"
    else:
        ends = f"{low} and no upper end" if interval.low else "without ends"
    return f"{value}  ({level:.0%} interval {ends})"


def ratio(width: float) -> str:
    """Return the factor between the ends of an interval, from its width in logs.

    Example:
    >>> ratio(0.0123), ratio(1.374), ratio(1e4)
    ('1.012', '3.95', 'inf')
    """
    with np.errstate(over="ignore"):
        factor = float(np.exp(width))
    return f"{factor:.3f}" if factor < 1.1 else f"{factor:.3g}"


def _describe_next(advice: NextRuns | None, plan: Plan) -> Iterator[str]:
    """Yield the runs to do next as lines of text."""
    if advice is None:
        return
    unit = plan.fit.labels.get("example_unit", "example") + "s"
    yield f"Runs to do next, each at most {advice.max_flops:.3g} FLOPs, to know this loss better:"
    for place, run in enumerate(advice.runs, start=1):
        yield (
            f"  {place}. {amount(run.n_params)} parameters on {amount(run.n_examples)} {unit}: "
            f"{run.train_flops:.3g} FLOPs narrow its interval by {run.cut:.1%} in logs, its upper "
            f"over its lower end from {ratio(run.width_before)} to {ratio(run.width_after)}"
            + (f"; {times(run.extrapolation)} beyond the runs" if run.extrapolation > 1 else "")
        )
    said = {*plan.fit.warnings, *plan.warnings}
    yield from (f"  ! {finding.message}" for finding in advice.warnings if finding not in said)


def _refuse_unused(args: argparse.Namespace) -> None:
    """Raise a `FitError` that names an option which would do nothing."""
    form = laws.FORMS.get(args.form)
    if form and not {"n_params", "n_examples"} <= set(form.variables):
        raise FitError(
            f"A plan needs a law of n_params and n_examples. Received: --form {args.form}, a law "
            f"of {', '.join(form.variables)}. Choose a form of both, such as `chinchilla`."
        )
    if args.next_runs is not None and args.next_runs < 1:
        raise FitError(
            f"`--next-runs` must be at least 1. Received: --next-runs {args.next_runs}. Leave it "
            f"out for none."
        )
    if args.device is None:
        for option in ("utilisation", "dtype"):
            if getattr(args, option) is not None:
                raise FitError(
                    f"`--{option}` is about a device. Received: --{option} "
                    f"{getattr(args, option)} without --device. Name the device, or leave it out."
                )
    if args.examples_served is not None and args.target_loss is None:
        raise FitError(
            f"`--examples-served` weighs inference against training at equal loss. Received: "
            f"--examples-served {args.examples_served:g} with --flops. Give a --target-loss."
        )


def _plan(args: argparse.Namespace, fit: laws.Fit, table: RunTable) -> Plan:
    """Return the plan that the arguments ask for."""
    if args.flops is not None:
        return allocate(
            fit,
            train_flops=args.flops,
            n_params=args.n_params,
            dataset_size=args.dataset_size,
            level=args.level,
        )
    return cheapest(
        fit,
        loss=args.target_loss,
        n_params=args.n_params,
        dataset_size=args.dataset_size,
        examples_served=args.examples_served or 0.0,
        forward_share=_forward_share(table),
        level=args.level,
    )


def _forward_share(table: RunTable) -> float:
    """Return the forward part of the training FLOPs as the runs counted it, else a third."""
    shares = [
        forward / run.train_flops_per_example
        for run in table.usable()
        if (forward := run.facts.get("forward_flops_per_example"))
    ]
    known = [share for share in shares if 0 < share <= 1]
    return float(np.median(known)) if known else FORWARD_SHARE


def _duration(args: argparse.Namespace, plan: Plan, table: RunTable) -> Duration | None:
    """Return how long the plan takes on the device named, else at the rate the runs had."""
    n_devices = 1 if args.n_devices is None else args.n_devices
    if args.device is not None:
        return hours(
            plan.train_flops,
            device=args.device,
            dtype=args.dtype or "bf16",
            n_devices=n_devices,
            utilisation=args.utilisation,
            device_hour_price=args.price,
        )
    rate = measured_flops_per_second(table, level=args.level)
    if rate is not None:
        if args.n_devices is not None:
            raise FitError(
                f"`--n-devices` is about a device; without one the hours are those at the rate "
                f"the runs had, on {rate.n_replicas}. Received: --n-devices {args.n_devices} "
                f"without --device. Name the device, or leave it out."
            )
        return hours(
            plan.train_flops,
            flops_per_second=rate,
            n_devices=rate.n_replicas,
            device_hour_price=args.price,
        )
    for option in ("n_devices", "price"):
        if getattr(args, option) is not None:
            raise FitError(
                f"`--{option.replace('_', '-')}` needs to know how fast the work goes, and no run "
                f"recorded that. Received: {getattr(args, option)} without --device. Name the "
                f"device, or leave it out."
            )
    return None
