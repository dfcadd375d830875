"""Count what a loss averages over, where items of batches don't tell, inside the training step.

The loss tracker counts items of batches. Where each item holds as many examples, that is enough.
Where sequences are padded, a mask, a class to ignore or sample weights of zero say which places are
none; where their length varies from batch to batch, nothing but the batch says how many there are.
Then the places are counted in the graph that Keras traces anyway: around `compute_loss`, where the
values of the loss show what it averages over.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from scaling_keras.callbacks.loss_values import Averaged, LossWatch, from_prediction, has_odd_loss
from scaling_keras.counting.parameters import all_layers

_ARGUMENTS = ("x", "y", "y_pred", "sample_weight")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Places:
    """What the steps of a training held; sums in double precision.

    Attributes:
        counted: Places with a weight that isn't zero, in sequences those that are no padding.
        total: All places, which the model computed in any case. 0 where they aren't counted.
        items: Items of batches.
        loss_sum: The sum of their losses.
        lengths: The lengths of the items, where the data leaves it open.
        squared_lengths: Their squares.
        unequal: Of items whose open axes differ in their size, by how much.
    """

    counted: float = 0.0
    total: float = 0.0
    items: float = 0.0
    loss_sum: float = 0.0
    lengths: float = 0.0
    squared_lengths: float = 0.0
    unequal: float = 0.0

    def plus(self, other: Places, times: float = 1.0) -> Places:
        """Return the sum with `times` the other."""
        pairs = zip(self.sums, other.sums, strict=True)
        return _places(mine + times * theirs for mine, theirs in pairs)

    @property
    def sums(self) -> tuple[Any, ...]:
        """The sums, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))


class PlaceCounter:
    """Adds up what each training step holds.

    Args:
        model: A compiled model, about to train.
        data_specs: What `train_step` takes; None if unknown.

    Attributes:
        is_needed: Whether some step that was traced leaves places out, or varies in their number.
        is_traced: Whether a step was.
        counts: What was counted of the steps with this counter, see `run_facts.model_facts`.
    """

    def __init__(self, model: keras.Model, data_specs: Any | None = None) -> None:
        self.is_needed = False
        self.is_traced = False
        self.counts: dict[Any, Any] = {}
        self._model = model
        self._open_axes = _open_axes(_inputs_of(data_specs))
        self._per_item: dict[Any, int | None] = {}
        self._named: Mapping[str, Any] = {}
        self._watch: LossWatch | None = None
        # A metric, since those are what Keras sums over replicas; none of the model's, so that
        # nothing but us resets or reports it.
        with model.distribute_strategy.scope():
            self._totals = _Totals()

    def before_loss(self, *args: Any, **kwargs: Any) -> None:
        """A step that is being traced, or runs eagerly, is about to compute its loss.

        Args:
            *args: What the model's `compute_loss` is called with.
            **kwargs: Likewise.
        """
        self._named = {**dict(zip(_ARGUMENTS, args, strict=False)), **kwargs}
        self._watch = LossWatch(self._model)

    def stop_loss(self) -> None:
        """It has computed its loss, or failed to."""
        if self._watch is not None:
            self._watch.stop()

    def after_loss(self, loss: Any) -> None:
        """It has computed this loss: make the count part of the step."""
        if self._watch is None:
            return
        predictions = self._named.get("y_pred")
        outputs = predictions, self._named.get("sample_weight")
        found = self._watch.averaged(*outputs) or from_prediction(*outputs)
        inputs = [each for each in keras.tree.flatten(self._named.get("x")) if each is not None]
        batch = inputs or keras.tree.flatten(predictions)
        self._named, self._watch = {}, None
        items = ops.cast(ops.shape(batch[0])[0], "float64")
        sizes = self._open_sizes(inputs)
        counted, total = self._count(found, items, _shapes(inputs), bool(sizes))
        length = ops.cast(sizes[0], "float64") if sizes else 0.0
        n_replicas = self._model.distribute_strategy.num_replicas_in_sync
        mean_loss = 0.0 if loss is None else ops.mean(ops.cast(loss, "float64")) * n_replicas
        self.is_traced = True
        held = Places(
            counted=counted,
            total=total,
            items=items,
            loss_sum=mean_loss * items,
            lengths=length * items,
            squared_lengths=length * length * items,
            unequal=_spread_of(sizes) * items,
        )
        self._totals.update_state(held.sums)

    def seen(self) -> Places:
        """Return what was counted since the first `fit` began: waits for the device, so seldom."""
        return _places(self._totals.sums.numpy().tolist())

    def per_item(self, data_specs: Any | None) -> int | None:
        """Return the examples in an item of such data, as the values of the loss showed them.

        None if they vary, or no loss of Keras's was seen.
        """
        known = set(self._per_item.values())
        if len(known) == 1:
            return known.pop()
        return self._per_item.get(_shapes(keras.tree.flatten(_inputs_of(data_specs))))

    def _count(self, found: list[Averaged], items: Any, key: Any, is_open: bool) -> tuple[Any, Any]:
        """Return the places that count and all places of a batch; zeros where items tell them.

        A place counts that any output's loss averages over. Where the outputs differ in their
        places an item does, of which any place does.
        """
        numbers = {each.per_item for each in found}
        has_same_places = len(numbers) == 1 and len({len(each.static) for each in found}) == 1
        self._per_item[key] = numbers.pop() if len(numbers) == 1 else 1 if found else None
        is_fixed = self._per_item[key] is not None and not (is_open and tf.executing_eagerly())
        if not found or (is_fixed and not any(each.leaves_out for each in found)):
            return 0.0, 0.0
        self.is_needed = True
        kept = [each.kept(items) for each in found]
        if not has_same_places:
            kept = [ops.max(each, axis=tuple(range(1, len(each.shape)))) for each in kept]
        counted = _union(kept)
        return ops.sum(counted), ops.sum(ops.ones_like(counted))

    def _open_sizes(self, inputs: list[Any]) -> list[Any]:
        """Return the sizes of those axes of a batch, but the first, that the data leaves open."""
        tensors = {
            place: each
            for place, each in enumerate(inputs)
            if isinstance(each, tf.Tensor) and each.shape.rank is not None
        }
        # Run eagerly, every batch knows its sizes, but not which of them vary.
        axes = self._open_axes if tf.executing_eagerly() else _open_axes(inputs)
        return [ops.shape(tensors[place])[axis] for place, axis in axes if place in tensors]


