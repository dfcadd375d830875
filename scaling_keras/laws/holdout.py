"""Held-out checks of the extrapolation: fit the cheaper runs, look at the miss on the dearest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.columns import MIN_DISTINCT
from scaling_keras.laws.extrapolation import extrapolation_factor
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.uncertainty import (
    quantile_of_rows,
    quantiles,
    resample_weights,
    with_noise,
)
from scaling_keras.laws.variations import outliers

LEVEL = 0.9
N_RESAMPLES = 60
N_STARTS = 32
MAX_STEPS = 60
"""Where the rows determine a law resamples need fewer. Elsewhere they end before they are as far
apart as they might be, and what the intervals then lack is made up by the widening."""
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
"""Parts of the runs, the dearest first, that are held out in turn."""
SHARE = 0.2
"""The one of them whose error is quoted."""
_NEAR = float(np.log(1.25))
"""Shortest distance beyond the data, in logs, from which a rate of widening is learnt."""
ROUNDING = 1e-7
"""A miss below this is none: losses kept in 32 bits are rounded by as much."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fold:
    """What a fit of the cheaper rows said of the dearer ones.

    Attributes:
        held: Which rows it had not seen, shape `(rows,)`.
        law: The law there in each resample, in the solver's frame of all rows, shape
            `(resamples, held)`.
        reached: The same with the scatter of single runs added.
        factor: How far each lies beyond the rows fitted, at least 1. Shape `(held,)`.
        baseline: What one would say of them without a law (`guess`).
    """

    held: np.ndarray
    law: Floats
    reached: Floats
    factor: Floats
    baseline: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """Runs that a law had not seen, and what it said of them; each field but the last is by run.

    Attributes:
        names: Their names.
        observed: What they reached.
        predicted: What the law said of them.
        low: Lower ends of its intervals, of level `LEVEL`, before the misses here widen any.
        high: Upper ends of those.
        baseline: What one would say of each without a law (`guess`).
    """

    names: tuple[str, ...]
    observed: tuple[float, ...]
    predicted: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    baseline: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Backtest:
    """How a form predicted runs that it had not seen.

    The first numbers are of the dearest fifth. In all means and parts a row counts by its weight.

    Attributes:
        n_train: Runs it was fitted to.
        n_test: Dearer runs it was judged on.
        extrapolation: Geometric mean of how far the judged runs lie beyond the fitted ones.
        error: Mean relative error of the predicted loss.
        baseline_error: Mean relative error of guessing the lowest loss among the fitted runs, or
            where lower is not better, what the dearest of them reached (`guess`).
        miss_ratio: By how much the half-width of intervals has to grow, as far out as the judged
            runs, to hold runs at the stated level: learnt from all parts of `SHARES`, without the
            rows that are outliers of the law; at least 1.
        errors: Mean relative error with each part of `SHARES` held out in turn; None where too
            few runs would be left to fit.
        judged: The judged runs one by one; None in a fit that was saved before they were kept.
    """

    n_train: int
    n_test: int
    extrapolation: float
    error: float
    baseline_error: float
    miss_ratio: float
    errors: tuple[float | None, ...]
    judged: Judged | None = None

    def widening(self, factor: Floats) -> Floats:
        """Return by how much an interval grows at a point `factor` beyond the data.

        1 inside the data, `miss_ratio` as far out as the judged runs were, and on at the same
        rate in the log of the distance: what the form gets wrong shows more the farther it goes.

        Args:
            factor: Extrapolation of each point, at least 1. Shape `(points,)`.
        """
        reach = max(np.log(self.extrapolation), _NEAR)
        grown: Floats = 1.0 + (self.miss_ratio - 1.0) * np.log(factor) / reach
        return grown


def held_out_rows(cost: Floats, share: float = 0.2, weights: Floats | None = None) -> np.ndarray:
    """Return which rows to judge on: the dearest fifth, all rows of one cost together.

    Args:
        cost: Compute of each row, or whatever orders them. Shape `(rows,)`.
        share: Which part to hold out.
        weights: How much each row counts as part of them; equal by default.

    Returns:
        A mask of shape `(rows,)`, true for the rows held out.
    """
    threshold = quantile_of_rows(cost, 1 - share, weights, between=False)
    held = cost > threshold * (1 + 1e-9)
    return held if held.any() else cost >= cost.max() * (1 - 1e-9)


