"""The layers of a small decoder-only Transformer, with few operations and few variables.

A model of a few thousand parameters spends its time on starting operations, and its first `fit` on
tracing them. So a block here holds its matrices itself, has neither biases nor scales, and applies
rotary positions to queries and keys in one product.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

_ROTARY_BASE = 1000.0
_EPSILON = 1e-6


@keras.saving.register_keras_serializable(package="scaling_keras")
class RMSNorm(keras.layers.Layer):  # type: ignore[misc] # keras has no types
    """Division by the root mean square over the last axis, without parameters.

    References:
        Zhang and Sennrich, arXiv:1910.07467.
    """

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        return _rms_norm(inputs)


@keras.saving.register_keras_serializable(package="scaling_keras")
class DecoderBlock(keras.layers.Layer):  # type: ignore[misc] # keras has no types
    """Causal self-attention, then a two-layer perceptron, each normalised first and added.

    Positions are rotary (Su et al., arXiv:2104.09864); the perceptron is four times as wide and
    uses the square of ReLU (So et al., arXiv:2109.08668). Twelve `width**2` parameters.

    Args:
        n_heads: Attention heads; must divide the width into an even number.
        n_blocks: Blocks of the whole model: what a block adds is scaled by `1/sqrt(2 n_blocks)`
            at the start, so that the sum keeps its size at any depth.
        seed: Seed of the initial matrices.
        **kwargs: Arguments of `keras.layers.Layer`.
    """

    def __init__(self, *, n_heads: int, n_blocks: int, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_heads = n_heads
        self.n_blocks = n_blocks
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the matrices and the tables of positions, for `(batch, context, width)`."""
        context, width = input_shape[-2], input_shape[-1]
        if context is None or width is None or width % (2 * self.n_heads):
            raise ValueError(
                f"A DecoderBlock needs a fixed context, and a width that its heads divide into an "
                f"even number. Received: shape {input_shape!r} and n_heads={self.n_heads!r}. "
                f"Choose another width or number of heads."
            )
        rng = np.random.default_rng(self.seed)
        branch = 1 / math.sqrt(2 * self.n_blocks)

        def matrix(name: str, rows: int, columns: int, scale: float = 1.0) -> Any:
            initializer = keras.initializers.RandomNormal(
                stddev=scale / math.sqrt(rows), seed=int(rng.integers(2**31))
            )
            return self.add_weight(name=name, shape=(rows, columns), initializer=initializer)

        self.query_key_value = matrix("query_key_value", width, 3 * width)
        self.attention_output = matrix("attention_output", width, width, branch)
        self.mlp_input = matrix("mlp_input", width, 4 * width)
        self.mlp_output = matrix("mlp_output", 4 * width, width, branch)
        self._cosine, self._sine, self._swap = _rotary_tables(context, width // self.n_heads)
        earlier = np.tri(context, dtype=bool)
        self._mask = np.where(earlier, 0.0, -1e9).astype(np.float32)

    def call(self, inputs: Any) -> Any:
        """Return the block's output, of the same shape `(batch, context, width)`."""
        inputs = inputs + self._attend(_rms_norm(inputs))
        hidden = ops.matmul(_rms_norm(inputs), self.mlp_input)
        return inputs + ops.matmul(ops.square(ops.relu(hidden)), self.mlp_output)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            **super().get_config(),
            "n_heads": self.n_heads,
            "n_blocks": self.n_blocks,
            "seed": self.seed,
        }

    def _attend(self, inputs: Any) -> Any:
        """Return causal multi-head attention of normalised inputs."""
        _, context, width = inputs.shape
        n_heads, head_width = self.n_heads, width // self.n_heads
        projected = ops.matmul(inputs, self.query_key_value)
        heads = ops.reshape(projected, (-1, context, 3, n_heads, head_width))
        heads = ops.transpose(heads, (2, 0, 3, 1, 4))
        # Turns queries and keys by their positions and scales the queries; the values' tables are
        # ones and zeros.
        heads = heads * self._cosine + ops.matmul(heads, self._swap) * self._sine
        query, key, value = ops.unstack(heads, axis=0)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        attention = ops.softmax(scores + self._mask)
        mixed = ops.transpose(ops.matmul(attention, value), (0, 2, 1, 3))
        return ops.matmul(ops.reshape(mixed, (-1, context, width)), self.attention_output)


def _rms_norm(inputs: Any) -> Any:
    """Return `inputs` over the root of their mean square."""
    mean_square = ops.mean(ops.square(inputs), axis=-1, keepdims=True)
    return inputs * ops.rsqrt(mean_square + _EPSILON)


def _rotary_tables(context: int, head_width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what turns each position's queries and keys, and leaves its values alone.

    A vector `(a, b)` of two halves becomes `(a cos - b sin, b cos + a sin)`, the angle being the
    position times a frequency for each place of a half.

    Returns:
        Cosines and signed sines for queries (divided by the root of `head_width`), keys and
        values, both of shape `(3, 1, 1, context, head_width)`; and the matrix that swaps the
        halves of a vector.
    """
    half = head_width // 2
    frequencies = _ROTARY_BASE ** (-np.arange(half) / half)
    angles = np.arange(context)[:, np.newaxis] * frequencies
    cosine = np.concatenate([np.cos(angles), np.cos(angles)], axis=-1)
    sine = np.concatenate([-np.sin(angles), np.sin(angles)], axis=-1)
    scale = head_width**-0.5
    cosines = np.stack([cosine * scale, cosine, np.ones_like(cosine)])
    sines = np.stack([sine * scale, sine, np.zeros_like(sine)])
    swap = np.roll(np.eye(head_width), half, axis=0)
    return (
        cosines[:, np.newaxis, np.newaxis].astype(np.float32),
        sines[:, np.newaxis, np.newaxis].astype(np.float32),
        swap.astype(np.float32),
    )
