"""What the `fit` that is running was called with: Keras hands it to no callback."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf


def frames_above() -> Iterator[types.FrameType]:
    """Yield the frames of the callers, the nearest first."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def running_fit() -> Mapping[str, Any] | None:
    """Return the arguments of the `fit` that is calling us; None if it isn't Keras's own."""
    for frame in frames_above():
        if frame.f_code.co_name == "fit" and "epoch_iterator" in frame.f_locals:
            return dict(frame.f_locals)
    return None


def epochs_show_the_data(arguments: Mapping[str, Any] | None) -> bool:
    """Return whether an epoch holds each item of the training data once.

    So it does for arrays, for a `PyDataset`, and for a `tf.data.Dataset` that doesn't repeat,
    unless `steps_per_epoch` cuts it. What a generator yields may be anything.
    """
    if arguments is None or arguments.get("steps_per_epoch") is not None:
        return False
    data = arguments.get("x")
    if isinstance(data, tf.data.Dataset):
        return not _repeats(data)
    if isinstance(data, keras.utils.PyDataset):
        return True
    leaves = keras.tree.flatten(data)
    return bool(leaves) and all(hasattr(leaf, "shape") for leaf in leaves)


def may_carry_weights(arguments: Mapping[str, Any]) -> bool:
    """Return whether the data may have sample weights; where it can't be seen, it may."""
    if any(arguments.get(name) is not None for name in ("sample_weight", "class_weight")):
        return True
    data = arguments.get("x")
    if isinstance(data, tf.data.Dataset):
        return isinstance(data.element_spec, tuple) and len(data.element_spec) == 3
    return not all(hasattr(leaf, "shape") for leaf in keras.tree.flatten(data))


def _repeats(dataset: tf.data.Dataset) -> bool:
    """Return whether a dataset, or one that it is made of, is repeated."""
    if "Repeat" in type(dataset).__name__:
        return True
    inputs = getattr(dataset, "_inputs", None)
    return any(_repeats(each) for each in (inputs() if callable(inputs) else ()))
