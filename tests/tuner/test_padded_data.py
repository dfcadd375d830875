"""Sweeps over data whose padding the loss leaves out."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras import laws
from tests.tuner.conftest import law

SEEN = 3 / 5
"""Share of the places that are no padding."""


def build(hp):
    tokens = keras.Input((5,), dtype="int32")
    embedded = keras.layers.Embedding(6, hp["width"], mask_zero=True)(tokens)
    model = keras.Model(tokens, keras.layers.Dense(6)(embedded))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def padded():
    tokens = np.random.default_rng(0).integers(1, 6, (16, 5)).astype("int32")
    tokens[:, 3:] = 0
    return tf.data.Dataset.from_tensor_slices((tokens, tokens)).batch(4)


def test_a_trial_on_padded_data_completes_and_counts_what_is_no_padding(make_tuner):
    data = padded()
    tuner = make_tuner(build, n_examples=(80,))
    tuner.search(data, validation_data=data)
    assert [(run.status, run.n_examples) for run in tuner.results()] == [("completed", 48)] * 2
    tuner.search(data, validation_data=data)  # Finds that both have ended.
    assert len(tuner.results()) == 2


def test_a_prediction_is_of_what_the_run_will_see(make_tuner):
    tuner = make_tuner(build, n_examples=(80,))
    tuner.search(padded().repeat(), validation_data=padded())
    fit = law()
    tuner.train_at(size={"width": 3}, n_examples=160, fit=fit)
    (verdict,) = tuner.verdicts()
    assert verdict.n_examples == 160 * SEEN
    seen = fit.predict(n_params=verdict.n_params, n_examples=verdict.n_examples)
    assert verdict.predicted == pytest.approx(seen.mean[0])
    assert verdict.extrapolation == pytest.approx(seen.extrapolation[0])


def test_a_budget_buys_places_and_a_plan_names_what_is_to_be_seen(make_tuner):
    tuner = make_tuner(build, n_examples=(80,))
    tuner.search(padded().repeat(), validation_data=padded())
    fit = law()
    best = tuner.plan_at(fit.optimal_allocation(train_flops=1e6))
    spent = best.n_examples * tuner.train_flops_per_example(best.size)
    assert spent == pytest.approx(1e6, rel=0.1)
    cheapest = laws.cheapest(fit, loss=float(fit.observed.min()))
    plan = tuner.plan_at(cheapest)
    assert plan.n_examples == pytest.approx(cheapest.n_examples.value / SEEN, abs=1)
