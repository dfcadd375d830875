"""A small sweep in a process of its own: `python -m tests.tuner.sweep_program DIRECTORY REPLICAS`.

It says `training` on standard output at the fifth batch of each trial, and is slow from then on if
the environment variable `SLOW` is set.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import keras

from scaling_keras.tuner.strategy import split_cpu
from scaling_keras.tuner.sweep import GridSweep
from scaling_keras.tuner.tuner import ScalingTuner
from tests.tuner.conftest import build_model, make_data

WIDTHS = (2, 4)
N_EXAMPLES = 400


class Announces(keras.callbacks.Callback):
    """Tells the parent process that a trial is under way."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 4:
            sys.stdout.write("training\n")
            sys.stdout.flush()
        if batch > 4 and os.environ.get("SLOW"):
            time.sleep(0.1)


def main(directory: str, replicas: str) -> None:
    split_cpu(int(replicas))
    tuner = ScalingTuner(
        build_model,
        sweep=GridSweep(sizes=[{"width": width} for width in WIDTHS], n_examples=[N_EXAMPLES]),
        directory=directory,
        project_name="sweep",
        distribution_strategy="auto",
    )
    tuner.search(make_data(100), validation_data=make_data(4), callbacks=[Announces()])


if __name__ == "__main__":
    # A shell that runs the tests in the background has them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(*sys.argv[1:])