class _Totals(keras.metrics.Metric):  # type: ignore[misc]  # Keras has no types.
    """Sums in double precision, one for each of `Places`: single is exact to 2^24 only."""

    def __init__(self) -> None:
        super().__init__(name="places", dtype="float64")
        size = len(dataclasses.fields(Places))
        self.sums = self.add_variable(shape=(size,), initializer="zeros", dtype="float64")

    def update_state(self, values: Any) -> None:
        self.sums.assign_add(ops.stack([ops.cast(value, "float64") for value in values]))

    def result(self) -> Any:
        return ops.convert_to_tensor(self.sums)


def leaves_places_out(model: keras.Model) -> bool:
    """Return whether a model looks as if its places had to be counted, before it is traced."""
    return makes_masks(model) or has_odd_loss(model) or has_open_places(model)


def makes_masks(model: keras.Model) -> bool:
    """Return whether a layer of a model says which places of its input are padding."""
    for layer in all_layers(model):
        own_mask = type(layer).compute_mask is not keras.layers.Layer.compute_mask
        is_keras = type(layer).__module__.startswith("keras.")
        makes_mask = isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False)
        if makes_mask or (own_mask and not is_keras):
            return True
    return False


def has_open_places(model: keras.Model) -> bool:
    """Return whether the places of a model's outputs vary in their number."""
    outputs = keras.tree.flatten(getattr(model, "outputs", None) or [])
    return any(None in tuple(output.shape)[1:-1] for output in outputs)


def _places(sums: Any) -> Places:
    """Return the `Places` with these sums, in the order of its fields."""
    names = (field.name for field in dataclasses.fields(Places))
    return Places(**dict(zip(names, sums, strict=True)))


def _inputs_of(data_specs: Any | None) -> Any:
    """Return the part of what `train_step` takes that goes into the model."""
    return None if data_specs is None else keras.utils.unpack_x_y_sample_weight(data_specs)[0]


def _open_axes(inputs: Any) -> list[tuple[int, int]]:
    """Return input and axis of each size, but that of the batch, that is unknown."""
    return [
        (place, axis)
        for place, each in enumerate(keras.tree.flatten(inputs))
        for axis, size in enumerate(_sizes(each))
        if axis and size is None
    ]


def _shapes(inputs: list[Any]) -> tuple[Any, ...]:
    """Return what tells the steps apart that are traced for data of different shapes."""
    return tuple(_sizes(each)[1:] for each in inputs)


def _sizes(tensor: Any) -> tuple[int | None, ...]:
    """Return the shape of a tensor or spec, empty if its rank is unknown or it has none."""
    shape = getattr(tensor, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None:
        return ()
    return tuple(shape)


def _union(kept: list[Any]) -> Any:
    """Return the greatest value at each place.

    Outputs whose lengths the shapes leave open may yet differ in them.
    """
    if len(kept) == 1:
        return kept[0]
    shapes = [tf.shape(each) for each in kept]
    widest = tf.reduce_max(tf.stack(shapes), axis=0)
    padding = [tf.stack([tf.zeros_like(widest), widest - shape], axis=1) for shape in shapes]
    padded = [tf.pad(each, wider) for each, wider in zip(kept, padding, strict=True)]
    return tf.reduce_max(tf.stack(padded), axis=0)


def _spread_of(sizes: list[Any]) -> Any:
    """Return by how much the greatest of some sizes exceeds the least."""
    if len(sizes) < 2:
        return 0.0
    stacked = ops.stack([ops.cast(size, "float64") for size in sizes])
    return ops.max(stacked) - ops.min(stacked)
