"""What a sweep will pin down, judged before it is paid for: simulate it many times, and fit."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.extrapolation import extrapolation_factor
from scaling_keras.laws.fit_result import Fit, check_level, positive
from scaling_keras.laws.fit_text import times
from scaling_keras.laws.fitting import fit as fit_runs
from scaling_keras.laws.forms.base import Form
from scaling_keras.laws.frontier import optimal_n_params
from scaling_keras.laws.results import Interval
from scaling_keras.laws.synthetic import Design, Noise, Truth, as_noise, synthetic_runs, truth_of

_DECISIONS = ("loss", "n_params", "n_examples")
"""What a sweep is made for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """How well a design pins down one quantity.

    Attributes:
        truth: Its value under the law that the runs were drawn from; `nan` for an exponent that
            this law does not have.
        low: Median over the trials of the lower ends of the intervals.
        high: Median of the upper ends.
        error: Median of the relative error of the estimates.
        coverage: Share of the trials whose interval holds the truth: for a loss, that of a new
            run. `nan` where there is no truth.
    """

    truth: float
    low: float
    high: float
    error: float
    coverage: float

    def to_dict(self) -> dict[str, float | None]:
        """Return the fields, None for `nan`."""
        values = dataclasses.asdict(self)
        return {name: None if np.isnan(value) else value for name, value in values.items()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DesignVerdict:
    """What a design pins down.

    Attributes:
        form: The form that was fitted.
        n_runs: Runs of the design.
        train_flops: What they cost together.
        target_flops: The budget that is planned for.
        n_params: The size that it buys; only its `truth` is a number where the law that is fitted
            is of one variable, which says nothing of it.
        n_examples: The data that it buys, likewise.
        loss: The loss of a run at the target.
        exponents: The exponents of the form.
        extrapolation: How far the target lies beyond the design, as in `Prediction`.
        level: Level of the intervals.
        n_trials: How often the design was simulated.
        failed_share: Share of the trials that could not be fitted.
        failures: Messages of those, with how often each came.
        findings: Finding code to the share of the fits that carry it: `not_identified`.
    """

    form: str
    n_runs: int
    train_flops: float
    target_flops: float
    n_params: Verdict
    n_examples: Verdict
    loss: Verdict
    exponents: Mapping[str, Verdict]
    extrapolation: float
    level: float
    n_trials: int
    failed_share: float
    failures: Mapping[str, int]
    findings: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain, JSON-able values."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name in _DECISIONS:
            values[name] = values[name].to_dict()
        values["exponents"] = {name: v.to_dict() for name, v in self.exponents.items()}
        values["failures"], values["findings"] = dict(self.failures), dict(self.findings)
        return values

    def summary(self) -> str:
        """Return what a person wants to know of the design, as text of a few lines."""
        lines = [
            (
                f"{self.n_runs} runs of {self.train_flops:.3g} FLOPs in all, for a target of "
                f"{self.target_flops:.3g}, {times(self.extrapolation)} beyond them"
            ),
            (
                f"  {self.n_trials} simulated sweeps, fitted with `{self.form}`; "
                f"{self.level:.0%} intervals"
            ),
        ]
        named = {name: getattr(self, name) for name in _DECISIONS} | dict(self.exponents)
        width = max(map(len, named))
        for name, verdict in named.items():
            held = "" if np.isnan(verdict.coverage) else f", held {verdict.coverage:.0%}"
            off = "" if np.isnan(verdict.error) else f", off by {verdict.error:.1%}"
            truth = "" if np.isnan(verdict.truth) else f"{verdict.truth:.4g}"
            span = f"interval {verdict.low:.4g} to {verdict.high:.4g}{off}{held}"
            line = f"  {name:<{width}}  {truth:<10} {'' if np.isnan(verdict.low) else span}"
            lines.append(line.rstrip())
        if self.failed_share:
            lines.append(f"  ! {self.failed_share:.0%} of the sweeps could not be fitted")
            lines.extend(f"    {message}" for message in self.failures)
        lines.extend(
            f"  ! {share:.0%} of the fits carry `{code}`" for code, share in self.findings.items()
        )
        return "\n".join(lines)


def judge_design(
    law: Truth | Fit | Form | str,
    design: Design,
    *,
    target: float | Mapping[str, float],
    params: Mapping[str, float] | None = None,
    form: str | Form | None = None,
    x: str | None = None,
    noise: float | Noise = 0.005,
    n_trials: int = 50,
    n_resamples: int = 100,
    level: float = 0.9,
    seed: int | np.random.Generator | None = 0,
) -> DesignVerdict:
    """Return what a sweep will pin down, if the law and the noise are what they are taken to be.

    The design is simulated and fitted `n_trials` times. That takes some 0.2 CPU seconds each, and
    several times as long for a design that can't tell the terms of a law apart. The verdict is
    as good as the guess of the law: judge a design under several, and expect reality to fit no
    form exactly.

    Args:
        law: A fit, the name of a published law, or, with `params`, a form or its name.
        design: Which runs.
        target: What the sweep is for: a budget in FLOPs, or `n_params` and `n_examples`.
        params: The parameters of the form's formula, by name.
        form: The form to fit; that of the law by default. Another shows what a wrong form costs.
        x: What a `form` of one variable is of, for a ladder: `n_params`, `n_examples` or
            `train_flops`. The loss at the target is then judged, and no size or data.
        noise: Standard deviation of log loss, or a `Noise`.
        n_trials: How often the design is simulated, at least 10. A share of trials is known to
            about `0.5 / sqrt(n_trials)`.
        n_resamples: Of each fit, at least 100.
        level: Level of the intervals, in `(0, 1)`.
        seed: Of everything: a whole number, a generator, or None for a fresh one.

    Raises:
        FitError: If an argument can't be used, or no simulated sweep could be fitted.

    Example:
    >>> from scaling_keras.laws.judging import judge_design
    >>> from scaling_keras.laws.synthetic import Design
    >>> design = Design.grid(n_params=[1e7, 3e7, 1e8, 3e8], n_examples=[1e9, 4e9, 16e9])
    >>> verdict = judge_design("besiroglu", design, target=1e21, n_trials=10)
    >>> f"{verdict.n_runs} runs, {verdict.train_flops:.1e} FLOPs, loss to {verdict.loss.error:.1%}"
    '12 runs, 5.5e+19 FLOPs, loss to 1.0%'
    """
    truth = truth_of(law, params)
    noise = as_noise(noise)
    check_level(level)
    _check_n_trials(n_trials)
    budget, point = _target(truth, target)
    rng = np.random.default_rng(seed)
    cost = truth.example_cost(design.n_params) * design.n_examples
    # What the fitted law is of: each variable's values in the design, and that at the target.
    columns = {"n_params": design.n_params, "n_examples": design.n_examples, "train_flops": cost}
    places = dict(zip(columns, [*point, budget], strict=True))
    if x is not None and x not in columns:
        raise FitError(f"`x` must be one of {', '.join(columns)}. Received: x={x!r}.")
    variables = {"n_params": "n_params", "n_examples": "n_examples"} if x is None else {"x": x}
    at = {name: places[column] for name, column in variables.items()}
    fits, failures = _fit_trials(
        truth, design, form or truth.law, x, noise, n_trials, n_resamples, rng
    )
    seen = np.column_stack([columns[column] for column in variables.values()])
    factor = extrapolation_factor(np.array([list(at.values())]), seen, tuple(variables))
    spread = float(noise.spread(np.array([budget]), float(cost.min()))[0])
    codes = Counter(code for fit in fits for code in {finding.code for finding in fit.warnings})
    return DesignVerdict(
        form=form if isinstance(form, str) else (form or truth.law).name,
        n_runs=design.n_runs,
        train_flops=float(cost.sum()) * design.n_seeds,
        target_flops=budget,
        loss=_loss_verdict(fits, truth, point, at, spread, level, rng),
        **(_allocation_verdicts(fits, truth, budget, level) if x is None else _unjudged(point)),
        exponents=_exponent_verdicts(fits, truth, level),
        extrapolation=float(factor[0]),
        level=level,
        n_trials=n_trials,
        failed_share=failures.total() / n_trials,
        failures=dict(failures),
        findings={code: count / len(fits) for code, count in codes.most_common()},
    )


def check_judging(
    law: Fit | str, *, target: float | Mapping[str, float], noise: float, n_trials: int
) -> None:
    """Raise a `FitError` unless `judge_design` takes these arguments, whatever the design is."""
    as_noise(noise)
    _check_n_trials(n_trials)
    _target(truth_of(law), target)


def _check_n_trials(n_trials: int) -> None:
    """Raise a `FitError` unless a design is simulated often enough."""
    if n_trials < 10:
        raise FitError(
            f"`n_trials` must be at least 10 for a share of them to mean anything. "
            f"Received: n_trials={n_trials!r}."
        )


def _fit_trials(
    truth: Truth,
    design: Design,
    form: str | Form,
    x: str | None,
    noise: Noise,
    n_trials: int,
    n_resamples: int,
    rng: np.random.Generator,
) -> tuple[list[Fit], Counter[str]]:
    """Return the fits of simulated sweeps, and why the others could not be fitted."""
    fits: list[Fit] = []
    failures: Counter[str] = Counter()
    for _ in range(n_trials):
        runs = synthetic_runs(truth, design, noise=noise, seed=rng)
        try:
            fits.append(fit_runs(form, runs, x=x, n_resamples=n_resamples, seed=rng))
        except FitError as error:
            failures[str(error)] += 1
            if failures.total() == n_trials:
                raise
    return fits, failures


def _target(truth: Truth, target: float | Mapping[str, float]) -> tuple[float, list[float]]:
    """Return the budget that is planned for, and the size and data that it buys."""
    if not truth.law.is_surface or len(truth.law.variables) != 2:
        raise FitError(
            f"A design is judged under a law of n_params and n_examples. Received: a "
            f"`{truth.law.name}` law of {', '.join(truth.law.variables)}. Choose another."
        )
    if not isinstance(target, Mapping):
        budget = positive("target", target)
        size = optimal_n_params(
            truth.law, truth.theta[None], truth.centre, truth.example_cost, budget
        )[0]
        return float(budget[0]), [float(size[0]), float((budget / truth.example_cost(size))[0])]
    if set(target) != {"n_params", "n_examples"}:
        raise FitError(
            f"`target` must be a budget in FLOPs, or n_params and n_examples. Received: "
            f"{dict(target)!r}. Pass both, or a number."
        )
    size, data = (positive(name, target[name]) for name in ("n_params", "n_examples"))
    return float((truth.example_cost(size) * data)[0]), [float(size[0]), float(data[0])]


def _verdict(truth: float, intervals: Sequence[Interval], reached: Any = None) -> Verdict:
    """Return how a quantity was pinned down; `reached` is what each interval is to hold."""
    value, low, high = (
        np.array([getattr(interval, end) for interval in intervals])
        for end in ("value", "low", "high")
    )
    held = truth if reached is None else reached
    inside = (low <= held) & (held <= high)
    return Verdict(
        truth=truth,
        low=float(np.median(low)),
        high=float(np.median(high)),
        error=float(np.median(np.abs(value / truth - 1))),
        coverage=float("nan") if np.isnan(truth) else float(inside.mean()),
    )


def _loss_verdict(
    fits: Sequence[Fit],
    truth: Truth,
    point: Sequence[float],
    at: Mapping[str, float],
    spread: float,
    level: float,
    rng: np.random.Generator,
) -> Verdict:
    """Return how the loss at the target, `at` in the variables of the fits, is pinned down."""
    size, data = (np.array([value]) for value in point)
    loss = float(truth.loss(n_params=size, n_examples=data)[0])
    predictions = [fit.predict(**at, level=level) for fit in fits]
    intervals = [Interval(value=p.mean[0], low=p.low[0], high=p.high[0]) for p in predictions]
    return _verdict(loss, intervals, loss * np.exp(spread * rng.standard_normal(len(fits))))


def _allocation_verdicts(
    fits: Sequence[Fit], truth: Truth, budget: float, level: float
) -> dict[str, Verdict]:
    """Return how the optimal size and data of the budget are pinned down."""
    cost = truth.example_cost
    size = optimal_n_params(truth.law, truth.theta[None], truth.centre, cost, np.array([budget]))[0]
    best = [fit.optimal_allocation(train_flops=budget, level=level) for fit in fits]
    return {
        "n_params": _verdict(float(size[0]), [item.n_params for item in best]),
        "n_examples": _verdict(float((budget / cost(size))[0]), [item.n_examples for item in best]),
    }


def _unjudged(point: Sequence[float]) -> dict[str, Verdict]:
    """Return the size and data at the target, of which a law of one variable says nothing."""
    nothing = dict.fromkeys(("low", "high", "error", "coverage"), float("nan"))
    return {
        name: Verdict(truth=value, **nothing)
        for name, value in zip(("n_params", "n_examples"), point, strict=True)
    }


def _exponent_verdicts(fits: Sequence[Fit], truth: Truth, level: float) -> dict[str, Verdict]:
    """Return how the exponents that all fits share are pinned down."""
    first = fits[0].law
    if any(fit.law.name != first.name for fit in fits):
        return {}
    known = truth.params if first.name == truth.law.name else {}
    intervals = [fit.intervals(level) for fit in fits]
    return {
        name: _verdict(
            float(known.get(name, float("nan"))), [interval[name] for interval in intervals]
        )
        for name in first.exponents
    }
