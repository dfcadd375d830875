"""`Plan`: a run to train, and how sure each number of it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.results import Finding, Interval, distinct
from scaling_keras.laws.splitting import least_run, open_ends, unknown_runs

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

FORWARD_SHARE = 1 / 3
"""Part of an example's training FLOPs that its forward pass takes: `2 N` of `6 N`.

Kaplan et al., arXiv:2001.08361, section 2.1.
"""


_PLANNED = ("n_params", "n_examples")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """A run to train, and how sure each number of it is.

    Where an upper end is `inf`, too many resamples of the fit never get there; where an interval
    is from 0 to `inf`, the runs don't show which split is best, and the plan keeps to a ratio of
    theirs, or say nothing of what the law needs there (the findings `not_separable` and
    `not_identified`).

    Attributes:
        n_params: Parameters of the model.
        n_examples: Examples that it sees.
        train_flops: Forward and backward FLOPs of the whole run. A budget that was given is
            value, low and high in one.
        loss: The loss that such a run reaches; its interval is that of a prediction.
        target_loss: The loss that was asked for; None for a plan of a budget.
        unreached: Share of the resamples whose law never reaches the target, in `[0, 1]`.
        n_epochs: Passes over the data; None if `dataset_size` was not given.
        examples_served: Examples that the model will be asked about in its life.
        inference_flops: FLOPs of serving them; None without `examples_served`.
        saving: Share of training and inference FLOPs together that is saved against the model of
            the same loss that is cheapest to train; None without `examples_served`.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        extrapolation: Factor beyond the runs of the fit, as in `Prediction`.
        warnings: Findings about the plan, and those about the fit that bear on it.
        fit: The fit that it comes from.
    """

    n_params: Interval
    n_examples: Interval
    train_flops: Interval
    loss: Interval
    target_loss: float | None
    unreached: float
    n_epochs: Interval | None
    examples_served: float
    inference_flops: Interval | None
    saving: Interval | None
    level: float
    extrapolation: float
    warnings: tuple[Finding, ...]
    fit: Fit = dataclasses.field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, without the fit, as plain numbers; infinite and `nan` ones as None."""
        values: dict[str, Any] = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self)
        }
        del values["fit"]
        for name, value in values.items():
            if isinstance(value, Interval):
                values[name] = value.to_dict()
        values["warnings"] = [dataclasses.asdict(finding) for finding in self.warnings]
        return values