def miss_ratio(
    observed: Floats,
    mean: Floats,
    low: Floats,
    high: Floats,
    level: float,
    weights: Floats | None = None,
) -> float:
    """Return the factor on the half-widths with which a share `level` of the rows is inside.

    Args:
        observed: Log losses reached, shape `(rows,)`.
        mean: Predicted log losses.
        low: Lower ends of their intervals, in logs.
        high: Upper ends.
        level: Share to be inside, in `(0, 1)`.
        weights: How much each row counts; equal by default.
    """
    half = np.where(observed < mean, mean - low, high - mean)
    ratio = np.abs(observed - mean) / np.maximum(half, ROUNDING)
    return quantile_of_rows(ratio, level, weights)


def hold_out(
    problem: Problem, cost: ExampleCost, rng: np.random.Generator
) -> tuple[Fold | None, ...]:
    """Fit the cheaper runs and predict the dearest, with each part of `SHARES` held out in turn.

    A row that is held out has no weight. So all parts, and all resamples of them, are problems of
    the same rows, and advance together.

    Returns:
        A fold for each of `SHARES`; None where too few rows would be left to fit.
    """
    form, columns = problem.form, problem.columns
    price = price_of_rows(form, columns.values, cost)
    masks = [held_out_rows(price, share, columns.weights) for share in SHARES]
    n_free = len(form.parameters) - len(problem.fixed)
    enough = [can_determine(n_free, columns.values[~held]) for held in masks]
    kept = [~held for held, usable in zip(masks, enough, strict=True) if usable]
    if not kept:
        return (None,) * len(SHARES)
    theta = problem.minima_of_rows(np.array(kept), N_STARTS, rng)
    weights = [
        resample_weights(columns.groups, columns.weights * rows, N_RESAMPLES, rng, of=rows)
        for rows in kept
    ]
    draws = problem.minima_near(
        np.repeat(theta, N_RESAMPLES, axis=0), np.concatenate(weights), max_steps=MAX_STEPS
    )
    found = iter(
        _fold(problem, price, ~rows, best, drawn)
        for rows, best, drawn in zip(kept, theta, np.split(draws, len(kept)), strict=True)
    )
    return tuple(next(found) if usable else None for usable in enough)


def _fold(
    problem: Problem, price: Floats, held: np.ndarray, theta: Floats, resamples: Floats
) -> Fold:
    """Return what a fit of the rows kept, and its resamples, say of those held out."""
    form, values, weights = problem.form, problem.columns.values, problem.columns.weights
    seen = problem.columns.observed[~held]
    draws = form.value(resamples, problem.z[held])
    residuals = (problem.y - problem.fitted(theta[None])[0])[~held]
    return Fold(
        held=held,
        law=draws,
        reached=with_noise(
            draws,
            residuals,
            len(theta) - len(problem.fixed),
            weights=weights[~held],
        ),
        factor=extrapolation_factor(values[held], values[~held], form.variables),
        baseline=float(guess(form, seen, price[~held], np.ones(1), weights[~held])[0]),
    )


def judge(problem: Problem, folds: Sequence[Fold | None], theta: Floats) -> Backtest | None:
    """Return how good the predictions of the folds were; None without that of the dearest fifth.

    Args:
        problem: Any problem of the rows: what was observed, and the frame of the draws.
        folds: As `hold_out` returns them, or mixtures of such.
        theta: The law of all rows in the solver's frame, by which some may be outliers. Shape
            `(p,)`.
    """
    form, observed, weights = problem.form, problem.columns.observed, problem.columns.weights
    main = folds[SHARES.index(SHARE)]
    if main is None:
        return None
    errors = [
        None
        if fold is None
        else relative_error(
            form.target_from_frame(np.median(fold.law, axis=0), problem.centre),
            observed[fold.held],
            weights[fold.held],
        )
        for fold in folds
    ]
    judged, weight = observed[main.held], weights[main.held]
    mean = np.median(main.law, axis=0)
    ends = quantiles(mean, main.reached, LEVEL)
    predicted, low, high = (
        form.target_from_frame(there, problem.centre) for there in (mean, *ends)
    )
    extrapolation = float(np.exp(np.average(np.log(main.factor), weights=weight)))
    rate = _rate_of_missing([fold for fold in folds if fold], problem, ~outliers(problem, theta))
    return Backtest(
        n_train=int((~main.held).sum()),
        n_test=int(main.held.sum()),
        extrapolation=extrapolation,
        error=errors[SHARES.index(SHARE)] or 0.0,
        baseline_error=relative_error(np.full_like(judged, main.baseline), judged, weight),
        miss_ratio=1.0 + rate * max(float(np.log(extrapolation)), _NEAR),
        errors=tuple(errors),
        judged=Judged(
            names=tuple(np.array(problem.columns.names)[main.held].tolist()),
            observed=tuple(judged.tolist()),
            predicted=tuple(predicted.tolist()),
            low=tuple(low.tolist()),
            high=tuple(high.tolist()),
            baseline=main.baseline,
        ),
    )


