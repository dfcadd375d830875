"""What a training costs: the FLOPs of its model, and of all that it has seen."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.callbacks.examples_seen import ExamplesSeen
from scaling_keras.callbacks.place_counter import Places
from scaling_keras.counting.model_count import ModelCount, count, count_with_data
from scaling_keras.errors import CountingError

_CLOSE = 1e-3
"""A polynomial is believed that foretells the cost at another length to within this share."""

_HOLLOW = "some of its layers have no weights, so that neither they nor its step can be counted"

_PER_EXAMPLE = (
    "train_flops_per_example",
    "forward_flops_per_example",
    "recompute_flops_per_example",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunCost:
    """FLOPs of training.

    Attributes:
        of_item: Those of an item of length L are `of_item[0] + of_item[1] L + of_item[2] L^2`, as
            of all layers that are known: an attention has the square. Without an open length the
            first is all.
        of_step: Those of each step, whatever its batch, of all replicas.
    """

    of_item: tuple[float, float, float]
    of_step: float = 0.0

    def total(self, items: float, places: Places, steps: float) -> float:
        """Return the FLOPs of a training.

        Args:
            items: Items that it has seen.
            places: What its steps held.
            steps: Its steps.
        """
        sums = (items, places.lengths, places.squared_lengths)
        of_items = sum(each * number for each, number in zip(self.of_item, sums, strict=True))
        return of_items + self.of_step * steps


def cost_of_model(
    model: keras.Model,
    data_specs: Any | None,
    seen: ExamplesSeen,
    *,
    example_unit: str | None,
    train_flops_per_example: float | None,
    items_per_step: int | None = None,
) -> tuple[dict[str, Any], RunCost | None]:
    """Return the facts on parameters, FLOPs and what an example is, and what a training costs.

    An example costs what the model computes for it, a share of the padding included.

    Args:
        model: The model; one whose first step failed may be unbuilt, then little is known.
        data_specs: What `train_step` takes; None if unknown.
        seen: What the first steps have shown.
        example_unit: What one example is; None to find out.
        train_flops_per_example: FLOPs of one example; None to count them.
        items_per_step: Items in a full batch, of all replicas; None if unknown.
    """
    n_replicas = model.distribute_strategy.num_replicas_in_sync
    batch_size = None if items_per_step is None else max(items_per_step // n_replicas, 1)
    counting = _Counting(model, data_specs, seen, example_unit, batch_size)
    given: dict[str, Any] = {} if example_unit is None else {"example_unit": example_unit}
    if train_flops_per_example is not None:
        given |= {
            "train_flops_per_example": train_flops_per_example,
            "flops_method": "given",
            "flops_reason": "",
            "flops_per_step": 0.0,
            "uncounted": {},
            "coverage": None,
        }
    try:
        counted = counting.at_mean_length()
    except CountingError:
        return {"flops_reason": _HOLLOW, **given}, None
    facts = _facts(counted)
    if counting.per_item is not None:
        facts |= {
            "example_unit": counted.example_unit,
            "examples_per_item": counting.per_item,
        }
        facts |= _scaled(facts, counting.per_item * counting.items_per_example())
    if given.get("flops_method") == "given" or facts["train_flops_per_example"] is None:
        return {**facts, **given}, None
    of_item, reason = counting.of_item(counted)
    if reason:
        facts |= {"flops_method": "estimate", "flops_reason": reason}
    cost = RunCost(of_item=of_item, of_step=counted.flops_per_step * n_replicas)
    return {**facts, **given}, cost


class _Counting:
    """Counts a model for the lengths of its items that are asked for; each only once."""

    def __init__(
        self,
        model: keras.Model,
        data_specs: Any | None,
        seen: ExamplesSeen,
        example_unit: str | None,
        batch_size: int | None,
    ) -> None:
        self._model = model
        self._specs = data_specs
        self._seen = seen
        self._unit = example_unit
        self._batch_size = batch_size
        self._length = seen.length()
        self.per_item = seen.per_item()

    def at_mean_length(self) -> ModelCount:
        """Return the count for items as long as those so far, on average."""
        counted = self._at(self._length or None)
        if self.per_item is None:
            self.per_item = counted.examples_per_item
        self._seen.examples_per_item = self.per_item or 1
        if self._length == 0 and counted.train_flops_per_example is None:
            reason = "the axes of its inputs that are open differ in their size"
            return dataclasses.replace(counted, flops_reason=reason)
        return counted

    def items_per_example(self) -> float:
        """Return the items for each example so far; as many as its shape tells without any."""
        items = self._seen.items.seen()
        n_examples = self._seen.examples(items)
        return items.items / n_examples if n_examples else 1 / (self.per_item or 1)

    def of_item(self, counted: ModelCount) -> tuple[tuple[float, float, float], str]:
        """Return the cost of an item by its length, see `RunCost`, and why it is an estimate."""
        flops = _of_item(counted)
        if not self._length:
            return (flops, 0.0, 0.0), ""
        lengths = _lengths_around(self._length)
        costs = [flops, *(_of_item(self._at(length)) for length in lengths[1:])]
        if all(map(math.isfinite, costs)):
            constant, slope, square = _through(lengths[:3], costs[:3])
            foretold = constant + slope * lengths[3] + square * lengths[3] ** 2
            if abs(foretold - costs[3]) <= _CLOSE * costs[3]:
                return (constant, slope, square), ""
        return (0.0, flops / self._length, 0.0), (
            f"the length of its items varies, and how their cost depends on it isn't known; it is "
            f"taken to be in proportion, as at length {self._length}"
        )

    def _at(self, length: int | None) -> ModelCount:
        """Return the count for items of a length; None where no axis is open."""
        model, memory = self._model, self._seen.counts
        trainable = tuple(layer.trainable for layer in model._flatten_layers())
        key = (repr(self._specs), length, self._unit, self.per_item, self._batch_size, trainable)
        if key not in memory:
            if self._specs is None:
                memory[key] = count(model, example_unit=self._unit, examples_per_item=self.per_item)
            else:
                memory[key] = count_with_data(
                    model,
                    _with_length(self._specs, length),
                    example_unit=self._unit,
                    examples_per_item=self.per_item,
                    batch_size=self._batch_size,
                )
        counted: ModelCount = memory[key]
        return counted


def _facts(counted: ModelCount) -> dict[str, Any]:
    """Return the facts of a count. Where something is uncounted, its FLOPs aren't known."""
    facts = {
        "n_params": dict(counted.groups),
        "flops_by_convention": dict(counted.flops_by_convention),
        "flops_per_step": counted.flops_per_step,
        "flops_method": counted.flops_method,
        "flops_reason": counted.flops_reason,
        "uncounted": dict(counted.uncounted),
        "coverage": counted.coverage,
        **{name: getattr(counted, name) for name in _PER_EXAMPLE},
    }
    if not counted.uncounted:
        return facts
    names = ", ".join(f"{name} ({times})" for name, times in counted.uncounted.items())
    return {
        **facts,
        "train_flops_per_example": None,
        "forward_flops_per_example": None,
        "flops_by_convention": _definitions(counted.flops_by_convention),
        "flops_method": "",
        "flops_reason": (
            f"{names} in {', '.join(counted.uncounted_layers)} can't be counted; the rest is "
            f"{counted.train_flops_per_example:g} FLOPs for each {counted.example_unit}"
        ),
    }


