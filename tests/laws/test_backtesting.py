import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError, TooFewRunsError
from tests.strategies import HOFFMANN, noisy_runs

SIZES = (1e5, 1e6, 1e7, 1e8, 1e9)


def test_the_held_out_runs_are_the_dearest_and_were_not_fitted():
    runs = noisy_runs(HOFFMANN, noise=0.003, sizes=SIZES)
    held = laws.backtest("chinchilla", runs, share=0.25, n_resamples=100)
    compute = runs["n_params"] * runs["n_examples"]
    assert held.fit.n_runs + len(held.observed) == 20
    assert held.values.prod(axis=1).min() > np.sort(compute)[held.fit.n_runs - 1] * 0.999
    assert held.error < 0.02 < held.baseline_error
    assert set(held.observed) <= set(runs["loss"])
    assert held.names[0].startswith("row ")
    assert json.dumps(held.to_dict())


def test_auto_chooses_on_the_fitted_runs_alone():
    runs = noisy_runs(HOFFMANN, noise=0.003, sizes=SIZES)
    held = laws.backtest("auto", runs, n_resamples=100)
    assert held.fit.form in laws.FORMS
    assert held.fit.n_runs < 20


def test_auto_takes_a_mapping_of_one_variable():
    x = np.geomspace(1e3, 1e7, 20)
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.003, 20))
    held = laws.backtest("auto", {"x": x, "loss": (1.5 + 20 / x**0.3) * scatter}, n_resamples=100)
    assert held.fit.law.variables == ("x",)
    assert len(held.observed) == 4


def test_the_error_is_that_of_the_predictions():
    runs = noisy_runs(HOFFMANN, noise=0.003, sizes=SIZES)
    held = laws.backtest("chinchilla", runs, n_resamples=100)
    again = held.fit.predict(n_params=held.values[:, 0], n_examples=held.values[:, 1])
    np.testing.assert_array_equal(again.mean, held.prediction.mean)
    assert held.error == pytest.approx(np.mean(np.abs(again.mean / held.observed - 1)))


def test_a_share_that_leaves_nothing_to_fit_or_judge_is_refused():
    runs = noisy_runs(HOFFMANN)
    with pytest.raises(FitError, match=r"`share` must be between 0 and 1.*share=1.5"):
        laws.backtest("chinchilla", runs, share=1.5)
    with pytest.raises(TooFewRunsError, match="needs at least 7 runs"):
        laws.backtest("chinchilla", runs, share=0.8)
