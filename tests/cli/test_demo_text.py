import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.cli.demo_text import describe_best, describe_prediction, describe_verdict
from tests.strategies import HOFFMANN, noisy_runs

pytestmark = pytest.mark.keras


def verdict(reached, **options):
    from scaling_keras.laws.verdicts import Verdict

    values = {
        "run": "width72",
        "n_params": 1e5,
        "n_examples": 1e6,
        "train_flops": 6e11,
        "predicted": 2.0,
        "low": 1.9,
        "high": 2.2,
        "level": 0.9,
        "reached": reached,
        "best_before": 2.5,
        "extrapolation": 8.0,
    }
    return Verdict(**{**values, **options})


def plan(low, high):
    from scaling_keras.tuner.sweep import plan_trial

    prediction = {"loss": 2.0, "low": low, "high": high, "level": 0.9}
    return plan_trial({"width": 72, "depth": 2}, 2_500_000, 0, prediction=prediction)


def test_the_optimum_is_told_with_its_intervals():
    fit = laws.fit("chinchilla", noisy_runs(HOFFMANN))
    best = fit.optimal_allocation(train_flops=1e21)
    text = describe_best(best)
    assert text.startswith("Compute-optimal for 1e+06 PFLOP, by this law")
    assert f"{best.n_params.value:.4g}" in text
    assert f"{best.loss.value:.4f}" in text
    assert text.count("90% interval") == 3


def test_a_prediction_tells_what_is_trained_and_how_sure_it_is():
    text = describe_prediction(plan(1.9, 2.1), 138_528, 8.04)
    assert "width72-depth2, 138,528 parameters, on 2,500,000 characters: 8.0x" in text
    assert "loss 2.0000, 90% interval 1.9000 to 2.1000 (-5.0%, +5.0%)" in text
    assert "wider" not in text


@pytest.mark.parametrize(("low", "high"), [(1.7, 2.1), (1.9, 2.3)])
def test_an_interval_that_is_too_wide_is_said_to_be(low, high):
    assert "wider than 10% either way" in describe_prediction(plan(low, high), 1e5, 8.0)


def test_a_hit_is_told_beside_the_guess_without_a_law():
    text = describe_verdict(verdict(2.05))
    assert "loss 2.0500 on held-out text, inside the 90% interval." in text
    assert "+2.50% against the 2.0000 that was predicted" in text
    assert "-18.00% against the best loss so far, 2.5000: a guess without a law" in text
    assert "no better" not in text


@pytest.mark.parametrize(("reached", "side"), [(1.8, "below"), (2.3, "above")])
def test_a_miss_is_told_plainly(reached, side):
    text = describe_verdict(verdict(reached))
    assert f"{side} the 90% interval: the prediction missed" in text
    assert "one interval in 10 is meant to" in text


def test_a_law_that_is_worse_than_the_guess_says_so():
    text = describe_verdict(verdict(2.15, best_before=np.float64(2.15)))
    assert text.endswith("The law was no better than that guess.")
