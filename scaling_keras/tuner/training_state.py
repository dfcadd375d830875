"""All that training changes of a model: every variable that is found in what the model holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_OPENED = (
    keras.Layer,
    keras.losses.Loss,
    keras.optimizers.Optimizer,
    keras.random.SeedGenerator,
    tf.Module,
    tf.random.Generator,
    tf.train.ExponentialMovingAverage,
)
"""What of Keras's and TensorFlow's own objects holds variables that training changes."""

_CLOSED = ("builtins", "keras", "keras_tuner", "numpy", "scaling_keras", "tensorflow")
"""Packages whose other objects don't; those of any other package are looked into."""


class StateVariable:
    """A variable of Keras's or TensorFlow's, read and written alike.

    Args:
        variable: Either.

    Attributes:
        name: Its name, for messages.
        key: The same for all that stand for one variable of TensorFlow's.
    """

    def __init__(self, variable: keras.Variable | tf.Variable) -> None:
        is_keras = isinstance(variable, keras.Variable)
        self.name = str(variable.path if is_keras else variable.name)
        self.key = id(variable.value if is_keras else variable)
        self._variable = variable

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its value."""
        return tuple(self._variable.shape)

    def read(self) -> np.ndarray:
        """Return its value."""
        return np.asarray(self._variable.numpy())

    def write(self, value: np.ndarray) -> None:
        """Set its value."""
        self._variable.assign(tf.cast(value, self._variable.dtype))


def training_state(model: keras.Model) -> list[StateVariable]:
    """Return all that training changes, each variable once.

    The weights, the states of random generators and the optimizer come first; then what else the
    model, its layers, losses and optimizers hold in attributes, however deep in lists, mappings
    and objects of other packages: a second optimizer, a teacher's weights, a moving average.
    Metrics aren't among them, see `metric_states`.
    """
    found = [*model.variables, *model.optimizer.variables, *_variables_in(model)]
    by_key: dict[int, StateVariable] = {}
    for each in map(StateVariable, found):
        by_key.setdefault(each.key, each)
    return list(by_key.values())


def _variables_in(model: keras.Model) -> Iterator[keras.Variable | tf.Variable]:
    """Yield the variables in what a model holds, some of them more than once."""
    left: list[Any] = [model]
    met: dict[int, Any] = {}  # With the objects, so that none that is made later gets an id of one.
    while left:
        item = left.pop()
        if id(item) in met:
            continue
        met[id(item)] = item
        if isinstance(item, keras.Variable) or (isinstance(item, tf.Variable) and _is_number(item)):
            yield item
        else:
            left.extend(reversed(_held_by(item)))


def _held_by(item: Any) -> list[Any]:
    """Return what an object holds, if it is looked into."""
    if isinstance(item, dict):
        return list(item.values())
    if isinstance(item, (list, tuple)):
        return list(item)
    if isinstance(item, (keras.metrics.Metric, type)) or not hasattr(item, "__dict__"):
        return []
    package = type(item).__module__.partition(".")[0]
    return list(vars(item).values()) if isinstance(item, _OPENED) or package not in _CLOSED else []


def _is_number(variable: tf.Variable) -> bool:
    """Return whether a variable holds numbers, not text."""
    dtype = variable.dtype
    return bool(dtype.is_floating or dtype.is_integer or dtype.is_bool or dtype.is_complex)
