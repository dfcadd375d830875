import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from tests.strategies import HOFFMANN, noisy_runs


def fit(runs, **options):
    return laws.fit("chinchilla", runs, n_resamples=100, **options)


@pytest.mark.parametrize("name", list(HOFFMANN))
def test_a_fixed_parameter_stays_and_the_others_are_found(name):
    found = fit(noisy_runs(HOFFMANN, noise=0.0), fixed={name: HOFFMANN[name]})
    assert found.params == pytest.approx(HOFFMANN, rel=1e-4)
    assert found.params[name] == pytest.approx(HOFFMANN[name], rel=1e-12)
    interval = found.intervals()[name]
    assert interval.low == pytest.approx(interval.high, rel=1e-12)


def test_all_but_one_may_be_fixed():
    others = {name: value for name, value in HOFFMANN.items() if name != "data_exponent"}
    found = fit(noisy_runs(HOFFMANN, noise=0.01), fixed=others)
    assert found.params["data_exponent"] == pytest.approx(0.28, abs=0.01)


def test_a_fit_is_never_better_with_a_parameter_fixed():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    free = fit(runs)
    held = fit(runs, fixed={"param_coef": 1.3 * free.params["param_coef"]})
    assert held.objective > free.objective
    same = fit(runs, fixed={"param_coef": free.params["param_coef"]})
    assert same.objective == pytest.approx(free.objective, rel=1e-8)


def test_the_fixed_parameters_survive_saving():
    found = fit(noisy_runs(HOFFMANN, noise=0.01), fixed={"irreducible_loss": 1.69})
    again = laws.Fit.from_dict(found.to_dict())
    assert again.fixed == {"irreducible_loss": 1.69}
    np.testing.assert_array_equal(again.theta, found.theta)


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"slope": 1.0}, r"`fixed` must name parameters of `chinchilla`: .*Received: 'slope'"),
        ({"data_coef": np.nan}, r"`fixed` must give each parameter a finite number.*nan"),
        ({"irreducible_loss": -1}, r"`fixed` must give `irreducible_loss` .* not negative.*=-1"),
        (["data_coef"], r"`fixed` must be a mapping .*Received: \['data_coef'\]"),
        (dict(HOFFMANN), r"`fixed` must leave a parameter of `chinchilla` to fit"),
    ],
)
def test_what_can_not_be_fixed_is_refused(fixed, message):
    with pytest.raises(FitError, match=message):
        fit(noisy_runs(HOFFMANN), fixed=fixed)


def test_a_floor_may_be_held_at_zero_and_an_exponent_below():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    assert fit(runs, fixed={"irreducible_loss": 0}).params["irreducible_loss"] == 0.0
    rising = fit(runs, fixed={"data_exponent": -0.1})
    assert rising.params["data_exponent"] == pytest.approx(-0.1)
    with pytest.raises(FitError, match="exponent below 0"):
        rising.optimal_allocation(train_flops=1e20)


def test_a_value_is_judged_by_its_sign_alone_where_another_parameter_bounds_it():
    x = np.geomspace(1e3, 1e7, 20)
    held = {"irreducible_loss": 3.0}  # Above the middle of the range of the law's `initial_loss`.
    options = {"fixed": held, "n_resamples": 100, "check_held_out": False}
    fit = laws.fit("m4", x=x, loss=3.0 + 20 / x**0.3, **options)
    assert fit.params["irreducible_loss"] == pytest.approx(3.0)
