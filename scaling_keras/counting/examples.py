"""What one example of a model is, and how many of them one item of a batch holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from scaling_keras.counting.parameters import has_embedding
from scaling_keras.errors import CountingError

TOKEN, IMAGE, EXAMPLE = "token", "image", "example"


def given_per_item(example_unit: str | None, per_item: int | None) -> int | None:
    """Return the examples in an item of a batch that a user has stated; None if they have not.

    Args:
        example_unit: What the user says that an example is; an image is an item.
        per_item: How many of them an item holds; None if the user doesn't say.

    Raises:
        CountingError: If `per_item` isn't a positive integer.
    """
    if per_item is None:
        return 1 if example_unit == IMAGE else None
    if isinstance(per_item, bool) or not isinstance(per_item, int) or per_item < 1:
        raise CountingError(
            f"`examples_per_item` must be a positive integer. Received: {per_item!r}. Leave it "
            f"out to have the examples counted that the loss averages over."
        )
    return per_item


def examples_per_item(
    model: keras.Model, *, predictions: Sequence[Any] | None = None
) -> int | None:
    """Return how many examples the loss averages over in one item of a batch.

    Keras's losses reduce the last axis of a prediction and average over the others, so an item
    holds as many examples as the axes between the first and the last have places: 64 for a
    prediction of shape `(batch, 64, vocabulary)`, 1 for `(batch, classes)`.

    Args:
        model: A built model.
        predictions: Its outputs for a batch, tensors or anything else with a `shape`; by default
            those that a functional or sequential model knows.

    Returns:
        The number; 1 if the model's outputs differ in it, so that an example is an item; None if
        the outputs aren't known, or the size of such an axis isn't.
    """
    if predictions is None:
        predictions = keras.tree.flatten(getattr(model, "outputs", None) or [])
    if not predictions:
        return None
    places = [tuple(each.shape)[1:-1] for each in predictions]
    if any(extent is None for extents in places for extent in extents):
        return None
    numbers = {math.prod(extents) for extents in places}
    return numbers.pop() if len(numbers) == 1 else 1


def example_unit(
    model: keras.Model, specs: Any, n_per_item: int | None, *, types_known: bool = True
) -> str:
    """Return what one example of a model is: `token`, `image` or `example`.

    Args:
        model: A built model.
        specs: Nest of its inputs' specs, each with a `shape` and a `dtype`; None if unknown.
        n_per_item: Its `examples_per_item`; None if unknown.
        types_known: Whether the types in `specs` are the inputs' own, not a guess.

    Returns:
        `token` for a language model: a loss for each place of a sequence, integers in, an
        embedding. `image` for one loss an item and a float input of four axes. Else `example`.
    """
    flat = [] if specs is None else keras.tree.flatten(specs)
    types = [keras.backend.standardize_dtype(spec.dtype) for spec in flat]
    may_be_indices = not types_known or any("int" in name for name in types)
    if n_per_item != 1 and may_be_indices and has_embedding(model):
        return TOKEN
    takes_images = any(
        len(spec.shape) == 4 and "float" in name for spec, name in zip(flat, types, strict=True)
    )
    return IMAGE if n_per_item == 1 and takes_images else EXAMPLE