def _definitions(conventions: Mapping[str, float]) -> dict[str, float]:
    """Return the conventions that are made of parameters, not of operations."""
    return {name: flops for name, flops in conventions.items() if name.startswith("6n_")}


def _scaled(facts: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """Return the FLOPs among some facts times a factor; those of a formula are as they are."""
    conventions = facts["flops_by_convention"]
    counted = {name: flops * factor for name, flops in conventions.items()}
    scaled = {name: facts[name] for name in _PER_EXAMPLE}
    return {
        **{name: None if flops is None else flops * factor for name, flops in scaled.items()},
        "flops_by_convention": {**counted, **_definitions(conventions)},
    }


def _of_item(counted: ModelCount) -> float:
    """Return the FLOPs of an item; NaN if they aren't known."""
    if counted.train_flops_per_example is None or counted.uncounted:
        return math.nan
    return counted.train_flops_per_example * (counted.examples_per_item or 1)


def _lengths_around(length: int) -> tuple[int, int, int, int]:
    """Return a length and three others near it, all different: two to learn from, one to check.

    Shorter ones where there are enough, since a model may know no longer ones.
    """
    if length < 4:
        return length, length + 1, length + 2, length + 3
    return length, math.ceil(length / 2), math.ceil(length / 4), math.ceil(3 * length / 4)


def _through(x: Sequence[int], y: Sequence[float]) -> tuple[float, float, float]:
    """Return constant, slope and square of the parabola through three points.

    By divided differences, which are exact where the coefficients are whole numbers.
    """
    first, second = (y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1])
    square = (second - first) / (x[2] - x[0])
    slope = first - square * (x[0] + x[1])
    return y[0] - slope * x[0] - square * x[0] ** 2, slope, square


def _with_length(data_specs: Any, length: int | None) -> Any:
    """Return specs whose axes of unknown size, but the batch's, have this length."""
    if length is None:
        return data_specs

    def fixed(spec: Any) -> Any:
        if not isinstance(spec, tf.TensorSpec) or spec.shape.rank is None:
            return spec
        sizes = spec.shape.as_list()
        return tf.TensorSpec(
            sizes[:1] + [length if size is None else size for size in sizes[1:]], spec.dtype
        )

    return keras.tree.map_structure(fixed, data_specs)
