"""Every form goes through the same tests."""

import numpy as np
import pytest

from scaling_keras.errors import FitError
from scaling_keras.laws.forms import FORMS, get_form
from scaling_keras.laws.forms.base import Form


def broken(number, change, at, width):
    """Return the parameters of one break."""
    parts = {"change": change, "at": at, "width": width}
    return {f"break_{part}_{number}": value for part, value in parts.items()}


PRINTED = {
    "chinchilla": (
        {
            "irreducible_loss": 1.69,
            "param_coef": 406.4,
            "param_exponent": 0.34,
            "data_coef": 410.7,
            "data_exponent": 0.28,
        },
        [[1e9, 2e10]],
        1.69 + 406.4 / 1e9**0.34 + 410.7 / 2e10**0.28,
    ),
    "coupled": (
        {
            "irreducible_loss": 1.5,
            "param_coef": 2000.0,
            "param_exponent": 0.6,
            "data_coef": 40_000.0,
            "data_exponent": 0.7,
            "coupling_exponent": 0.4,
        },
        [[1e6, 2e8]],
        1.5 + (2000.0 / 1e6**0.6 + 40_000.0 / 2e8**0.7) ** 0.4,
    ),
    "power_law_floor": (
        {"irreducible_loss": 0.5, "coef": 30.0, "exponent": 0.25},
        [[1e8]],
        0.5 + 30.0 / 1e8**0.25,
    ),
    "power_law": ({"coef": 30.0, "exponent": 0.25}, [[1e8]], 30.0 / 1e8**0.25),
    # At this x the loss is half way between floor and start: 0.5 / 0.5**0.8 = coef / x**exponent.
    "m4": (
        {
            "coef": 0.5**0.2 * 1e6**0.3,
            "exponent": 0.3,
            "saturation_exponent": 0.8,
            "irreducible_loss": 1.0,
            "initial_loss": 2.0,
        },
        [[1e6]],
        1.5,
    ),
    "broken_power_law": (
        {"coef": 30.0, "exponent": 0.25, "irreducible_loss": 0.5, **broken(1, 0.4, 1e5, 0.3)},
        [[1e8]],
        0.5 + 30.0 / 1e8**0.25 * (1 + (1e8 / 1e5) ** (1 / 0.3)) ** (-0.4 * 0.3),
    ),
    "broken_power_law_2": (
        {
            "coef": 30.0,
            "exponent": 0.25,
            "irreducible_loss": 0.5,
            **broken(1, 0.4, 1e5, 0.3),
            **broken(2, -0.5, 1e7, 1.2),
        },
        [[1e8]],
        0.5
        + 30.0
        / 1e8**0.25
        * (1 + (1e8 / 1e5) ** (1 / 0.3)) ** (-0.4 * 0.3)
        * (1 + (1e8 / 1e7) ** (1 / 1.2)) ** (0.5 * 1.2),
    ),
    "broken_power_law_3": (
        {
            "coef": 30.0,
            "exponent": 0.25,
            "irreducible_loss": 0.5,
            **broken(1, 0.4, 1e5, 0.3),
            **broken(2, -0.5, 1e7, 1.2),
            **broken(3, 0.1, 1e9, 0.5),
        },
        [[1e8]],
        0.5
        + 30.0
        / 1e8**0.25
        * (1 + (1e8 / 1e5) ** (1 / 0.3)) ** (-0.4 * 0.3)
        * (1 + (1e8 / 1e7) ** (1 / 1.2)) ** (0.5 * 1.2)
        * (1 + (1e8 / 1e9) ** (1 / 0.5)) ** (-0.1 * 0.5),
    ),
    "bounded_metric": (
        {"top": 0.9, "chance": 0.1, "scale": 1e6, "exponent": 0.5},
        [[1e8]],
        0.9 - 0.8 / (1 + 100**0.5),
    ),
    "kaplan": (
        {
            "param_scale": 6.4e13,
            "param_exponent": 0.076,
            "data_scale": 1.8e13,
            "data_exponent": 0.103,
        },
        [[1e9, 2e10]],
        ((6.4e13 / 1e9) ** (0.076 / 0.103) + 1.8e13 / 2e10) ** 0.103,
    ),
    # Without repetition, and with size below what the data can use, it is Chinchilla's.
    "data_constrained": (
        {
            "irreducible_loss": 1.69,
            "param_coef": 406.4,
            "param_exponent": 0.34,
            "data_coef": 410.7,
            "data_exponent": 0.28,
            "data_repetitions": 15.4,
            "param_repetitions": 5.3,
        },
        [[1e8, 2e10, 4e10]],
        1.69 + 406.4 / 1e8**0.34 + 410.7 / 2e10**0.28,
    ),
    "downstream_error": (
        {"chance_error": 0.85, "coef": 2.08, "rate": 0.756},
        [[3.0]],
        0.85 - 2.08 * np.exp(-0.756 * 3.0),
    ),
    "downstream_accuracy": (
        {"top": 0.9, "chance": 0.25, "midpoint_loss": 2.6, "slope": 4.0},
        [[2.2]],
        0.25 + 0.65 / (1 + np.exp(4.0 * (2.2 - 2.6))),
    ),
    "optimal_learning_rate": (
        {"coef": 1.79, "param_power": -0.713, "data_power": 0.307},
        [[1e9, 1e11]],
        1.79 * 1e9**-0.713 * 1e11**0.307,
    ),
    "optimal_learning_rate_by_compute": (
        {"coef": 0.3118, "compute_power": -0.125},
        [[1e20]],
        0.3118 * 1e20**-0.125,
    ),
    "optimal_batch_size": ({"coef": 0.58, "data_power": 0.571}, [[1e11]], 0.58 * 1e11**0.571),
    "optimal_batch_size_by_compute": (
        {"coef": 0.292, "compute_power": 0.3271},
        [[1e20]],
        0.292 * 1e20**0.3271,
    ),
    "step_time": (
        {"overhead_seconds": 0.02, "coef": 3e-10, "param_power": 0.9, "half_rate_batch": 24.0},
        [[1e8, 64.0]],
        0.02 + 3e-10 * 1e8**0.9 * (64 + 24),
    ),
    "learning_rate_annealing": (
        {"coef": 2.0, "exponent": 0.4, "constant_rate_loss": 2.6, "annealing_coef": 0.1},
        [[30.0, 2.5]],
        2.6 + 2.0 / 30**0.4 - 0.1 * 2.5,
    ),
}


