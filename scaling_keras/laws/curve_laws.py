"""Power laws with floor from each of several beginnings, by least squares over all exponents."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.columns import Columns
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.uncertainty import resample_weights

_N_PARAMETERS = 3
PRIOR_EXPONENT = 0.5
PRIOR_FACTOR = 2.0
PRIOR_GRID = np.linspace(-3.0, 3.0, 25)
"""Exponents that are tried, in standard deviations of the prior."""
_ZOOM = np.linspace(-1.0, 1.0, 9)
_N_ZOOMS = 5
"""Each brings the exponents around the best four times closer together."""
_STEPS = 4
"""Gauss-Newton steps, from weights that are close to begin with."""
ROUNDING = 1e-26
_LOWEST = 1e-6
"""Least part of the law above the floor, relative to the loss: where the loss does not fall."""
_NUMBERS_AT_ONCE = 2**19


@dataclasses.dataclass(frozen=True, kw_only=True)
class Laws:
    """Power laws fitted to the same rows from one beginning on: many with floor, or one without.

    Attributes:
        rows: Which rows they were fitted to, shape `(all rows,)`.
        exponent: Shape `(laws,)`.
        floor: In the unit of the loss, not negative.
        coef: The part above the floor where `log x` is zero, positive.
        weight: Of each law, summing to one.
        closest: The one with the least squared error.
    """

    rows: np.ndarray
    exponent: Floats
    floor: Floats
    coef: Floats
    weight: Floats
    closest: int

    @property
    def is_plain(self) -> bool:
        """Whether it is the one without floor."""
        return len(self.weight) == 1

    def log_loss(self, log_x: Floats) -> Floats:
        """Return the log loss of each law, shape `(laws, points)`."""
        power = self.coef[:, None] * np.exp(-self.exponent[:, None] * log_x)
        log_loss: Floats = np.log(self.floor[:, None] + power)
        return log_loss

    def mean(self, log_x: Floats) -> Floats:
        """Return the average log loss, shape `(points,)`."""
        mean: Floats = self.weight @ self.log_loss(log_x)
        return mean


def fit_laws(log_x: Floats, columns: Columns, windows: Sequence[np.ndarray]) -> list[Laws]:
    """Return the laws of each window of rows."""
    together = max(1, _NUMBERS_AT_ONCE // (len(PRIOR_GRID) * len(log_x)))
    laws: list[Laws] = []
    for first in range(0, len(windows), together):
        part = windows[first : first + together]
        weights = np.stack(part) * columns.weights
        place = np.repeat(PRIOR_GRID[None], len(part), axis=0)
        found = [(place, *_least_squares(log_x, columns.observed, weights, place))]
        width = float(PRIOR_GRID[1] - PRIOR_GRID[0])
        best = _best_place(found)
        for _ in range(_N_ZOOMS):
            place = best[:, None] + width * _ZOOM
            found.append((place, *_least_squares(log_x, columns.observed, weights, place)))
            best, width = _best_place(found), width * float(_ZOOM[1] - _ZOOM[0])
        joined = [np.concatenate(arrays, axis=1) for arrays in zip(*found, strict=True)]
        laws += [
            _weighted(rows, *(array[index] for array in joined)) for index, rows in enumerate(part)
        ]
    return laws


def fit_plain(log_x: Floats, columns: Columns, rows: np.ndarray) -> Laws:
    """Return the power law without floor of some rows, by least squares in logs."""
    weights = (rows * columns.weights)[None]
    exponent, coef = _without_floor(log_x, np.log(columns.observed), weights)
    one = np.ones(1)
    return Laws(rows=rows, exponent=exponent, floor=0 * one, coef=coef, weight=one, closest=0)


def _without_floor(log_x: Floats, log_loss: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return exponents, which are positive, and coefficients, for weights `(windows, rows)`."""
    n = weights.sum(axis=1)
    at, level = weights @ log_x / n, weights @ log_loss / n
    off = log_x - at[:, None]
    slope = (weights * off) @ log_loss / np.maximum((weights * off**2).sum(axis=1), 1e-300)
    exponent = np.maximum(-slope, _LOWEST)
    return exponent, np.exp(level + exponent * at)


def _best_place(found: Sequence[tuple[Floats, ...]]) -> Floats:
    """Return where the squared error is least so far, for each window."""
    place, total = (np.concatenate([item[i] for item in found], axis=1) for i in (0, 3))
    best: Floats = np.take_along_axis(place, np.argmin(total, axis=1)[:, None], axis=1)[:, 0]
    return best


