"""Whether the runs show how a budget is best split between size and data, and what to do if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import optimal_n_params
from scaling_keras.laws.inseparable import sizes_in_band, split_findings
from scaling_keras.laws.iso_loss import REACH, ExpectedSurface
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding
from scaling_keras.laws.unseen import needed_free, unseen, unseen_findings

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

_TAIL = 0.02
"""Share of the draws beyond whose best sizes that of their average is not looked for."""


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


def best_sizes(fit: Fit, train_flops: Floats) -> tuple[Floats, Floats]:
    """Return the size that each budget is best spent on, as far as the runs show.

    By the law at its minimum; by an average of forms, which has none, the size of the lowest
    expected loss (`Fit.predict`). Where no split is known to be better than another the size keeps
    to a ratio that the runs had.

    Args:
        fit: A fit of size and data alone.
        train_flops: Budgets, shape `(budgets,)`.

    Returns:
        The sizes, shape `(budgets,)`, and the best of each draw, shape `(draws, budgets)`.
    """
    law, cost = fit.law, fit.example_cost
    in_draws = optimal_n_params(law, fit.resamples, fit.centre, cost, train_flops)
    if fit.form_weights:
        best = _of_lowest_expected_loss(fit, train_flops, in_draws)
    else:
        best = optimal_n_params(law, fit.theta[None], fit.centre, cost, train_flops)[0]
    if unknown_split(fit):
        best = sizes_like_runs(fit, train_flops, best)
    return best, in_draws


def _of_lowest_expected_loss(fit: Fit, train_flops: Floats, in_draws: Floats) -> Floats:
    """Return the size at which what is predicted on each budget is lowest.

    Below the best sizes of nearly all draws their losses fall, and above they rise.
    """
    surface = ExpectedSurface.of_size_and_data(fit, len(train_flops))
    low, high = np.quantile(np.log(in_draws), [_TAIL, 1 - _TAIL], axis=0)
    sizes: Floats = np.exp(surface.best_log_n(np.log(train_flops)[:, None], low, high))
    return sizes


def least_run(fit: Fit) -> tuple[float, float]:
    """Return the least size and the least data that a run can have: one parameter, one example.

    Columns in units of their own, such as thousand millions of parameters, may go below one.
    """
    least = []
    for name in ("n_params", "n_examples"):
        column = fit.values[:, fit.law.variables.index(name)]
        least.append(min(1.0, float(column.min())) if len(column) else float(np.exp(-REACH)))
    return least[0], least[1]


def open_ends(
    fit: Fit, n_params: Floats, n_examples: Floats
) -> tuple[Floats, Floats, tuple[Finding, ...]]:
    """Return limits of planned sizes and data, open where they are below one, and what to say.

    Resamples in which the one hardly lowers the loss put everything into the other. So where the
    one has no lower end, the other has no upper end.

    Args:
        fit: A fit of size and data.
        n_params: Lower and upper limits of the sizes, shape `(2, plans)`.
        n_examples: Those of the data.
    """
    ends = np.array([n_params, n_examples])
    least = least_run(fit)
    findings = []
    for one, other in ((0, 1), (1, 0)):
        below = ends[one, 0] < least[one]
        ends[one, 0, below], ends[other, 1, below] = 0.0, np.inf
        if below.any():
            findings.append(_without_end(one))
    return ends[0], ends[1], tuple(findings)


def _without_end(one: int) -> Finding:
    name, unit = (("n_params", "parameter"), ("n_examples", "example"))[one]
    other = ("n_examples", "n_params")[one]
    return Finding(
        code="not_identified",
        message=f"How small the best `{name}` may be is not identified: some resamples put it "
        f"below one {unit}. Its interval has no lower end, and that of `{other}` no upper one. "
        f"Add runs that vary `{name}` at the same `{other}`.",
    )


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