@pytest.fixture(params=sorted(FORMS))
def form(request):
    return FORMS[request.param]


def random_theta(form, n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(form.start_low, form.start_high, (n, len(form.parameters)))


def random_z(form, n, seed=1):
    z = np.random.default_rng(seed).normal(0.0, 3.0, (n, len(form.variables)))
    if "loss" in form.variables:
        return 1 + 0.05 * z  # A loss varies little around its mean.
    linear = [name in form.linear_variables for name in form.variables]
    return np.where(linear, np.abs(z), z)


def test_the_printed_formula_gives_the_same_value(form):
    params, point, expected = PRINTED[form.name]
    rng = np.random.default_rng(0)
    data = np.exp(rng.normal(15.0, 2.0, (9, len(form.variables))))
    if "loss" in form.variables:
        data = rng.uniform(2.0, 4.0, (9, 1))
    observed = rng.uniform(0.2, 0.8, 9) if form.link == "share" else rng.uniform(1.0, 4.0, 9)
    centre = form.centre_of(data, observed)
    theta = form.from_params(params, centre)
    value = form.value(theta[None], form.into_frame(np.array(point), centre))
    assert form.target_from_frame(value, centre)[0, 0] == pytest.approx(expected, rel=1e-11)


def test_the_jacobian_is_the_derivative(form):
    theta, z, h = random_theta(form, 7), random_z(form, 11), 1e-6
    value, jacobian = form.value_and_jacobian(theta, z)
    np.testing.assert_allclose(value, form.value(theta, z), rtol=1e-13)
    for index in range(len(form.parameters)):
        nudge = np.zeros(len(form.parameters))
        nudge[index] = h
        numeric = (form.value(theta + nudge, z) - form.value(theta - nudge, z)) / (2 * h)
        np.testing.assert_allclose(jacobian[:, index], numeric, atol=2e-7, rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in FORMS if not name.startswith(("m4", "broken"))])
