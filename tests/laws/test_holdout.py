import numpy as np
import pytest

from scaling_keras.laws.holdout import Backtest, held_out_rows, miss_ratio


def test_the_dearest_fifth_is_held_out():
    held = held_out_rows(np.arange(1.0, 21.0))
    assert held.sum() == 4
    assert held[-4:].all()


def test_rows_of_one_cost_stay_together():
    held = held_out_rows(np.repeat([1.0, 10.0, 100.0], 5))
    np.testing.assert_array_equal(held, np.repeat([False, False, True], 5))


def test_the_miss_ratio_is_below_one_where_intervals_are_wider_than_needed():
    observed, mean = np.array([0.0, 0.1]), np.zeros(2)
    assert miss_ratio(observed, mean, mean - 0.2, mean + 0.2, 1.0) == 0.5


def test_the_miss_ratio_is_what_the_intervals_lack():
    ratio = miss_ratio(np.array([0.3, -0.5]), np.zeros(2), np.full(2, -0.1), np.full(2, 0.2), 1.0)
    assert ratio == pytest.approx(5.0)


def test_intervals_widen_with_the_distance_and_not_inside_the_data():
    backtest = Backtest(
        n_train=9,
        n_test=3,
        extrapolation=4.0,
        error=0.01,
        baseline_error=0.1,
        miss_ratio=3.0,
        errors=(0.01, None, None, None, None, None),
    )
    np.testing.assert_allclose(backtest.widening(np.array([1.0, 4.0, 16.0])), [1.0, 3.0, 5.0])
