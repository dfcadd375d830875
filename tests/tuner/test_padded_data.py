"""Sweeps over data whose padding the loss leaves out."""

import keras
import numpy as np
import tensorflow as tf


def build(hp):
    tokens = keras.Input((5,), dtype="int32")
    embedded = keras.layers.Embedding(6, hp["width"], mask_zero=True)(tokens)
    model = keras.Model(tokens, keras.layers.Dense(6)(embedded))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def test_a_trial_on_padded_data_completes_and_counts_what_is_no_padding(make_tuner):
    tokens = np.random.default_rng(0).integers(1, 6, (16, 5)).astype("int32")
    tokens[:, 3:] = 0
    data = tf.data.Dataset.from_tensor_slices((tokens, tokens)).batch(4)
    tuner = make_tuner(build, n_examples=(80,))
    tuner.search(data, validation_data=data)
    assert [(run.status, run.n_examples) for run in tuner.results()] == [("completed", 48)] * 2
    tuner.search(data, validation_data=data)  # Finds that both have ended.
    assert len(tuner.results()) == 2