def test_the_jacobian_is_that_of_complex_steps(name):
    form = FORMS[name]
    theta, z = random_theta(form, 5), random_z(form, 7)
    by_steps = Form.value_and_jacobian(form, theta, z)[1]
    np.testing.assert_allclose(
        form.value_and_jacobian(theta, z)[1], by_steps, rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("name", [name for name in FORMS if name.startswith(("m4", "broken"))])
def test_the_jacobian_is_that_of_extrapolated_differences(name):
    # Their values go through `logaddexp`, which takes no complex numbers.
    form = FORMS[name]
    theta, z = random_theta(form, 5), random_z(form, 7)
    jacobian = form.value_and_jacobian(theta, z)[1]
    for index in range(len(form.parameters)):
        nudge = np.eye(len(form.parameters))[index]

        def slope(h, nudge=nudge):
            return (form.value(theta + h * nudge, z) - form.value(theta - h * nudge, z)) / (2 * h)

        numeric = (64 * slope(1e-3) - 20 * slope(2e-3) + slope(4e-3)) / 45
        np.testing.assert_allclose(jacobian[:, index], numeric, rtol=1e-8, atol=1e-9)


def test_a_form_says_what_it_is(form):
    assert form.title
    assert form.source
    assert form.link in ("log", "share")
    assert set(form.linear_variables) | set(form.falling_variables) <= set(form.variables)
    assert set(form.exponents) <= set(form.parameters)
    assert form.template.format(**dict.fromkeys(form.parameters, "1"))
    assert "References" in type(form).__doc__


def test_parameters_take_complex_numbers_on_the_way_to_the_frame_and_back(form):
    theta = random_theta(form, 3).astype(complex)
    theta[:, 0] += 1e-20j
    centre = np.linspace(1.0, 2.0, len(form.variables) + 1)
    back = form.from_params(form.to_params(theta, centre), centre)
    np.testing.assert_allclose(back.imag, theta.imag, atol=1e-24)


def test_parameters_survive_the_way_to_the_centred_frame_and_back(form):
    theta = random_theta(form, 5)
    centre = np.append(np.linspace(-2.0, 20.0, len(form.variables)), 1.0)
    params = form.to_params(theta, centre)
    assert tuple(params) == form.parameters
    np.testing.assert_allclose(form.from_params(params, centre), theta, rtol=1e-8, atol=1e-8)
    for row in range(5):
        back = form.from_params({name: params[name][row] for name in params}, centre)
        np.testing.assert_allclose(back, theta[row], rtol=1e-8, atol=1e-8)


def test_starts_lie_within_the_bounds(form):
    p = len(form.parameters)
    for corners in (form.lower, form.start_low, form.start_high, form.upper):
        assert len(corners) == p
    assert np.all(np.array(form.lower) <= form.start_low)
    assert np.all(np.array(form.start_high) <= form.upper)


def test_the_value_does_not_overflow_at_the_bounds(form):
    corners = np.array([form.lower, form.upper])
    assert np.isfinite(form.value(corners, random_z(form, 50) * 10)).all()


def test_an_unknown_form_is_named_with_the_known_ones():
    with pytest.raises(FitError, match=r"must be auto or one of chinchilla, .*Received: 'kaplann'"):
        get_form("kaplann")
