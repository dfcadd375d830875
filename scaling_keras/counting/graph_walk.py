"""Count the FLOPs of a traced graph by walking it backwards from what is asked of it.

Walking backwards leaves out what TensorFlow would prune too, such as the gradient with respect to
a model's input. Loops are counted as often as they run, branches as the costliest one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from scaling_keras.counting.constants import BRANCHES, CALLS, LOOPS, KnownValues, function_graph
from scaling_keras.counting.dependence import TRAINED, Dependence, branch_names
from scaling_keras.counting.free_ops import FREE_OPS, elementwise_flops
from scaling_keras.counting.op_flops import HANDLERS, has_product_as_gradient, operands


@dataclasses.dataclass(frozen=True, kw_only=True)
class OpCost:
    """What one operation of a graph costs, or of a function that the graph calls.

    Attributes:
        root: The name of the operation of the graph itself that this one is, or is called by.
        path: The names of the operations that call it and its own, which hold its layers.
        kind: Its type.
        products: FLOPs of products of matrices and convolutions; a multiply-add is 2.
        elementwise: FLOPs of all other work.
        operand_bits: What each operand of a product depends on (`Dependence`); empty if that
            wasn't asked for.
        sizes: The sizes of the axes of what a product makes, unknown ones None; likewise.
        uncounted: Why its products can't be counted; empty if they are, or it has none.
        has_all: Whether `elementwise` is known.
    """

    root: str
    path: str
    kind: str
    products: int = 0
    elementwise: int = 0
    operand_bits: tuple[int, ...] = ()
    sizes: tuple[int | None, ...] = ()
    uncounted: str = ""
    has_all: bool = True


def count_graph(
    graph: Any,
    tensors: Sequence[Any],
    operations: Sequence[Any] = (),
    *,
    dependence: Dependence | None = None,
) -> list[OpCost]:
    """Return what it costs to compute `tensors` and run `operations`, operation by operation.

    Args:
        graph: A `tf.Graph`, as a rule the one of a concrete function.
        tensors: Tensors of the graph.
        operations: Operations that must run though nothing depends on them: updates of state.
        dependence: What the graph's tensors depend on, to have `operand_bits`.

    Returns:
        The costs of the operations that cost something or can't be counted, in no order.
    """
    return _Walk(graph, [KnownValues(graph)], dependence, "").count(tensors, operations)


class _Walk:
    """A walk over one graph: that of a model, or of a function that it calls.

    Args:
        graph: The graph.
        known: What is known in it each time that it runs.
        dependence: What its tensors depend on; None if that isn't asked for.
        path: What stands before the names of its operations.
    """

    def __init__(
        self, graph: Any, known: Sequence[KnownValues], dependence: Dependence | None, path: str
    ) -> None:
        self._graph = graph
        self._known = known
        self._dependence = dependence
        self._path = path

    def count(self, tensors: Iterable[Any], operations: Iterable[Any]) -> list[OpCost]:
        """Return the costs of the tensors and operations and all they depend on."""
        costs: list[OpCost] = []
        for op, outputs in _reach(tensors, operations).values():
            kind = op.type
            if kind in FREE_OPS:
                elementwise = elementwise_flops(op)
                if elementwise is None:
                    costs.append(self._cost(op, has_all=False))
                elif elementwise:
                    costs.append(self._cost(op, elementwise=elementwise * len(self._known)))
            elif kind in HANDLERS:
                costs.append(self._product(op))
            elif kind in CALLS:
                name = op.get_attr("f").name
                costs += self._call(op, name, list(op.inputs), outputs, self._known)
            elif kind in LOOPS:
                costs += self._loop(op, outputs)
            elif kind in BRANCHES:
                costs += self._branch(op, outputs)
            else:
                costs.append(self._cost(op, uncounted=kind))
        return costs

    def _cost(self, op: Any, **figures: Any) -> OpCost:
        """Return the cost of an operation of this graph."""
        path = f"{self._path}{op.name}"
        return OpCost(root=path.partition(_INSIDE)[0], path=path, kind=op.type, **figures)

    def _product(self, op: Any) -> OpCost:
        """Return the cost of an operation that multiplies matrices."""
        flops = HANDLERS[op.type](op)
        if flops is None:
            return self._cost(op, uncounted=f"{op.type} of unknown shape")
        sizes = () if self._dependence is None else tuple(op.outputs[0].shape)
        products = flops * len(self._known)
        return self._cost(op, products=products, operand_bits=self._operand_bits(op), sizes=sizes)

    def _operand_bits(self, op: Any) -> tuple[int, ...]:
        """Return what the operands of a product depend on, `TRAINED` if that costs a product."""
        if self._dependence is None:
            return ()
        bits = [self._dependence.of(operand) for operand in operands(op)]
        return tuple(
            each if has_product_as_gradient(op, place) else each & ~TRAINED
            for place, each in enumerate(bits)
        )

    def _call(
        self,
        op: Any,
        name: str,
        arguments: Sequence[Any],
        outputs: set[int],
        known: Sequence[KnownValues],
    ) -> list[OpCost]:
        """Return the costs of calling a function for some of its outputs, each time in `known`."""
        graph = function_graph(self._graph, name)
        if graph is None:
            return [self._cost(op, uncounted=f"{op.type} of unknown content")]
        dependence = self._dependence and self._dependence.inside(graph, arguments)
        inside = [each.inside(graph, list(arguments)) for each in known]
        walk = _Walk(graph, inside, dependence, f"{self._path}{op.name}{_INSIDE}")
        return walk.count([graph.outputs[index] for index in outputs], graph.control_outputs)

    def _branch(self, op: Any, outputs: set[int]) -> list[OpCost]:
        """Return the costs of a branch: of the one taken if that is known, else the costliest."""
        names = branch_names(op)
        times: dict[int | None, list[KnownValues]] = {}
        for known in self._known:
            times.setdefault(_place(op, known.value(op.inputs[0]), len(names)), []).append(known)
        found: list[OpCost] = []
        for place, each in times.items():
            may_run = names if place is None else [names[place]]
            found += _dearest(
                [self._call(op, name, list(op.inputs)[1:], outputs, each) for name in may_run]
            )
        return found

    def _loop(self, op: Any, outputs: set[int]) -> list[OpCost]:
        """Return the costs of a loop: of its body as often as it runs."""
        body = function_graph(self._graph, op.get_attr("body").name)
        condition = function_graph(self._graph, op.get_attr("cond").name)
        if body is None or condition is None:
            return [self._cost(op, uncounted=f"{op.type} of unknown content")]
        tensors = _carried(body, condition, outputs)
        dependence = self._dependence and self._dependence.inside_loop(body, op)
        path = f"{self._path}{op.name}{_INSIDE}"
        turns = [known.turns(op) for known in self._known]
        if any(each is None for each in turns):
            walk = _Walk(body, [KnownValues(body)], dependence, path)
            costs = walk.count(tensors, body.control_outputs)
            if not costs:
                return []
            has_products = any(cost.products or cost.uncounted for cost in costs)
            reason = f"{op.type} of unknown length" if has_products else ""
            return [self._cost(op, uncounted=reason, has_all=False)]
        in_turns = [known for each in turns for known in each or ()]
        if not in_turns:
            return []
        return _Walk(body, in_turns, dependence, path).count(tensors, body.control_outputs)


def _place(op: Any, chosen: Any | None, n_branches: int) -> int | None:
    """Return which branch is taken by a value, None if that isn't known."""
    if chosen is None:
        return None
    # A scalar of `If` may be any number, and is true unless it is zero.
    place = int(bool(chosen)) if op.type in ("If", "StatelessIf") else int(chosen)
    return place if 0 <= place < n_branches else n_branches - 1


