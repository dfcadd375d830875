"""Count the places that a loss averages over, where padding or weights leave some of them out.

The loss tracker counts items of batches. Where each item holds as many examples, that is enough.
Where sequences are padded, a mask or sample weights of zero say which places are none; where their
length varies from batch to batch, nothing but the batch says how many there are. Then the places
are counted inside the training step, in the graph that Keras traces anyway.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from scaling_keras.counting.parameters import all_layers

_ARGUMENTS = ("x", "y", "y_pred", "sample_weight")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Places:
    """What a loss was averaged over.

    Attributes:
        counted: Places with a weight that isn't zero, in sequences those that are no padding.
        total: All places, which the model computed in any case.
    """

    counted: float = 0.0
    total: float = 0.0

    def plus(self, other: Places) -> Places:
        """Return the sum."""
        return Places(counted=self.counted + other.counted, total=self.total + other.total)


class PlaceCounter:
    """Adds up the places of each training step, if the step's graph shows that it must.

    Args:
        model: A compiled model, about to train.

    Attributes:
        is_needed: Whether some step that was traced leaves places out, or varies in their number.
    """

    def __init__(self, model: keras.Model) -> None:
        self.is_needed = False
        # Metrics, since those are what Keras sums over replicas; no metrics of the model's, so
        # that nothing but us resets or reports them. Single precision is exact to 2^24 only.
        with model.distribute_strategy.scope():
            self._counted = keras.metrics.Sum("counted_places", dtype="float64")
            self._total = keras.metrics.Sum("total_places", dtype="float64")

    def trace(self, *args: Any, **kwargs: Any) -> None:
        """Make the count part of the step that is being traced, or run eagerly.

        Args:
            *args: What the model's `compute_loss` is called with.
            **kwargs: Likewise.
        """
        named: Mapping[str, Any] = {**dict(zip(_ARGUMENTS, args, strict=False)), **kwargs}
        counts = _count(named.get("y_pred"), named.get("sample_weight"))
        if counts is not None:
            self.is_needed = True
            self._counted.update_state(counts[0])
            self._total.update_state(counts[1])

    def seen(self) -> Places:
        """Return what was counted since the `fit` began: waits for the device, so seldom."""
        return Places(
            counted=float(ops.convert_to_numpy(self._counted.result())),
            total=float(ops.convert_to_numpy(self._total.result())),
        )


def leaves_places_out(model: keras.Model) -> bool:
    """Return whether a model looks as if its places had to be counted, before it is traced."""
    for layer in all_layers(model):
        own_mask = type(layer).compute_mask is not keras.layers.Layer.compute_mask
        is_keras = type(layer).__module__.startswith("keras.")
        makes_mask = isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False)
        if makes_mask or (own_mask and not is_keras):
            return True
    outputs = keras.tree.flatten(getattr(model, "outputs", None) or [])
    return any(None in tuple(output.shape)[1:-1] for output in outputs)


def _count(y_pred: Any, sample_weight: Any) -> tuple[Any, Any] | None:
    """Return the places that count and all places of a batch; None where every item has as many.

    Of several outputs the first one tells; weights are told by theirs.
    """
    outputs = keras.tree.flatten(y_pred)
    if not outputs or len({len(output.shape) for output in outputs}) > 1:
        return None
    prediction = outputs[0]
    mask = getattr(prediction, "_keras_mask", None)
    weights = [each for each in keras.tree.flatten(sample_weight) if each is not None]
    if mask is None and not weights and None not in tuple(prediction.shape)[1:-1]:
        return None
    shape = ops.shape(prediction)[:-1] if len(prediction.shape) > 1 else ops.shape(prediction)
    counted = ops.ones(shape, dtype="float64")
    if mask is not None:
        counted = counted * _spread(ops.cast(mask, "float64"), counted)
    if weights:
        counted = counted * _spread(ops.cast(ops.not_equal(weights[0], 0), "float64"), counted)
    return ops.sum(counted), ops.sum(ops.ones_like(counted))


def _spread(values: Any, places: Any) -> Any:
    """Return values of items, or of places, with as many axes as the places have."""
    surplus = len(values.shape) - len(places.shape)
    for _ in range(surplus):
        values = ops.max(values, axis=-1)
    for _ in range(-surplus):
        values = ops.expand_dims(values, -1)
    return values
