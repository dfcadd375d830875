"""What `ScalingLogger` costs a training: time in its hooks, the whole `fit`, bytes on disk."""

from __future__ import annotations

import time

import keras
import numpy as np
import pytest

from scaling_keras.callbacks import recording
from scaling_keras.callbacks.recording import Recording
from scaling_keras.callbacks.scaling_logger import ScalingLogger

STEP_SECONDS = 0.002
N_STEPS = 5000
SHARE = 0.01
KILOBYTES = 100


def _model():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def _data(n_steps):
    x = np.random.default_rng(0).normal(size=(32 * n_steps, 64)).astype("float32")
    return x, x[:, :1]


class StepHooks(keras.callbacks.Callback):
    """Calls the hooks of a step many times at the end of an epoch: a clock in them costs more."""

    def __init__(self, logger):
        super().__init__()
        self.logger = logger

    def on_epoch_end(self, epoch, logs=None):
        recording = self.logger._recording
        recording._seen.items.resume()
        recording._schedule._next_execution = 10**9
        seconds = []
        for _ in range(10):
            begun = time.thread_time()
            for _ in range(2000):
                recording.before_step(None)
                recording.after_step()
            seconds.append((time.thread_time() - begun) / 2000)
        self.seconds_per_step = min(seconds)


@pytest.fixture
def point_seconds(monkeypatch):
    """Times, in CPU seconds, what a `fit` calls seldom: points, epochs, resets."""
    seconds = []

    def timed(method):
        def call(self, *args, **kwargs):
            begun = time.thread_time()
            try:
                return method(self, *args, **kwargs)
            finally:
                seconds.append(time.thread_time() - begun)

        return call

    for name in ("_write_inside_epoch", "before_reset", "begin_epoch", "end_epoch"):
        monkeypatch.setattr(Recording, name, timed(getattr(Recording, name)))
    return seconds


def test_the_hooks_take_less_than_a_hundredth_of_a_short_step(point_seconds, tmp_path):
    x, y = _data(N_STEPS)
    logger = ScalingLogger(tmp_path)
    hooks = StepHooks(logger)
    _model().fit(x, y, epochs=1, callbacks=[logger, hooks], verbose=0)
    each = hooks.seconds_per_step + sum(point_seconds) / N_STEPS
    print(
        f"\n{1e6 * hooks.seconds_per_step:.2f} us a step and {len(point_seconds)} times "
        f"{1e3 * sum(point_seconds) / len(point_seconds):.2f} ms in {N_STEPS} steps: "
        f"{each / STEP_SECONDS:.2%} of {STEP_SECONDS * 1e3:g} ms"
    )
    assert each < SHARE * STEP_SECONDS


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_fit_takes_as_long_as_without(tmp_path):
    x, y = _data(1000)
    kinds = {
        "none": lambda run: [],
        "ScalingLogger": lambda run: [ScalingLogger(tmp_path / f"ours-{run}", n_examples_before=0)],
        "TensorBoard": lambda run: [keras.callbacks.TensorBoard(tmp_path / f"theirs-{run}")],
    }
    models = {name: _model() for name in kinds}
    seconds = {name: [] for name in kinds}
    for run in range(6):
        for name, callbacks in kinds.items():
            begun = time.perf_counter()
            models[name].fit(x, y, epochs=2, callbacks=callbacks(run), verbose=0)
            if run:  # The first one traces.
                seconds[name].append(time.perf_counter() - begun)
    best = {name: min(values) for name, values in seconds.items()}
    print()
    for name, value in best.items():
        print(f"{name}: {1e3 * value / 2000:.3f} ms a step, {value / best['none']:.3f}")


def test_a_thousand_points_of_two_series_take_little_room(tmp_path):
    x, y = _data(2)
    _model().fit(
        x, y, epochs=1000, validation_data=(x, y), callbacks=[ScalingLogger(tmp_path)], verbose=0
    )
    (path,) = tmp_path.iterdir()
    kilobytes = path.stat().st_size / 1000
    print(f"\n{kilobytes:.1f} kB")
    assert kilobytes < KILOBYTES


def test_no_step_reads_from_the_device(monkeypatch, tmp_path):
    counts = []
    read = recording.ExamplesSeen.examples
    monkeypatch.setattr(
        recording.ExamplesSeen, "examples", lambda self, seen: counts.append(1) or read(self, seen)
    )
    x, y = _data(1000)
    _model().fit(x, y, epochs=1, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    print(f"\n{len(counts)} reads in 1000 steps")
    assert len(counts) < 40