def _dearest(branches: Sequence[list[OpCost]]) -> list[OpCost]:
    """Return the costs of the costliest of some branches, with what is uncounted in any."""
    dearest = max(branches, key=lambda costs: sum(cost.products for cost in costs))
    others = (cost for costs in branches if costs is not dearest for cost in costs)
    return [*dearest, *(cost for cost in others if cost.uncounted)]


_INSIDE = "//"
"""Between the name of an operation and that of one inside the function it calls."""


def _carried(body: Any, condition: Any, outputs: set[int]) -> list[Any]:
    """Return the outputs of a loop's body that are needed.

    What the loop carries is needed if it is used afterwards, by the condition, or by a later turn
    of what is needed.
    """
    places = {tensor.name: index for index, tensor in enumerate(body.inputs)}
    needed = outputs | _arguments_used(condition, condition.outputs)
    while True:
        tensors = [body.outputs[index] for index in sorted(needed)]
        reached = _reach(tensors, body.control_outputs)
        carried = {
            places[tensor.name]
            for op, _ in reached.values()
            for tensor in op.outputs
            if tensor.name in places
        }
        if carried <= needed:
            return tensors
        needed |= carried


def _reach(tensors: Iterable[Any], operations: Iterable[Any]) -> dict[str, tuple[Any, set[int]]]:
    """Return the operations that must run, by name, each with the outputs that are used."""
    reached: dict[str, tuple[Any, set[int]]] = {}
    pending = [(tensor.op, tensor.value_index) for tensor in tensors]
    pending += [(op, None) for op in operations]
    while pending:
        op, output = pending.pop()
        if op.name not in reached:
            reached[op.name] = (op, set())
            pending += [(tensor.op, tensor.value_index) for tensor in op.inputs]
            pending += [(before, None) for before in op.control_inputs]
        if output is not None:
            reached[op.name][1].add(output)
    return reached


def _arguments_used(graph: Any, tensors: Iterable[Any]) -> set[int]:
    """Return the places of a function's arguments that `tensors` depend on."""
    reached = _reach(tensors, ())
    return {index for index, tensor in enumerate(graph.inputs) if tensor.op.name in reached}
