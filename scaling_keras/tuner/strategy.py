"""The distribution strategy that trials train under."""

from __future__ import annotations

import contextlib
from typing import Any

import tensorflow as tf

from scaling_keras.errors import SweepError


def make_strategy(choice: Any) -> tf.distribute.Strategy | None:
    """Return the strategy of a choice.

    Copies are summed on one device (`ReductionToOneDevice`): Keras's default of collectives fails
    on CPU devices for embeddings in data of unknown length, and for more than one step an
    execution.

    Args:
        choice: `auto`, for a `MirroredStrategy` over all GPUs, or over the CPU's logical devices
            where there is no GPU; None for no strategy; or a strategy of your own.

    Raises:
        SweepError: If it is none of those.
    """
    if choice is None or isinstance(choice, tf.distribute.Strategy):
        return choice
    if choice != "auto":
        raise SweepError(
            f"`distribution_strategy` must be 'auto', None or a tf.distribute.Strategy. "
            f"Received: {choice!r}."
        )
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy(
        [device.name for device in devices],
        cross_device_ops=tf.distribute.ReductionToOneDevice(),
    )


def share_gpus() -> None:
    """Take memory of GPUs only as it is needed, since other processes are to train on them.

    This process counts models, which is little. Without GPUs it changes nothing, nor once
    TensorFlow has begun to use them.
    """
    for gpu in tf.config.list_physical_devices("GPU"):
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


def split_cpu(n_replicas: int) -> None:
    """Split the CPU into logical devices, one for each replica.

    For trying out and testing what several GPUs do; it makes nothing faster.

    Args:
        n_replicas: At least 1. 1 changes nothing.

    Raises:
        SweepError: If TensorFlow has already used its devices, or `n_replicas` is below 1.
    """
    if n_replicas < 1:
        raise SweepError(f"There must be at least 1 replica. Received: {n_replicas!r}.")
    if n_replicas == 1:
        return
    cpus = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration() for _ in range(n_replicas)]
    try:
        tf.config.set_logical_device_configuration(cpus[0], parts)
    except RuntimeError:
        raise SweepError(
            f"The CPU must be split before TensorFlow uses it. Received: n_replicas={n_replicas!r} "
            f"after the first use. Start a new process and split it first."
        ) from None


def n_cpu_devices() -> int:
    """Return how many logical devices the CPU is split into; TensorFlow's devices aren't used."""
    cpus = tf.config.list_physical_devices("CPU")
    return len(tf.config.get_logical_device_configuration(cpus[0]) or [None])


def n_replicas(strategy: tf.distribute.Strategy | None) -> int:
    """Return how many copies of a model train in step."""
    return 1 if strategy is None else int(strategy.num_replicas_in_sync)


def device_message(strategy: tf.distribute.Strategy | None) -> str:
    """Return in a few words where trials train: `MirroredStrategy over 2 CPU devices`."""
    if strategy is None:
        return "one device, no distribution strategy"
    devices = strategy.extended.worker_devices
    kind = tf.DeviceSpec.from_string(devices[0]).device_type
    plural = "s" if len(devices) > 1 else ""
    return f"{type(strategy).__name__} over {len(devices)} {kind} device{plural}"
