"""What loss a training at a constant learning rate will end at, whatever law its curve follows.

Curves of small trainings stand on plateaus, fall exponentially, or rise once they overfit. What
they have in common is that their slope changes little by little. So the logarithm of the loss is
taken for a line whose slope wanders: a Gaussian process, the integral of a stationary one with an
exponential covariance (Ornstein and Uhlenbeck's), with noise on top and its level unknown. How far
the slope has wandered so far tells how far it may wander to the end.

A line in which scale? A power law is one in the logarithm of the examples seen, an exponential in
the examples themselves, and what comes to a floor in one that slows down towards its end. One curve
doesn't tell these apart, nor how fast the slope wanders, nor how much of it is noise. So none is
chosen: all have a say, by how well they would have foretold the curve.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

FEWEST_POINTS = 8
"""Fewer points tell little of a slope, and nothing of how it changes."""

SKIPPED_SHARE = 0.1
"""Share of the examples seen, at the beginning, that is like nothing that comes later."""

WIDEST = 10.0
"""An upper end this many times the lower one, or the last loss, leaves the other open."""

_MOST_PLACES = 12
"""What changes over a tenth of the curve matters at its end; what changes faster is noise to it."""

_SCALES = (-0.5, 0.0, 0.5, 1.0, 2.0)
"""Powers of the examples seen in which the log loss may be a line; 0 is the logarithm."""

_RATES = (0.1, 0.3, 1.0, 3.0)
"""How fast the slope wanders: per factor `e` in the examples seen, at the end of the curve."""

_NOISES = np.geomspace(1e-8, 10.0, 16)
"""Variance of the noise, as a multiple of that of the slope."""

_EVIDENCE_SHARE = 0.5
"""Neighbours say much the same: points count as half as many."""

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forecast:
    """A predicted final loss.

    Attributes:
        loss: The loss at the end, which it is as likely to be above as below.
        low: Lower end of the interval.
        high: Upper end.
        is_upper_bound: Whether only the upper end is known: the curve leaves open by how much the
            loss will yet fall, or the learning rate is yet to fall and the curve hasn't shown what
            that does. Then `low` is 0, and `loss` a guess, in the latter case of what would be
            reached if it did nothing.
    """

    loss: float
    low: float
    high: float
    is_upper_bound: bool = False


def forecast_loss(
    n_examples: Sequence[float] | Floats,
    loss: Sequence[float] | Floats,
    *,
    end: float,
    level: float = 0.9,
) -> Forecast | None:
    """Return the loss that a curve will have reached at `end`, at a learning rate that stays.

    The log loss behind the first tenth of the examples is taken for a line whose slope wanders, on
    several scales of the examples seen; see the module. How far it wanders, and how noisy the
    points are, the curve itself tells; so the interval is as wide as its past allows for. It is
    that of one more point, noise included. One whose upper end is ten times the lower is given as
    an upper bound, and one whose upper end is ten times the last loss not at all.

    Args:
        n_examples: Examples seen at each point, positive, rising.
        loss: The loss there.
        end: Examples seen at the end, beyond the last point.
        level: Coverage that the interval is meant to have.

    Returns:
        The forecast; None where there are too few points with a positive loss, or they say nothing.
    """
    places, values = np.asarray(n_examples, float), np.asarray(loss, float)
    kept = (places > SKIPPED_SHARE * places[-1]) & np.isfinite(values) & (values > 0)
    if kept.sum() < FEWEST_POINTS:
        return None
    from_last, log_loss, counts = _gathered(np.log(places[kept] / places[-1]), np.log(values[kept]))
    told = np.concatenate(
        [
            told_at_rate
            for power in _SCALES
            for told_at_rate in _at_end(
                _on_scale(from_last, power),
                log_loss,
                counts,
                _on_scale(np.array([math.log(end / places[-1])]), power),
            )
        ],
        axis=1,
    )
    freedom = _EVIDENCE_SHARE * (len(log_loss) - 1)
    shares = ((1 - level) / 2, 0.5, (1 + level) / 2)
    low, middle, high = (_quantile(told, freedom, share) for share in shares)
    if high > log_loss[-1] + math.log(WIDEST):
        return None
    is_upper_bound = high > low + math.log(WIDEST)
    return Forecast(
        loss=math.exp(middle),
        low=0.0 if is_upper_bound else math.exp(low),
        high=math.exp(high),
        is_upper_bound=is_upper_bound,
    )


def _gathered(log_x: Floats, log_loss: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the means of neighbours, at few places, and how many points each is of."""
    if len(log_x) <= _MOST_PLACES:
        return log_x, log_loss, np.ones_like(log_x)
    edges = np.linspace(log_x[0], log_x[-1], _MOST_PLACES + 1)[1:-1]
    index = np.searchsorted(edges, log_x, side="right")
    counts = np.bincount(index)
    found = counts > 0
    sums = (np.bincount(index, of)[found] for of in (log_x, log_loss))
    x, y = (each / counts[found] for each in sums)
    return x, y, counts[found].astype(np.float64)


