"""Count the parameters of a built Keras model by what they are for."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import keras

from scaling_keras.errors import CountingError

EMBEDDING_LAYERS = frozenset(
    {"Embedding", "ReversibleEmbedding", "PositionEmbedding", "TokenAndPositionEmbedding"}
)
"""Class names, of Keras and KerasHub; a subclass of one counts as it."""

PLAIN_EMBEDDINGS = frozenset({"Embedding"})
POSITION_LAYERS = frozenset({"PositionEmbedding"})
REVERSIBLE_LAYERS = frozenset({"ReversibleEmbedding"})
HEAD_LAYERS = frozenset({"Dense", "EinsumDense"})

OUTSIDE = "(outside of layers)"
"""Stands for the operations of a model that are in none of its layers."""

_OWN_PROJECTION = "reverse_embeddings"
"""The variable of a `ReversibleEmbedding` that isn't tied: its own projection to the vocabulary."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerCount:
    """The parameters and FLOPs of one layer directly below the model.

    Attributes:
        name: The layer's name; `(outside of layers)` for operations of the model itself.
        kind: The name of its class.
        n_trainable: Trainable parameters that no layer before it has.
        n_non_trainable: The rest of its parameters that no layer before it has.
        forward_flops_per_example: FLOPs of all its calls; None if unknown.
        train_flops_per_example: The same with the backward pass; None if unknown.
    """

    name: str
    kind: str
    n_trainable: int = 0
    n_non_trainable: int = 0
    forward_flops_per_example: float | None = None
    train_flops_per_example: float | None = None


def check_built(model: keras.Model) -> None:
    """Raise a `CountingError` unless this is a model that has its weights.

    One that is never called as a whole, such as a GAN, has them once all of its layers do.
    """
    if not isinstance(model, keras.Model):
        raise CountingError(
            f"What is counted must be a keras.Model. Received: {model!r}. Give a built one."
        )
    # A subclassed model may claim to be built before its layers are.
    knows_outputs = bool(getattr(model, "outputs", None))
    has_all = all(layer.built for layer in all_layers(model))
    is_hollow = not (model.weights or knows_outputs or has_all)
    if is_hollow or not (model.built or (model.weights and has_all)):
        # Keras's own `build` marks a subclassed model as built, and may leave its layers unbuilt.
        has_own = type(model).build is not keras.Model.build
        shape = ", or give it the shape of its input, `model.build(input_shape)`" if has_own else ""
        raise CountingError(
            f"A model must be built before it can be counted. Received: model={model.name!r}, "
            f"whose layers don't all have their weights yet. Call it on a batch, `model(batch)`"
            f"{shape}; for a search, in `build_model`."
        )


def count_params(
    model: keras.Model, *, makers: Sequence[keras.layers.Layer] = ()
) -> dict[str, int]:
    """Return the number of parameters by group.

    Shared weights count once. The state of metrics, optimizer and random seeds counts nowhere.

    Args:
        model: A built model.
        makers: The layers that make its outputs, where its traced graph has shown them; see
            `head_layers`.

    Returns:
        `embedding`, `head` and `hidden`, which are trainable and disjoint, their sum `trainable`,
        `non_trainable`, and `total`. The head is the projection of the model's output back onto a
        vocabulary that an embedding of the same model reads. A tied projection counts as embedding.
        Of these groups the parts: `token_embedding` and `position_embedding` of `embedding`,
        `norm_and_bias` and `other` of `hidden`.

    Raises:
        CountingError: If the model isn't built.
    """
    check_built(model)
    trainable = _by_id(model.trainable_weights)
    total = _size(_by_id(model.weights).values())
    embedding: dict[int, Any] = {}
    head = _by_id(weight for layer in _heads(model, makers) for weight in layer.trainable_weights)
    position: dict[int, Any] = {}
    norm: dict[int, Any] = {}
    for layer in all_layers(model):
        weights = _by_id(layer.trainable_weights)
        if _is_kind(layer, EMBEDDING_LAYERS):
            own = {key for key, weight in weights.items() if weight.name == _OWN_PROJECTION}
            head |= {key: weights[key] for key in own}
            embedding |= {key: weight for key, weight in weights.items() if key not in own}
            if _is_of_positions(layer):
                position |= weights
        elif _is_normalization(layer):
            # In a layer around another, the weights of the inner one are none that normalise.
            inner = inner_weights(layer)
            norm |= {key: weight for key, weight in weights.items() if key not in inner}
    head = {key: weight for key, weight in head.items() if key not in embedding}
    hidden = {key: weight for key, weight in trainable.items() if key not in embedding | head}
    small = {key: weight for key, weight in hidden.items() if key in norm or _is_bias(weight)}
    return {
        "embedding": _size(embedding.values()),
        "head": _size(head.values()),
        "hidden": _size(hidden.values()),
        "trainable": _size(trainable.values()),
        "non_trainable": total - _size(trainable.values()),
        "total": total,
        "token_embedding": _size(embedding.values()) - _size(position.values()),
        "position_embedding": _size(position.values()),
        "norm_and_bias": _size(small.values()),
        "other": _size(hidden.values()) - _size(small.values()),
    }


