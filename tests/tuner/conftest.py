"""A model so small that a trial takes a second, and its data."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.tuner.sweep import GridSweep
from scaling_keras.tuner.tuner import ScalingTuner


def build_model(hp):
    schedule = keras.optimizers.schedules.PolynomialDecay(0.1, hp["n_steps"])
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
    return model


def make_data(n_batches=8, batch_size=4):
    inputs = np.random.default_rng(0).normal(size=(n_batches * batch_size, 3)).astype("float32")
    targets = np.sin(inputs.sum(axis=1, keepdims=True))
    return tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(
        batch_size, drop_remainder=True
    )


@pytest.fixture
def data():
    return make_data()


@pytest.fixture
def make_tuner(tmp_path):
    """Makes a tuner of a small sweep in a directory of the test's own."""

    def make(build=build_model, *, widths=(2, 4), n_examples=(32,), seeds=(0,), **options):
        sizes = [{"width": width} for width in widths]
        return ScalingTuner(
            build,
            sweep=GridSweep(sizes=sizes, n_examples=n_examples, seeds=seeds),
            **{"directory": tmp_path / "runs", "distribution_strategy": None, **options},
        )

    return make
