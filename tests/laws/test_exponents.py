import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.exponents import frontier_exponents
from tests.tensorboard_plugin_scaling.conftest import LAW, true_loss


@pytest.fixture(scope="module")
def fit():
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e3, 1e6, 5), np.geomspace(1e5, 1e8, 5)))
    return laws.fit("chinchilla", n_params=n, n_examples=d, loss=true_loss(n, d), n_resamples=100)


def test_the_exponents_are_those_of_the_closed_form(fit):
    found = frontier_exponents(fit, level=0.9)
    a = LAW["beta"] / (LAW["alpha"] + LAW["beta"])
    assert found["frontier_param_exponent"].value == pytest.approx(a, abs=1e-3)
    assert found["frontier_data_exponent"].value == pytest.approx(1 - a, abs=1e-3)


def test_the_allocation_grows_at_the_rate_of_the_exponents(fit):
    found = frontier_exponents(fit, level=0.9)
    best = fit.optimal_allocation(train_flops=np.array([1e12, 1e14]))
    for name, interval in (("param", best.n_params), ("data", best.n_examples)):
        slope = np.log10(interval.value[1] / interval.value[0]) / 2
        assert found[f"frontier_{name}_exponent"].value == pytest.approx(slope, rel=1e-6)


def test_the_intervals_hold_the_values(fit):
    for interval in frontier_exponents(fit, level=0.9).values():
        assert interval.low <= interval.value <= interval.high


def test_a_law_of_one_variable_has_no_frontier():
    x = np.geomspace(1e3, 1e7, 8)
    fit = laws.fit("power_law_floor", x=x, loss=1.5 + 20 / x**0.3, n_resamples=100)
    assert frontier_exponents(fit, level=0.9) == {}
