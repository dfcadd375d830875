"""Where the loss at a fixed budget is lowest: the numerics of one IsoFLOP profile.

A profile is fitted by three columns that enter linearly, in one of two ways:

- `parabola`: `1, n, n**2` with `n = log N`, as in Hoffmann et al.
- `powers`: `1, N**-alpha, D**-beta`, with exponents that all profiles share. At a fixed budget a
  surface `E + A / N**alpha + B / D**beta` has exactly this shape, so its minimum is found without
  bias on any grid; yet a profile still has three coefficients of its own, no more than a parabola,
  which is the limit of vanishing exponents. Nothing ties the coefficients of one budget to those
  of another: how the minimum moves with compute is left to the data. The coefficients are
  projected out (variable projection), so only the two exponents are searched for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import optimize

from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.uncertainty import limits

SHAPE_RANGE = (0.02, 2.0)
"""Exponents outside it are not told apart from its ends on grids of any use."""

SAME_SIZE = 1e-3
"""Log sizes closer than this are one."""

_STARTS = 8
_REFINED = 2
_SPREAD = np.geomspace(0.25, 4.0, 9)
"""The exponents of a resample, as multiples of those of the fit itself."""
_FLAT = 1e-10
"""Slopes below this share of the loss are rounding."""
_EDGE = 1e-6

Shape = tuple[float, float]
"""`alpha` and `beta`."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """The runs of one budget, in centred logs.

    Attributes:
        log_n: Log size of each run minus `centre_n`, shape `(rows,)`.
        log_d: Log data minus `centre_d`.
        loss: Losses over `unit`.
        clusters: Which runs are drawn together, integers from 0.
        intercept: `p` of the line `log_d = p - q * log_n` that the budget leaves to choose from.
        slope: `q` of that line: 1 if an example's cost is proportional to the size.
        centre_n: Mean log size.
        centre_d: Mean log data.
        unit: Mean loss, so that all profiles count alike.
    """

    log_n: Floats
    log_d: Floats
    loss: Floats
    clusters: np.ndarray
    intercept: float
    slope: float
    centre_n: float
    centre_d: float
    unit: float

    @classmethod
    def of(
        cls,
        budget: float,
        n_params: Floats,
        n_examples: Floats,
        train_flops: Floats,
        loss: Floats,
        clusters: np.ndarray,
    ) -> Profile:
        """Return the profile of the runs of a budget."""
        n, d = np.log(n_params), np.log(n_examples)
        centre_n, centre_d = float(n.mean()), float(d.mean())
        # What an example costs, `f = log(C / D)`, as a line over sizes; at the budget itself
        # `log D = log(budget) - f`, also where runs missed it by part of a step.
        slope, cost = np.polyfit(n - centre_n, np.log(train_flops) - d, 1)
        unit = float(loss.mean())
        return cls(
            log_n=n - centre_n,
            log_d=d - centre_d,
            loss=loss / unit,
            clusters=_by_appearance(clusters),
            intercept=float(np.log(budget) - cost - centre_d),
            slope=float(slope),
            centre_n=centre_n,
            centre_d=centre_d,
            unit=unit,
        )

    def take(self, rows: np.ndarray) -> Profile:
        """Return the runs where a mask is true, in the same centred logs."""
        return dataclasses.replace(
            self,
            log_n=self.log_n[rows],
            log_d=self.log_d[rows],
            loss=self.loss[rows],
            clusters=_by_appearance(self.clusters[rows]),
        )

    @property
    def n_sizes(self) -> int:
        """How many distinct sizes there are."""
        return count_sizes(self.log_n)

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest log size."""
        return float(self.log_n.min()), float(self.log_n.max())


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Minimum:
    """Where profiles fitted to one or more sets of losses are lowest.

    Attributes:
        log_n: Centred log size, within the sizes of the runs. Shape `(draws,)`.
        loss: Loss there over the profile's unit.
        curvature: Second derivative of that by log size; not positive if the profile has no dip.
        bracketed: Whether the minimum lies inside the sizes of the runs.
        misfit: Sum of squared residuals.
    """

    log_n: Floats
    loss: Floats
    curvature: Floats
    bracketed: np.ndarray
    misfit: Floats


def _by_appearance(clusters: np.ndarray) -> np.ndarray:
    """Return the clusters numbered in the order of their first rows."""
    _, first, labels = np.unique(clusters, return_index=True, return_inverse=True)
    rank: np.ndarray = np.argsort(np.argsort(first))
    numbers: np.ndarray = rank[labels.reshape(-1)]
    return numbers


def count_sizes(log_n: Floats) -> int:
    """Return how many sizes differ by more than a thousandth.

    Example:
    >>> count_sizes(np.log([1e6, 1.0001e6, 3e6]))
    2
    """
    return 1 + int((np.diff(np.sort(log_n)) > SAME_SIZE).sum())


