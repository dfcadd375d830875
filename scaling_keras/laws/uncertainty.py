"""Resampling: how much the answer would differ had other runs been made."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats


def check_resampling(n_resamples: Any, seed: Any) -> None:
    """Raise a `FitError` that names the option that can't be used."""
    if not isinstance(n_resamples, Integral) or n_resamples < 100:
        raise FitError(
            f"`n_resamples` must be at least 100 for an interval to mean anything, and a whole "
            f"number. Received: n_resamples={n_resamples!r}."
        )
    if seed is None or isinstance(seed, np.random.Generator):
        return
    if not isinstance(seed, Integral):
        raise FitError(
            f"`seed` must be a whole number, a generator or None. Received: seed={seed!r}."
        )
    if seed < 0:
        raise FitError(f"`seed` must not be negative. Received: seed={seed!r}.")


def resample_weights(
    groups: np.ndarray,
    weights: Floats,
    n_resamples: int,
    rng: np.random.Generator,
    *,
    of: np.ndarray | None = None,
) -> Floats:
    """Return the row weights of bootstrap resamples of whole clusters.

    Resampling whole runs, not points, keeps what the points of a run have in common; resampling
    points of one curve as if they were independent makes intervals several times too narrow.

    Args:
        groups: Cluster of each row, integers from 0. Shape `(rows,)`.
        weights: Weight of each row. Shape `(rows,)`.
        n_resamples: How many.
        rng: Source of randomness.
        of: Mask of the rows whose clusters are drawn; all by default.

    Returns:
        Shape `(n_resamples, rows)`: how often each row's cluster was drawn, times its weight.

    References:
        Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 6.2; whole clusters
        as in Davison and Hinkley, Bootstrap Methods (1997), section 3.8.
    """
    drawn = np.bincount(groups if of is None else groups[of], minlength=int(groups.max()) + 1) > 0
    counts = rng.multinomial(drawn.sum(), drawn / drawn.sum(), size=n_resamples)
    return counts[:, groups] * weights


def noise(residuals: Floats, n_parameters: int, weights: Floats | None = None) -> Floats:
    """Return the residuals scaled to the spread of a new run around the law.

    Residuals of a fit are smaller than the noise they stem from, because `p` parameters were
    bent towards them; `sqrt(n / (n - p))` undoes that on average, as for least squares.

    Args:
        residuals: Log loss minus fitted log loss, shape `(rows,)`.
        n_parameters: `p`.
        weights: Weight of each row; where they differ, `n` is the number of equal weights that
            would determine a mean as well.

    References:
        Kish, Survey Sampling (1965), section 11.7, for the number that unequal weights are worth.
    """
    n = len(residuals) if weights is None else weights.sum() ** 2 / (weights**2).sum()
    scaled: Floats = residuals * np.sqrt(n / max(n - n_parameters, 1))
    return scaled


def with_noise(draws: Floats, residuals: Floats, n_parameters: int, *, weights: Floats) -> Floats:
    """Return draws of what a new run reaches, from draws of the law.

    Args:
        draws: Log losses of the law in each resample, shape `(draws, points)`.
        residuals: Log loss minus fitted log loss, shape `(rows,)`.
        n_parameters: Parameters that were fitted.
        weights: Weight of each row, by which its residual is met. Shape `(rows,)`.
    """
    if not len(draws) or not len(residuals):
        return draws
    order = np.argsort(residuals, kind="stable")
    scatter = noise(residuals, n_parameters, weights)[order]
    share = np.cumsum(weights[order]) / weights.sum()
    picks = np.searchsorted(share, van_der_corput(len(draws)), side="right")
    reached: Floats = draws + scatter[np.minimum(picks, len(scatter) - 1)][:, None]
    return reached


def quantile(draws: Floats, level: float) -> float:
    """Return a quantile of one quantity's draws, `nan` without any."""
    return float(np.quantile(draws, level)) if len(draws) else float("nan")


def quantile_of_rows(
    values: Floats, level: float, weights: Floats | None = None, *, between: bool = True
) -> float:
    """Return a quantile of rows, each of which counts as so many as its weight is to the least.

    Args:
        values: Shape `(rows,)`.
        level: In `[0, 1]`.
        weights: Shape `(rows,)`, positive; equal by default.
        between: Whether to interpolate between rows, as NumPy does; else it is the lower one.
    """
    order = np.argsort(values, kind="stable")
    counts = np.ones(len(values)) if weights is None else weights[order] / weights.min()
    until = np.round(np.cumsum(counts), 9)
    place = (until[-1] - 1) * level
    picks = np.searchsorted(until, np.floor(place) + np.arange(2), side="right")
    low, high = values[order[np.minimum(picks, len(values) - 1)]]
    return float(low + (place - np.floor(place)) * (high - low) if between else low)


def limits(value: float, draws: Floats, level: float) -> tuple[float, float]:
    """Return equal-tailed limits of one quantity's draws, as `quantiles` does of several."""
    low, high = _equal_tailed(np.asarray(value), draws, level)
    return float(low), float(high)


def quantiles(
    value: Floats, draws: Floats, level: float, widening: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """Return equal-tailed limits of `draws`, their distance from `value` times `widening`.

    Args:
        value: Estimate, shape `(points,)`.
        draws: Shape `(draws, points)`.
        level: Share between the limits, in `(0, 1)`.
        widening: At least 1, a number or of shape `(points,)`.

    Returns:
        Lower and upper limits, shape `(points,)`, with `value` never outside them; `nan` without
        draws.
    """
    low, high = _equal_tailed(value, draws, level)
    return value - widening * (value - low), value + widening * (high - value)


def _equal_tailed(value: Floats, draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Return limits of draws, of shape `(draws, *value.shape)`, with `value` never outside them."""
    if not len(draws):
        unknown = np.full_like(value, np.nan)
        return unknown, unknown
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return np.minimum(low, value), np.maximum(high, value)


def van_der_corput(n: int) -> Floats:
    """Return the first `n` points of the base-2 van der Corput sequence.

    They fill `[0, 1)` evenly, so pairing them with random draws samples a second, independent
    quantity without another source of randomness.

    Example:
    >>> van_der_corput(4)
    array([0.  , 0.5 , 0.25, 0.75])
    """
    numbers, points, digit = np.arange(n), np.zeros(n), 0.5
    while numbers.any():
        points += digit * (numbers & 1)
        numbers >>= 1
        digit /= 2
    return points
