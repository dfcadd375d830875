"""A small sweep that can be sent: `python -m tests.tuner.executors.sent_sweep DIRECTORY EXECUTOR`.

Options of the tuner may follow, as in `--objective=val_loss`.

A trial is slow while the file `slow` is in the directory.
"""

from __future__ import annotations

import functools
import sys
import time
from pathlib import Path

import keras

from scaling_keras.tuner.executors.local_processes import LocalProcesses
from scaling_keras.tuner.sweep import GridSweep
from scaling_keras.tuner.tuner import ScalingTuner
from tests.tuner.conftest import build_model, make_data

WIDTHS = (2, 4, 8)
N_EXAMPLES = 400


class Delays(keras.callbacks.Callback):
    """Slows a trial down so that there is time to kill it."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def on_train_batch_end(self, batch, logs=None):
        if (self._directory / "slow").exists():
            time.sleep(0.1)


def data(seed: int):
    return make_data(100)


def make_sweep_tuner(directory: Path, executor, **options) -> ScalingTuner:
    return ScalingTuner(
        build_model,
        sweep=GridSweep(sizes=[{"width": w} for w in WIDTHS], n_examples=[N_EXAMPLES]),
        directory=directory,
        executor=executor,
        checkpoint_seconds=0.5,
        **options,
    )


def search(directory: Path, executor, **options) -> ScalingTuner:
    tuner = make_sweep_tuner(directory, executor, **options)
    tuner.search(
        data,
        validation_data=functools.partial(make_data, 4),
        callbacks=[Delays(directory)],
    )
    return tuner


def make_executor(name: str):
    if name == "processes":
        return LocalProcesses(n_workers=2)
    if name == "chief":
        from scaling_keras.tuner.executors.chief_and_workers import ChiefAndWorkers

        return ChiefAndWorkers(silence_seconds=15.0)
    if name.startswith("ray:"):
        from scaling_keras.tuner.executors.ray_cluster import RayCluster

        return RayCluster(address=name.removeprefix("ray:"))
    return name


if __name__ == "__main__":
    given = dict(option.removeprefix("--").split("=") for option in sys.argv[3:])
    search(Path(sys.argv[1]), make_executor(sys.argv[2]), **given)