def columns_of(log_n: Floats, log_d: Floats, shape: Shape | None) -> Floats:
    """Return the three columns, shape `(points, 3)`; those of the parabola if `shape` is None."""
    if shape is None:
        return np.stack([np.ones_like(log_n), log_n, log_n**2], axis=1)
    alpha, beta = shape
    return np.stack(
        [np.ones_like(log_n), np.expm1(-alpha * log_n) / alpha, np.expm1(-beta * log_d) / beta],
        axis=1,
    )


def find_minimum(profile: Profile, losses: Floats, shape: Shape | None) -> Minimum:
    """Return the minimum of the curve fitted by least squares to each set of losses.

    Args:
        profile: The sizes.
        losses: Over the profile's unit, shape `(draws, rows)`.
        shape: The exponents, or None for a parabola.
    """
    q, r = np.linalg.qr(columns_of(profile.log_n, profile.log_d, shape))
    onto = losses @ q
    misfit = ((losses - onto @ q.T) ** 2).sum(axis=1)
    coefs = np.linalg.solve(r, onto.T)
    place, curvature = _parabola_dip(coefs) if shape is None else _powers_dip(coefs, shape, profile)
    low, high = profile.ends
    bracketed = (curvature > 0) & (place > low) & (place < high)
    at_ends = _curve(np.array([low, high]), profile, shape) @ coefs
    # Without a dip, and beyond the runs, the best that was seen is at one end.
    lower_end = np.where(at_ends[0] <= at_ends[1], low, high)
    place = np.where(curvature > 0, np.clip(place, low, high), lower_end)
    loss = np.einsum("ij,ji->i", _curve(place, profile, shape), coefs)
    return Minimum(log_n=place, loss=loss, curvature=curvature, bracketed=bracketed, misfit=misfit)


def limits_of_size(
    profile: Profile, found: Minimum, draws: Minimum | None, level: float
) -> tuple[float, float]:
    """Return limits of the best centred log size; infinite on a side where it may lie beyond.

    A minimum beyond the runs is put on the first or last of them, so limits that meet those are
    only as far as the runs go.

    Args:
        profile: The runs.
        found: Their minimum.
        draws: The minima of resamples; without any, both limits are `nan`.
        level: Share between the limits, in `(0, 1)`.
    """
    if draws is None:
        return float("nan"), float("nan")
    (low, high), place = profile.ends, float(found.log_n[0])
    lower, upper = limits(place, draws.log_n, level)
    beyond = not found.bracketed[0]
    return (
        -np.inf if lower <= low or (beyond and place == low) else lower,
        np.inf if upper >= high or (beyond and place == high) else upper,
    )


def fitted_curve(profile: Profile, shape: Shape | None, n_params: Floats) -> Floats:
    """Return the loss along a profile: its curve, fitted to the runs by least squares, at sizes.

    Args:
        profile: The runs.
        shape: The exponents, or None for a parabola.
        n_params: Sizes, shape `(points,)`.
    """
    columns = columns_of(profile.log_n, profile.log_d, shape)
    coefs = np.linalg.lstsq(columns, profile.loss, rcond=None)[0]
    losses: Floats = profile.unit * (
        _curve(np.log(n_params) - profile.centre_n, profile, shape) @ coefs
    )
    return losses


def _curve(log_n: Floats, profile: Profile, shape: Shape | None) -> Floats:
    """Return the columns at sizes on the profile's budget."""
    return columns_of(log_n, profile.intercept - profile.slope * log_n, shape)


def _parabola_dip(coefs: Floats) -> tuple[Floats, Floats]:
    """Return vertex and second derivative of `c0 + c1 n + c2 n**2`."""
    bend = np.where(np.abs(coefs[2]) > _FLAT, coefs[2], -1.0)
    return -0.5 * coefs[1] / bend, np.where(bend == coefs[2], 2 * coefs[2], 0.0)


def _powers_dip(coefs: Floats, shape: Shape, profile: Profile) -> tuple[Floats, Floats]:
    """Return minimum and second derivative of the curve of two powers.

    With `D` on the budget's line `d = p - q n`, the slope of `c1 exp(-alpha n) / alpha +
    c2 exp(-beta d) / beta` is zero where `c1 exp(-alpha n) = q c2 exp(-beta (p - q n))`.
    """
    (alpha, beta), p, q = shape, profile.intercept, profile.slope
    dips = (coefs[1] > _FLAT) & (coefs[2] * q > _FLAT)
    c1, c2 = (np.where(dips, c, 1.0) for c in coefs[1:])
    q = q if q > 0 else 1.0
    place = (np.log(c1 / (q * c2)) + beta * p) / (alpha + q * beta)
    # Both terms have the same slope there, so the second derivative is `(alpha + q beta)` of it.
    slope = c1 * np.exp(np.clip(-alpha * place, -700, 700))
    return place, np.where(dips, (alpha + q * beta) * slope, 0.0)


