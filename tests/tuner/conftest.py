"""A model so small that a trial takes a second, and its data."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras import laws
from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.sweep import GridSweep
from scaling_keras.tuner.tuner import ScalingTuner


class NoTrials(InProcess):
    """Expects that nothing is left to train."""

    def run(self, queue, run_trial):
        assert queue.next_trial() is None


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


def law(floor=0.5):
    """A law to predict with, of sizes and budgets like those of the sweep."""
    n, d = (axis.ravel() for axis in np.meshgrid([5, 11, 21, 41], [8, 16, 32, 64]))
    return laws.fit("chinchilla", n_params=n, n_examples=d, loss=floor + 1 / n**0.5 + 2 / d**0.5)


def statuses(tuner):
    return {run.name: run.status for run in tuner.results()}


def fails_at_width_four(make_error):
    def build(hp):
        if hp["width"] == 4:
            raise make_error()
        return build_model(hp)

    return build


def out_of_memory():
    return tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor\nlong trace")


@pytest.fixture
def data():
    return make_data()


@pytest.fixture
def make_tuner(tmp_path):
    """Makes a tuner of a small sweep in a directory of the test's own."""

    def make(build=build_model, *, widths=(2, 4), n_examples=(32,), seeds=(0,), **options):
        sizes = [{"width": width} for width in widths]
        grid = GridSweep(sizes=sizes, n_examples=n_examples, seeds=seeds)
        return ScalingTuner(
            build,
            **{
                "sweep": grid,
                "directory": tmp_path / "runs",
                "distribution_strategy": None,
                **options,
            },
        )

    return make


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A tuner whose search is over; tests must leave it as it is."""
    tuner = ScalingTuner(
        build_model,
        sweep=GridSweep(sizes=[{"width": 2}, {"width": 4}], n_examples=[32], seeds=[0, 1]),
        directory=tmp_path_factory.mktemp("runs"),
        project_name="mlp",
        constants={"version": 7},
    )
    tuner.search(
        lambda hp: make_data().shuffle(8, seed=hp["seed"]),
        validation_data=make_data(4),
        dataset_size=32,
    )
    return tuner
