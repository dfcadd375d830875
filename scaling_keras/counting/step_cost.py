"""What a traced training step costs, in every way that is recorded: by pass, by layer, by kind."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Mapping

from scaling_keras.counting.dependence import DATA, GUESSED, TABLE, TRAINED, Dependence
from scaling_keras.counting.graph_walk import OpCost, count_graph
from scaling_keras.counting.layer_scopes import layer_numbers
from scaling_keras.counting.recomputation import recomputed_operations
from scaling_keras.counting.tracing import TracedStep

FORWARD, TRAIN, RECOMPUTED = "forward", "train", "recomputed"
EVERYTHING = "everything"
ATTENTION, HEAD, HEAD_AND_ATTENTION = "attention", "head", "head_and_attention"
KIND, ROW = "kind", "row"

OWN_LOSS = "the model's own loss"
"""Stands in the place of an operation that can't be counted."""

Figures = collections.Counter[tuple[str, ...]]
"""FLOPs by what they are: `("train",)`, `("kind", "MatMul")`, `("row", "3", "forward")`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerPlaces:
    """Where the layers of a traced step belong.

    Attributes:
        rows: For the number of each layer, the row it is told in.
        heads: Numbers of the layers that make up the head.
        vocabularies: The sizes of what embeddings look things up in.
    """

    rows: Mapping[int, int]
    heads: frozenset[int]
    vocabularies: frozenset[int]

    def row(self, cost: OpCost) -> int | None:
        """Return the row that an operation belongs to; None for one outside of all layers."""
        numbers = layer_numbers(cost.path)
        return self.rows.get(numbers[0]) if numbers else None

    def is_head(self, cost: OpCost) -> bool:
        """Return whether an operation belongs to the head."""
        return not self.heads.isdisjoint(layer_numbers(cost.path))

    def is_tied_by_hand(self, cost: OpCost) -> bool:
        """Return whether a product of another layer, or none, is with a whole embedding.

        One that looks things up so, by rows of zeros and a one, makes nothing of that size.
        """
        has_table = any(bits & TABLE for bits in cost.operand_bits)
        # Einsum may make them with the axes swapped, in a matrix.
        ends = cost.sizes[-1:] if len(cost.sizes) > 2 else cost.sizes
        makes_logits = not self.vocabularies.isdisjoint(ends)
        return has_table and makes_logits and not self.is_head(cost)


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
        has_guesses: Whether some products are of targets whose shape is a guess.
        of_pairs: FLOPs of the products that the square of the batch's size divides. Those are all
            that are made for each pair of its items, and few others if that is `TRACED_BATCH`.
    """

    figures: Figures
    uncounted: Mapping[str, int]
    uncounted_rows: frozenset[int | None]
    has_all: bool
    has_fixed_part: bool
    has_guesses: bool
    of_pairs: int


def cost_of(step: TracedStep, places: LayerPlaces) -> StepCost:
    """Return what a traced step costs; of one whose forward pass isn't known, only all of it."""
    figures: Figures = collections.Counter()
    forward: list[OpCost] = []
    if step.predictions:
        dependence = Dependence(step.graph, step.bits)
        forward = count_graph(step.graph, step.forward, dependence=dependence)
        _add_pass(figures, forward, FORWARD, places)
        _add_attention(figures, forward, places)
        _add_tied_head(figures, forward, places)
    train = count_graph(step.graph, step.gradients, step.updates)
    again = recomputed_operations(step)
    _add_pass(figures, [cost for cost in train if cost.root not in again], TRAIN, places)
    figures[(RECOMPUTED,)] = sum(cost.products for cost in train if cost.root in again)
    uncounted = [(cost.uncounted, places.row(cost)) for cost in train if cost.uncounted]
    if step.loss_error:
        uncounted.append((OWN_LOSS, None))
    return StepCost(
        figures=figures,
        uncounted=collections.Counter(name for name, _ in uncounted),
        uncounted_rows=frozenset(row for _, row in uncounted),
        has_all=all(cost.has_all for cost in train) and not uncounted,
        has_fixed_part=any(cost.products and not _depends(cost, DATA) for cost in forward),
        has_guesses=any(_depends(cost, GUESSED) for cost in forward),
        of_pairs=sum(cost.products for cost in train if cost.products % step.batch_size**2 == 0),
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
    """Add the cost of products of two activations, those of the backward pass included."""
    for cost in forward:
        if len(cost.operand_bits) > 1 and all(bits & DATA for bits in cost.operand_bits):
            figures[(ATTENTION,)] += _with_gradients(cost)
            if places.is_head(cost):
                figures[(HEAD_AND_ATTENTION,)] += _with_gradients(cost)


def _add_tied_head(figures: Figures, forward: Iterable[OpCost], places: LayerPlaces) -> None:
    """Add to the head the cost of projecting with an embedding, in no layer that is made for it."""
    for cost in forward:
        if places.is_tied_by_hand(cost):
            figures[(HEAD,)] += _with_gradients(cost)


def _with_gradients(cost: OpCost) -> int:
    """Return the cost of a product and of its gradients.

    Each operand with a trainable weight behind it has one, a product as dear as the first.
    """
    return cost.products * (1 + sum(bool(bits & TRAINED) for bits in cost.operand_bits))


def _depends(cost: OpCost, on: int) -> bool:
    """Return whether an operand has one of some bits."""
    return any(bits & on for bits in cost.operand_bits)
