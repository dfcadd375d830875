"""How fast a training runs: steps and examples a second, memory, and what of the device is used."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.callbacks.point_schedule import POINT_RATIO, POINT_SECONDS
from scaling_keras.laws.devices import peak_flops_per_second


class TrainingClock:
    """Measures the time in which a model trains, without its validation."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._began: float | None = None

    def resume(self) -> None:
        """Training goes on."""
        if self._began is None:
            self._began = time.perf_counter()

    def pause(self) -> None:
        """Something else begins."""
        self._seconds = self.seconds
        self._began = None

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        running = 0.0 if self._began is None else time.perf_counter() - self._began
        return self._seconds + running


class Performance:
    """Measures speed between points that stand as far apart as those inside an epoch.

    Args:
        flops_per_example: Forward and backward FLOPs; None if unknown.
        peak: FLOPs per second of all devices together at most; None if unknown.
    """

    def __init__(self, *, flops_per_example: float | None, peak: float | None) -> None:
        self._clock = TrainingClock()
        self._flops_per_example = flops_per_example
        self._peak = peak
        self._learning_rate: float | None = None
        self._has_rate_changed = False
        self._before = (0.0, 0, 0)
        self._next_steps = 0.0
        self._next_clock = time.monotonic() + POINT_SECONDS

    @property
    def clock(self) -> TrainingClock:
        """The time in which the model trains."""
        return self._clock

    @property
    def has_rate_changed(self) -> bool:
        """Whether the learning rate was another at a point than at the first."""
        return self._has_rate_changed

    def begin(self, steps: int, n_examples: int) -> None:
        """Start to measure: the first steps, which hold tracing and compiling, are over."""
        self._clock.resume()
        self._before = (self._clock.seconds, steps, n_examples)

    def measure(self, model: keras.Model, steps: int, n_examples: int) -> dict[str, float]:
        """Return what is due at a point.

        Args:
            model: The model.
            steps: Training steps since the `fit` began.
            n_examples: Examples that the run has seen.

        Returns:
            The learning rate where it has changed; at growing distances the speed since the last
            time, too.
        """
        values = {}
        rate = learning_rate(model)
        if rate is not None and rate != self._learning_rate:
            self._has_rate_changed = self._learning_rate is not None
            values["learning_rate"] = self._learning_rate = rate
        seconds, steps_before, examples_before = self._before
        elapsed = self._clock.seconds - seconds
        is_due = steps >= self._next_steps or time.monotonic() >= self._next_clock
        if not is_due or steps == steps_before or elapsed <= 0.0:
            return values
        self._before = (self._clock.seconds, steps, n_examples)
        self._next_steps = math.ceil(steps * POINT_RATIO)
        self._next_clock = time.monotonic() + POINT_SECONDS
        examples_per_second = (n_examples - examples_before) / elapsed
        values["examples_per_second"] = examples_per_second
        values["seconds_per_step"] = elapsed / (steps - steps_before)
        memory = memory_peak_bytes()
        if memory is not None:
            values["memory_peak_bytes"] = memory
        if self._flops_per_example is not None and self._peak is not None:
            values["flops_utilisation"] = examples_per_second * self._flops_per_example / self._peak
        return values


def learning_rate(model: keras.Model) -> float | None:
    """Return the learning rate of the next step; None if the optimizer has none."""
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    return None if rate is None else float(rate.numpy() if hasattr(rate, "numpy") else rate)


def memory_peak_bytes() -> float | None:
    """Return the most memory held so far: of the accelerators if there are any, else the host.

    Accelerators are added up. None where neither tells.
    """
    devices = [*tf.config.list_logical_devices("GPU"), *tf.config.list_logical_devices("TPU")]
    if devices:
        try:
            infos = [tf.config.experimental.get_memory_info(_short(d.name)) for d in devices]
        except (ValueError, tf.errors.OpError):
            return None
        return float(sum(info["peak"] for info in infos))
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else 1024 * peak)


def device_facts(device_kind: str, model: keras.Model, peak: float | None) -> Mapping[str, Any]:
    """Return `device_name`, and `peak_flops_per_second` of one device where it is known.

    Args:
        device_kind: `CPU`, `GPU` or `TPU`.
        model: The model, whose policy says in which type it multiplies.
        peak: What the user says of the peak; None to look it up.
    """
    name = ""
    if device_kind != "CPU":
        physical = tf.config.list_physical_devices(device_kind)
        details = tf.config.experimental.get_device_details(physical[0]) if physical else {}
        name = str(details.get("device_name", ""))
    if peak is None and name:
        dtype = str(model.dtype_policy.compute_dtype)
        if dtype == "float32" and tf.config.experimental.tensor_float_32_execution_enabled():
            peak = peak_flops_per_second(name, "tf32")
        peak = peak or peak_flops_per_second(name, dtype)
    return {"device_name": name, "peak_flops_per_second": peak}


def _short(name: str) -> str:
    """Return the name of a device as `get_memory_info` wants it: `GPU:0`."""
    return name.rpartition("device:")[2]
