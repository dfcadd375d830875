"""What a sweep costs beyond its trainings, and what a second process gains.

`pytest benchmarks/test_sweep_overhead.py -s` prints the figures. They are of wall time, so
run it on a machine that does nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

N_TRIALS = 200
N_STEPS = 8
OVERHEAD_SECONDS = 0.3
TWO_OF_ONE = 0.6
ROOT = Path(__file__).parents[1]

SCRIPT = """
import keras, numpy as np, tensorflow as tf
import scaling_keras as sk

sweep = sk.GridSweep(
    sizes=[{"width": w} for w in (64, 96, 128, 160, 192, 224, 256, 288)], n_examples=[N_EXAMPLES]
)

def build_model(hp):
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(hp["width"], "relu"),
         keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    return model

def train(seed):
    inputs = np.random.default_rng(seed).normal(size=(4096, 64)).astype("float32")
    targets = inputs.sum(axis=1, keepdims=True)
    return tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(32).repeat()

def validation_data():
    return train(99).take(8)
"""


def test_a_trial_costs_little_beyond_building_and_training(tmp_path):
    import keras
    import numpy as np
    import tensorflow as tf

    import scaling_keras as sk

    inputs = np.random.default_rng(0).normal(size=(4 * N_STEPS, 3)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((inputs, inputs[:, :1])).batch(4)

    def build(hp):
        model = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        return model

    def alone(width):
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        build({"width": width}).fit(data, validation_data=data, verbose=0, shuffle=False)

    def half_alone():
        began = time.perf_counter()
        for trial in range(N_TRIALS // 2):
            alone(1 + trial % 10)
        return time.perf_counter() - began

    tuner = sk.ScalingTuner(
        build,
        sweep=sk.GridSweep(
            sizes=[{"width": width} for width in range(1, 11)],
            n_examples=[4 * N_STEPS],
            seeds=range(N_TRIALS // 10),
        ),
        directory=tmp_path,
        distribution_strategy=None,
    )
    # One half before and one after, since a process grows slower as it gets older.
    seconds = {"alone": half_alone()}
    began = time.perf_counter()
    tuner.search(data, validation_data=data)
    seconds["in the sweep"] = time.perf_counter() - began
    seconds["alone"] += half_alone()
    assert len(tuner.results()) == N_TRIALS
    each = {name: total / N_TRIALS for name, total in seconds.items()}
    overhead = each["in the sweep"] - each["alone"]
    sys.stdout.write(f"\nseconds a trial: {each}, overhead {overhead:.3f}\n")
    assert overhead < OVERHEAD_SECONDS


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs cores to pin to")
def test_two_workers_need_little_more_than_half_the_time_of_one(tmp_path):
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        pytest.skip("needs two cores")
    script = tmp_path / "timed.py"
    script.write_text(SCRIPT.replace("N_EXAMPLES", "320_000"))

    def seconds(n_workers, on):
        command = [
            sys.executable,
            "-c",
            "import sys; from scaling_keras.cli import main; sys.exit(main(sys.argv[1:]))",
            *("sweep", str(script), "--executor", "processes", "--n-workers", str(n_workers)),
            *("--directory", str(tmp_path / f"by-{n_workers}")),
        ]
        began = time.perf_counter()
        subprocess.run(
            command, check=True, cwd=ROOT, preexec_fn=lambda: os.sched_setaffinity(0, on)
        )
        return time.perf_counter() - began

    one, two = seconds(1, cores[:1]), seconds(2, cores)
    sys.stdout.write(f"\none worker {one:.1f} s, two {two:.1f} s: {two / one:.2f}\n")
    assert two <= TWO_OF_ONE * one
