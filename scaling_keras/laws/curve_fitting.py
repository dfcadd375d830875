"""`auto` over one variable: the average of `laws.curve_choice` as a `Fit`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from scaling_keras.laws.assembling import assemble
from scaling_keras.laws.columns import Columns
from scaling_keras.laws.curve_choice import FORM, average_laws, chosen
from scaling_keras.laws.curve_laws import fit_laws
from scaling_keras.laws.diagnostics import data_findings, fit_findings, pattern_findings
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import fit_example_cost
from scaling_keras.laws.holdout import can_determine
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import AGREEMENT, Minimum, Problem
from scaling_keras.laws.results import Finding
from scaling_keras.laws.stray_rows import STRAY, stray_rows
from scaling_keras.runs import Exclusion

OBJECTIVE = "squared_log"
"""What the laws of the average minimise, and so the one that is shown."""


def fit_curve(
    columns: Columns,
    *,
    n_resamples: int,
    seed: int | np.random.Generator | None,
) -> Fit:
    """Return the average of power laws with floor over their beginnings and exponents.

    The resamples of the fit are laws drawn from the average, so its predictions and intervals are
    those of the average. Its formula is the best fit from the beginning that counts most; the rows
    before that are among its exclusions, with that reason, and so are single rows far off all
    others (`stray_rows`), which would bend every law.

    Args:
        columns: Rows that determine a power law with floor.
        n_resamples: Laws to draw.
        seed: As `fit` takes it.
    """
    rng = np.random.default_rng(seed)
    stray = _stray(columns)
    followed = columns.take(~stray)
    average = average_laws(followed, n_resamples, rng)
    rows = average.laws[average.best].rows
    kept = dataclasses.replace(
        followed.take(rows),
        excluded=(
            *columns.excluded,
            *_excluded(columns, stray, "it lies far off its neighbours"),
            *_excluded(followed, ~rows, _before(float(followed.values[rows].min()))),
        ),
    )
    problem = Problem.of(FORM, kept, get_objective(OBJECTIVE, 1.0), {})
    best = _minimum(problem, average.starts(problem.centre))
    resamples = average.draws(followed, problem.centre, n_resamples, rng)
    cost = fit_example_cost(columns.n_params, columns.train_flops_per_example)
    findings = (
        chosen(average, followed),
        *columns.findings,
        *data_findings(FORM, columns),
        *_stray_findings(columns, stray),
        *fit_findings(problem, best, cost=cost, backtest=average.backtest),
        *pattern_findings(problem, best.theta),
    )
    used = ~stray
    used[used] = rows
    return assemble(
        problem,
        best,
        resamples=resamples,
        cost=cost,
        backtest=average.backtest,
        findings=findings,
        seed=seed,
        handed_over=columns,
        set_aside=columns.values[~used],
    )


def _stray(columns: Columns) -> np.ndarray:
    """Return which rows are stray, by what a law through all rows leaves of them."""
    log_x = np.log(columns.values[:, 0])
    log_x -= log_x.mean()
    every = np.ones(len(log_x), dtype=bool)
    law = fit_laws(log_x, columns, [every])[0]
    stray = stray_rows(log_x, np.log(columns.observed) - law.mean(log_x))
    enough = can_determine(len(FORM.parameters), columns.values[~stray])
    return stray if enough else ~every


def _excluded(columns: Columns, rows: np.ndarray, reason: str) -> tuple[Exclusion, ...]:
    """Return the rows where a mask is true as left out."""
    names = (columns.names[row] for row in np.flatnonzero(rows))
    return tuple(Exclusion(name=name, reason=reason) for name in names)


def _before(begin: float) -> str:
    return f"it lies before x = {begin:.4g}, from where on the law predicts best"


def _stray_findings(columns: Columns, stray: np.ndarray) -> Iterator[Finding]:
    if stray.any():
        names = ", ".join(columns.names[row] for row in np.flatnonzero(stray)[:3])
        more = f" and {stray.sum() - 3} more" if stray.sum() > 3 else ""
        yield Finding(
            code="outliers",
            message=f"{stray.sum()} of {len(stray)} rows lie more than {STRAY:g} robust standard "
            f"deviations off the line of their neighbours ({names}{more}) and are left out. Find "
            f"out why; name a form to have them fitted.",
        )


def _minimum(problem: Problem, starts: Floats) -> Minimum:
    """Return the least squares, to full precision, from starts on either side of it.

    The search over exponents was exhaustive, so there is no other minimum to look for.
    """
    weights = np.repeat(problem.columns.weights[None], len(starts), axis=0)
    theta = problem.minima_near(starts, weights)
    total = problem.total(theta, weights)
    best = int(np.argmin(total))
    lower, upper = np.array(FORM.lower), np.array(FORM.upper)
    margin = 1e-9 * (upper - lower)
    box = np.array(FORM.start_high) - np.array(FORM.start_low)
    return Minimum(
        theta=theta[best],
        objective=float(total[best]),
        n_starts=len(starts),
        agreement=float(
            np.mean((total <= total[best] * (1 + AGREEMENT)) | problem.is_exact(theta))
        ),
        converged=True,
        at_bound=(theta[best] <= lower + margin) | (theta[best] >= upper - margin),
        moved=float(np.max(np.abs(theta[best] - starts) / box)),
    )
