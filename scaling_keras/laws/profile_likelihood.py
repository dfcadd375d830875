"""Profile likelihood: how well the data would be explained if one parameter had another value."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy import stats

from scaling_keras.errors import FitError
from scaling_keras.laws.fit_result import Fit, check_fit, check_level
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Interval
from scaling_keras.laws.unseen import left_free
from scaling_keras.laws.working_likelihood import log_likelihood, score_worth

_FIRST_STEP = 0.02
_GROWTH = 1.5
_MAX_STEPS = 32
_REFINEMENTS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Profile:
    """The best fits with one parameter held at each of several values.

    Attributes:
        parameter: Its name.
        values: Where it was held, rising, shape `(points,)`.
        deviance: Twice the log likelihood lost there against the best fit, for as many
            independent rows as the clusters are worth (`profile`). Shape `(points,)`.
        threshold: The deviance from which on the data reject a value at `level`.
        interval: The values that the data can't reject at `level`; an end that they don't bound is
            0 or infinity (minus infinity for a parameter that may be negative).
        level: Of the interval, in `(0, 1)`.
        identified: Whether the interval is bounded at both ends.
    """

    parameter: str
    values: Floats
    deviance: Floats
    threshold: float
    interval: Interval
    level: float
    identified: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists; an open end is None."""
        ends = {key: getattr(self.interval, key) for key in ("value", "low", "high")}
        return {
            "parameter": self.parameter,
            "values": self.values.tolist(),
            "deviance": self.deviance.tolist(),
            "threshold": self.threshold,
            "interval": {key: end if np.isfinite(end) else None for key, end in ends.items()},
            "level": self.level,
            "identified": self.identified,
        }


def profile(fit: Fit, parameter: str, *, level: float = 0.9) -> Profile:
    """Return the profile likelihood of a parameter of the published formula.

    The parameter is held at values farther and farther from its estimate and all others are
    fitted anew, until the data reject the value at `level` or, some factors of ten out, it is
    plain that they don't. The likelihood is the one that the objective stands for, a density
    `exp(-rho(r) / s)` of each residual, with the scale `s` at its own maximum.

    That likelihood takes rows for independent and their residuals for what the objective stands
    for. So its deviance is scaled to fall off as a variance of the parameter says that takes
    neither for granted, a jackknife of whole clusters (`fit.groups`), and compared with the F
    distribution of as many degrees of freedom as clusters exceed the fitted parameters. A common
    factor of the weights has no effect.

    Args:
        fit: A fit to data, not one taken from a publication.
        parameter: Its name, a key of `fit.params`.
        level: Of the interval, in `(0, 1)`.

    Raises:
        FitError: If there is no such free parameter, or the fit holds no rows.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 24)
    >>> scatter = np.random.default_rng(0).normal(0, 0.003, 24)
    >>> fit = laws.fit("power_law_floor", x=x, loss=(1.5 + 20 / x**0.3) * np.exp(scatter))
    >>> found = laws.profile(fit, "exponent")
    >>> f"{found.interval.value:.3f}, from {found.interval.low:.3f} to {found.interval.high:.3f}"
    '0.303, from 0.299 to 0.307'

    References:
        Venzon and Moolgavkar (1988), doi:10.2307/2347496; Raue et al. (2009),
        doi:10.1093/bioinformatics/btp358, for identifiability. Chandler and Bate (2007),
        doi:10.1093/biomet/asm015, for scaling the deviance of an independence likelihood;
        MacKinnon, Nielsen and Webb, arXiv:2205.03288, for the jackknife.
    """
    check_fit("fit", fit)
    check_level(level)
    if parameter not in fit.params or parameter in fit.fixed:
        free = [name for name in fit.params if name not in fit.fixed]
        raise FitError(
            f"`parameter` must be a fitted parameter: {', '.join(free)}. Received: {parameter!r}."
        )
    if not fit.n_runs:
        raise FitError(
            f"A profile needs the rows that a law was fitted to. Received: a published "
            f"`{fit.form}` law. Fit runs of your own."
        )
    best = float(fit.params[parameter])
    deviance_at = _Deviance(fit, parameter)
    threshold = float(stats.f.ppf(level, 1, deviance_at.degrees))
    found = {best: 0.0}
    if parameter in deviance_at.left_free:
        ends = [0.0 if best > 0 else -np.inf, np.inf]  # What is left to walk on is rounding.
    else:
        ends = [_walk(deviance_at, best, sign, threshold, found) for sign in (-1, 1)]
    values = np.array(sorted(found))
    return Profile(
        parameter=parameter,
        values=values,
        deviance=np.array([found[value] for value in values]),
        threshold=threshold,
        interval=Interval(value=best, low=ends[0], high=ends[1]),
        level=level,
        identified=bool(np.isfinite(ends[1]) and np.isfinite(ends[0]) and ends[0] != 0.0),
    )


