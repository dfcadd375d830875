"""What is known of a traced graph's small integers: how often a loop runs, which branch is taken.

`tf.get_static_value` knows the constants and shapes of one graph; loops also need arithmetic,
values handed into a function, and counting along.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

MAX_ITERATIONS = 100_000
"""A loop that is still running after as many is taken to be one of unknown length."""

_LARGEST_FOLDED = 64
"""Counters, lengths and shapes are small; larger arrays are never a loop's length."""

CALLS = ("PartitionedCall", "StatefulPartitionedCall", "RemoteCall")
LOOPS = ("While", "StatelessWhile")
BRANCHES = ("If", "StatelessIf", "Case", "StatelessCase")

_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "AddV2": operator.add,
    "Sub": operator.sub,
    "Mul": operator.mul,
    "FloorDiv": operator.floordiv,
    "FloorMod": operator.mod,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Less": operator.lt,
    "LessEqual": operator.le,
    "Greater": operator.gt,
    "GreaterEqual": operator.ge,
    "Equal": operator.eq,
    "NotEqual": operator.ne,
}

_REDUCING: Mapping[str, Callable[..., Any]] = {
    "Max": np.max,
    "Min": np.min,
    "Sum": np.sum,
    "Prod": np.prod,
    "All": np.all,
    "Any": np.any,
}

_UNCHANGED = ("Identity", "Cast", "StopGradient", "PreventGradient", "Squeeze", "EnsureShape")


def function_graph(graph: Any, name: str) -> Any | None:
    """Return the graph of a function that an operation of `graph` calls, or None.

    TensorFlow offers no public way from a call to the traced body.
    """
    while graph is not None:
        function = graph._get_function(name)
        if function is not None:
            return getattr(function, "graph", None)
        graph = getattr(graph, "outer_graph", None)
    return None


class KnownValues:
    """The values of the tensors of one graph, as far as they follow from constants.

    Args:
        graph: A `tf.Graph`; its captured constants are known.
        given: Values of its inputs, by the name of the tensor.
    """

    def __init__(self, graph: Any, given: Mapping[str, Any] | None = None) -> None:
        self._graph = graph
        self._values: dict[str, Any] = dict(given or {})
        self._loops: dict[str, tuple[int, list[Any]] | None] = {}
        for outer, inner in getattr(graph, "captures", ()):
            if hasattr(outer, "numpy") and _may_be_known(outer):
                self._values.setdefault(inner.name, outer.numpy())

    def value(self, tensor: Any) -> Any | None:
        """Return the value of `tensor` as a small array or number, or None if it isn't known."""
        key = tensor.name
        if key not in self._values:
            self._values[key] = None  # A value that depends on itself isn't known.
            self._values[key] = self._compute(tensor)
        return self._values[key]

    def inside(self, graph: Any, outer: list[Any]) -> KnownValues:
        """Return what is known in a function's graph that is called with the tensors `outer`."""
        return _known_in(graph, [self.value(tensor) for tensor in outer])

    def iterations(self, loop: Any) -> int | None:
        """Return how often the body of a `While` operation runs, or None if that isn't known."""
        counted = self._count(loop)
        return None if counted is None else counted[0]

    def _count(self, loop: Any) -> tuple[int, list[Any]] | None:
        """Run a loop on what is known; return its iterations and the last values of its inputs."""
        if loop.name not in self._loops:
            self._loops[loop.name] = None
            condition = function_graph(self._graph, loop.get_attr("cond").name)
            body = function_graph(self._graph, loop.get_attr("body").name)
            if condition is not None and body is not None:
                values = [self.value(tensor) for tensor in loop.inputs]
                self._loops[loop.name] = _run_loop(condition, body, values)
        return self._loops[loop.name]

    def _compute(self, tensor: Any) -> Any | None:
        """Return the value of a tensor from its operation."""
        if not _may_be_known(tensor):
            return None
        static = tf.get_static_value(tensor)
        if static is not None:
            return static
        op = tensor.op
        if op.type in LOOPS:
            counted = self._count(op)
            return None if counted is None else counted[1][tensor.value_index]
        if op.type in ("LogicalAnd", "LogicalOr"):
            return self._logical(op)
        inputs = [self.value(each) for each in op.inputs]
        if any(value is None for value in inputs):
            return None
        return _apply(op, inputs)

    def _logical(self, op: Any) -> Any | None:
        """Return `and` and `or`, which one side alone may settle."""
        settles = op.type == "LogicalOr"
        sides = [self.value(each) for each in op.inputs]
        if any(side is not None and np.all(np.asarray(side) == settles) for side in sides):
            return settles
        if any(side is None for side in sides):
            return None
        return not settles


