"""Small trainings, and what they logged."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def make_model():
    """A function that makes a compiled sequential model: 3 numbers in, 1 out, 4 parameters."""
    import keras

    def make(optimizer="sgd", **options):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="small")
        model.compile(optimizer, "mse", **options)
        return model

    return make


@pytest.fixture
def data():
    """100 items, so that batches of 32 leave a partial one."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 3)).astype("float32")
    return x, x.sum(axis=1, keepdims=True)


@pytest.fixture
def read_run():
    """A function that reads the only run below a directory, and its record."""
    from scaling_keras.events.reader import assemble, read_records

    def read(logdir, **options):
        (record,) = read_records(logdir)
        (run,) = assemble([record], **options)
        return run, record

    return read
