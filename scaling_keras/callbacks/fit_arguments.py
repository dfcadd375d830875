"""What the `fit` that is running was called with: Keras hands it to no callback."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

_MAY_REPEAT = ("Repeat", "FlatMap", "Interleave", "Concatenate", "Generator")
"""Parts of the names of TensorFlow's classes of datasets in which an item may come twice."""


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

    So it does for arrays, for a `PyDataset`, and for a `tf.data.Dataset` that can't repeat,
    unless `steps_per_epoch` cuts it. What a generator yields may be anything, and so may the
    datasets that a function makes, or that are joined.
    """
    if arguments is None or arguments.get("steps_per_epoch") is not None:
        return False
    data = arguments.get("x")
    if isinstance(data, tf.data.Dataset):
        return not _may_repeat(data)
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


def length_may_change(arguments: Mapping[str, Any] | None) -> bool:
    """Return whether an epoch is as long as the data says when it begins: see `PyDataset`."""
    if arguments is None or arguments.get("steps_per_epoch") is not None:
        return False
    return isinstance(arguments.get("x"), keras.utils.PyDataset)


def _may_repeat(dataset: tf.data.Dataset) -> bool:
    """Return whether a dataset, or one that it is made of, may hold an item twice."""
    if any(part in type(dataset).__name__ for part in _MAY_REPEAT):
        return True
    inputs = getattr(dataset, "_inputs", None)
    return any(_may_repeat(each) for each in (inputs() if callable(inputs) else ()))