def find_shape(profiles: Sequence[Profile]) -> Shape | None:
    """Return the exponents under which the curves fit all profiles best, by least squares.

    None where the runs can't tell them: that takes three sizes more than the three coefficients
    of each profile, and amounts of data that differ within each.
    """
    telling = [profile for profile in profiles if profile.n_sizes > 3]
    spare = sum(profile.n_sizes - 3 for profile in telling)
    if spare < 3 or any(np.ptp(profile.log_d) < _FLAT for profile in profiles):
        return None
    low, high = np.log(SHAPE_RANGE)

    def residuals(log_shape: Floats) -> Floats:
        alpha, beta = np.exp(np.clip(log_shape, low, high)).tolist()
        parts = []
        for profile in telling:
            q = np.linalg.qr(columns_of(profile.log_n, profile.log_d, (alpha, beta)))[0]
            parts.append(profile.loss - q @ (q.T @ profile.loss))
        return np.concatenate(parts)

    grid = np.linspace(low, high, _STARTS)
    starts = [np.array([a, b]) for a in grid for b in grid]
    starts.sort(key=lambda start: float((residuals(start) ** 2).sum()))
    solved = [
        optimize.least_squares(
            residuals,
            start,
            jac="3-point",
            bounds=(low - _EDGE, high + _EDGE),
            xtol=1e-10,
            ftol=1e-12,
            gtol=None,
            max_nfev=60,
        )
        for start in starts[:_REFINED]
    ]
    best = min(solved, key=lambda solution: float(solution.cost))
    alpha, beta = np.exp(np.clip(best.x, low, high)).tolist()
    return alpha, beta


def resample_minima(
    profiles: Sequence[Profile],
    shape: Shape | None,
    n_resamples: int,
    rng: np.random.Generator,
) -> list[Minimum | None]:
    """Return the minima of each profile in resamples; None where the scatter is not known.

    A wild bootstrap over runs: the residuals of each cluster, freed of its pull on the fit
    (`(1 - H)**-1`, HC3), times one normal factor a cluster. With the five to ten runs that a
    profile usually has, intervals from drawing runs with replacement are too narrow (they held
    the truth 83 to 88 times in 100 instead of 90; these, 91 to 94), and draws with fewer than
    three sizes have no minimum at all. The exponents are chosen anew for each resample.
    """
    if all(profile.n_sizes <= 3 for profile in profiles):
        return [None] * len(profiles)
    fitted, errors = zip(*(_errors(profile, shape) for profile in profiles), strict=True)
    dof = sum(len(p.loss) - 3 for p in profiles if p.n_sizes > 3)
    pooled = np.sqrt(
        sum(((p.loss - f) ** 2).sum() for p, f in zip(profiles, fitted, strict=True)) / max(dof, 1)
    )
    # The exponents took two degrees of freedom from all profiles together.
    stretch = np.sqrt(dof / max(dof - 2, 1)) if shape and dof else 1.0
    sampled = []
    for profile, line, error in zip(profiles, fitted, errors, strict=True):
        factors = rng.normal(size=(n_resamples, int(profile.clusters.max()) + 1))
        # A run that the fit must pass through shows no scatter; it has that of the others.
        error = np.where(np.isfinite(error), error, pooled)
        sampled.append(line + stretch * error * factors[:, profile.clusters])
    if shape is None:
        return [find_minimum(p, s, shape) for p, s in zip(profiles, sampled, strict=True)]
    return list(_with_shapes(profiles, sampled, shape))


def _with_shapes(
    profiles: Sequence[Profile], sampled: Sequence[Floats], shape: Shape
) -> list[Minimum]:
    """Return the minima of resamples, each with the exponents that fit it best."""
    alphas, betas = (np.clip(_SPREAD * value, *SHAPE_RANGE) for value in shape)
    best: list[Minimum] = []
    lowest = np.full(len(sampled[0]), np.inf)
    for alpha in np.unique(alphas):
        for beta in np.unique(betas):
            minima = [
                find_minimum(profile, losses, (alpha, beta))
                for profile, losses in zip(profiles, sampled, strict=True)
            ]
            total = np.sum([minimum.misfit for minimum in minima], axis=0)
            better = total < lowest
            lowest = np.where(better, total, lowest)
            best = [
                _choose(better, new, old) for new, old in zip(minima, best or minima, strict=True)
            ]
    return best


def _choose(better: np.ndarray, new: Minimum, old: Minimum) -> Minimum:
    """Return the new minimum in those draws where it is better."""
    return Minimum(
        **{
            field.name: np.where(better, getattr(new, field.name), getattr(old, field.name))
            for field in dataclasses.fields(Minimum)
        }
    )


def _errors(profile: Profile, shape: Shape | None) -> tuple[Floats, Floats]:
    """Return the fitted losses and each run's residual without its cluster's pull on the fit.

    `nan` for the runs of a cluster that the fit must pass through.
    """
    q = np.linalg.qr(columns_of(profile.log_n, profile.log_d, shape))[0]
    fitted = q @ (q.T @ profile.loss)
    residuals = profile.loss - fitted
    errors = np.full(len(residuals), np.nan)
    for cluster in range(int(profile.clusters.max()) + 1):
        rows = np.flatnonzero(profile.clusters == cluster)
        free = np.eye(len(rows)) - q[rows] @ q[rows].T
        if np.linalg.eigvalsh(free).min() > _EDGE:
            errors[rows] = np.linalg.solve(free, residuals[rows])
    return fitted, errors
