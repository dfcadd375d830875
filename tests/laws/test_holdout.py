import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.holdout import Backtest, held_out_rows, miss_ratio, relative_error
from scaling_keras.plotting import BacktestDisplay
from tests.strategies import HOFFMANN, noisy_runs


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


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
def test_a_row_of_some_weight_is_held_out_and_judged_as_so_many_rows(share):
    rng = np.random.default_rng(0)
    times = rng.integers(1, 5, 30)
    cost, observed, mean = rng.uniform(1.0, 2.0, (3, 30))
    rows = np.repeat(np.arange(30), times)
    held = held_out_rows(cost, share, 0.3 * times)
    assert (held[rows] == held_out_rows(cost[rows], share)).all()
    for judge in (relative_error, lambda o, m, w=None: miss_ratio(o, m, m - 0.1, m + 0.2, 0.9, w)):
        weighted = judge(observed, mean, 0.3 * times)
        assert weighted == pytest.approx(judge(observed[rows], mean[rows]), rel=1e-9)


@pytest.mark.parametrize("form", ["chinchilla", "auto"])
def test_the_dearest_run_does_not_widen_intervals_if_it_is_an_outlier(form):
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e6, 1e8, 5), np.geomspace(2e7, 2e9, 5)))
    scatter = np.random.default_rng(0).normal(scale=0.003, size=25)
    loss = (1.8 + 400 / n**0.35 + 1200 / d**0.37) * np.exp(scatter)
    loss[24] *= 1.2
    fit = laws.fit(form, n_params=n, n_examples=d, loss=loss, n_resamples=200)
    (said,) = [f.message for f in fit.warnings if f.code == "outliers"]
    assert "(row 24)" in said
    assert fit.backtest.miss_ratio < 2


def test_auto_takes_a_weight_for_so_many_rows():
    rng = np.random.default_rng(0)
    x = np.geomspace(1e6, 1e9, 40)
    loss = (0.25 + 0.3 * (x / 1e7) ** -0.35) * np.exp(rng.normal(scale=0.004, size=40))
    check_weights_are_copies({"x": x, "loss": loss}, np.repeat([1, 3], 20))
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e6, 1e8, 5), np.geomspace(2e7, 2e9, 5)))
    loss = (1.8 + 400 / n**0.35 + 1200 / d**0.37) * np.exp(rng.normal(scale=0.003, size=25))
    check_weights_are_copies(
        {"n_params": n, "n_examples": d, "loss": loss}, np.repeat([1, 4], [15, 10])
    )


def check_weights_are_copies(runs, times):
    copies = {name: np.repeat(column, times) for name, column in runs.items()}
    weighted = laws.fit("auto", runs, weights=times, n_resamples=100)
    copied = laws.fit("auto", copies, n_resamples=100)
    assert weighted.params == pytest.approx(copied.params, rel=1e-5)
    assert weighted.backtest.errors == pytest.approx(copied.backtest.errors, rel=1e-4)


@pytest.mark.parametrize("form", ["chinchilla", "auto"])
@pytest.mark.parametrize("axis", [None, "n_examples"])
def test_the_judged_runs_are_those_that_the_error_is_of(form, axis):
    runs = noisy_runs(HOFFMANN, noise=0.01)
    arguments = runs
    if axis:
        form = {"chinchilla": "power_law_floor"}.get(form, form)
        arguments = {"x": runs[axis] * runs["n_params"], "loss": runs["loss"]}
    fit = laws.fit(form, n_resamples=100, **arguments)
    judged = fit.backtest.judged
    assert len(judged.names) == fit.backtest.n_test
    reached = dict(zip(fit.names, fit.observed, strict=True))
    assert [reached[name] for name in judged.names] == list(judged.observed)
    observed = np.array(judged.observed)
    error = relative_error(np.array(judged.predicted), observed)
    assert error == pytest.approx(fit.backtest.error)
    guessed = relative_error(np.full_like(observed, judged.baseline), observed)
    assert guessed == pytest.approx(fit.backtest.baseline_error)
    ends = zip(judged.low, judged.predicted, judged.high, strict=True)
    assert all(low <= middle <= high for low, middle, high in ends)
    assert laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict()))).backtest == fit.backtest


def test_a_fit_that_was_saved_before_its_judged_runs_were_kept_is_read():
    values = laws.fit("chinchilla", noisy_runs(HOFFMANN), n_resamples=100).to_dict()
    del values["backtest"]["judged"]
    restored = laws.Fit.from_dict(values)
    assert restored.backtest.judged is None
    with pytest.raises(FitError, match=r"A held-out check needs runs enough .* fit them again"):
        BacktestDisplay.from_fit(restored)