class _Deviance:
    """Twice the log likelihood lost when one parameter is held at a value."""

    def __init__(self, fit: Fit, parameter: str) -> None:
        self._parameter, self._fixed = parameter, dict(fit.fixed)
        self._law, self._centre = fit.law, fit.centre
        self._objective = get_objective(fit.objective_name, fit.huber_delta or 1e-3)
        columns = fit.columns
        relative = columns.weights / columns.weights.mean()
        self._columns = dataclasses.replace(columns, weights=relative)
        self.start = fit.theta
        n_free, n_clusters = len(fit.theta) - len(fit.fixed), len(np.unique(fit.groups))
        self.degrees = max(n_clusters - n_free, 1)
        free = self._problem(self._fixed)
        self.left_free = left_free(free, fit.theta)
        worth = score_worth(free, fit.theta, parameter)
        n_rows = len(fit.observed)
        self._scale = 2.0 * worth * max(n_rows - n_free, 1) / n_rows
        self._best = self._log_likelihood(fit.theta)

    def __call__(self, value: float, near: Floats) -> tuple[float, Floats]:
        """Return the deviance, and the parameters that reach it, from a start nearby."""
        fixed = {**self._fixed, self._parameter: value}
        problem = self._problem(fixed)
        theta = problem.minima_near(near, self._columns.weights[None])[0]
        return max(0.0, self._scale * (self._best - self._log_likelihood(theta))), theta

    def _problem(self, fixed: dict[str, float]) -> Problem:
        return Problem.of(self._law, self._columns, self._objective, fixed, self._centre)

    def _log_likelihood(self, theta: Floats) -> float:
        """Return the log likelihood at `theta`, at the best scale."""
        residuals = self._problem(self._fixed).residuals(theta[None])[0]
        return log_likelihood(residuals, self._columns.weights, self._objective.delta)


def _walk(
    deviance_at: _Deviance,
    best: float,
    sign: int,
    threshold: float,
    found: dict[float, float],
) -> float:
    """Step away from the estimate until the threshold is crossed; return where, or no end."""
    step, here, near = _FIRST_STEP, best, deviance_at.start
    for _ in range(_MAX_STEPS):
        # In factors, since most parameters are positive over several powers of ten.
        there = best * np.exp(sign * step) if best > 0 else best + sign * step * max(abs(best), 0.1)
        lost, theta = deviance_at(there, near)
        found[float(there)] = lost
        if lost >= threshold:
            return _crossing(deviance_at, (here, there), near, threshold, found)
        here, near, step = there, theta, step * _GROWTH
        if step > np.log(1e4):
            break
    if best > 0:
        return 0.0 if sign < 0 else float("inf")
    return sign * float("inf")


def _crossing(
    deviance_at: _Deviance,
    between: tuple[float, float],
    near: Floats,
    threshold: float,
    found: dict[float, float],
) -> float:
    """Return where between two values the deviance crosses the threshold, by halving."""
    inside, outside = between
    for _ in range(_REFINEMENTS):
        middle = 0.5 * (inside + outside)
        lost, theta = deviance_at(middle, near)
        found[float(middle)] = lost
        if lost < threshold:
            inside, near = middle, theta
        else:
            outside = middle
    return float(0.5 * (inside + outside))
