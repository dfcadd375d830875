"""How long a trial takes, and how much memory: by the beginning of one."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.tuner.global_settings import clear_session
from scaling_keras.tuner.project import Project
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.trial import TrialSetting, train_and_record

_MEASURED_SECONDS = 0.5
"""How long steps are run: they take milliseconds, and some much longer than others."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepMeasure:
    """What training a model takes.

    Attributes:
        setup_seconds: All but the steps: building, tracing, counting, writing down.
        step_seconds: One step, with what a trial does after each; 0 where a trial is no more than
            the steps that Keras runs at once (`steps_per_execution`).
        peak_bytes: The most memory in use meanwhile: of the first GPU if there is one, else of
            this process, TensorFlow itself included. 0 if that can't be had.
    """

    setup_seconds: float
    step_seconds: float
    peak_bytes: int


def measure_step(
    plan: TrialPlan, setting: TrialSetting, *, clock: Callable[[], float] = time.monotonic
) -> StepMeasure:
    """Train a trial for half a second, or three steps if those take longer; it leaves nothing.

    Args:
        plan: The trial, the longest of those whose steps take as long.
        setting: What trials share.
        clock: Returns seconds; for tests.

    Raises:
        Exception: What building or training raised.
    """
    _forget_peak()
    watch = StepWatch(_MEASURED_SECONDS, clock)
    began = clock()
    with tempfile.TemporaryDirectory() as directory:
        train_and_record(
            plan,
            dataclasses.replace(
                setting,
                project=Project(Path(directory)),
                callbacks=(watch,),
                validation_data=None,
                keep_weights=False,
                checkpoint_seconds=None,
                halve_batch=False,
                advance=lambda plan, fraction: None,
            ),
        )
    measured = watch.measure(clock() - began, _peak())
    clear_session(setting.dtype_policy)
    return measured


class StepWatch(keras.callbacks.Callback):  # type: ignore[misc] # keras has no types
    """Ends a training once its steps have been watched for some time, and says how long they took.

    Args:
        seconds: For how long, from the end of the second step: the first traces what the others
            run, and after it the logger may count what a step costs.
        clock: Returns seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._ends: list[tuple[int, float]] = []

    def __deepcopy__(self, memo: Mapping[int, Any]) -> StepWatch:
        """Return itself, so that the copy of a trial can be asked afterwards."""
        return self

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Note when the steps up to this one were done."""
        self._ends.append((batch + 1, self._clock()))
        if len(self._ends) > 2 and self._ends[-1][1] - self._ends[1][1] >= self._seconds:
            self.model.stop_training = True

    def measure(self, seconds: float, peak_bytes: int) -> StepMeasure:
        """Return what was measured.

        The later half of the steps tells how long one takes: at the beginning, more is written down
        than later on.

        Args:
            seconds: Time of the whole training.
            peak_bytes: As in `StepMeasure`.
        """
        ends = self._ends or [(0, 0.0)]
        (n_half, half), (n_steps, end) = ends[(len(ends) - 1) // 2], ends[-1]
        each = (end - half) / (n_steps - n_half) if n_steps > n_half else 0.0
        return StepMeasure(
            setup_seconds=max(seconds - n_steps * each, 0.0),
            step_seconds=each,
            peak_bytes=peak_bytes,
        )


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
