"""What the demo of the scale `minutes` predicts, from the losses that one reached."""

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.cli.demo import SCALES
from scaling_keras.cli.demo_text import WIDEST_HALF, describe_verdict

SIZES = {
    5_808: (2.32306, 2.20527, 2.08097),
    9_280: (2.28421, 2.15817, 2.01835),
    18_528: (2.21781, 2.05920, 1.90587),
    30_848: (2.21357, 2.02053, 1.84308),
    64_704: (2.13204, 1.94115, 1.76378),
    110_848: (2.11938, 1.92418, 1.73105),
}
"""Parameters to held-out losses by data budget, of `scaling-keras demo`: seed 0, on the source of
Python 3.11.7's standard library, two CPU cores, TensorFlow 2.21."""

SEEN = (100_096, 199_936, 399_872)
TESTED = {"n_params": 323_008, "n_examples": 1_148_653}
REACHED = 1.4492


@pytest.fixture(scope="module")
def fit():
    rows = [
        (size, seen, loss)
        for size, losses in SIZES.items()
        for seen, loss in zip(SEEN, losses, strict=True)
    ]
    size, seen, loss = np.array(rows).T
    return laws.fit("auto", n_params=size, n_examples=seen, loss=loss)


@pytest.fixture(scope="module")
def predicted(fit):
    (mean,), (low,), (high,) = (
        getattr(fit.predict(**TESTED), name) for name in ("mean", "low", "high")
    )
    return mean, low, high


def test_the_losses_are_those_of_the_scale():
    scale = SCALES["minutes"]
    assert len(SIZES) == scale.n_sizes
    np.testing.assert_allclose(SEEN, scale.n_examples, rtol=1e-3)


def test_the_interval_holds_what_was_reached_and_says_something(predicted):
    mean, low, high = predicted
    assert low < REACHED < high
    # Without a law: the best loss so far, and nothing said of the error.
    assert abs(mean / REACHED - 1) < 0.05 < 0.15 < min(SIZES[110_848]) / REACHED - 1


def test_the_interval_is_no_wider_than_the_demo_is_meant_to_give(predicted):
    mean, low, high = predicted
    assert max(1 - low / mean, high / mean - 1) <= WIDEST_HALF


def test_the_miss_is_stated(predicted):
    from scaling_keras.laws.verdicts import Verdict

    mean, low, high = predicted
    verdict = Verdict(
        run="width112-depth2_1148653_seed0",
        **TESTED,
        train_flops=2.373e12,
        predicted=mean,
        low=low,
        high=high,
        level=0.9,
        reached=REACHED,
        best_before=min(SIZES[110_848]),
        extrapolation=8.0,
    )
    text = describe_verdict(verdict)
    assert f"{REACHED / mean - 1:+.2%} against the {mean:.4f} that was predicted" in text
    assert "inside the 90% interval" in text
    assert "-16.28% against the best loss so far, 1.7310" in text