def _weighted(rows: np.ndarray, place: Floats, floor: Floats, coef: Floats, total: Floats) -> Laws:
    """Return laws with weights: the density of the average, times the width that each stands for.

    Args:
        rows: What they were fitted to.
        place: Their exponents, in standard deviations of the prior.
        floor: Shape `(laws,)`.
        coef: Shape `(laws,)`.
        total: Their weighted squared errors.
    """
    order = np.argsort(place, kind="stable")
    place, floor, coef, total = (array[order] for array in (place, floor, coef, total))
    density = np.exp(-0.5 * place**2) / (total + ROUNDING * rows.sum())
    edges = np.concatenate([place[:1], 0.5 * (place[1:] + place[:-1]), place[-1:]])
    weight = density * np.diff(edges)
    return Laws(
        rows=rows,
        exponent=_exponent(place),
        floor=floor,
        coef=coef,
        weight=weight / weight.sum(),
        closest=int(np.argmin(total)),
    )


def _exponent(place: Floats) -> Floats:
    exponent: Floats = PRIOR_EXPONENT * PRIOR_FACTOR**place
    return exponent


def _least_squares(
    log_x: Floats, loss: Floats, weights: Floats, place: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return floor, coefficient and squared error of log loss for given exponents.

    Args:
        log_x: Shape `(rows,)`.
        loss: Shape `(rows,)`.
        weights: Shape `(windows, rows)`.
        place: Exponents in standard deviations of the prior, shape `(windows, laws)`.

    Returns:
        Three arrays of shape `(windows, laws)`.
    """
    power = np.exp(-_exponent(place)[:, :, None] * log_x)
    weights = np.broadcast_to(weights[:, None], power.shape)
    floor, coef, law = _solved(power, loss, weights, law=np.broadcast_to(loss, power.shape))
    for _ in range(_STEPS - 1):
        floor, coef, law = _solved(power, loss, weights, law=law)
    total: Floats = np.einsum("...i,...i->...", weights, (np.log(law) - np.log(loss)) ** 2)
    return floor, coef, total


def _solved(
    power: Floats, loss: Floats, weights: Floats, *, law: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return floor, coefficient and law of a step of weighted least squares.

    The difference of logs is about `(loss - f) / sqrt(loss * law)`, so its square sums as the
    square of `loss - f` with the weight `1 / (loss * law)`, in which `f` is linear.

    Args:
        power: `x**-exponent`, shape `(..., rows)`.
        loss: Shape `(rows,)`.
        weights: Shape `(..., rows)`.
        law: The last approximation of the law, shape `(..., rows)`.
    """
    w = weights / (loss * law)
    wp = w * power
    s0, s1 = w.sum(axis=-1), wp.sum(axis=-1)
    s2 = np.einsum("...i,...i->...", wp, power)
    t0, t1 = w @ loss, wp @ loss
    determinant = np.maximum(s0 * s2 - s1**2, 1e-300)
    floor = (s2 * t0 - s1 * t1) / determinant
    coef = (s0 * t1 - s1 * t0) / determinant
    # Without a floor where it would be negative, flat where the loss would rise.
    coef = np.where(floor < 0, t1 / s2, coef)
    floor = np.maximum(floor, 0.0)
    flat = coef <= 0
    floor = np.where(flat, t0 / s0, floor)
    coef = np.where(flat, _LOWEST * t0 / s1, coef)
    return floor, coef, floor[..., None] + coef[..., None] * power


def drawn(
    laws: Sequence[Laws],
    weight: Floats,
    columns: Columns,
    log_x: Floats,
    n: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Return exponent, floor and coefficient of laws drawn by weight and refitted to resamples."""
    share = np.concatenate([w * law.weight for w, law in zip(weight, laws, strict=True)])
    picks = np.searchsorted(np.cumsum(share / share.sum()), (np.arange(n) + rng.uniform()) / n)
    picks = rng.permutation(np.minimum(picks, len(share) - 1))
    owner = np.repeat(np.arange(len(laws)), [len(law.weight) for law in laws])[picks]
    exponent, floor, coef = (
        np.concatenate([getattr(law, name) for law in laws])[picks]
        for name in ("exponent", "floor", "coef")
    )
    rows = np.stack([law.rows for law in laws])[owner]
    weights = resample_weights(columns.groups, columns.weights, n, rng) * rows
    # A resample of fewer than three values of x says nothing of a law; its rows count as they are.
    thin = (weights > 0).sum(axis=1) < _N_PARAMETERS
    weights = np.where(thin[:, None], rows * columns.weights, weights)
    power = np.exp(-exponent[:, None] * log_x)
    law = floor[:, None] + coef[:, None] * power
    for _ in range(2):
        floor, coef, law = _solved(power, columns.observed, weights, law=law)
    plain = np.array([law.is_plain for law in laws])[owner]
    floor[plain] = 0.0
    log_loss = np.log(columns.observed)
    exponent[plain], coef[plain] = _without_floor(log_x, log_loss, weights[plain])
    return exponent, floor, coef
