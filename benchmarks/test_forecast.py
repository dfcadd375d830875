"""How often the interval of a forecast holds the end of a small training, and what is stopped.

The forecast was made on other seeds, and on the first four tasks. It takes six minutes of CPU.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

from benchmarks.small_trainings import OTHER_TASKS, TASKS, train
from scaling_keras.callbacks.curve_forecast import forecast_loss
from scaling_keras.callbacks.stopping import StopDecision

LEVEL = 0.9
N_SEEDS = 63
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
TARGETS = (1.01, 1.05, 1.2, 0.8, 0.5, 0.2)
"""Losses to reach, as multiples of what a run reaches."""


@pytest.fixture(scope="module", params=["tasks", *OTHER_TASKS])
def trainings(request):
    first = {"tasks": 1000, "words": 2000, "code": 3000}[request.param]
    tasks = TASKS if request.param == "tasks" else (request.param,)
    found = [train(first + index, task) for index in range(N_SEEDS) for task in tasks]
    return [each for each in found if np.isfinite(each.val_loss).all()]


def told(loss, n_points, level=LEVEL):
    """Return the forecast of a curve of one point an epoch from its first points."""
    epochs = np.arange(1.0, len(loss) + 1)
    return forecast_loss(epochs[:n_points], loss[:n_points], end=epochs[-1], level=level)


def winkler(forecast, loss):
    """Return the interval score in log loss: its width, and what it misses the end by, dearly."""
    low, high, end = np.log([forecast.low, forecast.high, loss])
    return high - low + 2 / (1 - LEVEL) * max(low - end, end - high, 0.0)


@pytest.mark.parametrize("name", ["val_loss", "loss"])
def test_cover_of_the_end(trainings, name, capsys):
    covers = []
    with capsys.disabled():
        print(f"\n  {name} of {len(trainings)} trainings")
        for share in SHARES:
            pairs = [
                (told(curve, round(share * len(curve))), curve[-1])
                for curve in (getattr(each, name) for each in trainings)
            ]
            made = [(f, end) for f, end in pairs if f is not None]
            whole = [(f, end) for f, end in made if not f.is_upper_bound]
            held = [f.low <= end <= f.high for f, end in whole]
            above = [end > f.high for f, end in whole]
            bounds = [end <= f.high for f, end in made if f.is_upper_bound]
            covers.append(np.mean(held))
            print(
                f"  {share:4.0%}: {len(whole):3} intervals hold {np.mean(held):.0%} "
                f"(end above {np.mean(above):.0%}), median width "
                f"{np.median([f.high / f.low for f, _ in whole]) - 1:.1%}, Winkler "
                f"{np.mean([winkler(f, end) for f, end in whole]):.3f}; {len(bounds):3} upper "
                f"bounds hold {np.mean(bounds or [1.0]):.0%}; none {len(pairs) - len(made):3}"
            )
    assert np.mean(covers[1:]) >= 0.85


@pytest.mark.parametrize("name", ["val_loss", "loss"])
def test_which_runs_are_stopped(trainings, name, capsys):
    curves = [getattr(each, name) for each in trainings]
    with capsys.disabled():
        print()
        for factor in TARGETS:
            shares = [stopped_at(curve, factor * curve[-1]) for curve in curves]
            stopped = [share for share in shares if share is not None]
            where = f", at {np.median(stopped):.0%}" if stopped else ""
            print(f"  {factor:4} times the end: {len(stopped) / len(shares):.1%}{where}")
            assert factor < 1 or len(stopped) <= 0.02 * len(shares)


def stopped_at(loss, target):
    """Return at which share a run is stopped, looked at as often as `LossForecast` does."""
    decision, next_look = StopDecision(target), 8.0
    for n_points in range(8, len(loss)):
        if n_points >= next_look:
            next_look = 1.1 * n_points
            curve = np.stack([np.arange(1.0, n_points + 1), loss[:n_points]], axis=1)
            forecast_at = functools.partial(told, loss, n_points)
            if decision.look(curve, end=float(len(loss)), forecast_at=forecast_at):
                return n_points / len(loss)
    return None