def _run_loop(condition: Any, body: Any, values: list[Any]) -> tuple[int, list[Any]] | None:
    """Run a loop as far as its condition is known; return iterations and last values."""
    for iteration in range(MAX_ITERATIONS):
        goes_on = _known_in(condition, values).value(condition.outputs[0])
        if goes_on is None:
            return None
        if not np.all(goes_on):
            return iteration, values
        inside = _known_in(body, values)
        values = [
            # A loop-invariant input is passed on as it is, a tensor list or a weight included.
            values[index] if output.name == body.inputs[index].name else inside.value(output)
            for index, output in enumerate(body.outputs)
        ]
    return None


def _known_in(graph: Any, values: list[Any]) -> KnownValues:
    """Return what is known in a function's graph whose inputs have `values`."""
    given = {
        tensor.name: value
        for tensor, value in zip(graph.inputs, values, strict=True)
        if value is not None
    }
    return KnownValues(graph, given)


def _apply(op: Any, inputs: list[Any]) -> Any | None:
    """Return the value of an operation on known inputs, or None for a kind that isn't needed."""
    if op.type in _BINARY:
        return _BINARY[op.type](*(np.asarray(value) for value in inputs))
    if op.type in _REDUCING:
        axes = tuple(np.ravel(inputs[1]).tolist())
        return _REDUCING[op.type](inputs[0], axis=axes, keepdims=op.get_attr("keep_dims"))
    if op.type in _UNCHANGED:
        return inputs[0]
    if op.type == "Neg":
        return -np.asarray(inputs[0])
    if op.type == "LogicalNot":
        return np.logical_not(inputs[0])
    if op.type in ("Select", "SelectV2"):
        return np.where(*inputs)
    if op.type == "Pack":
        return np.stack(inputs, axis=op.get_attr("axis"))
    if op.type == "StridedSlice":
        return _strided_slice(op, *inputs)
    if op.type == "Reshape":
        return np.reshape(inputs[0], inputs[1])
    if op.type == "GatherV2":
        return np.take(inputs[0], inputs[1], axis=int(inputs[2]))
    return None


def _strided_slice(op: Any, values: Any, begin: Any, end: Any, strides: Any) -> Any | None:
    """Return `values[begin:end:strides]`, such as one size out of a shape."""
    if op.get_attr("ellipsis_mask"):
        return None
    places: list[Any] = []
    for axis, (first, last, stride) in enumerate(zip(begin, end, strides, strict=True)):
        if op.get_attr("new_axis_mask") >> axis & 1:
            places.append(None)
        elif op.get_attr("shrink_axis_mask") >> axis & 1:
            places.append(int(first))
        else:
            is_open = op.get_attr("begin_mask") >> axis & 1, op.get_attr("end_mask") >> axis & 1
            bounds = (None if is_open[0] else first, None if is_open[1] else last)
            places.append(slice(*bounds, stride))
    return np.asarray(values)[tuple(places)]


def _may_be_known(tensor: Any) -> bool:
    """Return whether a tensor may be a counter, a length, a shape or a condition."""
    elements = tensor.shape.num_elements()
    is_small = elements is not None and elements <= _LARGEST_FOLDED
    return is_small and tensor.dtype in (tf.int32, tf.int64, tf.bool)
