"""The straight line in logs that says how an optimum grows with compute."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.fit_result import check_level, positive
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.results import Interval
from scaling_keras.laws.row_options import checked_weights
from scaling_keras.laws.uncertainty import check_resampling, quantiles

_EDGE = 1e-9
"""A point whose residual keeps less than this share of its error has the line to itself."""
_LARGEST_LOG = 700.0
"""Beyond it a double overflows."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class FrontierLine:
    """A power law `coef * C**exponent` through the optima found at several budgets.

    Attributes:
        exponent: The exponent, `a` for the size and `b` for the data.
        coef: The optimum that the line gives at one FLOP: far outside any data, so compare
            predictions, not coefficients.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        n_points: Optima that the line was fitted to.
        scatter: How far the optima lie from the line, in units of their own errors where those
            are known: the root of chi-square over its degrees of freedom. Above 1 the intervals
            are widened by it. `nan` where errors are not known or two points leave nothing over.
        centre: Mean log of the budgets.
        theta: Exponent, and log of the optimum at the centre, shape `(2,)`.
        draws: The same of each resample, shape `(n_resamples, 2)`; none if there are only two
            optima of unknown error.
    """

    exponent: Interval
    coef: Interval
    level: float
    n_points: int
    scatter: float
    centre: float
    theta: Floats = dataclasses.field(repr=False)
    draws: Floats = dataclasses.field(repr=False)

    def predict(self, train_flops: Any) -> Interval:
        """Return the optimum at other budgets: floats for a number, arrays for an array.

        Args:
            train_flops: Budgets, positive and finite.

        Raises:
            FitError: If a budget is not positive and finite.
        """
        shift = np.log(positive("train_flops", train_flops)) - self.centre
        value = self.theta[1] + self.theta[0] * shift
        draws = self.draws[:, 1:] + self.draws[:, :1] * shift
        low, high = quantiles(value, draws, self.level)
        ends = np.exp([value, low, high])
        if np.ndim(train_flops) == 0:
            ends = ends[:, 0].tolist()
        return Interval(value=ends[0], low=ends[1], high=ends[2])

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers, without the draws, as plain values."""
        return {
            "exponent": self.exponent.to_dict(),
            "coef": self.coef.to_dict(),
            "level": self.level,
            "n_points": self.n_points,
            "scatter": self.scatter,
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class FrontierPoint:
    """The compute-optimal size and data at a budget, by lines through optima.

    Attributes:
        train_flops: The budget; a float, or an array where several were asked for.
        n_params: The best size.
        n_examples: The best amount of data.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        extrapolation: Factor by which the budget lies beyond those of the optima, at least 1.
    """

    train_flops: Any
    n_params: Interval
    n_examples: Interval
    level: float
    extrapolation: Any

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists."""
        return {
            "train_flops": np.asarray(self.train_flops).tolist(),
            "n_params": self.n_params.to_dict(),
            "n_examples": self.n_examples.to_dict(),
            "level": self.level,
            "extrapolation": np.asarray(self.extrapolation).tolist(),
        }


def point_on(
    n_params: FrontierLine, n_examples: FrontierLine, train_flops: Any, seen: Floats
) -> FrontierPoint:
    """Return size and data at budgets, by two lines.

    Args:
        n_params: The line of the size.
        n_examples: The line of the data.
        train_flops: Budgets, positive and finite.
        seen: Budgets that the lines were fitted to.

    Raises:
        FitError: If a budget is not positive and finite.
    """
    budgets = positive("train_flops", train_flops)
    beyond = np.maximum(np.maximum(budgets / seen.max(), seen.min() / budgets), 1.0)
    scalar = np.ndim(train_flops) == 0
    return FrontierPoint(
        train_flops=float(budgets[0]) if scalar else budgets,
        n_params=n_params.predict(train_flops),
        n_examples=n_examples.predict(train_flops),
        level=n_params.level,
        extrapolation=float(beyond[0]) if scalar else beyond,
    )


