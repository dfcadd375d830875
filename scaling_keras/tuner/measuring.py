"""How long a training step takes, and how much memory: by running a few."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path

import keras
import tensorflow as tf
from keras_tuner.engine import tuner as keras_tuner_engine

from scaling_keras.tuner.global_settings import clear_session
from scaling_keras.tuner.size_book import as_hyperparameters, compiled
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.trial import TrialSetting

_FEW = 2
_MORE = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepMeasure:
    """What training a model takes.

    Attributes:
        setup_seconds: Building, tracing and the first steps.
        step_seconds: One step.
        peak_bytes: The most memory in use meanwhile: of the first GPU if there is one, else of
            this process, TensorFlow itself included. 0 if that can't be had.
    """

    setup_seconds: float
    step_seconds: float
    peak_bytes: int


def measure_step(plan: TrialPlan, setting: TrialSetting) -> StepMeasure:
    """Build the model of a trial and run a few steps on its data; the weights are thrown away.

    Raises:
        Exception: What building or training raised.
    """
    clear_session(setting.dtype_policy)
    _forget_peak()
    began = time.monotonic()
    values = setting.workload.values(plan)
    with keras_tuner_engine.maybe_distribute(setting.strategy):
        model = compiled(setting.hypermodel.build(as_hyperparameters(values)))
    # Few steps may be all there is; repeated, they take as long as others.
    data = setting.workload.dataset(plan).take(values["n_steps"]).repeat()
    model.fit(data, steps_per_epoch=_FEW, verbose=0, shuffle=False)
    setup = time.monotonic() - began
    few, more = (_seconds(model, data, n_steps) for n_steps in (_FEW, _MORE))
    measured = StepMeasure(
        setup_seconds=setup,
        step_seconds=max(more - few, 0.0) / (_MORE - _FEW),
        peak_bytes=_peak(),
    )
    clear_session(setting.dtype_policy)
    return measured


def _seconds(model: keras.Model, data: tf.data.Dataset, n_steps: int) -> float:
    """Return the time that some steps take."""
    began = time.monotonic()
    model.fit(data, steps_per_epoch=n_steps, verbose=0, shuffle=False)
    return time.monotonic() - began


def _forget_peak() -> None:
    """Let the peak of memory begin anew, where that can be had."""
    if tf.config.list_logical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")
        return
    try:
        # Linux: 5 resets the high-water mark of the resident set.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def _peak() -> int:
    """Return the most memory in use since `_forget_peak`, or since the process began."""
    if tf.config.list_logical_devices("GPU"):
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return 0
    import resource  # Not on Windows.

    # Kilobytes everywhere but on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
