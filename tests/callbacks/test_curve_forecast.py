"""Intervals hold the ends of curves of many shapes, and say so where they can't."""

import numpy as np
import pytest

from benchmarks.small_trainings import TASKS, train
from scaling_keras.callbacks.curve_forecast import forecast_loss

EPOCHS = np.arange(1.0, 101.0)
SHARES = (0.2, 0.3, 0.5, 0.7, 0.9)


def _told(loss, share, **options):
    """Return the forecast of a curve, a point an epoch, from its first part."""
    epochs = np.arange(1.0, len(loss) + 1)
    seen = round(share * len(loss))
    return forecast_loss(epochs[:seen], loss[:seen], end=epochs[-1], **options)


def _holds(forecast, loss):
    return forecast.low <= loss <= forecast.high


@pytest.fixture(scope="module")
def forecasts():
    """Return, by share, the forecasts of small trainings and what came; None where none was."""
    curves = [train(seed, task).val_loss for seed in range(5000, 5006) for task in TASKS]
    return {share: [(_told(loss, share), loss[-1]) for loss in curves] for share in SHARES}


def test_intervals_hold_the_end_of_small_trainings_at_every_share_of_them(forecasts):
    held = {
        share: [_holds(forecast, loss) for forecast, loss in each if forecast is not None]
        for share, each in forecasts.items()
    }
    assert all(len(each) >= 18 and np.mean(each) >= 0.8 for each in held.values())
    assert np.mean(np.concatenate(list(held.values()))) >= 0.88


def test_intervals_of_small_trainings_get_narrow_towards_their_end(forecasts):
    widths = [
        np.median([f.high / f.low for f, _ in each if f is not None and not f.is_upper_bound])
        for each in forecasts.values()
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 1.15


@pytest.mark.parametrize("share", SHARES)
def test_intervals_hold_the_end_of_laws_without_noise(share):
    rng = np.random.default_rng(0)
    held = []
    for _ in range(30):
        floor, exponent = rng.uniform(0.5, 3), rng.uniform(0.1, 0.7)
        loss = floor + 2 * EPOCHS**-exponent + EPOCHS ** (-2 * exponent)
        held.append(_holds(_told(loss, share), loss[-1]))
    assert np.mean(held) >= 0.9


def test_a_loss_that_rises_is_foretold_to_rise():
    loss = 1 + 0.02 * np.abs(EPOCHS - 20) + 0.01 * np.random.default_rng(0).normal(size=100)
    forecast = _told(loss, 0.7)
    assert _holds(forecast, loss[-1])
    assert forecast.loss > loss[69]


def test_where_the_fall_gets_ever_faster_only_an_upper_bound_is_told():
    loss = np.exp(-((EPOCHS / 30) ** 2)) + 1e-9
    forecast = _told(loss, 0.5)
    assert (forecast.is_upper_bound, forecast.low) == (True, 0.0)
    assert _holds(forecast, loss[-1])


def test_a_loss_that_may_become_anything_is_not_foretold():
    rng = np.random.default_rng(0)
    assert _told(np.exp(rng.normal(size=100)), 0.1, level=0.99) is None


def test_a_curve_of_one_value_stays_there_and_many_points_cost_what_few_do():
    forecast = _told(np.full(100_000, 2.0), 0.5)
    assert (forecast.low, forecast.loss, forecast.high) == pytest.approx((2.0, 2.0, 2.0))


def test_the_unit_of_the_loss_and_of_the_examples_changes_nothing():
    loss = 1 + EPOCHS**-0.5 + 0.01 * np.random.default_rng(0).normal(size=100)
    base = forecast_loss(EPOCHS[:40], loss[:40], end=100)
    scaled = forecast_loss(1e6 * EPOCHS[:40], 1e-3 * loss[:40], end=1e8)
    for name in ("low", "loss", "high"):
        assert getattr(scaled, name) == pytest.approx(1e-3 * getattr(base, name), rel=1e-6)


def test_a_higher_level_is_a_wider_interval():
    loss = 1 + EPOCHS**-0.5 + 0.01 * np.random.default_rng(0).normal(size=100)
    narrow, wide = (_told(loss, 0.6, level=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.loss == wide.loss < narrow.high < wide.high
