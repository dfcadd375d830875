"""The gradient noise scale: how large a batch may be before its gradient hardly gets better."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from scaling_keras.errors import RunsError
from scaling_keras.events.schema import shortened

METRIC = "gradient_noise_scale"


class GradientNoise:
    """Measures the simple noise scale from gradients of batches and of all batches together.

    With `G` the true gradient and `S` the trace of the covariance of the gradient of one example,
    `B_simple = S / |G|^2` is the batch size at which noise and signal are alike; a batch much
    larger is wasted. The squared norm of the gradient of `B` examples is expected to be
    `|G|^2 + S / B`, so two sizes tell both terms. Weights, optimizer and layers' state stay as
    they are: the model is called as in inference, without dropout.

    Args:
        batches: Batches of training data as `fit` takes them, `(x, y)` or `(x, y, weights)`, of one
            size, two or more; with few the figure is rough.

    Raises:
        RunsError: If there are fewer than two, they differ in size, or they are no batches.

    References:
        McCandlish et al., arXiv:1812.06162, appendix A.1.
    """

    def __init__(self, batches: Iterable[Any]) -> None:
        self._batches = list(batches) if isinstance(batches, Iterable) else [batches]
        sizes = {_n_items(batch) for batch in self._batches}
        if -1 in sizes:
            raise RunsError(
                f"`gradient_noise` must be batches as `fit` takes them. Received: "
                f"{shortened(batches)}. Pass `dataset.batch(n, drop_remainder=True).take(16)`."
            )
        if len(self._batches) < 2 or len(sizes) != 1:
            raise RunsError(
                f"`gradient_noise` must be two batches of one size or more. Received: "
                f"{len(self._batches)} batches of {', '.join(map(str, sorted(sizes))) or 'no'} "
                f"items. Pass `dataset.batch(n, drop_remainder=True).take(16)`."
            )
        self._batch_size = sizes.pop()
        self._function: tuple[weakref.ref[keras.Model], Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy, which traces a function of its own."""
        return {**self.__dict__, "_function": None}

    def measure(self, model: keras.Model, examples_per_item: int = 1) -> Mapping[str, float]:
        """Return the noise scale of a model, in examples; empty where noise hides the gradient.

        Args:
            model: A compiled, built model.
            examples_per_item: Examples in an item of a batch.
        """
        gradients = self._gradients_of(model)
        total: list[Any] = []
        small = 0.0
        for batch in self._batches:
            found = [each.numpy().astype(np.float64) for each in gradients(batch)]
            small += sum(float(np.sum(each**2)) for each in found) / len(self._batches)
            total = [a + b for a, b in zip(total, found, strict=True)] if total else found
        large = sum(float(np.sum((each / len(self._batches)) ** 2)) for each in total)
        scale = noise_scale(small, large, self._batch_size, self._batch_size * len(self._batches))
        return {} if scale is None else {METRIC: scale * examples_per_item}

    def _gradients_of(self, model: keras.Model) -> Any:
        """Return the function from a batch to the gradients of a model, traced once."""
        if self._function is not None and self._function[0]() is model:
            return self._function[1]

        def gradients(batch: Any) -> Any:
            x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
            with tf.GradientTape() as tape:
                loss = model.compute_loss(
                    x=x, y=y, y_pred=model(x, training=False), sample_weight=weights
                )
            found = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
            return [tf.convert_to_tensor(each) for each in found if each is not None]

        function = tf.function(gradients, autograph=False)
        self._function = (weakref.ref(model), function)
        return function


def _n_items(batch: Any) -> int:
    """Return the items of a batch; -1 if it is none."""
    leaves = keras.tree.flatten(batch)
    shape: Sequence[int] = getattr(leaves[0], "shape", ()) if leaves else ()
    return int(shape[0]) if len(shape) else -1


def noise_scale(small: float, large: float, small_batch: int, large_batch: int) -> float | None:
    """Return `B_simple` from squared gradient norms at two batch sizes.

    `|G|^2 = (B_l |G_l|^2 - B_s |G_s|^2) / (B_l - B_s)` and
    `S = (|G_s|^2 - |G_l|^2) / (1 / B_s - 1 / B_l)`, both without bias.

    Args:
        small: Mean squared norm of the gradients of small batches.
        large: Squared norm of the gradient of the large one.
        small_batch: Items of a small batch.
        large_batch: Items of the large one; more.

    Returns:
        Items; None where an estimate is not positive, as noise can make it.
    """
    # McCandlish et al., arXiv:1812.06162, equations A.2 and A.3.
    signal = (large_batch * large - small_batch * small) / (large_batch - small_batch)
    noise = (small - large) / (1.0 / small_batch - 1.0 / large_batch)
    if not (signal > 0.0 and noise >= 0.0 and math.isfinite(noise / signal)):
        return None
    return noise / signal
