"""Which layer an operation of a traced graph belongs to.

The names that Keras gives to scopes don't tell: a layer used twice is called as its neighbour
is. So while a step is traced each layer opens a scope of its own, whose name is its number.
Gradients keep the scope of what they are the gradient of.

Some layers, of text above all, lose the size of the batch on their way through TensorFlow. There
the shape that Keras knows of the layer's output takes its place.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

_SCOPE = "scaling_keras.layer."
_NUMBERS = re.compile(re.escape(_SCOPE) + r"(\d+)")
_METHODS = ("call", "quantized_call")
"""What `Layer.__call__` calls."""


@contextlib.contextmanager
def numbered_scopes(layers: Sequence[keras.layers.Layer]) -> Iterator[None]:
    """Let each of the layers open a scope that is named after its place in `layers`."""
    wrapped: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for number, layer in enumerate(layers):
            for name in _METHODS:
                method = getattr(layer, name, None)
                if callable(method):
                    # Past `Layer.__setattr__`, which refuses new attributes once it is built.
                    attributes = vars(layer)
                    wrapped.append((attributes, name, attributes.get(name)))
                    attributes[name] = _in_scope(f"{_SCOPE}{number}", layer, method)
        yield
    finally:
        for attributes, name, before in wrapped:
            if before is None:
                del attributes[name]
            else:
                attributes[name] = before


def layer_numbers(path: str) -> list[int]:
    """Return the numbers of the layers an operation belongs to, from its name, outermost first."""
    return [int(number) for number in _NUMBERS.findall(path)]


def _in_scope(
    name: str, layer: keras.layers.Layer, method: Callable[..., Any]
) -> Callable[..., Any]:
    """Return `method` of a layer, run in a scope of that name."""

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        with tf.name_scope(name):
            outputs = method(*args, **kwargs)
        if args and isinstance(outputs, tf.Tensor) and not outputs.shape.is_fully_defined():
            _restore_shape(layer, args[0], outputs)
        return outputs

    return call


def _restore_shape(layer: keras.layers.Layer, inputs: Any, output: Any) -> None:
    """Give a tensor the shape that a layer of Keras says its output has for such inputs."""
    states_its_shape = (
        type(layer).compute_output_shape is not keras.layers.Layer.compute_output_shape
    )
    if not (type(layer).__module__.startswith("keras.") and states_its_shape):
        return
    if not all(isinstance(each, tf.Tensor) for each in keras.tree.flatten(inputs)):
        return
    shapes = keras.tree.map_structure(lambda each: tuple(each.shape), inputs)
    stated = tf.TensorShape(layer.compute_output_shape(shapes))
    if stated.is_compatible_with(output.shape):
        output.set_shape(stated)
