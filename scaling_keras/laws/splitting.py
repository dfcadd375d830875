"""Whether the runs show how a budget is best split between size and data, and what to do if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.inseparable import sizes_in_band, split_findings
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding
from scaling_keras.laws.unseen import needed_free, unseen, unseen_findings

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit


def unknown_split(fit: Fit) -> tuple[Finding, ...]:
    """Return why a best size and data are not identified; nothing if they are.

    Either the runs can't tell size from data (`not_separable`), or they don't show that the loss
    falls with one of them (`not_identified`).
    """
    return (*split_findings(fit.law, fit.inseparable), *unseen_findings(fit.law, _unseen(fit)))


def unknown_runs(fit: Fit, points: Floats) -> tuple[Finding, ...]:
    """Return why planned runs are not identified; nothing if they are.

    Either no split is, or the law there needs what the rows say nothing of, as a plan of many
    epochs does where no run repeated its data.

    Args:
        fit: A law of size and data.
        points: The variables of the runs, shape `(runs, variables)`.
    """
    unknown = unknown_split(fit)
    if unknown or not fit.n_runs:
        return unknown
    objective = get_objective(fit.objective_name, fit.huber_delta or 1e-3)
    problem = Problem.of(fit.law, fit.columns, objective, fit.fixed, fit.centre)
    names = needed_free(problem, fit.theta, fit.law.into_frame(points, fit.centre))
    if not names:
        return ()
    return (
        Finding(
            code="not_identified",
            message=f"The best run is not identified: the {fit.law.target} there changes with "
            f"{' and '.join(f'`{name}`' for name in names)}, which the runs leave free. Add runs "
            f"like it, or hold what is left free at a value with `fixed`.",
        ),
    )


def why_unknown(fit: Fit) -> str:
    """Return what the runs lack to identify a best size and data, for a sentence; else nothing."""
    if split_findings(fit.law, fit.inseparable):
        return "can't tell the two apart, as n_examples rises with n_params in all of them"
    names = _unseen(fit)
    return f"do not show that the loss changes with {' or '.join(names)}" if names else ""


def _unseen(fit: Fit) -> tuple[str, ...]:
    """Return which of size and data the loss doesn't change with, as far as the runs show."""
    if not fit.law.is_surface:
        return ()
    z = fit.law.into_frame(fit.values, fit.centre)
    names = unseen(fit.law, fit.theta, fit.resamples, z, fit.inseparable)
    return tuple(name for name in names if name in ("n_params", "n_examples"))


def sizes_like_runs(fit: Fit, train_flops: Floats, best: Floats) -> Floats:
    """Return the size that each budget buys with a ratio of data to size that the runs had.

    The ratio is that of the runs if there is one, else the best by the law among theirs. With
    `C = k N**q D` and `D = r N` the size is `(C / (k r))**(1 / (1 + q))`.

    Args:
        fit: One whose best split is not identified.
        train_flops: Budgets, shape `(budgets,)`.
        best: The best size of each by the law, shape `(budgets,)`.

    Returns:
        Shape `(budgets,)`.
    """
    law, cost = fit.law, fit.example_cost
    if split_findings(law, fit.inseparable):
        return sizes_in_band(law, fit.inseparable, fit.centre, cost, train_flops)
    size, data = (np.log(fit.values[:, law.variables.index(n)]) for n in ("n_params", "n_examples"))
    ratio = data - size
    spent = np.log(train_flops / cost.coef)
    wanted = spent - (cost.exponent + 1) * np.log(best)
    kept = np.clip(wanted, ratio.min(), ratio.max())
    sizes: Floats = np.exp((spent - kept) / (1 + cost.exponent))
    return sizes
