"""FLOPs of single TensorFlow operations: one handler for each kind that multiplies matrices.

A multiply-add counts as 2, padding is counted like any other input, and elementwise work counts as
nothing: the convention of Kaplan et al. (arXiv:2001.08361, section 2.1) and Hoffmann et al.
(arXiv:2203.15556, appendix F).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Handler = Callable[[Any], int | None]
"""From a `tf.Operation` to its FLOPs; None if a shape that it needs is unknown."""


def _sizes(tensor: Any) -> tuple[int, ...] | None:
    """Return the shape of a tensor, or None unless it is fully known."""
    return tuple(tensor.shape.as_list()) if tensor.shape.is_fully_defined() else None


def _matmul(op: Any) -> int | None:
    """`(m, k) @ (k, n)`: m n k multiply-adds."""
    left, output = _sizes(op.inputs[0]), _sizes(op.outputs[0])
    if left is None or output is None:
        return None
    inner = left[0] if op.get_attr("transpose_a") else left[1]
    return 2 * math.prod(output) * inner


def _batch_matmul(op: Any) -> int | None:
    """The same for each matrix of the (broadcast) batch."""
    left, output = _sizes(op.inputs[0]), _sizes(op.outputs[0])
    if left is None or output is None:
        return None
    inner = left[-2] if op.get_attr("adj_x") else left[-1]
    return 2 * math.prod(output) * inner


def _einsum(op: Any) -> int | None:
    """One multiply-add for each combination of all indices; nothing for an elementwise product."""
    shapes = [_sizes(tensor) for tensor in op.inputs]
    if len(shapes) < 2:
        return 0
    output_rank = op.outputs[0].shape.rank
    if output_rank is None or any(shape is None for shape in shapes):
        return None
    *operands, output = _einsum_labels(op)
    extents: dict[str, int] = {}
    for labels, shape in zip(operands, shapes, strict=True):
        for label, extent in zip(labels, shape or (), strict=True):
            extents[label] = max(extent, extents.get(label, 1))
    if not _is_product(*map(set, (*operands, output))):
        return 0
    return 2 * math.prod(extents.values())


def _is_product(left: set[str], right: set[str], output: set[str]) -> bool:
    """Return whether an einsum of two operands is a product of matrices, by their indices.

    It is if it sums over one. So is an outer product for each item, as of the columns and rows of
    the gradient of a product: the operands share an index, and either has one of its own. One
    without a shared index makes a table, such as of positions and frequencies.
    """
    is_outer_of_items = bool(left & right and left - right and right - left)
    return not left | right <= output or is_outer_of_items


def _einsum_labels(op: Any) -> list[list[str]]:
    """Return the indices of an einsum's operands and of its output, whose ranks are known."""
    left, right = op.get_attr("equation").decode().split("->")
    tensors = (*op.inputs, op.outputs[0])
    return [
        _labels(labels, tensor.shape.rank)
        for labels, tensor in zip((*left.split(","), right), tensors, strict=True)
    ]


def _labels(labels: str, rank: int) -> list[str]:
    """Return a label for each axis, the axes of an ellipsis numbered from the right."""
    before, dots, after = labels.partition("...")
    if not dots:
        return list(labels)
    hidden = rank - len(before) - len(after)
    return [*before, *(f"...{hidden - axis}" for axis in range(hidden)), *after]


def _convolution(kernel_at: int | None, gradient_at: int | None, *, depthwise: bool) -> Handler:
    """Return the handler of a convolution or of one of its gradients.

    All three make the same multiply-adds: for each element of the convolution's output, one for
    each element of the kernel that meets it. A kernel has the shape
    `(*window, channels in of one group, channels out)`, of a depthwise convolution
    `(*window, channels in, multiplier)`; every output element of the latter meets one channel.

    Args:
        kernel_at: Input that is the kernel; None where the kernel's shape is the output's.
        gradient_at: Input that has the shape of the convolution's output; None where the
            operation's own output has it.
        depthwise: Whether channels are convolved one by one.
    """

    def handler(op: Any) -> int | None:
        kernel = _sizes(op.outputs[0] if kernel_at is None else op.inputs[kernel_at])
        output = _sizes(op.outputs[0] if gradient_at is None else op.inputs[gradient_at])
        if kernel is None or output is None:
            return None
        meets = kernel[:-2] if depthwise else kernel[:-1]
        return 2 * math.prod(output) * math.prod(meets)

    return handler