def frontier_exponent(
    train_flops: Any,
    n_params: Any,
    *,
    weights: Any = None,
    level: float = 0.9,
    n_resamples: int = 1000,
    seed: int | np.random.Generator | None = 0,
) -> FrontierLine:
    """Fit `N_opt = coef * C**exponent` to the compute-optimal sizes found at several budgets.

    Weighted least squares of `log N_opt` on `log C`. The interval is a wild bootstrap: each
    point's residual, divided by `1 - leverage`, is drawn anew with a normal factor. That allows
    for budgets with different scatter, and stays honest with few of them: with three points the
    outer ones nearly determine the line, and their residuals are enlarged accordingly.

    Args:
        train_flops: Budget of each optimum, shape `(budgets,)`, positive.
        n_params: The best size at each, or the best amount of data, shape `(budgets,)`, positive.
        weights: Weight of each squared residual, not negative: where the standard deviation of
            each `log N_opt` is known, `1 / deviation**2`. Ones by default.
        level: Share that the interval is meant to contain, in `(0, 1)`.
        n_resamples: Bootstrap resamples, at least 100.
        seed: Of the resamples: a whole number, a generator, or None for a fresh one.

    Returns:
        The line; with two points its interval is `nan`, since nothing is left to judge it by.

    Raises:
        FitError: If an argument can't be used.
        TooFewRunsError: If there are fewer than two distinct budgets.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> budgets = np.array([1e17, 1e18, 1e19, 1e20])
    >>> line = laws.frontier_exponent(budgets, [1.1e7, 3.2e7, 1.0e8, 3.3e8])
    >>> f"{line.exponent.value:.3f}"
    '0.493'

    References:
        The weights as in Porian et al., arXiv:2406.19146, section 3. Wild bootstrap: Wu (1986),
        doi:10.1214/aos/1176350142; the division by `1 - leverage` is HC3 of MacKinnon and White
        (1985), doi:10.1016/0304-4076(85)90158-7.
    """
    check_level(level)
    check_resampling(n_resamples, seed)
    budgets, sizes = positive("train_flops", train_flops), positive("n_params", n_params)
    if len(budgets) != len(sizes):
        raise FitError(
            f"`train_flops` and `n_params` must have one length. Received: {len(budgets)} and "
            f"{len(sizes)} values. Pass one optimum per budget."
        )
    weight = checked_weights(weights, len(sizes), or_all_zero=True)
    used = weight > 0
    if len(np.unique(budgets[used])) < 2:
        raise TooFewRunsError(
            f"An exponent needs optima at two budgets or more. Received: "
            f"{len(np.unique(budgets[used]))}. Train at another budget."
        )
    log_c, log_n, weight = np.log(budgets[used]), np.log(sizes[used]), weight[used]
    draws = _wild_draws(log_c, log_n, weight, n_resamples, np.random.default_rng(seed))
    return line_through(log_c, log_n, weight, draws, level=level, errors_known=False)


def line_through(
    log_c: Floats,
    log_optimum: Floats,
    weights: Floats,
    draws: Floats,
    *,
    level: float,
    errors_known: bool,
) -> FrontierLine:
    """Return the weighted line and that of each draw of the optima.

    Args:
        log_c: Logs of the budgets, shape `(budgets,)`, two distinct at least.
        log_optimum: Logs of the optima, shape `(budgets,)`.
        weights: Shape `(budgets,)`.
        draws: Resamples of `log_optimum`, shape `(n_resamples, budgets)`; may be empty.
        level: Of the intervals.
        errors_known: Whether the weights are inverse variances, so that the points' distance
            from the line can be judged by them and the draws be widened where it is too large.
    """
    centre = float(log_c.mean())
    operator = line_operator(log_c - centre, weights)
    theta, thetas = operator @ log_optimum, draws @ operator.T
    scatter, n = float("nan"), len(log_c)
    if errors_known and n > 2:
        # The Birge ratio: where the points scatter by more than their errors, those are too small.
        misses = log_optimum - theta[1] - theta[0] * (log_c - centre)
        scatter = float(np.sqrt(weights @ misses**2 / (n - 2)))
        thetas = theta + max(scatter, 1.0) * (thetas - theta)
    return describe_line(theta, thetas, centre=centre, level=level, n_points=n, scatter=scatter)


def describe_line(
    theta: Floats,
    thetas: Floats,
    *,
    centre: float,
    level: float,
    n_points: int,
    scatter: float = float("nan"),
) -> FrontierLine:
    """Return the line of an exponent and a height at `centre`, with intervals from its draws.

    Args:
        theta: Exponent, and log of the optimum at the centre, shape `(2,)`.
        thetas: The same of each resample, shape `(n_resamples, 2)`.
        centre: A log budget.
        level: Of the intervals.
        n_points: Optima behind it.
        scatter: Their distance from it in units of their errors.
    """
    # The line meets one FLOP, `log C = 0`, at `height - centre * exponent`.
    exponent, coef = (
        [theta @ m, *quantiles(theta @ m, thetas @ m, level)]
        for m in (np.array([1.0, 0.0]), np.array([-centre, 1.0]))
    )
    coef = np.exp(np.clip(coef, -_LARGEST_LOG, _LARGEST_LOG))
    return FrontierLine(
        exponent=_interval(exponent),
        coef=_interval(coef),
        level=level,
        n_points=n_points,
        scatter=scatter,
        centre=centre,
        theta=theta,
        draws=thetas,
    )


def _interval(ends: Any) -> Interval:
    value, low, high = map(float, ends)
    return Interval(value=value, low=low, high=high)


def line_operator(x: Floats, weights: Floats) -> Floats:
    """Return the matrix that takes heights to slope and height at `x = 0`, shape `(2, points)`."""
    root = np.sqrt(weights / weights.max())
    design = np.stack([x, np.ones_like(x)], axis=1)
    operator: Floats = np.linalg.pinv(root[:, None] * design) * root
    return operator


def _wild_draws(
    log_c: Floats, log_n: Floats, weights: Floats, n_resamples: int, rng: np.random.Generator
) -> Floats:
    """Return resamples of the optima, none if the line passes through every point by force."""
    x = log_c - log_c.mean()
    operator, design = line_operator(x, weights), np.stack([x, np.ones_like(x)], axis=1)
    free = 1.0 - np.einsum("ij,ji->i", design, operator)
    if len(x) < 3 or (free < _EDGE).any():
        return np.empty((0, len(x)))
    fitted = design @ (operator @ log_n)
    draws: Floats = fitted + (log_n - fitted) / free * rng.normal(size=(n_resamples, len(x)))
    return draws
