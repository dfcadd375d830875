import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings

from scaling_keras import laws
from scaling_keras.laws.forms.chinchilla import Chinchilla
from scaling_keras.laws.iso_loss import REACH, Surface, minimise
from tests.strategies import HOFFMANN, chinchilla_loss, chinchilla_params, noisy_runs


class Unexplained(Chinchilla):
    """Chinchilla's law without its closed forms."""

    def power_terms(self, params):
        return None


@pytest.fixture(scope="module")
def fit():
    return laws.fit("chinchilla", noisy_runs(HOFFMANN), n_resamples=100)


@pytest.fixture(scope="module")
def surface(fit):
    return Surface.of(fit, {})


def test_each_row_meets_its_own_points(fit, surface):
    rng = np.random.default_rng(0)
    log_n, log_d = rng.uniform(10, 20, (2, 101, 3))
    found = surface.log_loss(log_n, log_d)
    assert found.shape == (101, 3)
    np.testing.assert_allclose(
        np.exp(found[0]), chinchilla_loss(fit.params, np.exp(log_n[0]), np.exp(log_d[0]))
    )
    draw = fit.law.to_params(fit.resamples[41], fit.centre)
    np.testing.assert_allclose(
        np.exp(found[42]), chinchilla_loss(draw, np.exp(log_n[42]), np.exp(log_d[42]))
    )


def test_a_curve_of_equal_loss_is_the_same_with_and_without_the_closed_form(fit, surface):
    slow = Surface.of(dataclasses.replace(fit, law=Unexplained()), {})
    log_n = np.linspace(np.log(1e6), np.log(1e12), 9) + np.zeros((101, 1))
    closed, halved = (s.iso_loss(np.log(2.4))(log_n) for s in (surface, slow))
    assert np.isinf(closed).any()
    assert np.isfinite(closed).any()
    np.testing.assert_allclose(closed, halved, atol=1e-6)


def test_the_size_and_the_data_of_a_loss_undo_each_other(surface):
    log_d = np.full((101, 1), np.log(1e10))
    log_n = surface.log_n_params(log_d, np.log(2.8))
    np.testing.assert_allclose(surface.log_n_examples(log_n, np.log(2.8)), log_d, atol=1e-6)


def test_what_no_data_reaches_is_infinite(surface):
    tiny = np.full((101, 1), np.log(1e3))
    assert np.isinf(surface.log_n_examples(tiny, np.log(2.0))).all()


def test_a_law_that_overflows_far_out_reaches_nothing_there(fit):
    class Brittle(Unexplained):
        def value(self, theta, z):
            return super().value(theta, z) + 0 * np.exp(np.exp(np.exp(z[:, 1] - 5)))

    surface = Surface.of(dataclasses.replace(fit, law=Brittle()), {})
    assert np.isinf(surface.log_n_examples(np.full((101, 1), np.log(1e9)), np.log(2.4))).all()


def test_a_linear_variable_is_taken_as_it_is(fit):
    class Linear(Chinchilla):
        variables = ("n_params", "n_examples", "share")
        linear_variables = ("share",)

    surface = Surface(
        form=Linear(),
        theta=fit.theta[None],
        centre=np.array([1.0, 2.0, np.log(5.0), 0.0]),
        cost=fit.example_cost,
        others={"share": np.log(10.0)},
    )
    assert surface._into_frame("share", np.zeros((1, 1)), np.zeros((1, 1))) == pytest.approx(2.0)


@given(chinchilla_params())
@settings(max_examples=25, deadline=None)
def test_minimise_finds_the_bottom_of_a_valley(params):
    """Where `alpha A / N**alpha = beta B / D**beta` on a budget."""
    alpha, beta = params["param_exponent"], params["data_exponent"]

    def log_loss(log_n):
        return np.log(chinchilla_loss(params, np.exp(log_n), 1e20 / 6 * np.exp(-log_n)))

    low, high = np.array([20.0 - REACH]), np.array([20.0 + REACH])
    with np.errstate(over="ignore"):
        log_n = minimise(log_loss, low, high)[0]
    ratio = alpha * params["param_coef"] / (beta * params["data_coef"])
    expected = (np.log(ratio) + beta * np.log(1e20 / 6)) / (alpha + beta)
    assert log_n == pytest.approx(expected, abs=1e-3)


def test_minimise_stops_at_an_edge_and_beside_what_is_impossible():
    low, high = np.array([0.0, 0.0]), np.array([10.0, 10.0])

    def objective(x):
        return np.where(x < np.array([[-1.0], [3.0]]), np.inf, x)

    np.testing.assert_allclose(minimise(objective, low, high), [0.0, 3.0], atol=1e-4)
