import numpy as np
import pytest

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.frontier_line import frontier_exponent


def test_the_exponent_of_given_optima_is_recovered():
    budgets = np.geomspace(1e16, 1e20, 6)
    line = frontier_exponent(budgets, 0.3 * budgets**0.47)
    assert line.exponent.value == pytest.approx(0.47)
    assert line.coef.value == pytest.approx(0.3)
    assert line.predict(1e22).value == pytest.approx(0.3 * 1e22**0.47)
    assert line.predict([1e22, 1e23]).low.shape == (2,)


def test_weights_are_those_of_squared_residuals():
    budgets = np.array([1e16, 1e17, 1e18, 1e19])
    sizes = np.array([1e7, 3e7, 2e8, 4e8])
    weights = np.array([1.0, 2.0, 3.0, 1.0])
    repeated = np.repeat(np.arange(4), weights.astype(int))
    weighted = frontier_exponent(budgets, sizes, weights=weights)
    counted = frontier_exponent(budgets[repeated], sizes[repeated])
    assert weighted.exponent.value == pytest.approx(counted.exponent.value)


def test_optima_without_weight_are_left_out():
    line = frontier_exponent([1e16, 1e17, 1e18], [1e6, 1e7, 5.0], weights=[1, 1, 0])
    assert line.n_points == 2
    assert line.exponent.value == pytest.approx(1.0)


def test_two_optima_leave_nothing_to_judge_their_line_by():
    line = frontier_exponent([1e16, 1e18], [1e6, 1e7])
    assert line.exponent.value == pytest.approx(0.5)
    assert np.isnan(line.exponent.low)
    assert np.isnan(line.predict(1e20).high)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([1e16, 1e17], [1e6]), {}, FitError, "must have one length. Received: 2 and 1"),
        (([1e16, -1], [1e6, 1e7]), {}, FitError, "`train_flops` must be a positive"),
        (([1e16, 1e17], [1e6, 0]), {}, FitError, "`n_params` must be a positive"),
        (([1e16, 1e17], [1e6, 1e7]), {"weights": [1, np.nan]}, FitError, "`weights` must hold 2"),
        (([1e16, 1e17], [1e6, 1e7]), {"weights": "a"}, FitError, "`weights` .* Received: 'a'"),
        (([1e16, 1e16], [1e6, 1e7]), {}, TooFewRunsError, "two budgets or more. Received: 1"),
        (([1e16, 1e17], [1e6, 1e7]), {"weights": [0, 0]}, TooFewRunsError, "Received: 0"),
    ],
)
def test_optima_that_can_not_be_used_are_named(arguments, options, error, message):
    with pytest.raises(error, match=message):
        frontier_exponent(*arguments, **options)
