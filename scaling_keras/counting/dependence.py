"""What the tensors of a traced graph depend on: the model's inputs, its trainable weights.

It tells products of two activations, such as the scores of an attention, from those with a weight,
which operands of a product have a gradient, and which of them are the whole of an embedding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scaling_keras.counting.constants import BRANCHES, CALLS, LOOPS, function_graph

DATA, TRAINED, TABLE, GUESSED = 1, 2, 4, 8
"""Bits: depends on the data; on a trainable weight, by a path with a gradient; is an embedding,
whole; depends on targets that aren't known."""

_SHAPE_ONLY = frozenset({"OnesLike", "Rank", "Shape", "ShapeN", "Size", "ZerosLike"})
_WHOLE = frozenset(
    {"Cast", "ExpandDims", "Identity", "ReadVariableOp", "Reshape", "StopGradient", "Transpose"}
)
_LOOKUPS = frozenset({"GatherV2", "ResourceGather"})
_NO_GRADIENT = frozenset({"PreventGradient", "StopGradient"})


class Dependence:
    """The bits of each tensor of a graph.

    Args:
        graph: A `tf.Graph`.
        given: Bits of its placeholders, by the name of the tensor.
    """

    def __init__(self, graph: Any, given: Mapping[str, int]) -> None:
        self._graph = graph
        self._given = given
        self._bits: dict[str, int] = {}
        # An operation of a graph stands behind all that it uses.
        for op in graph.get_operations():
            for index, bits in enumerate(self._of(op)):
                self._bits[op.outputs[index].name] = bits

    def of(self, tensor: Any) -> int:
        """Return the bits of a tensor."""
        return self._bits.get(tensor.name, 0)

    def inside(self, graph: Any, outer: Sequence[Any]) -> Dependence:
        """Return what is known in a function's graph that is called with the tensors `outer`."""
        return _inside(graph, [self.of(tensor) for tensor in outer])

    def inside_loop(self, body: Any, loop: Any) -> Dependence:
        """Return what holds in the body of a `While` operation, whichever turn it is."""
        bits = [self.of(tensor) for tensor in loop.inputs]
        while True:
            inside = _inside(body, bits)
            after = [
                before | inside.of(output)
                for before, output in zip(bits, body.outputs, strict=True)
            ]
            if after == bits:
                return inside
            bits = after

    def _of(self, op: Any) -> list[int]:
        """Return the bits of an operation's outputs."""
        if not op.outputs:
            return []
        if not op.inputs:
            return [self._given.get(output.name, 0) for output in op.outputs]
        found = self._of_call(op)
        if found is None:
            bits = 0
            if op.type not in _SHAPE_ONLY:
                for tensor in self._sources(op):
                    bits |= self.of(tensor)
            if op.type not in _WHOLE:
                bits &= ~TABLE
            found = [bits] * len(op.outputs)
        return [
            bits if _may_have_gradient(op, output) else bits & ~TRAINED
            for bits, output in zip(found, op.outputs, strict=True)
        ]

    def _sources(self, op: Any) -> list[Any]:
        """Return the inputs that an operation's outputs depend on.

        A matrix that is looked up among weights, such as an expert's, is a weight whatever chose
        it. A vector, such as a token's embedding, says what was chosen.
        """
        inputs = list(op.inputs)
        if op.type not in _LOOKUPS or self.of(inputs[0]) & DATA:
            return inputs
        ranks = [tensor.shape.rank for tensor in (op.outputs[0], inputs[1])]
        gives_matrices = None not in ranks and ranks[0] - ranks[1] >= 2
        return inputs[:1] if gives_matrices else inputs

    def _of_call(self, op: Any) -> list[int] | None:
        """Return the bits of the outputs of a call, branch or loop; None for another operation."""
        if op.type in LOOPS:
            body = function_graph(self._graph, op.get_attr("body").name)
            if body is None:
                return None
            inside = self.inside_loop(body, op)
            return [inside.of(output) for output in body.outputs]
        if op.type in CALLS:
            names, arguments = [op.get_attr("f").name], list(op.inputs)
        elif op.type in BRANCHES:
            names, arguments = branch_names(op), list(op.inputs)[1:]
        else:
            return None
        graphs = [function_graph(self._graph, name) for name in names]
        found = [0] * len(op.outputs)
        for graph in graphs:
            if graph is None:
                return None
            inside = self.inside(graph, arguments)
            found = [
                bits | inside.of(output) for bits, output in zip(found, graph.outputs, strict=True)
            ]
        return found


def branch_names(op: Any) -> list[str]:
    """Return the names of the functions that an operation of `BRANCHES` chooses from."""
    if op.type in ("If", "StatelessIf"):
        return [op.get_attr("else_branch").name, op.get_attr("then_branch").name]
    return [function.name for function in op.get_attr("branches")]


def _inside(graph: Any, bits: Sequence[int]) -> Dependence:
    """Return what is known in a function's graph whose inputs have these bits."""
    names = (tensor.name for tensor in graph.inputs)
    return Dependence(graph, dict(zip(names, bits, strict=True)))


def _may_have_gradient(op: Any, output: Any) -> bool:
    """Return whether a gradient can pass through an operation to make `output`."""
    if op.type in _NO_GRADIENT:
        return False
    kind = output.dtype
    # Handles of variables and lists of tensors are neither numbers nor constant.
    return not (kind.is_integer or kind.is_bool)
