"""Decoder-only Transformer language models, from a few thousand parameters upwards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from scaling_keras.errors import SweepError
from scaling_keras.families.decoder_block import DecoderBlock, RMSNorm
from scaling_keras.families.schedule import WarmupLinearDecay
from scaling_keras.runs import count_under

_SMALLEST_WIDTH = 12
_LEAST_DEPTH = 2
_WIDTH_PER_BLOCK = 64
_WIDTH_STEP = 8


class TransformerLM:
    """A family of decoder-only Transformers that predict the next symbol, scaled in width.

    Pre-norm blocks with causal attention, rotary positions and a perceptron four times as wide;
    token embedding and output head are not tied. Up to a width of 128 every size has two blocks,
    beyond that one for every 64 of width, so the family keeps its shape and loss falls smoothly
    with size.

    The peak learning rate is `learning_rate_per_width / width`. On the standard library's source,
    in batches of 256 characters, 0.35 over the width reached a lower held-out loss than half or
    twice that at each of the widths 12, 16, 32, 64 and 128, for 391 steps and for 1562 alike, and
    at depth 4. A factor of two off cost up to 6 % of the loss, more than a law is meant to resolve,
    and one rate for all widths would be off by more than that. Batches of 1024 wanted 0.5. The rate
    climbs over the first fifth of the run and falls to zero with the run's own last step,
    `hp["n_steps"]`.

    Args:
        vocab_size: Number of symbols, at least 2.
        context: Length of the input sequences, at least 2.
        head_width: Width of an attention head to aim for.
        learning_rate_per_width: Peak learning rate times the width.
        warmup_fraction: Share of the steps that the learning rate climbs for, in `[0, 1)`.
        steps_per_execution: Optimizer steps in one call of the compiled function.

    Raises:
        SweepError: If `vocab_size` or `context` is below 2.

    Example:
    >>> family = TransformerLM(vocab_size=98, context=64)
    >>> family.ladder(3)
    [{'width': 12, 'depth': 2}, {'width': 16, 'depth': 2}, {'width': 24, 'depth': 2}]
    >>> model = family.build({"width": 16, "depth": 2, "n_steps": 100, "seed": 0})
    >>> model.count_params(), family.n_params({"width": 16, "depth": 2})
    (9280, 9280)

    References:
        Yang et al., arXiv:2203.03466, for learning rates of Adam that go as one over the width.
    """

    name = "transformer_lm"

    def __init__(
        self,
        vocab_size: int,
        context: int,
        *,
        head_width: int = 8,
        learning_rate_per_width: float = 0.35,
        warmup_fraction: float = 0.2,
        steps_per_execution: int = 1,
    ) -> None:
        if vocab_size < 2 or context < 2:
            raise SweepError(
                f"A language model needs at least 2 symbols and a context of at least 2. "
                f"Received: vocab_size={vocab_size!r}, context={context!r}. Take both from the "
                f"data: `TransformerLM(text.vocab_size, text.context)`."
            )
        self.vocab_size = vocab_size
        self.context = context
        self.head_width = head_width
        self.learning_rate_per_width = learning_rate_per_width
        self.warmup_fraction = warmup_fraction
        self.steps_per_execution = steps_per_execution

    def __call__(self, hp: Any) -> keras.Model:
        """Return `build(hp)`: the family can be given wherever a model-building function is."""
        return self.build(hp)

    def build(self, hp: Any) -> keras.Model:
        """Return the compiled model of one size.

        Args:
            hp: A mapping, or KerasTuner's `HyperParameters`, with `width` (even), `depth` (at
                least 1), `n_steps` (at least 1) and `seed` (0 is a seed).

        Returns:
            A model from symbols, shape `(batch, context)`, to logits, shape
            `(batch, context, vocab_size)`. The loss is in nats per symbol.

        Raises:
            SweepError: If `width` is not even and positive, or `depth` or `n_steps` is below 1.
        """
        width, depth, n_steps = int(hp["width"]), int(hp["depth"]), int(hp["n_steps"])
        _check_size(width, depth, n_steps)
        rng = np.random.default_rng(int(hp["seed"]))
        n_heads = _n_heads(width, self.head_width)
        inputs = keras.Input((self.context,), dtype="int32")
        hidden = keras.layers.Embedding(
            self.vocab_size, width, embeddings_initializer=_normal(1.0, rng), name="embedding"
        )(inputs)
        for index in range(depth):
            hidden = DecoderBlock(
                n_heads=n_heads,
                n_blocks=depth,
                seed=int(rng.integers(2**31)),
                name=f"block_{index}",
            )(hidden)
        # Half the usual spread, so that the first predictions are close to even.
        logits = keras.layers.Dense(
            self.vocab_size,
            use_bias=False,
            kernel_initializer=_normal(0.5 / math.sqrt(width), rng),
            name="head",
        )(RMSNorm(name="final_norm")(hidden))
        model = keras.Model(inputs, logits, name=f"{self.name}_{width}x{depth}")
        schedule = WarmupLinearDecay(
            self.learning_rate_per_width / width, n_steps, self.warmup_fraction
        )
        model.compile(
            optimizer=keras.optimizers.Adam(schedule, beta_2=0.98),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            steps_per_execution=self.steps_per_execution,
            # Compiling costs more than it saves at these sizes, and fails on several replicas.
            jit_compile=False,
        )
        return model

    def ladder(self, n: int) -> list[dict[str, int]]:
        """Return the `n` smallest sizes, each about twice the one before.

        The widths are 12, 16, 24, 32, 48, 64, 96, ...: 3 thousand to 98 thousand parameters in the
        blocks of the first six.

        Raises:
            SweepError: If `n` is not at least 1.
        """
        if n < 1:
            raise SweepError(f"A ladder has at least one size. Received: n={n!r}.")
        widths = [3 * 2 ** (2 + k // 2) if k % 2 == 0 else 2 ** (4 + k // 2) for k in range(n)]
        return [{"width": width, "depth": _depth(width)} for width in widths]

    def size_for(self, n_params: float, *, param_convention: str = "total") -> dict[str, int]:
        """Return the size whose number of parameters is closest to `n_params` in ratio.

        Args:
            n_params: Trainable parameters wanted, positive and finite.
            param_convention: Which of them `n_params` counts: a key of `PARAM_CONVENTIONS`.

        Returns:
            A size between those of `ladder` too: the widths are 12 and the multiples of 8.

        Raises:
            SweepError: If `n_params` is not positive and finite.
        """
        if not (math.isfinite(n_params) and n_params > 0):
            raise SweepError(
                f"`n_params` must be a positive, finite number of parameters. "
                f"Received: n_params={n_params!r}."
            )
        best: dict[str, int] = {}
        least = math.inf
        for size in _all_sizes():
            distance = abs(math.log(self.n_params(size, param_convention) / n_params))
            if distance > least:
                break
            best, least = size, distance
        return best

    def n_params(self, size: Mapping[str, int], param_convention: str = "total") -> int:
        """Return the trainable parameters of a size, without building it."""
        width, depth = size["width"], size["depth"]
        groups = {
            "embedding": self.vocab_size * width,
            "head": self.vocab_size * width,
            "hidden": 12 * depth * width**2,
        }
        return int(count_under(param_convention, groups))


def _check_size(width: int, depth: int, n_steps: int) -> None:
    """Raise a `SweepError` unless a model of that size can be built."""
    if width < 2 or width % 2 or depth < 1 or n_steps < 1:
        raise SweepError(
            f"A size needs an even `width`, and a `depth` and `n_steps` of at least 1. Received: "
            f"width={width!r}, depth={depth!r}, n_steps={n_steps!r}. Take sizes from `ladder`."
        )


def _n_heads(width: int, head_width: int) -> int:
    """Return the heads whose even width is closest to `head_width` in ratio, the more on a tie."""
    fitting = [n for n in range(1, width // 2 + 1) if width % (2 * n) == 0]
    return min(fitting, key=lambda n: (abs(math.log(width / n / head_width)), -n))


def _depth(width: int) -> int:
    """Return the number of blocks at a width."""
    return max(_LEAST_DEPTH, width // _WIDTH_PER_BLOCK)


def _all_sizes() -> Iterator[dict[str, int]]:
    """Yield the sizes of the family in the order of their widths, without end."""
    width = _SMALLEST_WIDTH
    while True:
        yield {"width": width, "depth": _depth(width)}
        width += _WIDTH_STEP - width % _WIDTH_STEP


def _normal(stddev: float, rng: np.random.Generator) -> keras.initializers.Initializer:
    """Return a normal initializer with a seed of its own."""
    return keras.initializers.RandomNormal(stddev=stddev, seed=int(rng.integers(2**31)))
