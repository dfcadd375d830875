"""What tells one training from another whose variables have the same shapes."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable
from typing import Any

import keras

from scaling_keras.counting.parameters import all_layers

_DIGITS = 16
_NO_CONFIG = (
    AttributeError,
    KeyError,
    NotImplementedError,
    OSError,  # Of a lambda whose source is in no file.
    RuntimeError,
    TypeError,
    ValueError,
)
"""What asking an object for its configuration raises if it has none, or a broken one."""


def training_digest(model: keras.Model) -> str:
    """Return digests of what a compiled, untrained model is and how it is trained.

    They cover the configurations of the model and its layers, of the optimizer with its schedule,
    and of the loss. Of what has no configuration, such as a subclassed model, they have the class
    alone; of functions the name, of lambdas nothing, since their code changes with the lines around
    it.

    Args:
        model: Built with the session cleared, so that what has no name gets the same one again.

    Returns:
        Keras's version and, parted by spaces, each part's digest, as in `loss:3f9a...`: another
        version has other configurations. The parts are `model`, `optimizer` and `loss`.
    """
    parts = {
        "model": [
            (type(part).__name__, _had(part.get_config)) for part in (model, *all_layers(model))
        ],
        "optimizer": (type(model.optimizer).__name__, _had(model.optimizer.get_config)),
        "loss": (
            _had(lambda: keras.saving.serialize_keras_object(getattr(model, "loss", None))),
            _had(lambda: model.get_compile_config()["loss_weights"]),
        ),
    }
    digests = [f"{name}:{_digest(config)}" for name, config in parts.items()]
    return " ".join([keras.__version__, *digests])


def changed_parts(written: str, digest: str) -> tuple[str, ...]:
    """Return the parts in which two digests are known to be of different trainings.

    None where they are of different versions of Keras; of parts, those that both have.
    """
    (version_before, *before), (version, *now) = written.split(" "), digest.split(" ")
    if version_before != version:
        return ()
    digests = dict(part.split(":") for part in before if ":" in part)
    parts = [part.split(":") for part in now if ":" in part]
    return tuple(name for name, content in parts if digests.get(name, content) != content)


def _digest(config: Any) -> str:
    """Return the digest of a configuration."""
    text = json.dumps(_lasting(config), default=lambda value: type(value).__name__, skipkeys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _had(get: Callable[[], Any]) -> Any:
    """Return a configuration; None if it can't be had."""
    try:
        with warnings.catch_warnings():
            # Keras warns that a lambda can't be loaded safely; nothing is loaded.
            warnings.simplefilter("ignore")
            return get()
    except _NO_CONFIG:
        return None


def _lasting(config: Any) -> Any:
    """Return a configuration without what differs between processes: modules and lambdas."""
    if isinstance(config, dict):
        if config.get("class_name") == "__lambda__":
            return "__lambda__"
        # A script's module is `__main__`, and another in the processes that it starts.
        return {name: _lasting(value) for name, value in config.items() if name != "module"}
    return [_lasting(item) for item in config] if isinstance(config, (list, tuple)) else config
