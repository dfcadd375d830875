import dataclasses

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws import predict_downstream, published
from scaling_keras.laws.holdout import guess
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs

ACCURACY = {"top": 0.85, "chance": 0.25, "midpoint_loss": 2.7, "slope": 3.0}
ERROR = {"chance_error": 0.85, "coef": 2.08, "rate": 0.756}
TARGET = {"n_params": 3e9, "n_examples": 2e11}


def accuracy(loss):
    share = 1 / (1 + np.exp(ACCURACY["slope"] * (loss - ACCURACY["midpoint_loss"])))
    return ACCURACY["chance"] + (ACCURACY["top"] - ACCURACY["chance"]) * share


def error(loss):
    return ERROR["chance_error"] - ERROR["coef"] * np.exp(-ERROR["rate"] * loss)


@pytest.fixture(scope="module")
def runs():
    return noisy_runs(
        HOFFMANN, sizes=np.geomspace(1e7, 1e9, 5), budgets=tuple(np.geomspace(1e9, 1e11, 5))
    )


@pytest.fixture(scope="module")
def surface(runs):
    return laws.fit("chinchilla", n_resamples=200, **runs)


@pytest.fixture(scope="module")
def by_accuracy(runs):
    scatter = np.random.default_rng(1).normal(0, 0.006, len(runs["loss"]))
    metric = accuracy(runs["loss"]) + scatter
    return laws.fit("downstream_accuracy", loss=runs["loss"], metric=metric, n_resamples=200)


@pytest.fixture(scope="module")
def by_error(runs):
    scatter = np.random.default_rng(2).normal(0, 0.003, len(runs["loss"]))
    observed = error(runs["loss"]) + scatter
    return laws.fit("downstream_error", loss=runs["loss"], error=observed, n_resamples=200)


def test_both_laws_of_the_loss_are_recovered(by_accuracy, by_error):
    for fit, truth in ((by_accuracy, accuracy), (by_error, error)):
        loss = np.linspace(fit.values.min(), fit.values.max(), 9)
        np.testing.assert_allclose(fit.predict(loss=loss).mean, truth(loss), atol=0.02)
        assert laws.Fit.from_dict(fit.to_dict()).to_dict() == fit.to_dict()
    intervals = by_error.intervals(0.98)
    assert all(intervals[name].low < true < intervals[name].high for name, true in ERROR.items())


def test_parameters_are_exact_without_noise():
    loss = np.linspace(2.0, 4.0, 12)
    found = laws.fit("downstream_error", loss=loss, error=error(loss), n_resamples=100)
    assert found.params == pytest.approx(ERROR, rel=1e-5)


def test_what_guessing_gives_and_what_can_be_reached_can_be_held():
    loss = np.linspace(2.0, 4.0, 12)
    known = {name: ACCURACY[name] for name in ("chance", "top")}
    found = laws.fit(
        "downstream_accuracy", loss=loss, metric=accuracy(loss), fixed=known, n_resamples=100
    )
    assert found.params == pytest.approx(ACCURACY, rel=1e-5)


def test_the_held_out_check_keeps_the_lowest_losses_for_the_test(runs, by_accuracy):
    observed = error(runs["loss"])
    held = laws.backtest("downstream_error", loss=runs["loss"], error=observed, n_resamples=100)
    assert held.values.max() < held.fit.values.min()
    best_seen = observed[runs["loss"] == held.fit.values.min()][0]
    assert held.baseline_error == pytest.approx(np.abs(best_seen / held.observed - 1).mean())
    assert "the metric of the dearest of the rest" in by_accuracy.summary()


def test_the_guess_without_a_law_is_the_best_so_far_or_what_the_dearest_reached():
    seen, price, unseen = np.array([0.2, 0.6, 0.5]), np.array([1.0, 2.0, 3.0]), np.zeros(2)
    for name, guessed in (("downstream_error", 0.2), ("downstream_accuracy", 0.5)):
        assert guess(laws.FORMS[name], seen, price, unseen).tolist() == [guessed] * 2