def _backprop_input(*, depthwise: bool = False) -> Handler:
    """Return the handler of a gradient with respect to the input: sizes, kernel, gradient."""
    return _convolution(1, 2, depthwise=depthwise)


def _backprop_kernel(*, depthwise: bool = False) -> Handler:
    """Return the handler of a gradient with respect to the kernel: input, sizes, gradient."""
    return _convolution(None, 2, depthwise=depthwise)


def _sparse_matmul(op: Any) -> int | None:
    """A multiply-add for each entry of the sparse matrix and column of the other."""
    entries, output = _sizes(op.inputs[1]), _sizes(op.outputs[0])
    if entries is None or output is None:
        return None
    return 2 * entries[0] * output[1]


def _triangular_solve(op: Any) -> int | None:
    """Substitution: `n**2` for each right side (Golub and Van Loan, section 3.1)."""
    matrix, output = _sizes(op.inputs[0]), _sizes(op.outputs[0])
    return None if matrix is None or output is None else math.prod(output) * matrix[-1]


def _decomposition(cube: float) -> Handler:
    """Return the handler of the solution of `n` linear equations, for one or more right sides.

    The leading terms of the textbook algorithms (Golub and Van Loan, Matrix Computations,
    sections 3.2 and 4.2): `cube * n**3` to decompose the matrix, and `2 n**2` for each right side.
    """

    def handler(op: Any) -> int | None:
        matrix = _sizes(op.inputs[0])
        right = _sizes(op.inputs[1]) if len(op.inputs) > 1 else ()
        if matrix is None or right is None:
            return None
        *batch, n, _ = matrix
        n_right = right[-1] if right else 0
        return math.prod(batch) * round(cube * n**3 + 2 * n**2 * n_right)

    return handler


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "MatMul": _matmul,
        "BatchMatMul": _batch_matmul,
        "BatchMatMulV2": _batch_matmul,
        "BatchMatMulV3": _batch_matmul,
        "Einsum": _einsum,
        "Conv2D": _convolution(1, None, depthwise=False),
        "Conv2DBackpropInput": _backprop_input(),
        "Conv2DBackpropFilter": _backprop_kernel(),
        "Conv3D": _convolution(1, None, depthwise=False),
        "Conv3DBackpropInputV2": _backprop_input(),
        "Conv3DBackpropFilterV2": _backprop_kernel(),
        "DepthwiseConv2dNative": _convolution(1, None, depthwise=True),
        "DepthwiseConv2dNativeBackpropInput": _backprop_input(depthwise=True),
        "DepthwiseConv2dNativeBackpropFilter": _backprop_kernel(depthwise=True),
        "Cholesky": _decomposition(1 / 3),
        "MatrixDeterminant": _decomposition(2 / 3),
        "LogMatrixDeterminant": _decomposition(2 / 3),
        "MatrixInverse": _decomposition(2),
        "MatrixSolve": _decomposition(2 / 3),
        "MatrixTriangularSolve": _triangular_solve,
        "SparseTensorDenseMatMul": _sparse_matmul,
    }
)
"""Operation type to its handler."""


def operands(op: Any) -> list[Any]:
    """Return the tensors that an operation of `HANDLERS` multiplies, without sizes."""
    if "Backprop" in op.type:
        return [tensor for tensor in op.inputs if tensor.dtype.is_floating]
    return list(op.inputs)


def has_product_as_gradient(op: Any, place: int) -> bool:
    """Return whether the gradient of an operand is a product, not an elementwise one.

    That of an einsum's operand is the einsum of the output's gradient and the other operand.
    """
    if op.type != "Einsum" or len(op.inputs) != 2:
        return True
    if any(tensor.shape.rank is None for tensor in (*op.inputs, *op.outputs)):
        return True
    *operands, output = map(set, _einsum_labels(op))
    return _is_product(output, operands[1 - place], operands[place])
