"""From a minimum that was reached to a `Fit`: what every way of fitting does the same."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from importlib import metadata

import numpy as np

from scaling_keras.errors import ConvergenceError
from scaling_keras.laws.columns import Columns
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.holdout import Backtest
from scaling_keras.laws.inseparable import inseparable, pair_findings
from scaling_keras.laws.problem import Minimum, Problem
from scaling_keras.laws.results import Finding


def reach_minimum(problem: Problem, rng: np.random.Generator, on_failure: str) -> Minimum:
    """Return the best of many starts.

    Raises:
        ConvergenceError: If it is no minimum and `on_failure` is `raise`.
    """
    best = problem.best_of_starts(rng)
    if not best.converged and on_failure == "raise":
        raise ConvergenceError(
            f"A `{problem.form.name}` fit must reach a minimum. Received: "
            f"{len(problem.columns.observed)} runs for which none of {best.n_starts} starts did. "
            f"Check the data for outliers, choose another form, or pass on_failure='return' to "
            f"look at the result."
        )
    return best


def assemble(
    problem: Problem,
    best: Minimum,
    *,
    resamples: Floats,
    cost: ExampleCost,
    backtest: Backtest | None,
    findings: Iterable[Finding],
    seed: int | np.random.Generator | None,
    handed_over: Columns | None = None,
    set_aside: Floats | None = None,
) -> Fit:
    """Return the fit of a problem.

    Args:
        problem: What was minimised.
        best: Its minimum.
        resamples: `theta` of each resample, shape `(n_resamples, p)`.
        cost: What an example costs.
        backtest: The held-out check, None if there are too few runs.
        findings: In the order to be read.
        seed: As it was passed to `fit`.
        handed_over: All rows that the answer depends on; those of the problem by default.
        set_aside: Variables of those of them that the problem doesn't have, shape
            `(rows, variables)`.
    """
    law, columns, objective = problem.form, problem.columns, problem.objective
    pairs = inseparable(law, problem.z, problem.y, columns.weights)
    return Fit(
        form=law.name,
        law=law,
        params={k: float(v) for k, v in law.to_params(best.theta, problem.centre).items()},
        fixed=problem.fixed,
        objective=best.objective,
        objective_name=objective.name,
        huber_delta=objective.delta if objective.name == "huber" else None,
        n_runs=len(columns.observed),
        n_starts=best.n_starts,
        start_agreement=best.agreement,
        moved=best.moved,
        at_bound=tuple(np.array(law.parameters)[best.at_bound].tolist()),
        converged=best.converged,
        message=("" if best.converged else "No start reached a minimum within the allowed steps."),
        warnings=(*findings, *pair_findings(law, pairs)),
        excluded=columns.excluded,
        labels=columns.labels,
        example_cost=cost,
        backtest=backtest,
        theta=best.theta,
        centre=problem.centre,
        values=columns.values,
        observed=columns.observed,
        weights=columns.weights,
        groups=columns.groups,
        names=columns.names,
        resamples=resamples,
        seed=None if seed is None or isinstance(seed, np.random.Generator) else int(seed),
        data_digest=(columns if handed_over is None else handed_over).digest(),
        set_aside=columns.values[:0] if set_aside is None else set_aside,
        versions=dict(_versions()),
    )


@functools.cache
def _versions() -> Mapping[str, str]:
    """Return the versions that a fit is made with, which takes long to look up."""
    return {name: metadata.version(name) for name in ("scaling-keras", "numpy", "scipy")}