def plan_of(
    fit: Fit,
    others: Mapping[str, float],
    *,
    log_n: Floats,
    log_d: Floats,
    log_c: Floats,
    level: float,
    dataset_size: float | None,
    widen: bool,
    given: Mapping[str, float | None],
    findings: tuple[Finding, ...],
    target_loss: float | None = None,
    served: float = 0.0,
    forward_share: float = FORWARD_SHARE,
    saving: Floats | None = None,
) -> Plan:
    """Return the plan of the first row, with the spread of the others.

    What was `given` is returned as it was, not as its logarithm's exponential. What is neither
    given nor follows from it is unknown where the runs don't show which split is best.
    """
    n_params, n_examples = given.get("n_params") or float(np.exp(log_n[0])), float(np.exp(log_d[0]))
    for name, value, least in zip(_PLANNED, (n_params, n_examples), least_run(fit), strict=True):
        if value < least:
            raise FitError(
                f"A plan must be of at least one parameter and one example. Received: a goal so "
                f"small that the best run has {name}={value:.3g}. Ask for a lower loss or pass a "
                f"larger budget."
            )
    at = {"n_params": n_params, "n_examples": n_examples, **others}
    loss = fit.predict(level=level, **at)
    factor = loss.extrapolation
    widening = float(fit.backtest.widening(factor)[0]) if widen and fit.backtest else 1.0
    unreached = float(np.mean(np.isinf(log_d[1:]))) if len(log_d) > 1 else 0.0
    if unreached > (1 - level) / 2:
        findings = (*findings, _may_be_unreachable(target_loss, unreached))
    unknown = unknown_runs(fit, np.array([[at[name] for name in fit.law.variables]]))
    if {"n_params", "train_flops"} <= {name for name, value in given.items() if value}:
        unknown = ()  # The budget buys what it buys.

    def interval(logs: Floats, given: float | None = None) -> Interval:
        if unknown and given is None:
            return Interval(value=float(np.exp(logs[0])), low=0.0, high=float("inf"))
        return _interval(logs, level, widening, given)

    size, data = interval(log_n, given.get("n_params")), interval(log_d)
    opened: tuple[Finding, ...] = ()
    if not unknown:
        size, data, opened = _opened(fit, size, data)
    log_serving = np.log(served * forward_share) if served else 0.0
    cost = np.log(fit.example_cost.coef) + fit.example_cost.exponent * log_n
    return Plan(
        n_params=size,
        n_examples=data,
        train_flops=interval(log_c, given.get("train_flops")),
        loss=Interval(value=float(loss.mean[0]), low=float(loss.low[0]), high=float(loss.high[0])),
        target_loss=target_loss,
        unreached=unreached,
        n_epochs=interval(log_d - np.log(dataset_size)) if dataset_size else None,
        examples_served=served,
        inference_flops=interval(cost + log_serving) if served else None,
        saving=None if saving is None else _saving_interval(saving, level),
        level=level,
        extrapolation=float(factor[0]),
        warnings=distinct((*findings, *unknown, *opened, *loss.warnings)),
        fit=fit,
    )


def _opened(
    fit: Fit, size: Interval, data: Interval
) -> tuple[Interval, Interval, tuple[Finding, ...]]:
    """Return the intervals of one plan without ends below one, and what to say of it."""
    ends = [np.array([[each.low], [each.high]]) for each in (size, data)]
    sizes, datas, findings = open_ends(fit, *ends)
    size, data = (
        dataclasses.replace(each, low=float(low), high=float(high))
        for each, (low, high) in zip((size, data), (sizes[:, 0], datas[:, 0]), strict=True)
    )
    return size, data, findings


def _may_be_unreachable(target_loss: float | None, unreached: float) -> Finding:
    return Finding(
        code="target_may_be_unreachable",
        message=f"In {unreached:.0%} of the resamples the law never reaches a loss of "
        f"{target_loss:g} within these limits, so there is no upper end to what it may take. Add "
        f"dearer runs to learn where the floor is, or ask for less.",
    )


def _interval(logs: Floats, level: float, widening: float, given: float | None = None) -> Interval:
    """Return the exponential of the first of `logs`, with limits from the others.

    Where some draws are infinite the limits are order statistics, which stay defined. A number
    that was `given` is certain.
    """
    if given is not None:
        return Interval(value=float(given), low=float(given), high=float(given))
    value, draws = logs[0], logs[1:]
    if not len(draws):
        return Interval(value=float(np.exp(value)), low=float("nan"), high=float("nan"))
    shares = [(1 - level) / 2, (1 + level) / 2]
    if np.isfinite(draws).all():
        low, high = np.quantile(draws, shares)
    else:
        low, high = np.quantile(draws, shares, method="inverted_cdf")
    low, high = min(low, value), max(high, value)
    with np.errstate(over="ignore"):
        return Interval(
            value=float(np.exp(value)),
            low=float(np.exp(value - widening * (value - low))),
            high=float(np.exp(value + widening * (high - value))),
        )


def _saving_interval(saving: Floats, level: float) -> Interval:
    """Return the saving with limits from the draws in which there is one."""
    draws = saving[1:][np.isfinite(saving[1:])]
    if not len(draws):
        return Interval(value=float(saving[0]), low=float("nan"), high=float("nan"))
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(
        value=float(saving[0]), low=float(min(low, saving[0])), high=float(max(high, saving[0]))
    )
