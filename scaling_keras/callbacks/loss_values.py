"""What a loss averages over: the values that it has for a batch, before Keras takes their mean."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops


@dataclasses.dataclass(frozen=True, kw_only=True)
class Averaged:
    """The places of a batch that a loss averages over.

    Attributes:
        static: Their shape, unknown sizes None.
        shape: Their shape.
        masks: What says which of them count; none if all do.
        weight: The sample weights of the loss; None if it has none.
        n_axes: How many axes they have if each item holds a box of them.
        n_items: Items of the batch; None if unknown.
    """

    static: tuple[int | None, ...]
    shape: Any
    masks: tuple[Any, ...]
    weight: Any | None
    n_axes: int
    n_items: int | None

    @property
    def per_item(self) -> int | None:
        """How many an item holds: 1 where there is one value for the batch; None if unknown."""
        if self._is_one:
            return 1
        known = [length for length in self.static if length is not None]
        if len(known) == len(self.static) and self.n_items:
            number, rest = divmod(math.prod(known), self.n_items)
            return None if rest else number
        if len(self.static) != self.n_axes or None in self.static[1:]:
            return None
        return math.prod(size for size in self.static[1:] if size is not None)

    @property
    def leaves_out(self) -> bool:
        """Whether some of them may not count."""
        return bool(self.masks) or self.weight is not None

    def kept(self, items: Any) -> Any:
        """Return 1 for each place that counts and 0 for the others.

        Args:
            items: Items of the batch.
        """
        shape = (ops.cast(items, "int32"),) if self._is_one else self.shape
        kept = ops.ones(shape, dtype="float64")
        for mask in self.masks:
            kept = kept * _spread(ops.cast(mask, "float64"), kept)
        if self.weight is not None:
            kept = kept * _spread(ops.cast(ops.not_equal(self.weight, 0), "float64"), kept)
        return kept

    @property
    def _is_one(self) -> bool:
        """Whether there is one value for the whole batch."""
        return all(size == 1 for size in self.static)


class LossWatch:
    """Stands around the losses that a model was compiled with, to see their values.

    Args:
        model: A compiled model, about to compute its loss.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._losses: list[keras.losses.Loss] = []
        self._values: list[tuple[Any, Any]] = []
        self._undo: list[tuple[Any, str, Any]] = []
        compiled = getattr(model, "_compile_loss", None)
        if compiled is None:
            return
        if compiled.built:
            self._stand_around()
        else:
            # Keras makes the losses out of what the user named at the first batch.
            self._replace(compiled, "build", self._around_build)

    def stop(self) -> None:
        """Undo it."""
        while self._undo:
            owner, name, own = self._undo.pop()
            if own is None:
                del vars(owner)[name]
            else:
                vars(owner)[name] = own

    def averaged(self, y_pred: Any, sample_weight: Any) -> list[Averaged]:
        """Return what each loss averages over, nothing if one of them wasn't called.

        Args:
            y_pred: The model's outputs.
            sample_weight: The weights of all of them, or those of each in their structure.
        """
        if len(self._values) != len(self._losses):
            return []
        outputs = keras.tree.flatten(y_pred)
        # A cast, to the loss's precision, takes the mask off an output.
        masked = outputs if len(outputs) == len(self._values) else [None] * len(self._values)
        return [
            _averaged(values, prediction, [output, values], _weight_at(loss.path, sample_weight))
            for (values, prediction), output, loss in zip(
                self._values, masked, _compiled(self._model), strict=True
            )
        ]

    def _stand_around(self) -> None:
        self._losses = _losses(self._model)
        for loss in {id(loss): loss for loss in self._losses}.values():
            self._replace(loss, "call", self._around_call)

    def _replace(self, owner: Any, name: str, around: Callable[[Any], Any]) -> None:
        """Replace a method by a function around it, on this object only."""
        self._undo.append((owner, name, vars(owner).get(name)))
        vars(owner)[name] = around(getattr(owner, name))

    def _around_build(self, build: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(build)
        def built(*args: Any, **kwargs: Any) -> None:
            build(*args, **kwargs)
            self._stand_around()

        return built

    def _around_call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def seen(y_true: Any, y_pred: Any) -> Any:
            values = call(y_true, y_pred)
            self._values.append((values, keras.tree.flatten(y_pred)[0]))
            return values

        return seen


def from_prediction(y_pred: Any, sample_weight: Any) -> list[Averaged]:
    """Return what Keras's losses would average over: all axes of the outputs but the last."""
    outputs = keras.tree.flatten(y_pred)
    weights = keras.tree.flatten(sample_weight)
    if len(weights) != len(outputs):
        weights = weights[:1] * len(outputs)
    return [
        Averaged(
            static=tuple(output.shape)[:-1] if len(output.shape) > 1 else tuple(output.shape),
            shape=ops.shape(output)[:-1] if len(output.shape) > 1 else ops.shape(output),
            masks=_masks([output]),
            weight=weight,
            n_axes=max(len(output.shape) - 1, 1),
            n_items=output.shape[0],
        )
        for output, weight in zip(outputs, weights, strict=True)
    ]


def has_odd_loss(model: keras.Model) -> bool:
    """Return whether a loss may average over something else than the places of the output."""
    return any(
        not type(loss).__module__.startswith("keras.")
        or not getattr(getattr(loss, "fn", None), "__module__", "keras.").startswith("keras.")
        or getattr(loss, "_fn_kwargs", {}).get("ignore_class") is not None
        or not isinstance(getattr(loss, "axis", -1), int)
        for loss in _losses(model)
    )


def loss_reduction(model: keras.Model) -> str:
    """Return `sum` if a loss of a batch is the sum of its values, else an empty string."""
    return "sum" if any(loss.reduction == "sum" for loss in _losses(model)) else ""


def _losses(model: keras.Model) -> list[keras.losses.Loss]:
    """Return the losses that Keras has made out of what a model was compiled with."""
    return [each.loss for each in _compiled(model)]


def _compiled(model: keras.Model) -> list[Any]:
    """Return them with their paths, from the structure of the outputs to the output of each."""
    compiled = getattr(model, "_compile_loss", None)
    found = getattr(compiled, "_flat_losses", None) or ()
    return [each for each in found if isinstance(each.loss, keras.losses.Loss)]


def _weight_at(path: Sequence[Any], sample_weight: Any) -> Any | None:
    """Return the weights of the output at a path, as Keras finds them."""
    if keras.tree.is_nested(sample_weight):
        sample_weight = functools.reduce(operator.getitem, path, sample_weight)
    return keras.tree.flatten(sample_weight)[0]


def _averaged(values: Any, prediction: Any, masked: list[Any], weight: Any | None) -> Averaged:
    """Return what a loss with these values averages over."""
    return Averaged(
        static=tuple(values.shape),
        shape=ops.shape(values),
        masks=_masks(masked),
        weight=weight,
        n_axes=max(len(prediction.shape) - 1, 1),
        n_items=prediction.shape[0] if len(prediction.shape) else None,
    )


def _masks(tensors: list[Any]) -> tuple[Any, ...]:
    """Return the masks that tensors carry."""
    masks = (getattr(tensor, "_keras_mask", None) for tensor in tensors)
    return tuple(mask for mask in masks if mask is not None)


def _spread(values: Any, places: Any) -> Any:
    """Return values of items, or of places, with as many axes as the places have."""
    surplus = len(values.shape) - len(places.shape)
    for _ in range(surplus):
        values = ops.max(values, axis=-1)
    for _ in range(-surplus):
        values = ops.expand_dims(values, -1)
    return values