def test_shares_stay_shares_whatever_the_noise():
    x = np.geomspace(1e3, 1e9, 20)
    scatter = np.random.default_rng(0).normal(0, 0.03, 20)
    metric = np.clip(0.98 - 0.95 / (1 + (x / 1e6) ** 0.8) + scatter, 0, 1)
    found = laws.fit("bounded_metric", x=x, metric=metric, n_resamples=100)
    there = found.predict(x=[1.0, 1e3, 1e9, 1e15], level=0.98)
    for shares in (there.low, there.mean, there.high):
        assert ((shares >= 0) & (shares <= 1)).all()
    assert there.high[-1] == 1.0


def test_the_chain_predicts_the_metric_of_a_larger_run(surface, by_accuracy, by_error):
    loss = chinchilla_loss(HOFFMANN, **TARGET)
    for second, truth in ((by_accuracy, accuracy), (by_error, error)):
        found = predict_downstream(surface, second, **TARGET)
        assert found.mean[0] == pytest.approx(truth(loss), abs=0.03)
        assert found.low[0] < truth(loss) < found.high[0]
        assert found.extrapolation[0] >= surface.predict(**TARGET).extrapolation[0]


def test_its_interval_carries_what_each_step_is_unsure_of(surface, by_accuracy):
    def width(first, second):
        found = predict_downstream(first, second, **TARGET)
        return found.high[0] - found.low[0]

    def without_doubt(fit):
        """The same law, known exactly and met exactly."""
        exact = fit.law.target_from_frame(
            fit.law.value(fit.theta[None], fit.law.into_frame(fit.values, fit.centre))[0],
            fit.centre,
        )
        return dataclasses.replace(
            fit,
            observed=exact,
            resamples=np.repeat(fit.theta[None], 50, axis=0),
            backtest=None,
        )

    sure_loss, sure_metric = without_doubt(surface), without_doubt(by_accuracy)
    both, nothing = width(surface, by_accuracy), width(sure_loss, sure_metric)
    first, second = width(surface, sure_metric), width(sure_loss, by_accuracy)
    assert nothing < 1e-9
    assert min(first, second) > 0.003
    assert max(first, second) < both < 1.2 * (first + second)


def test_several_points_are_predicted_at_once(surface, by_error):
    many = predict_downstream(surface, by_error, n_params=[3e9, 1e9], n_examples=2e11)
    one = predict_downstream(surface, by_error, **TARGET)
    assert many.mean.shape == (2,)
    assert many.mean[0] == pytest.approx(one.mean[0])


def test_a_loss_beyond_those_measured_is_told(surface, by_accuracy):
    inside = predict_downstream(surface, by_accuracy, n_params=5e8, n_examples=5e10)
    assert "loss_beyond_range" not in {finding.code for finding in inside.warnings}
    beyond = predict_downstream(surface, by_accuracy, n_params=1e12, n_examples=1e13)
    found = {finding.code: finding.message for finding in beyond.warnings}
    assert "the downstream law saw 2." in found["loss_beyond_range"]
    assert "far_extrapolation" in found


def test_a_published_law_has_no_interval_to_carry(by_accuracy):
    found = predict_downstream(published.get("hoffmann"), by_accuracy, **TARGET)
    assert np.isfinite(found.mean).all()
    assert np.isnan(found.low).all()
    assert "no_interval" in {finding.code for finding in found.warnings}


def test_laws_that_do_not_follow_on_each_other_are_refused(surface, by_accuracy):
    with pytest.raises(FitError, match="needs a law of the loss, then one of a metric by `loss`"):
        predict_downstream(surface, surface, **TARGET)
    with pytest.raises(FitError, match="needs a law of the loss, then one of a metric by `loss`"):
        predict_downstream(by_accuracy, by_accuracy, loss=2.0)
    named = [
        dataclasses.replace(fit, labels={"loss_name": name})
        for fit, name in ((surface, "val_loss"), (by_accuracy, "loss"))
    ]
    with pytest.raises(FitError, match=r"must be of one loss. Received: val_loss.*loss in the"):
        predict_downstream(*named, **TARGET)
    with pytest.raises(FitError, match="`level` must be between 0 and 1"):
        predict_downstream(surface, by_accuracy, level=90, **TARGET)
