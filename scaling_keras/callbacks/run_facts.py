"""What is known of a training once its first step has run: model, data, optimizer, devices."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_DISTRIBUTIONS = ("scaling-keras", "tensorboard")


def optimizer_facts(model: keras.Model) -> dict[str, Any]:
    """Return the `name` and `class_name` of the optimizer and the numbers of its configuration."""
    optimizer = _optimizer(model)
    if optimizer is None:
        return {}
    names = {"name": optimizer.name, "class_name": type(optimizer).__name__}
    return {**_numbers(optimizer), **names}


def schedule_facts(model: keras.Model) -> dict[str, Any] | None:
    """Return the learning-rate schedule's class and configuration; None for a constant rate."""
    schedule = getattr(_optimizer(model), "_learning_rate", None)
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return None
    return {**_numbers(schedule), "class_name": type(schedule).__name__}


def strategy_facts(model: keras.Model) -> dict[str, Any]:
    """Return `n_replicas`, the class name of the `strategy` and the `device_kind`."""
    strategy = model.distribute_strategy
    name = type(strategy).__name__
    is_default = name.startswith("_Default")
    devices = () if is_default else tuple(strategy.extended.worker_devices)
    return {
        "n_replicas": int(strategy.num_replicas_in_sync),
        "strategy": "" if is_default else name,
        "device_kind": _device_kind(devices),
    }


def versions() -> dict[str, str]:
    """Return the version of each package that has a say in a training, and of Python."""
    found = {
        "keras": keras.__version__,
        "numpy": np.__version__,
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
    }
    for name in _DISTRIBUTIONS:
        # One that runs from its sources, or as a nightly build, isn't there under this name.
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def plain_specs(element_spec: Any) -> Any | None:
    """Return the specs of one replica's batch; None for data that isn't made of plain tensors."""
    leaves = keras.tree.flatten(element_spec)
    # Under a strategy with several replicas each leaf is a spec of as many, all alike.
    if any(hasattr(leaf, "_value_specs") for leaf in leaves):
        element_spec = keras.tree.map_structure(lambda leaf: leaf._value_specs[0], element_spec)
        leaves = keras.tree.flatten(element_spec)
    is_plain = bool(leaves) and all(isinstance(leaf, tf.TensorSpec) for leaf in leaves)
    return element_spec if is_plain else None


def fixed_batch_size(data_specs: Any | None) -> int | None:
    """Return the items of a replica's batch, where its specs fix them."""
    leaves = keras.tree.flatten(data_specs)
    if not leaves or not isinstance(leaves[0], tf.TensorSpec) or not leaves[0].shape.rank:
        return None
    size = leaves[0].shape[0]
    return None if size is None else int(size)


def _optimizer(model: keras.Model) -> Any | None:
    """Return the optimizer that was asked for, out of the wrapper that scales its loss."""
    optimizer = getattr(model, "optimizer", None)
    return getattr(optimizer, "inner_optimizer", optimizer)


def _device_kind(devices: tuple[str, ...]) -> str:
    """Return `TPU`, `GPU` or `CPU`: that of the devices named, else the best there is."""
    for kind in ("TPU", "GPU"):
        if any(kind in device for device in devices):
            return kind
        if not devices and tf.config.list_logical_devices(kind):
            return kind
    return "CPU"


def _numbers(configurable: Any) -> dict[str, Any]:
    """Return the numbers and flags in the configuration of an object of Keras, nothing else."""
    try:
        config: Mapping[str, Any] = configurable.get_config()
    except NotImplementedError:
        return {}
    return {name: value for name, value in config.items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    """Return whether a value is a number, a flag, or a list of such."""
    if isinstance(value, (list, tuple)):
        return all(_is_number(item) for item in value)
    return isinstance(value, (bool, int, float))
