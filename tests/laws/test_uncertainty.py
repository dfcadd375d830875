import numpy as np
import pytest

from scaling_keras.laws.uncertainty import (
    noise,
    quantiles,
    resample_weights,
    van_der_corput,
    with_noise,
)


def test_rows_of_a_cluster_are_drawn_together():
    groups = np.array([0, 0, 1, 2, 2, 2])
    drawn = resample_weights(groups, np.ones(6), 50, np.random.default_rng(0))
    assert drawn.shape == (50, 6)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_weights_carry_over():
    drawn = resample_weights(np.arange(2), np.array([1.0, 3.0]), 20, np.random.default_rng(0))
    assert set((drawn[:, 1] / 3).tolist()) <= {0.0, 1.0, 2.0}


def test_noise_undoes_what_fitting_took():
    rng = np.random.default_rng(0)
    design = rng.normal(size=(500, 20, 5))
    y = rng.normal(size=(500, 20))
    spread = []
    for a, b in zip(design, y, strict=True):
        residuals = b - a @ np.linalg.lstsq(a, b, rcond=None)[0]
        spread.append(np.mean(noise(residuals, 5) ** 2))
    assert np.mean(spread) == pytest.approx(1.0, abs=0.05)


def test_the_scatter_of_a_row_counts_by_its_weight():
    residuals, law = np.array([1.0, -3.0, 2.0]), np.zeros((64, 1))
    alike = with_noise(law, residuals, 0, weights=np.full(3, 7.0))
    assert np.unique(alike, return_counts=True)[1].tolist() == [22, 21, 21]
    mostly = with_noise(law, residuals, 0, weights=np.array([1.0, 2.0, 1.0]))
    assert np.unique(mostly, return_counts=True)[1].tolist() == [32, 16, 16]
    twice = with_noise(law, residuals[[0, 1, 1, 2]], 0, weights=np.ones(4))
    np.testing.assert_array_equal(mostly, twice)
    almost_none = with_noise(law, residuals, 0, weights=np.array([1.0, 1e-9, 1.0]))
    assert (almost_none == -3.0).sum() <= 1  # The lowest of the sequence is 0.


def test_unequal_weights_are_worth_fewer_rows():
    residuals = np.ones(10)
    weights = np.r_[np.ones(5), np.full(5, 1e-9)]
    assert noise(residuals, 2, weights)[0] == pytest.approx(np.sqrt(5 / 3))
    np.testing.assert_array_equal(noise(residuals, 2, np.full(10, 4.0)), noise(residuals, 2))


def test_limits_hold_the_value_and_widen_around_it():
    draws = np.linspace(0.0, 1.0, 1001)[:, None]
    low, high = quantiles(np.array([0.5]), draws, 0.9)
    assert (low[0], high[0]) == (pytest.approx(0.05), pytest.approx(0.95))
    low, high = quantiles(np.array([2.0]), draws, 0.9, widening=2.0)
    assert high[0] == 2.0
    assert low[0] == pytest.approx(2.0 - 2 * 1.95)


def test_van_der_corput_fills_the_unit_interval_evenly():
    points = np.sort(van_der_corput(64))
    np.testing.assert_allclose(points, np.arange(64) / 64)
