"""Data that are legal and say little: a fit with findings, or an error that names the reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaling_keras import laws
from scaling_keras.errors import TooFewRunsError
from tests.strategies import HOFFMANN, chinchilla_loss, grid

N, D = grid()


def fit_of(n, d, noise=0.004, **options):
    scatter = np.random.default_rng(0).normal(0, noise, len(n))
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(scatter)
    return laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss, n_resamples=100, **options)


def codes(fit):
    return {finding.code for finding in fit.warnings}


@pytest.mark.parametrize("name", ["n_params", "n_examples"])
@pytest.mark.parametrize("form", ["chinchilla", "auto"])
def test_one_size_or_one_budget_of_data_is_refused_by_name(form, name):
    runs = {"n_params": np.geomspace(1e6, 1e9, 12), "n_examples": np.geomspace(1e8, 1e11, 12)}
    runs[name] = np.full(12, 1e8)
    with pytest.raises(TooFewRunsError, match=rf"3 distinct values of `{name}`. Received: 1"):
        laws.fit(form, **runs, loss=np.linspace(4, 2, 12))


@pytest.mark.parametrize("slope", [1, -1])
def test_size_and_data_that_determine_each_other_are_a_finding(slope):
    n = np.geomspace(1e6, 1e9, 12)
    fit = fit_of(n, 1e9 * (n / 1e7) ** slope)
    assert "collinear" in codes(fit)


def test_a_perfect_fit_does_not_claim_a_miss():
    fit = fit_of(N, D, noise=0.0)
    assert fit.backtest.miss_ratio == pytest.approx(1.0)
    prediction = fit.predict(n_params=1e9, n_examples=1e11)
    truth = chinchilla_loss(HOFFMANN, 1e9, 1e11)
    assert prediction.mean[0] == pytest.approx(truth, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    times=st.lists(st.integers(1, 4), min_size=16, max_size=16),
    objective=st.sampled_from(["huber", "squared_log"]),
    seed=st.integers(0, 2**16),
)
def test_rows_given_several_times_are_rows_of_that_weight(times, objective, seed):
    scatter = np.random.default_rng(seed).normal(0, 0.004, 16)
    runs = {"n_params": N, "n_examples": D, "loss": chinchilla_loss(HOFFMANN, N, D)}
    runs["loss"] = runs["loss"] * np.exp(scatter)
    repeated = {name: np.repeat(column, times) for name, column in runs.items()}
    options = {"n_resamples": 100, "check_held_out": False, "objective": objective}
    several = laws.fit("chinchilla", repeated, **options)
    weighted = laws.fit("chinchilla", runs, weights=times, **options)
    assert several.objective == pytest.approx(weighted.objective, rel=1e-9)
    assert several.params == pytest.approx(weighted.params, rel=1e-6)
    assert ("duplicate_rows" in codes(several)) == (max(times) > 1)


def test_a_loss_that_never_changes_identifies_no_exponent():
    fit = laws.fit("chinchilla", n_params=N, n_examples=D, loss=np.full(16, 2.0), n_resamples=100)
    assert fit.predict(n_params=1e9, n_examples=1e11).mean[0] == pytest.approx(2.0, rel=1e-3)
    assert codes(fit) & {"not_identified", "at_bound", "no_better_than_baseline"}
