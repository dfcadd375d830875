"""Which layers make a model's outputs, from its traced graph: a subclassed model tells no other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras

from scaling_keras.counting.constants import CALLS, function_graph
from scaling_keras.counting.layer_scopes import layer_numbers
from scaling_keras.counting.parameters import inner_weights

_INSIDE = "//"


def output_layers(
    graph: Any, predictions: Iterable[Any], layers: Sequence[keras.layers.Layer]
) -> tuple[int, ...]:
    """Return the numbers of the last layers with weights that the outputs came through.

    Walks back from the outputs, past what layers without weights of their own do, and what is done
    outside of all layers.

    Args:
        graph: The graph of a traced step.
        predictions: The tensors of the model's outputs in it.
        layers: The layers, by their numbers.
    """
    walk = _Walk(layers)
    walk.back(graph, predictions, "")
    return tuple(sorted(walk.found))


class _Walk:
    """A walk back to the nearest layers with weights."""

    def __init__(self, layers: Sequence[keras.layers.Layer]) -> None:
        self._layers = layers
        self._has_weights: dict[int, bool] = {}
        self.found: set[int] = set()

    def back(self, graph: Any, tensors: Iterable[Any], path: str) -> bool:
        """Walk back from tensors of a graph; return whether its inputs were reached."""
        arguments = {tensor.name for tensor in getattr(graph, "inputs", ())}
        seen: set[str] = set()
        pending = list(tensors)
        reached = False
        while pending:
            tensor = pending.pop()
            op = tensor.op
            reached = reached or tensor.name in arguments
            numbers = layer_numbers(path + op.name)
            if numbers and self._owns_weights(numbers[-1]):
                self.found.add(numbers[-1])
            elif op.type == "IdentityN":  # Of a custom gradient, whose arguments it has, too.
                pending.append(op.inputs[tensor.value_index])
            elif op.name not in seen:
                seen.add(op.name)
                pending += self._before(graph, op, tensor.value_index, path)
        return reached

    def _before(self, graph: Any, op: Any, output: int, path: str) -> list[Any]:
        """Return the tensors that an operation's output is made of; look inside a call."""
        inner = function_graph(graph, op.get_attr("f").name) if op.type in CALLS else None
        if inner is None:
            return list(op.inputs)
        goes_on = self.back(inner, [inner.outputs[output]], f"{path}{op.name}{_INSIDE}")
        return list(op.inputs) if goes_on else []

    def _owns_weights(self, number: int) -> bool:
        """Return whether a layer has weights that are of none of the layers inside it."""
        if number not in self._has_weights:
            layer = self._layers[number]
            inner = inner_weights(layer)
            self._has_weights[number] = any(id(each) not in inner for each in layer.weights)
        return self._has_weights[number]
