"""Hypothesis strategies shared by the tests: laws, and runs that follow them."""

import dataclasses

import numpy as np
from hypothesis import strategies as st

from scaling_keras.laws.columns import gather
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import Problem


def chinchilla_params():
    """Parameters of Chinchilla laws of the kind that real sweeps show."""
    return st.fixed_dictionaries(
        {
            "irreducible_loss": st.floats(0.5, 3.0),
            "param_coef": st.floats(50.0, 2000.0),
            "param_exponent": st.floats(0.2, 0.6),
            "data_coef": st.floats(50.0, 5000.0),
            "data_exponent": st.floats(0.2, 0.6),
        }
    )


def chinchilla_loss(params, n_params, n_examples):
    """The formula as it is printed."""
    return (
        params["irreducible_loss"]
        + params["param_coef"] / n_params ** params["param_exponent"]
        + params["data_coef"] / n_examples ** params["data_exponent"]
    )


def grid(sizes=(1e5, 1e6, 1e7, 1e8), budgets=(1e7, 1e8, 1e9, 1e10)):
    """Size and data of a full grid of runs."""
    n_params, n_examples = np.meshgrid(sizes, budgets)
    return n_params.ravel(), n_examples.ravel()


def noisy_runs(params, *, noise=0.005, seed=0, sizes=(1e5, 1e6, 1e7, 1e8), budgets=None):
    """Runs of a grid that follow a law up to log-normal noise, as columns."""
    n_params, n_examples = grid(sizes, budgets or (1e7, 1e8, 1e9, 1e10))
    scatter = np.random.default_rng(seed).normal(0.0, noise, len(n_params))
    loss = chinchilla_loss(params, n_params, n_examples) * np.exp(scatter)
    return {"n_params": n_params, "n_examples": n_examples, "loss": loss}


def refitted(fit, runs, *, n_resamples, seed=0):
    """What `laws.fit` gives for other runs, but for the held-out check and the findings.

    For tests of intervals over many sweeps that look at the resamples of the law alone.
    """
    columns = gather(
        fit.law, runs, dict.fromkeys((*fit.law.variables, "loss", "weights", "groups"))
    )
    objective = get_objective(fit.objective_name, fit.huber_delta)
    problem = Problem.of(fit.law, columns, objective, {})
    rng = np.random.default_rng(seed)
    best = problem.best_of_starts(rng)
    return dataclasses.replace(
        fit,
        params={k: float(v) for k, v in fit.law.to_params(best.theta, problem.centre).items()},
        objective=best.objective,
        n_runs=len(columns.observed),
        theta=best.theta,
        centre=problem.centre,
        values=columns.values,
        observed=columns.observed,
        weights=columns.weights,
        groups=columns.groups,
        names=columns.names,
        resamples=problem.resample(best.theta, n_resamples, rng),
    )


HOFFMANN = {
    "irreducible_loss": 1.69,
    "param_coef": 406.4,
    "param_exponent": 0.34,
    "data_coef": 410.7,
    "data_exponent": 0.28,
}
"""Hoffmann et al., arXiv:2203.15556, equation 10, as printed."""