def _rate_of_missing(folds: Sequence[Fold], problem: Problem, usual: np.ndarray) -> float:
    """Return by how much half-widths must grow per unit of log distance beyond the data.

    Each fold's own miss ratio rests on few rows that err together, so it may lie far above or
    below what the next one would show. Their geometric mean is steadier than any, and than the
    ratio over all rows at once, where the largest fold decides. A single run that went wrong says
    nothing of what the law gets wrong beyond the data, and among few rows would decide: only the
    `usual` ones count.
    """
    logs, reach = [], []
    for fold in folds:
        judged = usual[fold.held]
        if not judged.any():
            continue
        mean = np.median(fold.law, axis=0)
        low, high = quantiles(mean, fold.reached, LEVEL)
        weights = problem.columns.weights[fold.held][judged]
        observed = problem.y[fold.held][judged]
        ratio = miss_ratio(observed, mean[judged], low[judged], high[judged], LEVEL, weights)
        logs.append(np.log(max(ratio, ROUNDING)))
        reach.append(np.average(np.log(fold.factor[judged]), weights=weights))
    if not logs:
        return 0.0
    excess = max(0.0, float(np.expm1(np.mean(logs))))
    return excess / max(float(np.mean(reach)), _NEAR)


def rank(backtests: Sequence[Backtest | None]) -> list[float]:
    """Return the score of each form by its held-out errors, the lower the better.

    The geometric mean of the errors over those parts of `SHARES` that every form could be judged
    on: forms are compared by ratio, so that one part with large errors doesn't decide alone.
    Infinity for a form without a check.
    """
    checked = [backtest.errors for backtest in backtests if backtest]
    common = [i for i in range(len(SHARES)) if all(e[i] is not None for e in checked)]
    scores = []
    for backtest in backtests:
        if backtest is None or not common:
            scores.append(float("inf") if backtest is None else backtest.error)
            continue
        errors = np.array([backtest.errors[i] for i in common], dtype=np.float64)
        scores.append(float(np.exp(np.log(np.maximum(errors, 1e-12)).mean())))
    return scores


def price_of_rows(form: Form, values: Floats, cost: ExampleCost) -> Floats:
    """Return what orders the rows from cheap to dear.

    The compute where size and data are known, else the product of the variables that enter by
    their powers; for a law of a loss alone, how low that is.
    """
    names = form.variables
    if {"n_params", "n_examples"} <= set(names):
        size, data = (values[:, names.index(name)] for name in ("n_params", "n_examples"))
        price: Floats = cost(size) * data
        return price
    if set(names) <= set(form.falling_variables):
        reached: Floats = 1 / values.prod(axis=1)
        return reached
    grown = [i for i, name in enumerate(names) if name not in form.linear_variables]
    product: Floats = np.exp(np.log(values[:, grown]).sum(axis=1)) if grown else values[:, 0]
    return product


def guess(
    form: Form, seen: Floats, price: Floats, unseen: Floats, weights: Floats | None = None
) -> Floats:
    """Return what one would say of dearer runs without a law, shape of `unseen`.

    The best target among the runs seen; where it is nothing to be made small, as an optimal
    learning rate, the mean of what the dearest of them reached.

    Args:
        form: The law.
        seen: Targets of the fitted runs, shape `(rows,)`.
        price: What orders them from cheap to dear, shape `(rows,)`.
        unseen: Targets of the runs to guess.
        weights: How much each of the fitted runs counts; equal by default.
    """
    if form.lower_is_better:
        return np.full_like(unseen, seen.min())
    dearest = price >= price.max()
    shares = None if weights is None else weights[dearest]
    return np.full_like(unseen, np.average(seen[dearest], weights=shares))


def can_determine(n_parameters: int, values: Floats) -> bool:
    """Return whether rows are enough for a fit of so many free parameters."""
    enough_rows = len(np.unique(values, axis=0)) >= n_parameters + 2
    return enough_rows and all(len(np.unique(column)) >= MIN_DISTINCT for column in values.T)


def relative_error(predicted: Floats, observed: Floats, weights: Floats | None = None) -> float:
    """Return the mean relative error, rows counting by their weights if they have some.

    That of the absolute error where zeros were observed.
    """
    if (observed > 0).all():
        return float(np.average(np.abs(predicted / observed - 1), weights=weights))
    return float(np.average(np.abs(predicted - observed), weights=weights))
