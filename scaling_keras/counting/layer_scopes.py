"""Which layer an operation of a traced graph belongs to.

The names that Keras gives to scopes don't tell: a layer used twice is called as its neighbour
is. So while a step is traced each layer opens a scope of its own, whose name is its number.
Gradients keep the scope of what they are the gradient of.
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
                    attributes[name] = _in_scope(f"{_SCOPE}{number}", method)
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


def _in_scope(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return `method`, run in a scope of that name."""

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        with tf.name_scope(name):
            return method(*args, **kwargs)

    return call
