"""A run is given up late, after several looks, and not while its trend may yet lead to its loss."""

import numpy as np
import pytest

from scaling_keras.callbacks.curve_forecast import Forecast, forecast_loss
from scaling_keras.callbacks.stopping import LOOKS, StopDecision, may_reach

EPOCHS = np.arange(1.0, 101.0)


def _forecast(low, **options):
    return lambda level: Forecast(loss=low, low=low, high=low, **options)


def _share_at_stop(loss, target, forecast_at=None):
    """Return at which share a run with this curve is stopped, when looked at as often as usual."""
    decision, next_look = StopDecision(target), 8.0
    for n in range(8, len(loss)):
        if n < next_look:
            continue
        next_look = 1.1 * n
        curve = np.stack([EPOCHS[:n], loss[:n]], axis=1)
        told = forecast_at or (
            lambda level, curve=curve: forecast_loss(*curve.T, end=EPOCHS[-1], level=level)
        )
        if decision.look(curve, end=EPOCHS[-1], forecast_at=told):
            return n / len(loss)
    return None


def _noise(scale=0.01, seed=0):
    return np.exp(scale * np.random.default_rng(seed).normal(size=100))


def test_a_run_on_its_floor_is_stopped_before_its_end_but_after_two_fifths():
    loss = (1 + 5 * EPOCHS**-1.0) * _noise()
    assert 0.4 < _share_at_stop(loss, 0.5) < 0.8


def test_as_many_looks_in_a_row_as_are_asked_for_must_agree():
    curve = np.stack([EPOCHS[:50], _noise()[:50]], axis=1)
    decision = StopDecision(0.5)
    for lows in ([0.9] * (LOOKS - 1), [0.4], [0.9] * (LOOKS - 1)):
        for low in lows:
            assert not decision.look(curve, end=100.0, forecast_at=_forecast(low))
    assert decision.look(curve, end=100.0, forecast_at=_forecast(0.9))


@pytest.mark.parametrize(
    ("n_points", "end", "forecast_at"),
    [
        (11, 12.0, _forecast(0.9)),
        (50, 130.0, _forecast(0.9)),
        (50, 100.0, lambda level: None),
        (50, 100.0, _forecast(0.9, is_upper_bound=True)),
        (50, 100.0, lambda level: _forecast(0.9 if level < 0.99 else 0.4)(level)),
    ],
    ids=["few points", "early", "no forecast", "upper bound", "not at the strict level"],
)
def test_what_says_too_little_stops_nothing(n_points, end, forecast_at):
    curve = np.stack([EPOCHS, _noise()], axis=1)[:n_points]
    decision = StopDecision(0.5)
    assert not any(decision.look(curve, end=end, forecast_at=forecast_at) for _ in range(10))


CURVES = {
    "exponential": np.exp(-EPOCHS / 8),
    "straight": 101 - EPOCHS,
    "ever faster": 4.0 - (EPOCHS / 60) ** 2,
    "off a plateau": 1 / (1 + np.exp((EPOCHS - 60) / 8)) + 0.2,
}


@pytest.mark.parametrize("kind", CURVES)
def test_a_run_that_will_reach_its_loss_is_not_stopped_whatever_its_law(kind):
    loss = CURVES[kind] * _noise(1e-3)
    # A law that is always wrong: all hangs on the trend.
    assert _share_at_stop(loss, 1.05 * loss[-1], _forecast(np.inf)) is None
    assert _share_at_stop(loss, 1.05 * loss[-1]) is None


def test_the_trend_of_a_curve_that_slows_down_is_never_too_high():
    for exponent in (0.1, 0.5, 1.0, 3.0):
        loss = 1 + 3 * EPOCHS**-exponent
        for n in (12, 30, 60, 95):
            seen = EPOCHS[:n], loss[:n]
            assert may_reach(*seen, target=loss[-1], end=100.0)
            assert not may_reach(*seen, target=loss[-1] - 30.0, end=100.0) or n < 30


def test_few_points_at_growing_distances_have_a_trend_too():
    places = np.geomspace(1, 60, 15)
    assert not may_reach(places, 1 + 0.001 * places**-0.5, target=0.9, end=100.0)
    assert may_reach(places, 1 - places / 200, target=0.6, end=100.0)


def _descent(seed, floor):
    """Return the loss of gradient descent on least squares: a sum of exponentials, and noise."""
    rng = np.random.default_rng(seed)
    speeds = np.geomspace(0.3, rng.uniform(0.002, 0.05), 12)
    parts = rng.exponential(size=12)[:, None] * np.exp(-speeds[:, None] * EPOCHS)
    return (floor + parts.sum(axis=0)) * _noise(rng.choice([1e-3, 0.01, 0.03]), seed)


@pytest.mark.parametrize("floor", [0.0, 0.01, 0.3])
def test_runs_that_would_do_better_are_seldom_stopped(floor):
    curves = [_descent(seed, floor) for seed in range(40)]
    stopped = [_share_at_stop(loss, 1.05 * loss[-1]) is not None for loss in curves]
    assert np.mean(stopped) <= 0.05


def test_runs_whose_floor_is_far_above_the_loss_to_reach_are_mostly_stopped():
    shares = [_share_at_stop(_descent(seed, floor=0.3), 0.06) for seed in range(40)]
    stopped = [share for share in shares if share is not None]
    assert len(stopped) >= 30
    # Slow directions still fall then: real trainings, see docs/logging.md, are stopped earlier.
    assert np.median(stopped) < 0.9
