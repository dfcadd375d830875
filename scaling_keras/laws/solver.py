"""Batched robust least squares: all starts, or all resamples, advance together as arrays.

The objective is `sum_i w_i * huber(r_i)` over residuals `r` of log loss. Huber's function is
quadratic within `delta` of zero and linear beyond, so its exact second derivative sees only the
points within: near the minimum Newton's step on those is quadratically convergent, far from it
they may be too few to carry a step. The weights `min(1, delta / |r|)` of iteratively reweighted
least squares see every point and never overshoot, but converge slowly. The step here is Newton's,
regularised by the reweighted matrix:

    (J' W_newton J + damping * J' W_reweighted J) step = -J' psi

with `damping` adapted per problem as in Levenberg-Marquardt. Both matrices leave out the second
derivatives of the law; problems that still descend after some steps lie in a bent valley, and get
them too, by differences of the analytic Jacobian. From a far start the problem is first
solved with a larger `delta`, which is smoother; the minima of successively smaller ones follow.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form

_RELATIVE_TOLERANCE = 1e-13
_ROUNDING = 1e-26
"""Half the square of a log loss's rounding error: all that is left of a perfect fit."""
MAX_STEPS = 200
"""Enough for any start on data that asks for every term of a law."""
QUICK_MAX_STEPS = 25
"""Enough for a law's values at its rows and near them, which settle long before its parameters."""
PATIENT_MAX_STEPS = 5000
_PATIENT_TOLERANCE = 1e-9
"""Enough where it does not: there the minimum lies far along a valley that is nearly flat."""
_GAUSS_NEWTON_STEPS = 25
"""Problems still descending after so many steps lie in a bent valley, where the bending of the law
itself, which the matrices leave out, decides the step; it is then taken into account."""
_DIFFERENCE = 1e-6
_NEAR_BOUND = 1e-3
"""Farther from a bound, a step goes half the way to it at most: exponents that overshoot to nearly
zero make their term and the floor alike, and come back from there only in very small steps."""
_MAX_DAMPING = 1e12
_NUMBERS_AT_ONCE = 2**19
"""Numbers in the Jacobian of the problems that advance together, 4 MiB: it stays in the processor's
cache, and memory is bounded for any number of rows."""
_CONTINUATION = (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
_NEAR = 1e-3
"""The largest of them that starts near their minima need."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Solution:
    """Minima of a batch of problems.

    Attributes:
        theta: Parameters in the centred frame, shape `(batch, p)`.
        objective: The minimised sums, shape `(batch,)`.
        converged: Whether no descent is left to the working precision, shape `(batch,)`.
        at_bound: Which parameters ended at a bound, shape `(batch, p)`.
    """

    theta: Floats
    objective: Floats
    converged: np.ndarray
    at_bound: np.ndarray


def huber_sum(residuals: Floats, weights: Floats, delta: float) -> Floats:
    """Return `sum_i w_i * huber(r_i)` along the last axis.

    `huber(r)` is `r**2 / 2` for `|r| <= delta`, else `delta * (|r| - delta / 2)`.

    References:
        Huber (1964), doi:10.1214/aoms/1177703732, equation 1.11.
    """
    size = np.abs(residuals)
    inner = np.minimum(size, delta)
    total: Floats = np.einsum("...i,...i->...", weights, inner * (size - 0.5 * inner))
    return total


def solve(
    form: Form,
    z: Floats,
    y: Floats,
    weights: Floats,
    starts: Floats,
    *,
    delta: float,
    far: bool,
    max_steps: int = MAX_STEPS,
) -> Solution:
    """Minimise the objective from every start.

    Args:
        form: The law.
        z: Centred logs of the variables, shape `(points, variables)`.
        y: Centred logs of the losses, shape `(points,)`.
        weights: Weight of each point in each problem, shape `(batch, points)` or `(points,)`.
        starts: Where each problem begins, shape `(batch, p)`.
        delta: Bend of Huber's function, in log loss; infinity for least squares.
        far: Whether the starts are far from the minima, so that it pays to approach them through
            larger values of `delta`.
        max_steps: Steps after which a problem that still descends is given up.

    Returns:
        The minima.
    """
    weights = np.broadcast_to(weights, (len(starts), len(z)))
    together = max(1, _NUMBERS_AT_ONCE // (starts.shape[1] * len(z)))
    parts = [
        _solve_together(
            form,
            z,
            y,
            weights[first : first + together],
            starts[first : first + together],
            delta=delta,
            far=far,
            max_steps=max_steps,
        )
        for first in range(0, max(len(starts), 1), together)
    ]
    names = [field.name for field in dataclasses.fields(Solution)]
    return Solution(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def _solve_together(
    form: Form,
    z: Floats,
    y: Floats,
    weights: Floats,
    starts: Floats,
    *,
    delta: float,
    far: bool,
    max_steps: int,
) -> Solution:
    """Minimise from starts that advance together; the arguments are those of `solve`."""
    lower, upper = np.array(form.lower), np.array(form.upper)
    theta = np.clip(starts, lower, upper)
    for easier in _CONTINUATION:
        if easier > delta and (far or easier <= _NEAR):
            steps = min(max_steps, _GAUSS_NEWTON_STEPS)
            theta = _descend(
                form, z, y, weights, theta, delta=easier, tolerance=1e-6, max_steps=steps
            )[0]
    theta, objective, converged = _descend(
        form,
        z,
        y,
        weights,
        theta,
        delta=delta,
        tolerance=_RELATIVE_TOLERANCE if max_steps <= MAX_STEPS else _PATIENT_TOLERANCE,
        max_steps=max_steps,
    )
    margin = 1e-9 * (upper - lower)
    at_bound = (theta <= lower + margin) | (theta >= upper - margin)
    return Solution(theta=theta, objective=objective, converged=converged, at_bound=at_bound)


def _descend(
    form: Form,
    z: Floats,
    y: Floats,
    weights: Floats,
    starts: Floats,
    *,
    delta: float,
    tolerance: float,
    max_steps: int = MAX_STEPS,
) -> tuple[Floats, Floats, np.ndarray]:
    """Take damped Newton steps until no problem in the batch descends any more."""
    lower, upper = np.array(form.lower), np.array(form.upper)
    theta = starts.copy()
    objective = huber_sum(form.value(theta, z) - y, weights, delta)
    damping = np.ones(len(theta))
    converged = np.zeros(len(theta), dtype=bool)
    active = np.arange(len(theta))
    for step_number in range(max_steps):
        gradient, newton, reweighted, jacobian, pull = _derivatives(
            form, z, y, weights[active], theta[active], delta
        )
        if step_number >= _GAUSS_NEWTON_STEPS:
            newton += _bending(form, z, theta[active], jacobian, pull)
            newton = _positive_definite(newton, reweighted)
        matrix = newton + damping[active, None, None] * reweighted
        ridge = 1e-11 + 1e-9 * np.minimum(damping[active], 1.0)
        down, up = theta[active] - lower, upper - theta[active]
        step = _bounded_step(
            gradient,
            matrix,
            ridge,
            low=-np.where(down > _NEAR_BOUND, 0.5 * down, down),
            high=np.where(up > _NEAR_BOUND, 0.5 * up, up),
        )
        trial = theta[active] + step
        reached = huber_sum(form.value(trial, z) - y, weights[active], delta)
        descent = objective[active] - reached
        better = descent > 0
        theta[active[better]] = trial[better]
        objective[active[better]] = reached[better]
        damping[active] = np.where(better, damping[active] * 0.1, damping[active] * 8.0)
        damping[active] = np.maximum(damping[active], 1e-12)
        promised = -0.5 * np.einsum("bi,bi->b", gradient, step)
        negligible = tolerance * objective[active] + _ROUNDING * weights[active].sum(axis=1)
        done = np.maximum(np.abs(promised), np.abs(descent)) <= negligible
        converged[active[done]] = True
        active = active[~done & (damping[active] < _MAX_DAMPING)]
        if not len(active):
            break
    return theta, objective, converged


def _derivatives(
    form: Form, z: Floats, y: Floats, weights: Floats, theta: Floats, delta: float
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the gradient, both curvature matrices, the Jacobian and `w psi`."""
    value, jacobian = form.value_and_jacobian(theta, z)
    residuals = value - y
    size = np.abs(residuals)
    pull = weights * np.clip(residuals, -delta, delta)
    near = weights * (size <= delta)
    shrunk = weights * np.minimum(1.0, delta / np.maximum(size, 1e-100))
    transposed = jacobian.transpose(0, 2, 1)
    gradient = (jacobian @ pull[:, :, None])[:, :, 0]
    newton = (jacobian * near[:, None]) @ transposed
    reweighted = (jacobian * shrunk[:, None]) @ transposed
    return gradient, newton, reweighted, jacobian, pull


def _bending(form: Form, z: Floats, theta: Floats, jacobian: Floats, pull: Floats) -> Floats:
    """Return the second derivatives of the law, weighted by `w psi`, shape `(batch, p, p)`.

    Differences of the Jacobian to one side: they only shape the step, so that their error costs
    speed, if anything, and no precision of the minimum.
    """
    bending = np.empty((*theta.shape, theta.shape[1]))
    for index in range(theta.shape[1]):
        nudged = theta.copy()
        nudged[:, index] += _DIFFERENCE
        change = form.value_and_jacobian(nudged, z)[1] - jacobian
        bending[:, index] = (change @ pull[:, :, None])[:, :, 0] / _DIFFERENCE
    symmetric: Floats = 0.5 * (bending + bending.transpose(0, 2, 1))
    return symmetric


def _positive_definite(matrix: Floats, metric: Floats) -> Floats:
    """Return `matrix` with its eigenvalues, in the scale of `metric`, made positive."""
    scale = np.sqrt(np.maximum(np.einsum("bii->bi", metric), 1e-300))
    outer = scale[:, :, None] * scale[:, None, :]
    values, vectors = np.linalg.eigh(matrix / outer)
    positive: Floats = (vectors * np.abs(values)[:, None]) @ vectors.transpose(0, 2, 1) * outer
    return positive


def _bounded_step(
    gradient: Floats, matrix: Floats, ridge: Floats, *, low: Floats, high: Floats
) -> Floats:
    """Return the step that minimises the quadratic model, with its components kept in bounds.

    A component that would cross a bound is put on it and the others are solved for anew; cutting
    it off alone would turn the step away from the descent.

    Args:
        gradient: Shape `(batch, p)`.
        matrix: Curvature, positive semi-definite, shape `(batch, p, p)`.
        ridge: Added to its diagonal once that is scaled to ones, shape `(batch,)`.
        low: Least component of the step, at most 0, shape `(batch, p)`.
        high: Largest component, at least 0.
    """
    p = gradient.shape[1]
    # A parameter at a bound whose descent points outwards stays there.
    held = ((low >= 0) & (gradient > 0)) | ((high <= 0) & (gradient < 0))
    step = np.zeros_like(gradient)
    for _ in range(p):
        pull = gradient + np.einsum("bij,bj->bi", matrix, np.where(held, step, 0.0))
        step = np.where(held, step, _solve_free(pull, matrix, ridge, ~held))
        crossing = ~held & ((step < low) | (step > high))
        if not crossing.any():
            break
        step = np.clip(step, low, high)
        held |= crossing
    return np.clip(step, low, high)


def _solve_free(pull: Floats, matrix: Floats, ridge: Floats, free: np.ndarray) -> Floats:
    """Return `-matrix**-1 pull` over the free components of each problem, zero elsewhere."""
    p = pull.shape[1]
    diagonal = np.einsum("bii->bi", matrix)
    # Scaled by its diagonal the matrix has ones there, and one small number regularises all.
    scale = free / np.sqrt(np.maximum(diagonal, 1e-300))
    scaled = matrix * scale[:, :, None] * scale[:, None, :]
    scaled[:, range(p), range(p)] = 1.0 + ridge[:, None]
    step: Floats = np.linalg.solve(scaled, (-pull * scale)[:, :, None])[:, :, 0] * scale
    return step
