import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.verdicts import prediction_facts, verdicts
from scaling_keras.runs import Run
from tests.strategies import HOFFMANN, noisy_runs

PREDICTION = {
    "loss": 2.0,
    "low": 1.9,
    "high": 2.2,
    "level": 0.9,
    "form": "chinchilla",
    "extrapolation": 8.0,
    "best_before": 2.5,
}


def predicted_run(loss, **options):
    values = {"facts": {"prediction": PREDICTION}, **options}
    return Run(name="test", n_params=1e4, n_examples=1e6, train_flops=6e10, loss=loss, **values)


@pytest.mark.parametrize(
    ("reached", "inside"), [(1.89, False), (1.9, True), (2.05, True), (2.2, True), (2.21, False)]
)
def test_the_interval_held_or_missed(reached, inside):
    (verdict,) = verdicts([predicted_run(reached)])
    assert verdict.is_inside is inside


def test_errors_are_of_what_was_reached_against_what_was_said():
    (verdict,) = verdicts([predicted_run(2.5)])
    assert verdict.error == pytest.approx(0.25)
    assert verdict.baseline_error == 0
    assert verdict.to_dict()["error"] == verdict.error
    assert verdict.to_dict()["is_inside"] is False


def test_only_completed_runs_that_were_predicted_get_a_verdict():
    runs = [
        predicted_run(2.0, status="running"),
        predicted_run(float("nan")),
        Run(name="plain", n_params=1e4, n_examples=1e6, loss=2.0),
    ]
    assert verdicts(runs) == ()


@pytest.fixture(scope="module")
def runs():
    return noisy_runs(HOFFMANN, noise=0.005)


def test_what_a_surface_predicts_is_recorded(runs):
    fit = laws.fit("chinchilla", runs)
    facts = prediction_facts(fit, n_params=1e9, n_examples=1e11, train_flops=6e20)
    prediction = fit.predict(n_params=1e9, n_examples=1e11)
    assert facts["loss"] == prediction.mean[0]
    assert (facts["low"], facts["high"]) == (prediction.low[0], prediction.high[0])
    assert facts["best_before"] == min(np.asarray(runs["loss"]))
    assert facts["form"] == "chinchilla"
    assert facts["extrapolation"] == prediction.extrapolation[0]


def test_what_a_curve_over_compute_predicts_is_recorded(runs):
    n, d = (np.asarray(runs[name], dtype=float) for name in ("n_params", "n_examples"))
    columns = {"train_flops": 6 * n * d, "loss": runs["loss"]}
    fit = laws.fit("power_law_floor", columns, x="train_flops")
    facts = prediction_facts(fit, n_params=1.0, n_examples=1.0, train_flops=1e21)
    assert facts["loss"] == fit.predict(x=1e21).mean[0]
