"""Which operations of a backward pass do again what the forward pass did: rematerialisation.

`keras.RematScope`, `keras.remat` and `tf.recompute_grad` save memory so. The cost is real, but no
part of what a law's C counts: it buys no better model.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scaling_keras.counting.constants import CALLS, LOOPS
from scaling_keras.counting.layer_scopes import layer_numbers
from scaling_keras.counting.op_flops import HANDLERS
from scaling_keras.counting.tracing import TracedStep

_GRADIENT_SCOPE = "gradient_tape/"
"""Where TensorFlow puts what it derives; operations of a forward pass are never inside."""

_SEEN_THROUGH = frozenset({"Cast", "Identity", "StopGradient"})


def recomputed_operations(step: TracedStep) -> frozenset[str]:
    """Return the names of the operations of a step's graph that recompute a forward pass.

    Within the backward pass, those are the ones that a layer's `call` makes, and those outside of
    any layer that take the same inputs through the same operations as one of the forward pass.
    What is left is the arithmetic of a gradient that someone wrote by hand.
    """
    if not step.n_forward_operations:
        return frozenset()
    operations = step.graph.get_operations()
    candidates = [
        op
        for op in operations[step.n_forward_operations :]
        if (op.type in HANDLERS or op.type in CALLS or op.type in LOOPS)
        and _GRADIENT_SCOPE not in op.name
    ]
    found = {op.name for op in candidates if layer_numbers(op.name)}
    rest = {op.name for op in candidates} - found
    if rest:
        found |= rest & _repeated(operations, step.n_forward_operations)
    return frozenset(found)


def _repeated(operations: Iterable[Any], n_forward: int) -> set[str]:
    """Return the names of the later operations that do what one of the first `n_forward` did."""
    numbers: dict[Any, int] = {}
    of_tensor: dict[str, tuple[int, int]] = {}
    again = set()
    for place, op in enumerate(operations):
        source = _source(op)
        if source is not None:
            of_tensor[op.outputs[0].name] = of_tensor[source.name]
            continue
        inputs = tuple(of_tensor[tensor.name] for tensor in op.inputs)
        shapes = tuple(str(tensor.shape) for tensor in op.outputs)
        # Constants are axes and shapes here: those of equal shape may pass for equal.
        name = op.name if op.type == "Placeholder" else ""
        key = (op.type, name, inputs, shapes)
        if place >= n_forward and key in numbers:
            again.add(op.name)
        number = numbers.setdefault(key, len(numbers))
        for index, tensor in enumerate(op.outputs):
            of_tensor[tensor.name] = (number, index)
    return again


def _source(op: Any) -> Any | None:
    """Return the tensor that an operation passes on as it is, or None.

    `tf.recompute_grad` adds a zero to its arguments that depends on the gradient, so that nothing
    runs too early.
    """
    if op.type in _SEEN_THROUGH:
        return op.inputs[0]
    is_sum = op.type == "AddV2" and op.inputs[1].shape.rank == 0
    if is_sum and op.inputs[1].op.type in ("Cast", "SelectV2"):
        return op.inputs[0]
    return None
