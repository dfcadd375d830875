"""A form of one's own, as someone new to the package would write it."""

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError

X = np.geomspace(1e3, 1e9, 25)
LOSS = (1.5 + 40 * X**-0.3) * np.exp(np.random.default_rng(0).normal(0, 0.003, 25))
RANGES = {"coef": (1e-2, 1e4), "exponent": (0.01, 2), "floor": (0.1, 10)}


def power(x, coef, exponent, floor):
    return floor + coef * x**-exponent


def fit(function, parameters, **options):
    form = laws.custom_form(function, parameters=parameters)
    return laws.fit(form, x=X, loss=LOSS, n_resamples=100, **options)


def codes(found):
    return {finding.code for finding in found.warnings}


def test_a_function_of_a_few_lines_gives_the_same_law_as_the_form_of_the_package():
    own = fit(power, RANGES)
    ours = laws.fit("power_law_floor", x=X, loss=LOSS, n_resamples=100)
    assert own.objective == pytest.approx(ours.objective, rel=1e-9)
    assert own.params["exponent"] == pytest.approx(ours.params["exponent"], rel=1e-6)
    assert own.predict(x=1e10).mean == pytest.approx(ours.predict(x=1e10).mean, rel=1e-3)


def test_a_fit_of_it_survives_saving():
    found = fit(lambda x, floor: floor + 40 * x**-0.3, {"floor": (0, 5)})
    again = laws.Fit.from_dict(found.to_dict(), law=found.law)
    assert again.to_dict() == found.to_dict()
    assert again.predict(x=1e10).mean == found.predict(x=1e10).mean


def test_one_parameter_is_enough():
    found = fit(lambda x, floor: floor + 40 * x**-0.3, {"floor": (0, 5)})
    assert found.params["floor"] == pytest.approx(1.5, abs=0.01)
    assert found.intervals()["floor"].low < 1.5 < found.intervals()["floor"].high


def test_a_maximum_takes_complex_steps_and_a_kink_is_no_fault():
    bent = np.maximum(1.8, 40 * X**-0.3)
    form = laws.custom_form(
        lambda x, coef, exponent, floor: np.maximum(floor, coef * x**-exponent), parameters=RANGES
    )
    found = laws.fit(form, x=X, loss=bent, n_resamples=100)
    assert found.params == pytest.approx({"coef": 40, "exponent": 0.3, "floor": 1.8}, rel=1e-4)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            lambda x, coef, exponent, floor: np.abs(floor) + coef * x**-exponent,
            "derivative by 'floor' comes out wrong",
        ),
        (
            lambda x, coef, exponent, floor: np.real(floor) + coef * x**-exponent,
            "derivative by 'floor' comes out wrong",
        ),
        (
            lambda x, coef, exponent, floor: floor.astype(float) + coef * x**-exponent,
            "must work with arrays of complex numbers.*discards the imaginary part",
        ),
        (
            lambda x, coef, exponent, floor: max(floor, coef * x**-exponent),
            "must work with arrays of complex numbers.*ambiguous",
        ),
    ],
)
def test_a_function_that_breaks_complex_steps_is_refused_when_it_is_made(function, message):
    with pytest.raises(FitError, match=message):
        laws.custom_form(function, parameters=RANGES)


def test_one_that_breaks_only_at_the_rows_of_a_fit_is_refused_there():
    form = laws.custom_form(
        lambda x, coef, exponent, floor: (
            floor + np.where(x > 1e5, np.abs(coef * x**-exponent), coef * x**-exponent)
        ),
        parameters=RANGES,
    )
    with pytest.raises(FitError, match=r"derivative by 'coef' comes out wrong.*np.where\(v > 0"):
        laws.fit(form, x=X, loss=LOSS)


def test_ranges_without_the_law_end_at_a_bound_and_say_so():
    found = fit(power, {**RANGES, "exponent": (0.5, 2)})
    assert found.at_bound == ("exponent",)
    assert {"at_bound", "misfit"} <= codes(found)


def test_ranges_in_which_the_function_gives_nothing_are_refused():
    with pytest.raises(FitError, match=r"positive, finite number at every row.*none at 25 of 25"):
        fit(lambda x, shift: np.log(shift - x), {"shift": (1.0, 100.0)})


def test_a_law_that_ends_where_some_row_has_no_value_is_refused():
    with pytest.raises(FitError, match=r"positive, finite number at every row.*none at 2 of 25"):
        fit(lambda x, coef: np.where(x < 2e3, -1.0, 2.0) * coef, {"coef": (0.5, 5.0)})


def test_an_interval_below_zero_can_be_known_well():
    found = fit(
        lambda x, coef, power, floor: floor + coef * x**power,
        {"coef": (1.0, 1e3), "power": (-2.0, -0.01), "floor": (0.1, 10)},
    )
    assert found.params["power"] == pytest.approx(-0.3, abs=0.02)
    assert "not_identified" not in codes(found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameters": {}}, "`parameters` must name at least one parameter"),
        ({"parameters": {"a": (2, 1)}}, r"lowest and highest value.*Received: a=\(2, 1\)"),
        ({"parameters": {"a": 3}}, "lowest and highest value.*Received: a=3"),
        ({"parameters": {"b": (1, 2)}}, "`function` must take the arguments x, b by name"),
        ({"exponents": ("b",)}, "`exponents` must name parameters of the form: a. Received: 'b'"),
        ({"template": "L = {q} x"}, "`template` must name parameters of the form: a.*'q'"),
        ({"variables": ("a",)}, "`variables` must name at least one column.*Received: a"),
    ],
)
def test_what_can_not_be_a_form_is_refused(options, message):
    function = (lambda a: a) if "variables" in options else (lambda x, a: a * x)
    with pytest.raises(FitError, match=message):
        laws.custom_form(function, **{"parameters": {"a": (0.1, 9)}, **options})
