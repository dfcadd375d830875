"""Two steps: from size and data to the loss, and from the loss to what a task measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.fit_result import Fit, check_fit, check_level
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.inseparable import law_draws
from scaling_keras.laws.results import Finding, Prediction, caveats, distinct
from scaling_keras.laws.uncertainty import quantiles, with_noise

BEYOND_LOSSES = 1.1
"""Extrapolation factor of a loss from which a prediction says so: a tenth of the range beyond."""


def predict_downstream(
    fit: Fit, downstream: Fit, *, level: float = 0.9, **variables: Any
) -> Prediction:
    """Return what runs elsewhere are expected to reach on a task, by way of their loss.

    The interval carries what both steps are unsure of. Each draw takes one resample of the law of
    the loss, adds the scatter of runs around it and the widening of its held-out check, and hands
    the loss to one resample of the downstream law, whose own scatter and widening come on top. The
    resamples of the two are paired as independent ones, which they are if the laws were fitted to
    different runs, and nearly are if to the same.

    Args:
        fit: A law of the loss.
        downstream: A law of a metric with `loss` as its variable, such as `downstream_accuracy`,
            fitted to that same loss.
        level: Share of new runs that the interval is meant to contain, in `(0, 1)`.
        **variables: The variables of `fit`, as for `Fit.predict`.

    Returns:
        The metric; its extrapolation is the larger of the two steps'.

    Raises:
        FitError: If the second law doesn't begin where the first ends, or a variable can't be used.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> sizes, budgets = np.geomspace(1e6, 1e9, 5), np.geomspace(1e8, 1e11, 5)
    >>> n, d = (a.ravel() for a in np.meshgrid(sizes, budgets))
    >>> loss = 1.69 + 406.4 / n**0.34 + 410.7 / d**0.28
    >>> first = laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss)
    >>> second = laws.fit("downstream_error", loss=loss, error=0.85 - 2.1 * np.exp(-0.75 * loss))
    >>> found = laws.predict_downstream(first, second, n_params=4e9, n_examples=4e11)
    >>> f"an error of {found.mean[0]:.3f}"
    'an error of 0.429'

    References:
        Gadre et al., arXiv:2403.08540; Bhagia et al., arXiv:2412.04403.
    """
    check_level(level)
    _check_chain(fit, downstream)
    loss = fit.predict(level=level, **variables)
    draws, noisy = _loss_draws(fit, variables, loss)
    first, second = _pairs(len(draws), len(downstream.resamples))
    law, centre = downstream.law, downstream.centre
    theta = downstream.resamples[second]
    expected = _through(downstream, theta, draws[first])
    best = _through(downstream, downstream.theta[None], loss.mean[None])[0]
    mean = np.median(expected, axis=0) if len(expected) else best
    reached = _through(downstream, theta, noisy[first])
    reached = with_noise(
        reached, downstream.residuals, _n_free(downstream), weights=downstream.weights
    )
    at_mean = downstream.predict(loss=loss.mean, level=level)
    widening = (
        downstream.backtest.widening(at_mean.extrapolation)
        if downstream.backtest
        else np.ones(len(mean))
    )
    low, high = quantiles(mean, reached, level, widening)
    return Prediction(
        mean=law.target_from_frame(mean, centre),
        low=law.target_from_frame(low, centre),
        high=law.target_from_frame(high, centre),
        level=level,
        extrapolation=np.maximum(loss.extrapolation, at_mean.extrapolation),
        warnings=distinct(
            (
                *_findings(fit, downstream, loss, at_mean),
                *loss.warnings,
                *caveats(downstream.warnings),
            )
        ),
    )


def _check_chain(fit: Fit, downstream: Fit) -> None:
    """Raise a `FitError` unless the second law takes what the first one gives."""
    check_fit("fit", fit)
    check_fit("downstream", downstream)
    if fit.law.target != "loss" or downstream.law.variables != ("loss",):
        raise FitError(
            f"`predict_downstream` needs a law of the loss, then one of a metric by `loss`. "
            f"Received: a `{fit.form}` fit of {fit.law.target}, then a `{downstream.form}` fit of "
            f"{downstream.law.target} by {', '.join(downstream.law.variables)}. Fit for example "
            f"`chinchilla`, and `downstream_accuracy`."
        )
    names = [which.labels.get("loss_name") for which in (fit, downstream)]
    if None not in names and names[0] != names[1]:
        raise FitError(
            f"Both steps of `predict_downstream` must be of one loss. Received: {names[0]} from "
            f"the first, {names[1]} in the second. Fit both to the same loss."
        )


def _loss_draws(fit: Fit, variables: Any, loss: Prediction) -> tuple[Floats, Floats]:
    """Return draws of the law's loss, and of what a new run reaches, shape `(draws, points)`."""
    columns = (np.atleast_1d(np.asarray(variables[name], float)) for name in fit.law.variables)
    values = np.stack(np.broadcast_arrays(*columns), axis=1)
    draws = law_draws(
        fit.law, fit.resamples, fit.law.into_frame(values, fit.centre), fit.inseparable
    )
    noisy = with_noise(draws, fit.residuals, _n_free(fit), weights=fit.weights)
    if fit.backtest:
        middle = fit.law.target_into_frame(loss.mean, fit.centre)
        noisy = middle + fit.backtest.widening(loss.extrapolation) * (noisy - middle)
    return (
        fit.law.target_from_frame(draws, fit.centre),
        fit.law.target_from_frame(noisy, fit.centre),
    )


def _pairs(n_first: int, n_second: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which resamples of two fits go together: each as often as any, in no common order."""
    if not n_first or not n_second:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing
    n = max(n_first, n_second)
    shuffled = np.random.default_rng(0)
    return (
        (np.arange(n) * n_first // n)[shuffled.permutation(n)],
        (np.arange(n) * n_second // n)[shuffled.permutation(n)],
    )


def _n_free(fit: Fit) -> int:
    return len(fit.theta) - len(fit.fixed)


def _through(downstream: Fit, theta: Floats, losses: Floats) -> Floats:
    """Return the metric in its frame, each row of losses by its own parameters."""
    law = downstream.law
    metric = np.empty(losses.shape)
    for row, loss in enumerate(losses):
        z = law.into_frame(loss[:, None], downstream.centre)
        metric[row] = law.value(theta[row : row + 1], z)[0]
    return metric


def _findings(
    fit: Fit, downstream: Fit, loss: Prediction, at_mean: Prediction
) -> Iterator[Finding]:
    farthest = float(at_mean.extrapolation.max())
    if farthest > BEYOND_LOSSES:
        seen = downstream.values[:, 0]
        yield Finding(
            code="loss_beyond_range",
            message=f"The predicted loss goes from {loss.mean.min():.3f} to "
            f"{loss.mean.max():.3f}, but the downstream law saw {seen.min():.3f} to "
            f"{seen.max():.3f} and is extrapolated. Measure the metric of a better model first.",
        )
    if not len(fit.resamples) or not len(downstream.resamples):
        yield Finding(
            code="no_interval",
            message="One of the two laws comes without resamples, so there is no interval. Fit "
            "both to runs of your own.",
        )
