import json

import numpy as np
import pytest
from scipy import integrate

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.profile_likelihood import log_likelihood
from scaling_keras.laws.solver import huber_sum
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs


@pytest.fixture(scope="module")
def fit():
    return laws.fit("chinchilla", noisy_runs(HOFFMANN, noise=0.003), n_resamples=100)


@pytest.mark.parametrize("name", list(HOFFMANN))
def test_the_interval_holds_the_estimate_and_its_ends_lose_what_the_level_allows(fit, name):
    found = laws.profile(fit, name, level=0.9)
    assert found.identified
    assert found.interval.low < fit.params[name] < found.interval.high
    for end in (found.interval.low, found.interval.high):
        lost = np.interp(end, found.values, found.deviance)
        assert lost == pytest.approx(2.706, abs=0.15)  # The 90 % point of chi-squared with 1 d.o.f.


def test_the_deviance_is_least_at_the_estimate_and_rises_on_both_sides(fit):
    found = laws.profile(fit, "data_exponent")
    assert found.deviance.min() == 0.0
    assert found.values[np.argmin(found.deviance)] == fit.params["data_exponent"]
    low, high = np.split(found.deviance, [int(np.argmin(found.deviance))])
    assert (np.diff(low) < 1e-6).all()
    assert (np.diff(high) > -1e-6).all()


def test_a_parameter_that_the_data_do_not_bound_is_not_identified():
    n = np.geomspace(1e5, 1e8, 12)
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.01, 12))
    runs = {"n_params": n, "n_examples": 20 * n, "loss": chinchilla_loss(HOFFMANN, n, 20 * n)}
    fit = laws.fit("chinchilla", {**runs, "loss": runs["loss"] * scatter}, n_resamples=100)
    found = laws.profile(fit, "data_coef")
    assert not found.identified
    assert json.dumps(found.to_dict())


def test_a_wider_level_gives_a_wider_interval(fit):
    narrow, wide = (laws.profile(fit, "irreducible_loss", level=level) for level in (0.5, 0.95))
    assert wide.interval.low < narrow.interval.low < narrow.interval.high < wide.interval.high


@pytest.mark.parametrize("delta", [0.0, 0.3, np.inf])
def test_the_log_likelihood_is_that_of_a_density_at_its_best_scale(delta):
    residuals = np.random.default_rng(0).normal(0, 0.5, 40)
    rho = (lambda r: np.abs(r)) if delta == 0 else (lambda r: huber_sum(r[None], np.ones(1), delta))

    def at_scale(s):
        mass = 2 * integrate.quad(lambda r: np.exp(-rho(np.array(r))[()] / s), 0, 60)[0]
        return -len(residuals) * np.log(mass) - sum(rho(r)[()] for r in residuals) / s

    total = float(sum(rho(r)[()] for r in residuals))
    best = max(at_scale(s) for s in np.geomspace(0.02, 2, 300))
    assert log_likelihood(total, len(residuals), delta) == pytest.approx(best, abs=0.01)


def test_only_fitted_parameters_have_a_profile(fit):
    with pytest.raises(FitError, match=r"`parameter` must be a fitted parameter: .*'slope'"):
        laws.profile(fit, "slope")
    held = laws.fit("chinchilla", noisy_runs(HOFFMANN), n_resamples=100, fixed={"data_coef": 410.7})
    with pytest.raises(FitError, match=r"fitted parameter: .*'data_coef'"):
        laws.profile(held, "data_coef")
