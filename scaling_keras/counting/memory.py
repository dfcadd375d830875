"""Models that have been counted are not traced again: a sweep builds the same one many times."""

from __future__ import annotations

import collections
import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

import keras

from scaling_keras.counting.measured import Measured
from scaling_keras.counting.parameters import all_layers
from scaling_keras.counting.training_loss import TRACE_ERRORS, has_own_loss, outputs_asked_for

_KEPT = 128
_KNOWN_ROOTS = ("keras", "scaling_keras")
"""Packages whose layers do what their configuration says, and nothing else."""

_measured: collections.OrderedDict[str, Measured] = collections.OrderedDict()
_lock = threading.Lock()


def remembered(model: keras.Model, specs: Any, compute: Callable[[], Measured]) -> Measured:
    """Return `compute()`, or what it gave for a model that is the same in all that matters.

    Args:
        model: A built model.
        specs: Nest of `tf.TensorSpec` of its inputs.
        compute: Counts it.
    """
    key = fingerprint(model, specs)
    if key is None:
        return compute()
    with _lock:
        if key in _measured:
            _measured.move_to_end(key)
            return _measured[key]
    measured = compute()
    with _lock:
        _measured[key] = measured
        while len(_measured) > _KEPT:
            _measured.popitem(last=False)
    return measured


def fingerprint(model: keras.Model, specs: Any) -> str | None:
    """Return what tells a model and its inputs apart from all that cost something else.

    Returns:
        A digest of the configuration, the graph of layers included, of the weights' shapes and
        which are trainable, of the outputs that have a loss, and of the inputs' specs. None for a
        model whose configuration doesn't say all, or can't be had: one with a `call`, a loss or
        layers of a user's own, whose code may change.
    """
    layers = all_layers(model)
    is_plain = isinstance(model, keras.Sequential) or hasattr(model, "outputs")
    if (
        not is_plain
        or has_own_loss(model)
        or not all(_is_known(type(each)) for each in (model, *layers))
    ):
        return None
    try:
        config = model.get_config()
    except TRACE_ERRORS:  # Such as a regularizer's that has no `get_config` of its own.
        return None
    if any(isinstance(layer, keras.layers.Lambda) for layer in layers) or _has_own_code(config):
        return None
    weights = [(tuple(weight.shape), str(weight.dtype)) for weight in model.weights]
    trainable = {id(weight) for weight in model.trainable_weights}
    facts = (
        _costly(config),
        weights,
        [id(weight) in trainable for weight in model.weights],
        [repr(getattr(layer, "_remat_mode", None)) for layer in layers],
        outputs_asked_for(model),
        [repr(spec) for spec in keras.tree.flatten(specs)],
    )
    return hashlib.sha256(json.dumps(facts, default=repr).encode()).hexdigest()


def _costly(config: Any) -> Any:
    """Return a configuration without what costs nothing: seeds and initial values."""
    if isinstance(config, dict):
        return {
            name: _costly(value)
            for name, value in config.items()
            if name != "seed" and not name.endswith("initializer")
        }
    return [_costly(item) for item in config] if isinstance(config, (list, tuple)) else config


def _has_own_code(config: Any) -> bool:
    """Return whether a configuration names a function or class that isn't Keras's or ours."""
    if isinstance(config, dict):
        module = str(config.get("module") or "").partition(".")[0]
        is_own = bool(config.get("registered_name")) and module not in _KNOWN_ROOTS
        ours = str(config.get("registered_name")).startswith("scaling_keras>")
        return (is_own and not ours) or any(_has_own_code(value) for value in config.values())
    return isinstance(config, (list, tuple)) and any(_has_own_code(item) for item in config)


def _is_known(kind: type) -> bool:
    """Return whether a class is Keras's or ours, and so are its methods."""
    return kind.__module__.partition(".")[0] in _KNOWN_ROOTS
