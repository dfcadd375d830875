"""Rows of one size that aren't independent, such as the checkpoints of one run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from scipy import special

from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding

MANY_POINTS = 8
"""Evenly spaced rows of one size from which they look like checkpoints."""
SIGNIFICANT = 1e-3
"""Chance below which it is no accident that the rows of a size miss a law together."""
DESIGN_EFFECT = 2.0
"""How much larger the variance of a size's mean must be than that of independent rows."""
SMOOTH = 0.1
"""Chance below which the misses of the sizes are too smooth to be accidents of single runs."""
_DEGREE = 3
_HIGHEST_DEGREE = 8


def checkpoint_findings(problem: Problem, theta: Floats) -> Iterator[Finding]:
    """Yield whether rows that count as independent look like the checkpoints of a few runs.

    Args:
        problem: The rows and the form.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
    """
    names = problem.form.variables
    if not {"n_params", "n_examples"} <= set(names) or not problem.form.is_surface:
        return
    columns = problem.columns
    n_params, n_examples = (columns.values[:, names.index(v)] for v in ("n_params", "n_examples"))
    spaced = [
        size
        for size in np.unique(n_params)
        if _is_arithmetic(n_examples[n_params == size])
        and len(np.unique(columns.groups[n_params == size])) >= MANY_POINTS
    ]
    if spaced:
        yield Finding(
            code="checkpoints_as_runs",
            message=f"The rows of {len(spaced)} sizes are evenly spaced in n_examples, as the "
            f"checkpoints of one run are. Checkpoints aren't independent, so intervals come out "
            f"several times too narrow, and their learning rate had not decayed. Fit final points, "
            f"or name the run of each row with `groups`.",
        )
        return
    effect = design_effect(problem, theta)
    if effect >= DESIGN_EFFECT:
        yield Finding(
            code="checkpoints_as_runs",
            message=f"The rows of one size miss the law together, as checkpoints of one run do, "
            f"or runs of sizes that each miss it by an amount of their own. Rows that aren't "
            f"independent make intervals too narrow, by up to {effect**0.5:.1f}x here. Name what "
            f"rows share with `groups`: their run, or their size.",
        )


def design_effect(problem: Problem, theta: Floats) -> float:
    """Return how much more the mean of a size's rows varies than that of independent rows.

    An analysis of variance of the residuals by size, whose intraclass correlation `rho` gives the
    effect `1 + (m - 1) rho` for `m` rows a size. What a wrong form leaves is smooth, so a
    polynomial in the variables is taken out first, and what the fit itself could follow.

    Returns:
        1 where the correlation may be an accident or the law's own misfit, or can't be told.

    References:
        Kish (1965), Survey Sampling, section 5.4, for the effect; Searle, Casella and McCulloch
        (1992), Variance Components, section 3.6, for `rho` and rows that differ in number.
    """
    residuals, z, jacobian = _of_clusters(problem, theta)
    size = z[:, problem.form.variables.index("n_params")]
    sizes, member = np.unique(size.round(9), return_inverse=True)
    member = member.reshape(-1)
    rows = np.bincount(member)
    followed = np.column_stack([np.ones(len(z)), jacobian])
    degree = min(len(sizes) // 2, _HIGHEST_DEGREE)
    smooth = _normed(np.column_stack([followed, *_polynomial(z, size, degree)]))
    rest_0, rank_0 = _unexplained(_normed(followed), residuals)
    rest_1, rank_1 = _unexplained(smooth, residuals)
    # With a mean of its own for each size, the rest is what is explained of the differences.
    rest_2, rank_2 = _unexplained(
        smooth - _means(smooth, member)[member], residuals - _means(residuals, member)[member]
    )
    between, within = len(sizes) + rank_2 - rank_1, len(z) - len(sizes) - rank_2
    if between < 2 or within < between or rest_2 <= 1e-20:
        return 1.0
    of_sizes = (rest_1 - rest_2) / between
    ratio = of_sizes / (rest_2 / within)
    smoothness = (rest_0 - rest_1) / max(rank_1 - rank_0, 1) / max(of_sizes, 1e-300)
    is_accident = special.fdtrc(between, within, ratio) >= SIGNIFICANT
    is_smooth = special.fdtrc(max(rank_1 - rank_0, 1), between, smoothness) < SMOOTH
    if is_accident or is_smooth:
        return 1.0
    rows_per_size = (len(z) - (rows**2).sum() / len(z)) / (len(sizes) - 1)
    correlation = (ratio - 1) / (ratio - 1 + rows_per_size)
    return float(1 + (rows_per_size - 1) * correlation)


def _of_clusters(problem: Problem, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the means of each cluster: its residual, variables and the law's derivatives."""
    groups = problem.columns.groups
    fitted, jacobian = problem.form.value_and_jacobian(theta[None], problem.z)
    residuals = problem.y - fitted[0]
    limit = 3 * 1.4826 * np.median(np.abs(residuals))
    columns = np.column_stack([np.clip(residuals, -limit, limit), problem.z, jacobian[0].T])
    means, n_variables = _means(columns, groups), problem.z.shape[1]
    return means[:, 0], means[:, 1 : n_variables + 1], means[:, n_variables + 1 :]


def _means(values: Floats, member: np.ndarray) -> Floats:
    """Return the mean over the rows of each member, numbered from 0."""
    total = np.zeros((member.max() + 1, *values.shape[1:]))
    np.add.at(total, member, values)
    rows = np.bincount(member).reshape(-1, *[1] * (values.ndim - 1))
    means: Floats = total / rows
    return means


def _polynomial(z: Floats, size: Floats, degree: int) -> list[Floats]:
    """Return the terms of a polynomial of the variables, of `degree` in the size alone."""
    z = (z - z.mean(axis=0)) / np.maximum(z.std(axis=0), 1e-12)
    size = (size - size.mean()) / max(size.std(), 1e-12)
    return [
        *(
            z[:, list(chosen)].prod(axis=1)
            for order in range(1, _DEGREE + 1)
            for chosen in itertools.combinations_with_replacement(range(z.shape[1]), order)
        ),
        *(size**power for power in range(_DEGREE + 1, degree + 1)),
    ]


def _normed(design: Floats) -> Floats:
    """Return columns of length 1."""
    normed: Floats = design / np.maximum(np.linalg.norm(design, axis=0), 1e-300)
    return normed


def _unexplained(design: Floats, values: Floats) -> tuple[float, int]:
    """Return the squares that are left of `values` by a linear model, and the model's rank."""
    basis, strength, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, strength > 1e-7]
    left = values - basis @ (basis.T @ values)
    return float(left @ left), basis.shape[1]


def _is_arithmetic(values: Floats) -> bool:
    """Return whether there are many values in equal steps, over more than a factor of three."""
    distinct = np.unique(values)
    if len(distinct) < MANY_POINTS or distinct[-1] < 3 * distinct[0]:
        return False
    steps = np.diff(distinct)
    return bool(steps.max() - steps.min() < 0.01 * steps.mean())
