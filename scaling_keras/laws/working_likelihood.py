"""The likelihood that an objective stands for, and what it is worth where rows hang together."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from scaling_keras.laws.columns import Columns
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.solver import huber_sum

_MAD_TO_SD = 1.4826
_RIDGE = 1e-10


def log_likelihood(residuals: Floats, weights: Floats, delta: float) -> float:
    """Return the largest log likelihood of residuals, over scales `s`.

    The density of a residual is `exp(-rho(r) / s) / Z(s)`, where `rho` is Huber's function. For
    squares (`delta` infinite) it is the normal one, for absolute values (`delta` 0) Laplace's.
    In between `Z = sqrt(2 pi s) erf(delta / sqrt(2 s)) + 2 s / delta exp(-delta**2 / (2 s))`.

    Args:
        residuals: Shape `(rows,)`.
        weights: How many rows each stands for, shape `(rows,)`.
        delta: Bend of Huber's function.
    """
    n, s = float(weights.sum()), best_scale(residuals, weights, delta)
    return -n * _log_mass(s, delta) - _total(residuals, weights, delta) / s


def best_scale(residuals: Floats, weights: Floats, delta: float) -> float:
    """Return the scale `s` of the largest likelihood; the arguments are those of it."""
    mean = _total(residuals, weights, delta) / float(weights.sum())
    if np.isinf(delta):
        return 2 * mean
    if delta == 0:
        return mean
    found = optimize.minimize_scalar(
        lambda log_s: _log_mass(np.exp(log_s), delta) + mean / np.exp(log_s),
        bounds=(np.log(mean) - 10, np.log(mean) + 10),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return float(np.exp(found.x))


def _total(residuals: Floats, weights: Floats, delta: float) -> float:
    """Return the sum of `rho`, above zero."""
    total = weights @ np.abs(residuals) if delta == 0 else huber_sum(residuals, weights, delta)
    return max(float(total), 1e-300)


def _log_mass(s: float, delta: float) -> float:
    """Return `log Z(s)`."""
    if np.isinf(delta):
        return float(0.5 * np.log(2 * np.pi * s))
    if delta == 0:
        return float(np.log(2 * s))
    bend = delta**2 / (2 * s)
    inner = 0.5 * np.log(2 * np.pi * s) + np.log(special.erf(np.sqrt(bend)))
    return float(np.logaddexp(inner, np.log(2 * s / delta) - bend))


def score_worth(problem: Problem, theta: Floats, parameter: str) -> float:
    """Return the factor by which a parameter's deviance must shrink to be worth its data.

    Near its maximum the log likelihood falls off as for the variance `s v / k`, with
    `v = g' M**-1 g`, `M = sum w J J'` over the rows, `g` the derivatives of the parameter by
    `theta`, and `k` the mean slope of `psi = rho'`. For independent rows the estimate in fact has
    the variance `m v / k**2`, with `m` the mean of `psi**2`; where rows hang together that grows
    by the design effect, the jackknife's variance by clusters over that by rows. Leaving out a
    cluster moves the estimate by `g' (M - M_c)**-1 S_c`, with `M_c` and the score
    `S_c = sum w psi J` those of its rows. So the factor is

        k s / m * sum_rows w [g' (M - J J')**-1 psi J]**2 / sum_clusters [g' (M - M_c)**-1 S_c]**2

    Args:
        problem: The rows and the form, the weights with a mean of 1.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
        parameter: Name of the one that is asked about.

    References:
        Huber, The behavior of maximum likelihood estimates under nonstandard conditions (1967),
        for the variance; Chandler and Bate (2007), doi:10.1093/biomet/asm015, for the scaling;
        MacKinnon, Nielsen and Webb, arXiv:2205.03288, for the jackknife
        by clusters; Kish, Survey Sampling (1965), section 8.2, for the design effect.
    """
    residuals, jacobian, gradient = problem.linearised(theta, parameter)
    columns, delta = problem.columns, problem.objective.delta
    weights, pull = columns.weights, _psi(residuals, delta)
    # Scaled so that the diagonal is of ones; a ridge lets flat directions drop out.
    unit = 1 / np.sqrt(np.maximum(weights @ jacobian.T**2, 1e-300))
    rows, aim = (jacobian * unit[:, None]).T, gradient * unit
    matrix = np.einsum("i,ij,ik->jk", weights, rows, rows) + _RIDGE * np.eye(len(unit))
    inverse = np.linalg.inv(matrix)
    leverage = np.einsum("ij,jk,ik->i", rows, inverse, rows)
    moved = pull * (rows @ inverse @ aim) / np.maximum(1 - leverage, _RIDGE)
    of_rows = float(weights @ moved**2)
    of_clusters = _by_clusters(columns, matrix, rows, pull, aim)
    slope, squared = _slope(residuals, weights, delta, len(gradient)), weights @ pull**2
    if not (of_clusters > 0 and squared > 0 and slope > 0):
        return 1.0
    scale = best_scale(residuals, weights, delta)
    return float(slope * scale * weights.sum() / squared * of_rows / of_clusters)


def _by_clusters(
    columns: Columns, matrix: Floats, rows: Floats, pull: Floats, aim: Floats
) -> float:
    """Return the sum of the squares by which leaving out each cluster moves the parameter.

    Args:
        columns: The rows.
        matrix: `M`, shape `(p, p)`.
        rows: `J` of each row, shape `(rows, p)`.
        pull: `psi` of each row.
        aim: `g`.
    """
    groups = np.unique(columns.groups, return_inverse=True)[1]
    part = np.zeros((groups.max() + 1, *matrix.shape))
    score = np.zeros(part.shape[:2])
    weighted = columns.weights[:, None] * rows
    np.add.at(part, groups, weighted[:, :, None] * rows[:, None])
    np.add.at(score, groups, weighted * pull[:, None])
    without = np.linalg.solve(matrix - part, score[:, :, None])[:, :, 0]
    return float(((without @ aim) ** 2).sum())


def _slope(residuals: Floats, weights: Floats, delta: float, n_parameters: int) -> float:
    """Return the mean slope of `psi` around the residuals, by differences.

    A robust fit meets about as many rows exactly as it has parameters; they say nothing of how
    dense residuals are around zero.
    """
    kept = np.argsort(np.abs(residuals), kind="stable")[n_parameters:]
    if not len(kept):
        return 0.0
    residuals, weights = residuals[kept], weights[kept]
    step = _MAD_TO_SD * float(np.median(np.abs(residuals))) * len(kept) ** -0.2
    if not step > 0:
        return 0.0
    difference = _psi(residuals + step, delta) - _psi(residuals - step, delta)
    return float(weights @ difference / (2 * step * weights.sum()))


def _psi(residuals: Floats, delta: float) -> Floats:
    """Return the derivative of `rho`."""
    psi: Floats = np.sign(residuals) if delta == 0 else np.clip(residuals, -delta, delta)
    return psi
