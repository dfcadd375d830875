import numpy as np
import pytest
from scipy import optimize

from scaling_keras import laws
from scaling_keras.errors import FitError
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs

BY_HAND = {
    "squared_log": lambda observed, fitted: 0.5 * np.sum(np.log(observed / fitted) ** 2),
    "absolute_log": lambda observed, fitted: np.sum(np.abs(np.log(observed / fitted))),
    "squared": lambda observed, fitted: 0.5 * np.sum((observed - fitted) ** 2),
    "absolute": lambda observed, fitted: np.sum(np.abs(observed - fitted)),
}


@pytest.fixture(scope="module")
def runs():
    return noisy_runs(HOFFMANN, noise=0.01)


@pytest.mark.parametrize("objective", BY_HAND)
def test_the_objective_is_the_sum_by_hand_and_no_other_optimiser_finds_less(runs, objective):
    fit = laws.fit("chinchilla", runs, objective=objective, n_resamples=100)
    d, n = runs["n_examples"], runs["n_params"]

    def by_hand(values):
        params = dict(zip(fit.params, values, strict=True))
        return BY_HAND[objective](runs["loss"], chinchilla_loss(params, n, d))

    start = np.array(list(fit.params.values()))
    assert fit.objective == pytest.approx(by_hand(start), rel=1e-9)
    assert fit.converged
    scaled = optimize.minimize(
        lambda factors: by_hand(start * np.exp(factors)),
        np.zeros(5),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000, "initial_simplex": _simplex()},
    )
    assert fit.objective <= scaled.fun * (1 + 1e-6)


def _simplex():
    return np.vstack([np.zeros(5), 0.01 * np.eye(5)])


def test_the_objective_has_the_unit_of_the_loss(runs):
    scaled = {**runs, "loss": 3.0 * runs["loss"]}
    for objective, power in (("squared", 2), ("absolute", 1), ("squared_log", 0)):
        one, three = (
            laws.fit("chinchilla", data, objective=objective, n_resamples=100).objective
            for data in (runs, scaled)
        )
        assert three == pytest.approx(3.0**power * one, rel=1e-5)


def test_an_unknown_objective_is_named_with_the_known_ones(runs):
    with pytest.raises(FitError, match=r"`objective` must be one of huber, .*Received: 'mse'"):
        laws.fit("chinchilla", runs, objective="mse")
