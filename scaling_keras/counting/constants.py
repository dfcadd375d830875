"""What is known of a traced graph's small integers: how often a loop runs, which branch is taken.

`tf.get_static_value` knows the constants and shapes of one graph; loops also need arithmetic,
values handed into a function, and counting along.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

MAX_ITERATIONS = 100_000
"""A loop still running after as many turns, those of loops inside included, has no known length."""

_LARGEST_FOLDED = 64
"""Counters, lengths and shapes are small; larger arrays are never a loop's length."""

CALLS = ("PartitionedCall", "StatefulPartitionedCall", "RemoteCall")
LOOPS = ("While", "StatelessWhile")
BRANCHES = ("If", "StatelessIf", "Case", "StatelessCase")
_CONTROL = (*CALLS, *LOOPS, *BRANCHES)
_STACKS = ("EmptyTensorList", "TensorListPushBack", "TensorListPopBack")
_OPEN = object()
_KNOWN_TYPES = (tf.int32, tf.int64, tf.bool)

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


@dataclasses.dataclass
class _Memory:
    """What holds whenever the functions of a graph are called.

    Attributes:
        fixed: The values of their tensors, by the identity of the function's graph; see `_fixed`.
        runs: What became of loops, by what they began with, which is kept with it.
        n_turns: How many turns of loops have been run.
    """

    fixed: dict[int, dict[str, Any]] = dataclasses.field(default_factory=dict)
    runs: dict[Any, tuple[list[Any], _Run | None]] = dataclasses.field(default_factory=dict)
    n_turns: int = 0

    def fixed_in(self, graph: Any) -> dict[str, Any]:
        """Return the values that are known of one graph; its captured constants at once."""
        if id(graph) not in self.fixed:
            self.fixed[id(graph)] = {
                inner.name: outer.numpy()
                for outer, inner in getattr(graph, "captures", ())
                if hasattr(outer, "numpy") and _may_be_known(outer)
            }
        return self.fixed[id(graph)]


class KnownValues:
    """The values of the tensors of one graph, as far as they follow from constants.

    Args:
        graph: A `tf.Graph`; its captured constants are known.
        given: Values of its inputs, by the name of the tensor.
        memory: What is known of the functions that it shares with the graph it is called in.
    """

    def __init__(
        self,
        graph: Any,
        given: Mapping[str, Any] | None = None,
        *,
        memory: _Memory | None = None,
    ) -> None:
        self._graph = graph
        self._memory = memory or _Memory()
        self._fixed = self._memory.fixed_in(graph)
        self._values: dict[str, Any] = dict(given or {})
        self._loops: dict[str, _Run | None] = {}

    def value(self, tensor: Any) -> Any | None:
        """Return the value of `tensor` as a small array or number, or None if it isn't known."""
        key = tensor.name
        if key not in self._values:
            self._values[key] = None  # A value that depends on itself isn't known.
            self._values[key] = self._compute(tensor)
        return self._values[key]

    def inside(self, graph: Any, outer: list[Any]) -> KnownValues:
        """Return what is known in a function's graph that is called with the tensors `outer`."""
        return _known_in(graph, [self.value(tensor) for tensor in outer], self._memory)

    def turns(self, loop: Any) -> list[KnownValues] | None:
        """Return what is known in each turn of a `While` operation, or None if their number isn't.

        Where nothing in its body hangs on the turn, they are all the same.
        """
        counted = self._count(loop)
        return None if counted is None else counted[0]

    def _count(self, loop: Any) -> _Run | None:
        """Run a loop on what is known; return its turns and the last values of its inputs."""
        if loop.name not in self._loops:
            self._loops[loop.name] = None
            condition = function_graph(self._graph, loop.get_attr("cond").name)
            body = function_graph(self._graph, loop.get_attr("body").name)
            if condition is not None and body is not None:
                values = [self.value(tensor) for tensor in loop.inputs]
                self._loops[loop.name] = _run_once(condition, body, values, self._memory)
        return self._loops[loop.name]

    def _compute(self, tensor: Any) -> Any | None:
        """Return the value of a tensor from its operation."""
        if tensor.name not in self._fixed:
            self._fixed[tensor.name] = _fixed(tensor)
        fixed = self._fixed[tensor.name]
        if fixed is not _OPEN:
            return fixed
        op = tensor.op
        if op.type in _STACKS:
            return self._stack(tensor)
        if op.type in LOOPS:
            counted = self._count(op)
            return None if counted is None else counted[1][tensor.value_index]
        if op.type in ("LogicalAnd", "LogicalOr"):
            return self._logical(op)
        inputs = [self.value(each) for each in op.inputs]
        if any(value is None for value in inputs):
            return None
        return _apply(op, inputs)

    def _stack(self, tensor: Any) -> Any | None:
        """Return a stack of values as `(rest, last)`, or what is taken off it.

        Gradients find there what the turns of a loop have put on it, the length of a loop inside
        among them.
        """
        op = tensor.op
        if op.type == "EmptyTensorList":
            return ()
        below = self.value(op.inputs[0])
        if op.type == "TensorListPushBack":
            return None if below is None else (below, self.value(op.inputs[1]))
        return below[tensor.value_index] if below else None

    def _logical(self, op: Any) -> Any | None:
        """Return `and` and `or`, which one side alone may settle."""
        settles = op.type == "LogicalOr"
        sides = [self.value(each) for each in op.inputs]
        if any(side is not None and np.all(np.asarray(side) == settles) for side in sides):
            return settles
        if any(side is None for side in sides):
            return None
        return not settles