def count_params_by_layer(model: keras.Model) -> tuple[LayerCount, ...]:
    """Return the parameters of each layer directly below the model; shared ones at the first.

    Raises:
        CountingError: If the model isn't built.
    """
    check_built(model)
    seen: set[int] = set()
    counts = []
    for layer in model.layers:
        trainable = [weight for weight in layer.trainable_weights if id(weight) not in seen]
        seen.update(id(weight) for weight in trainable)
        frozen = [weight for weight in layer.weights if id(weight) not in seen]
        seen.update(id(weight) for weight in frozen)
        counts.append(
            LayerCount(
                name=layer.name,
                kind=type(layer).__name__,
                n_trainable=_size(trainable),
                n_non_trainable=_size(frozen),
            )
        )
    return tuple(counts)


def all_layers(model: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return every layer inside a model or layer, at any depth, each once."""
    layers = model._flatten_layers(include_self=False)
    return list({id(layer): layer for layer in layers}.values())


def inner_weights(layer: keras.layers.Layer) -> set[int]:
    """Return the identities of the weights that are of the layers inside a layer."""
    return {id(weight) for each in all_layers(layer) for weight in each.weights}


def has_embedding(model: keras.Model) -> bool:
    """Return whether the model looks anything up in an embedding."""
    return any(_is_kind(layer, EMBEDDING_LAYERS) for layer in all_layers(model))


def embedding_tables(model: keras.Model) -> list[Any]:
    """Return the weights of the embeddings of a model, without projections of their own."""
    return [
        weight
        for layer in all_layers(model)
        if _is_kind(layer, EMBEDDING_LAYERS)
        for weight in layer.weights
        if weight.name != _OWN_PROJECTION
    ]


def vocabularies(model: keras.Model) -> frozenset[int]:
    """Return the sizes of what the embeddings of a model look things up in."""
    embeddings = [layer for layer in all_layers(model) if _is_kind(layer, EMBEDDING_LAYERS)]
    return frozenset(layer.input_dim for layer in embeddings if hasattr(layer, "input_dim"))


def head_layers(
    model: keras.Model, *, makers: Sequence[keras.layers.Layer] = ()
) -> list[keras.layers.Layer]:
    """Return the layers whose products make the logits over a vocabulary, tied ones included.

    Args:
        model: A built model.
        makers: The layers that make its outputs, where its traced graph has shown them. Without
            them the head of a subclassed model is its layer that projects onto a vocabulary, the
            last of several.
    """
    reversible = [layer for layer in all_layers(model) if _is_kind(layer, REVERSIBLE_LAYERS)]
    return [*_heads(model, makers), *reversible]


def _heads(model: keras.Model, makers: Sequence[keras.layers.Layer]) -> list[keras.layers.Layer]:
    """Return the layers that project onto a vocabulary to make an output of the model."""
    sizes = vocabularies(model)

    def projecting(layers: Iterable[keras.layers.Layer]) -> list[keras.layers.Layer]:
        return [
            layer for layer in layers if _is_kind(layer, HEAD_LAYERS) and _units(layer) in sizes
        ]

    if not (isinstance(model, keras.Sequential) or hasattr(model, "outputs")):
        return projecting(makers or projecting(all_layers(model))[-1:])
    outputs = keras.tree.flatten(model.outputs)
    known = [layer for output in outputs for layer in _makers(output)]
    # Of a layer made of others, only the traced graph tells which of them comes last.
    inner = {id(each) for layer in known for each in all_layers(layer)}
    return projecting([*known, *(each for each in makers if id(each) in inner)])


def _makers(tensor: Any) -> Iterator[keras.layers.Layer]:
    """Yield the last layers with weights that a symbolic tensor came through."""
    operation = tensor._keras_history.operation
    if isinstance(operation, keras.Model) and getattr(operation, "outputs", None):
        for output in keras.tree.flatten(operation.outputs):
            yield from _makers(output)
    elif isinstance(operation, keras.layers.Wrapper):
        yield operation.layer
    elif getattr(operation, "weights", None):
        yield operation
    else:
        arguments = operation._inbound_nodes[tensor._keras_history.node_index].input_tensors
        for argument in arguments:
            yield from _makers(argument)


def _units(layer: keras.layers.Layer) -> int:
    """Return the number of outputs of a projection."""
    return int(layer.kernel.shape[-1])


def _is_kind(layer: keras.layers.Layer, names: frozenset[str]) -> bool:
    """Return whether a layer's class, or one that it derives from, has one of the names."""
    return any(kind.__name__ in names for kind in type(layer).__mro__)


def _is_of_positions(layer: keras.layers.Layer) -> bool:
    """Return whether an embedding is one of positions: by its class, or a plain one by its name."""
    is_named = _is_kind(layer, PLAIN_EMBEDDINGS) and "position" in layer.name
    return is_named or _is_kind(layer, POSITION_LAYERS)


def _is_normalization(layer: keras.layers.Layer) -> bool:
    """Return whether a layer normalises: Keras's, or one named as those are."""
    return any(kind.__name__.endswith(("Norm", "Normalization")) for kind in type(layer).__mro__)


def _is_bias(weight: Any) -> bool:
    """Return whether a weight is a bias or a scale: named so, or no more than a vector."""
    return weight.name == "bias" or weight.name.endswith("_bias") or len(weight.shape) < 2


def _by_id(weights: Iterable[Any]) -> dict[int, Any]:
    """Return the weights, each once, by their identity."""
    return {id(weight): weight for weight in weights}


def _size(weights: Iterable[Any]) -> int:
    """Return the number of scalars in all the weights."""
    return sum(math.prod(weight.shape) for weight in weights)
