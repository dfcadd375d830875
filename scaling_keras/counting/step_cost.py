"""What a traced training step costs, in every way that is recorded: by pass, by layer, by kind."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Mapping

from scaling_keras.counting.dependence import DATA, TRAINED, Dependence
from scaling_keras.counting.graph_walk import OpCost, count_graph
from scaling_keras.counting.layer_scopes import layer_numbers
from scaling_keras.counting.recomputation import recomputed_operations
from scaling_keras.counting.tracing import TracedStep

FORWARD, TRAIN, RECOMPUTED = "forward", "train", "recomputed"
EVERYTHING = "everything"
ATTENTION, HEAD, HEAD_AND_ATTENTION = "attention", "head", "head_and_attention"
KIND, ROW = "kind", "row"

Figures = collections.Counter[tuple[str, ...]]
"""FLOPs by what they are: `("train",)`, `("kind", "MatMul")`, `("row", "3", "forward")`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerPlaces:
    """Where the layers of a traced step belong.

    Attributes:
        rows: For the number of each layer, the row it is told in.
        heads: Numbers of the layers that make up the head.
    """

    rows: Mapping[int, int]
    heads: frozenset[int]

    def row(self, cost: OpCost) -> int | None:
        """Return the row that an operation belongs to; None for one outside of all layers."""
        numbers = layer_numbers(cost.path)
        return self.rows.get(numbers[0]) if numbers else None

    def is_head(self, cost: OpCost) -> bool:
        """Return whether an operation belongs to the head."""
        return not self.heads.isdisjoint(layer_numbers(cost.path))


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepCost:
    """The FLOPs of a step.

    Attributes:
        figures: The FLOPs.
        uncounted: Operations that could not be counted, by name, with how often they occur.
        uncounted_rows: The rows they are in; None among them for those outside of all layers.
        has_all: Whether the elementwise work is known.
        has_fixed_part: Whether some products don't depend on the data, so that a step may cost
            something whatever the size of its batch.
    """

    figures: Figures
    uncounted: Mapping[str, int]
    uncounted_rows: frozenset[int | None]
    has_all: bool
    has_fixed_part: bool


def cost_of(step: TracedStep, places: LayerPlaces) -> StepCost:
    """Return what a traced step costs; of one whose forward pass isn't known, only all of it."""
    figures: Figures = collections.Counter()
    has_fixed_part = False
    if step.predictions:
        forward = count_graph(
            step.graph,
            (*step.predictions, *step.losses),
            dependence=Dependence(step.graph, step.bits),
        )
        _add_pass(figures, forward, FORWARD, places)
        _add_attention(figures, forward, places)
        has_fixed_part = any(cost.products and not _has_data(cost) for cost in forward)
    train = count_graph(step.graph, step.gradients, step.updates)
    again = recomputed_operations(step)
    _add_pass(figures, [cost for cost in train if cost.root not in again], TRAIN, places)
    figures[(RECOMPUTED,)] = sum(cost.products for cost in train if cost.root in again)
    uncounted = [cost for cost in train if cost.uncounted]
    return StepCost(
        figures=figures,
        uncounted=collections.Counter(cost.uncounted for cost in uncounted),
        uncounted_rows=frozenset(places.row(cost) for cost in uncounted),
        has_all=all(cost.has_all and not cost.uncounted for cost in train),
        has_fixed_part=has_fixed_part,
    )


def without_fixed_part(once: Figures, twice: Figures) -> tuple[Figures, Figures]:
    """Split the cost of a step into what grows with its batch, and what every step has.

    Args:
        once: The cost of a step.
        twice: The cost of a step with a batch twice as large.
    """
    growing: Figures = collections.Counter({key: twice[key] - once[key] for key in once})
    fixed: Figures = collections.Counter({key: once[key] - growing[key] for key in once})
    return growing, fixed


def _add_pass(figures: Figures, costs: Iterable[OpCost], name: str, places: LayerPlaces) -> None:
    """Add the costs of a pass: in all, with elementwise work, by kind, by row, of the head."""
    for cost in costs:
        figures[(EVERYTHING, name)] += cost.products + cost.elementwise
        if not cost.products:
            continue
        figures[(name,)] += cost.products
        if name == TRAIN:
            figures[(KIND, cost.kind)] += cost.products
            if places.is_head(cost):
                figures[(HEAD,)] += cost.products
        row = places.row(cost)
        figures[(ROW, "" if row is None else str(row), name)] += cost.products


def _add_attention(figures: Figures, forward: Iterable[OpCost], places: LayerPlaces) -> None:
    """Add the cost of products of two activations, those of the backward pass included.

    Each operand with a trainable weight behind it has a gradient, a product as dear as the first.
    """
    for cost in forward:
        if len(cost.operand_bits) > 1 and all(bits & DATA for bits in cost.operand_bits):
            n_gradients = sum(bool(bits & TRAINED) for bits in cost.operand_bits)
            figures[(ATTENTION,)] += cost.products * (1 + n_gradients)
            if places.is_head(cost):
                figures[(HEAD_AND_ATTENTION,)] += cost.products * (1 + n_gradients)


def _has_data(cost: OpCost) -> bool:
    """Return whether an operand depends on the data."""
    return any(bits & DATA for bits in cost.operand_bits)