_Run = tuple[list[KnownValues], list[Any]]
"""The turns of a loop, and the last values of its inputs."""


def _run_once(condition: Any, body: Any, values: list[Any], memory: _Memory) -> _Run | None:
    """Run a loop, or tell what became of one that began with the same values."""
    key = (id(condition), id(body), *map(_identity, values))
    if key not in memory.runs:
        memory.runs[key] = values, _run_loop(condition, body, values, memory)
    return memory.runs[key][1]


def _run_loop(condition: Any, body: Any, values: list[Any], memory: _Memory) -> _Run | None:
    """Run a loop as far as its condition is known; return its turns and last values."""
    hangs_on_turn = any(op.type in _CONTROL for op in body.get_operations())
    in_any = KnownValues(body, memory=memory)
    turns: list[KnownValues] = []
    begun = memory.n_turns
    while memory.n_turns - begun < MAX_ITERATIONS:
        goes_on = _known_in(condition, values, memory).value(condition.outputs[0])
        if goes_on is None:
            return None
        if not np.all(goes_on):
            return turns, values
        memory.n_turns += 1
        inside = _known_in(body, values, memory)
        turns.append(inside if hangs_on_turn else in_any)
        values = [
            # A loop-invariant input is passed on as it is, a tensor list or a weight included.
            values[index] if output.name == body.inputs[index].name else inside.value(output)
            for index, output in enumerate(body.outputs)
        ]
    return None


def _identity(value: Any) -> Any:
    """Return what tells a known value from others; of a stack, only whether it is the same one."""
    if isinstance(value, tuple):
        return id(value)
    return None if value is None else (np.shape(value), np.asarray(value).tobytes())


def _known_in(graph: Any, values: list[Any], memory: _Memory) -> KnownValues:
    """Return what is known in a function's graph whose inputs have `values`."""
    given = {
        tensor.name: value
        for tensor, value in zip(graph.inputs, values, strict=True)
        if value is not None
    }
    return KnownValues(graph, given, memory=memory)


def _fixed(tensor: Any) -> Any | None:
    """Return the value that a tensor has in every call, `_OPEN` if that hangs on the call.

    None for one whose value is never known.
    """
    if tensor.op.type in _STACKS:
        is_known = tensor.op.get_attr("element_dtype") in (*_KNOWN_TYPES, tf.variant)
        return _OPEN if is_known else None
    if not _may_be_known(tensor):
        return None
    static = tf.get_static_value(tensor)
    return _OPEN if static is None else static


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
    """Return whether a tensor may be a counter, length, shape or condition, or a stack of them."""
    elements = tensor.shape.num_elements()
    is_small = elements is not None and elements <= _LARGEST_FOLDED
    return is_small and tensor.dtype in (*_KNOWN_TYPES, tf.variant)