def _on_scale(from_last: Floats, power: float) -> Floats:
    """Return places on a scale that agrees, at the last point, with the logarithm."""
    return from_last if power == 0 else np.expm1(power * from_last) / power


def _at_end(places: Floats, log_loss: Floats, counts: Floats, end: Floats) -> Iterator[Floats]:
    """Yield what each rate, with all noises, says of the log loss at the end.

    Yields:
        The log of the weight that the curve gives to each noise, and mean and standard deviation
        of its t distribution at the end, shape `(3, noises)`. The level has a flat prior, the
        variance of the slope one over itself: both are integrated out (Rasmussen and Williams,
        Gaussian Processes for Machine Learning, 2006, section 2.7).
    """
    n_points = len(places)
    everywhere = np.append(places, end) - places[0]
    for rate in _RATES:
        covariance = _covariance(everywhere, rate)
        seen = covariance[:-1, :-1] + _NOISES[:, None, None] * np.diag(1 / counts)
        root = np.linalg.cholesky(seen + 1e-10 * np.eye(n_points))
        known = np.stack([log_loss, np.ones(n_points), covariance[:-1, -1]], axis=1)
        y, one, to_end = np.moveaxis(np.linalg.solve(root, known[None]), -1, 0)
        ones = (one**2).sum(axis=1)
        level = (one * y).sum(axis=1) / ones
        rest = y - level[:, None] * one
        scale = np.maximum((rest**2).sum(axis=1) / (n_points - 1), 1e-30)
        unknown_level = (1 - (one * to_end).sum(axis=1)) ** 2 / ones
        variance = covariance[-1, -1] + _NOISES - (to_end**2).sum(axis=1) + unknown_level
        determinant = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        evidence = -determinant - np.log(ones) / 2 - (n_points - 1) / 2 * np.log(scale)
        mean = level + (to_end * rest).sum(axis=1)
        deviation = np.sqrt(np.maximum(variance, 0.0) * scale)
        yield np.stack([_EVIDENCE_SHARE * evidence, mean, deviation])


def _covariance(places: Floats, rate: float) -> Floats:
    """Return that of a line from 0 whose slope, of variance 1, forgets itself at a rate.

    The double integral of `exp(-rate * |u - v|)` over `u` from 0 to `s` and `v` from 0 to `t`.
    """
    s, t = places[:, None], places[None, :]
    ends = np.exp(-rate * s) + np.exp(-rate * t) - 1 - np.exp(-rate * np.abs(t - s))
    covariance: Floats = (2 * rate * np.minimum(s, t) + ends) / rate**2
    return covariance


def _quantile(told: Floats, freedom: float, share: float) -> float:
    """Return a quantile of a mixture of t distributions: log weights, means and deviations."""
    log_weight, mean, deviation = told
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    # It lies between those of the distributions; halved until doubles can't tell.
    each = mean + deviation * special.stdtrit(freedom, share)
    low, high = float(each.min()), float(each.max())
    for _ in range(60):
        middle = (low + high) / 2
        below = special.stdtr(freedom, (middle - mean) / np.maximum(deviation, 1e-300))
        low, high = (middle, high) if weight @ below < share else (low, middle)
    return (low + high) / 2
