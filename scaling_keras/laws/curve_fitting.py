"""`auto` over one variable: the average of `laws.curve_choice` as a `Fit`."""

from __future__ import annotations

import dataclasses

import numpy as np

from scaling_keras.laws.assembling import assemble
from scaling_keras.laws.columns import Columns
from scaling_keras.laws.curve_choice import FORM, average_laws, chosen
from scaling_keras.laws.diagnostics import data_findings, fit_findings, pattern_findings
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import fit_example_cost
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import AGREEMENT, Minimum, Problem
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
    before that are among its exclusions, with that reason.

    Args:
        columns: Rows that determine a power law with floor.
        n_resamples: Laws to draw.
        seed: As `fit` takes it.
    """
    rng = np.random.default_rng(seed)
    average = average_laws(columns, n_resamples, rng)
    rows = average.laws[average.best].rows
    begins = float(columns.values[rows].min())
    early = tuple(
        Exclusion(
            name=name,
            reason=f"it lies before x = {begins:.4g}, from where on the law predicts best",
        )
        for name, kept in zip(columns.names, rows, strict=True)
        if not kept
    )
    kept = dataclasses.replace(columns.take(rows), excluded=(*columns.excluded, *early))
    problem = Problem.of(FORM, kept, get_objective(OBJECTIVE, 1.0), {})
    best = _minimum(problem, average.starts(problem.centre))
    resamples = average.draws(columns, problem.centre, n_resamples, rng)
    cost = fit_example_cost(columns.n_params, columns.train_flops_per_example)
    findings = (
        chosen(average, columns),
        *columns.findings,
        *data_findings(FORM, columns),
        *fit_findings(
            FORM,
            best,
            params=FORM.to_params(resamples, problem.centre),
            fixed={},
            cost=cost,
            backtest=average.backtest,
        ),
        *pattern_findings(problem, best.theta),
    )
    return assemble(
        problem,
        best,
        resamples=resamples,
        cost=cost,
        backtest=average.backtest,
        findings=findings,
        seed=seed,
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
        agreement=float(np.mean(total <= total[best] * (1 + AGREEMENT) + 1e-300)),
        converged=True,
        at_bound=(theta[best] <= lower + margin) | (theta[best] >= upper - margin),
        moved=float(np.max(np.abs(theta[best] - starts) / box)),
    )
