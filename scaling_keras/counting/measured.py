"""The cost of one traced step of a model, and its layers' part of it."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Mapping
from typing import Any

import keras

from scaling_keras.counting import step_cost
from scaling_keras.counting.output_layers import output_layers
from scaling_keras.counting.parameters import (
    OUTSIDE,
    LayerCount,
    all_layers,
    head_layers,
    vocabularies,
)
from scaling_keras.counting.step_cost import Figures, LayerPlaces, StepCost
from scaling_keras.counting.tracing import TracedStep


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shape:
    """The shape of a tensor, without its graph."""

    shape: tuple[int | None, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """What a step costs, without the graph it is known from.

    Attributes:
        cost: The cost of the step.
        n_items: Items in its batch, over all replicas.
        predictions: The shapes of the outputs that are trained; empty for a step of a model's own.
        makers: The numbers of the layers that make them, as `all_layers` orders those.
        loss_error: See `TracedStep`.
        pairs_items: Whether its items work on each other, so that an item costs more in a larger
            batch, and the size of its batch was left open.
        fixed: The part of the cost, taken out of `cost`, that every step has.
    """

    cost: StepCost
    n_items: int
    predictions: tuple[Shape, ...]
    makers: tuple[int, ...] = ()
    loss_error: str = ""
    pairs_items: bool = False
    fixed: Figures = dataclasses.field(default_factory=collections.Counter)

    @property
    def total_per_item(self) -> float:
        """All products of the step, for each item."""
        figures = (*_totals(self.cost.figures), *_totals(self.fixed))
        return sum(figures) / self.n_items


def measure(model: keras.Model, step: TracedStep, *, makers: tuple[int, ...] = ()) -> Measured:
    """Return what a traced step of a model costs.

    Args:
        model: A built model.
        step: The step.
        makers: The numbers of the layers that make the outputs, for a step that has none.
    """
    makers = output_layers(step.graph, step.predictions, step.layers) or makers
    return Measured(
        cost=step_cost.cost_of(step, _places(model, step, makers)),
        n_items=step.batch_size * step.n_replicas,
        makers=makers,
        loss_error=step.loss_error,
        predictions=tuple(Shape(shape=tuple(each.shape)) for each in step.predictions),
    )


def rows_of(
    layers: tuple[LayerCount, ...], each: Mapping[tuple[str, ...], float], *, has_passes: bool
) -> tuple[LayerCount, ...]:
    """Return the rows of a table with their FLOPs, and a last one for what is in no layer."""

    def flops(row: str) -> dict[str, Any]:
        forward = each.get((step_cost.ROW, row, step_cost.FORWARD), 0.0)
        return {
            "forward_flops_per_example": forward if has_passes else None,
            "train_flops_per_example": each.get((step_cost.ROW, row, step_cost.TRAIN), 0.0),
        }

    rows = [dataclasses.replace(layer, **flops(str(place))) for place, layer in enumerate(layers)]
    outside = flops("")
    if any(outside.values()):
        rows.append(LayerCount(name=OUTSIDE, kind="", **outside))
    return tuple(rows)


def _totals(figures: Figures) -> tuple[int, int]:
    return figures[(step_cost.TRAIN,)], figures[(step_cost.RECOMPUTED,)]


def _places(model: keras.Model, step: TracedStep, makers: tuple[int, ...]) -> LayerPlaces:
    """Return the rows that the layers of a step belong to, and which of them are the head."""
    numbers = {id(layer): number for number, layer in enumerate(step.layers)}
    rows: dict[int, int] = {}
    for row, child in enumerate(model.layers):
        rows[numbers[id(child)]] = row
    for row, child in enumerate(model.layers):
        for inner in all_layers(child):
            rows.setdefault(numbers[id(inner)], row)
    last = [step.layers[number] for number in makers]
    heads = {numbers[id(layer)] for layer in head_layers(model, makers=last)}
    return LayerPlaces(rows=rows, heads=frozenset(heads), vocabularies=vocabularies(model))
