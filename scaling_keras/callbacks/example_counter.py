"""Count the examples that a `fit` has trained on, from the count of the loss tracker.

Keras updates the tracker of the loss with the size of each batch, so its count is exact for every
kind of input, partial batches, several steps an execution and replicas included. Batch indices and
`optimizer.iterations` are not. It counts in single precision, where a sum of ones stays at 2^24:
beyond that, in one epoch, a count of our own takes its place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras

from scaling_keras.counting.training_loss import overrides_train_step

COUNT_ADVICE = (
    "In `train_step`, update a keras.metrics.Mean named `loss`, listed by `metrics`, with "
    "`update_state(loss, sample_weight=batch_size)`."
)
"""What makes the loss tracker count examples."""

EXACT_ITEMS = 2.0**24
"""A sum of ones in single precision stays at this."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """What a `fit` has trained on so far.

    Attributes:
        items: Items of batches.
        loss_sum: The sum of their losses.
    """

    items: float = 0.0
    loss_sum: float = 0.0

    def plus(self, other: Seen) -> Seen:
        """Return the sum."""
        return Seen(items=self.items + other.items, loss_sum=self.loss_sum + other.loss_sum)

    def minus(self, other: Seen) -> Seen:
        """Return the difference."""
        return Seen(items=self.items - other.items, loss_sum=self.loss_sum - other.loss_sum)

    @property
    def mean_loss(self) -> float:
        """The mean loss of the items; NaN if there are none."""
        return self.loss_sum / self.items if self.items else float("nan")


class ExampleCounter:
    """Adds up the loss tracker's count over a `fit`, whoever resets the tracker in between.

    Validation, and any evaluation that another callback makes, resets and reuses the tracker. So
    the count is banked before each reset (`pause`), and read anew before the next training step
    (`resume`): what came to it in between was no training.

    Args:
        model: A compiled model, about to train.
        exact: Returns what has been trained on at all, counted exactly; None where that isn't.
    """

    def __init__(self, model: keras.Model, exact: Callable[[], Seen | None] | None = None) -> None:
        self._model = model
        self._exact = exact or _nothing
        self._exact_at_start: Seen | None = None
        self._tracker = loss_tracker(model)
        self._banked = Seen()
        self._start = self._tracked_at_start = Seen()
        self._is_paused = True

    @property
    def is_paused(self) -> bool:
        """Whether the tracker may hold something else than the training."""
        return self._is_paused

    def resume(self) -> None:
        """Training goes on: count from what the tracker holds now."""
        self._exact_at_start = None
        self._start = self._read()
        self._tracked_at_start = self._start
        self._exact_at_start = self._exact()
        self._is_paused = False

    def pause(self) -> None:
        """The tracker is about to be reset: bank what it holds."""
        if not self._is_paused:
            self._banked = self.seen()
            self._is_paused = True

    def seen(self) -> Seen:
        """Return what has been trained on since the `fit` began."""
        if self._is_paused:
            return self._banked
        return self._banked.plus(self._read().minus(self._start))

    def limit(self, most_items: float) -> bool:
        """Take out of the count what exceeds `most_items` since training went on.

        Returns:
            Whether anything did.
        """
        if self._is_paused:
            return False
        beyond = max(self._read().items - self._start.items - most_items, 0.0)
        self._start = dataclasses.replace(self._start, items=self._start.items + beyond)
        return beyond > 0

    def pause_after_failed_step(self, most_items: float) -> None:
        """A step failed half way: bank what the steps before it can have had at most.

        Of the step's updates some may have been made, of the count and not of the losses too.

        Args:
            most_items: Items of the whole steps since training went on, if none was partial.
        """
        if not self._is_paused:
            since_start = self._read().minus(self._start)
            since_start = dataclasses.replace(since_start, items=min(since_start.items, most_items))
            self._banked = self._banked.plus(since_start)
            self._is_paused = True

    def why_wrong(self, steps: int, batch_size: int | None) -> str:
        """Return why the count can't be trusted, or an empty string if it can.

        Args:
            steps: Training steps since the `fit` began; at least one.
            batch_size: Items of a batch, where the data says so.
        """
        if self._tracker is None:
            return "the model has no metric named `loss` that is a keras.metrics.Mean"
        if keras.backend.standardize_dtype(self._tracker.count.dtype) in ("float16", "bfloat16"):
            return "the loss tracker counts in half precision, which is inexact beyond 2048"
        items = self.seen().items
        if items <= 0:
            return "its `train_step` never updates the metric named `loss`"
        if overrides_train_step(self._model) and batch_size != 1 and items <= steps:
            return (
                "its `train_step` updates the metric named `loss` without a `sample_weight`, so "
                "that it counts batches"
            )
        return ""

    def _read(self) -> Seen:
        """Return what the tracker holds: waits for the device, so seldom."""
        if self._tracker is None:
            return Seen()
        items = float(self._tracker.count.numpy())
        if items >= EXACT_ITEMS and self._exact_at_start is not None:
            exact = self._exact()
            # Where nothing came to it, the step was traced without it.
            if exact is not None and exact.items > self._exact_at_start.items:
                return self._tracked_at_start.plus(exact.minus(self._exact_at_start))
        return Seen(items=items, loss_sum=float(self._tracker.total.numpy()))


def _nothing() -> None:
    """Return None: there is no exact count."""


def loss_tracker(model: keras.Model) -> Any | None:
    """Return the metric that averages the training loss, or None."""
    # A model whose `metrics` lists only its own still has Keras's tracker.
    for metric in [*model.metrics, getattr(model, "_loss_tracker", None)]:
        if isinstance(metric, keras.metrics.Mean) and metric.name == "loss":
            return metric
    return None
