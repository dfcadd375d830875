"""What the batches of training data hold, and whether they come in the same order again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.errors import DataError


@dataclasses.dataclass(frozen=True, kw_only=True)
class GivenData:
    """What training data is like.

    Attributes:
        batch_size: Items in a batch.
        n_batches: How many batches there are; negative if they have no end or can't be counted.
        element_spec: Shapes and types of a batch.
    """

    batch_size: int
    n_batches: int
    element_spec: Any


def look_at(data: tf.data.Dataset) -> GivenData:
    """Return what training data is like. Raises as `items_per_batch` does."""
    return GivenData(
        batch_size=items_per_batch(data),
        n_batches=int(data.cardinality()),
        element_spec=data.element_spec,
    )


def items_per_batch(data: tf.data.Dataset) -> int:
    """Return the items in a batch, from the dataset's shapes or else its first batch.

    Raises:
        DataError: If the data is empty or not batched.
    """
    specs = keras.tree.flatten(data.element_spec)
    shapes = [spec.shape for spec in specs]
    if any(shape.rank == 0 for shape in shapes):
        raise _not_batched()
    known = [shape[0] for shape in shapes if shape.rank and shape[0] is not None]
    if known:
        return int(known[0])
    for batch in data.take(1):
        return int(keras.tree.flatten(batch)[0].shape[0])
    raise DataError("The training data must hold at least one batch. Received: none. Add some.")


def check_batched(element_spec: Any, input_shapes: Sequence[Sequence[int | None]]) -> None:
    """Raise a `DataError` if the inputs in the data are those of a model without a batch's axis."""
    inputs, *_ = keras.utils.unpack_x_y_sample_weight(element_spec)
    leaves = keras.tree.flatten(inputs)
    shapes = [leaf.shape for leaf in leaves if isinstance(leaf, tf.TensorSpec)]
    if (
        shapes
        and len(shapes) == len(leaves) == len(input_shapes)
        and all(map(_is_item, shapes, input_shapes))
    ):
        raise _not_batched()


def keeps_order(data: tf.data.Dataset) -> bool:
    """Return whether a dataset comes in the same order whenever it is gone through.

    One that shuffles doesn't: its order depends on how often it was gone through in this process,
    whatever its seed. What a generator or a function of its own does can't be seen.
    """
    if data.options().deterministic is False:
        return False
    shuffles = "Shuffle" in type(data).__name__
    if shuffles and getattr(data, "_reshuffle_each_iteration", None) is not False:
        return False
    inputs = getattr(data, "_inputs", None)
    return all(map(keeps_order, inputs() if callable(inputs) else ()))


def _is_item(shape: tf.TensorShape, input_shape: Sequence[int | None]) -> bool:
    """Return whether a shape is that of one item of a model's input.

    Keras takes a batch of numbers where it wants one of vectors of length 1, which looks alike.
    """
    return (
        shape.rank == len(input_shape) - 1
        and input_shape[-1] != 1
        and shape.is_compatible_with(input_shape[1:])
    )


def _not_batched() -> DataError:
    """Return the error for data that comes in single items."""
    return DataError(
        "The training data must be batched. Received: a dataset of single items. Add `.batch(32)`."
    )
