"""The examples that a `fit` has trained on: items of batches, or places of the loss in them."""

from __future__ import annotations

from typing import Any

import keras

from scaling_keras.callbacks.example_counter import EXACT_ITEMS, ExampleCounter, Seen
from scaling_keras.callbacks.fit_watch import unwrapped
from scaling_keras.callbacks.place_counter import (
    PlaceCounter,
    Places,
    has_open_places,
    makes_masks,
)
from scaling_keras.counting.training_loss import overrides_train_step

_MARK = "_scaling_keras_places"
"""The attribute of a training function whose graph counts places, that holds their counter."""


class ExamplesSeen:
    """Counts items, and places where items don't tell; see `ExampleCounter` and `PlaceCounter`.

    Args:
        model: A compiled model, about to train for the first time in this `fit`.
        data_specs: What `train_step` takes; None if unknown.
        per_item: Examples in an item, if the user has stated them: then an item tells all.

    Attributes:
        items: The items.
        examples_per_item: Examples in each, where places aren't counted.
    """

    def __init__(
        self, model: keras.Model, data_specs: Any | None = None, *, per_item: int | None = None
    ) -> None:
        self._model = model
        self._data_specs = data_specs
        self._given = per_item
        self.examples_per_item = per_item or 1
        function = unwrapped(model.train_function)
        counter = getattr(function, _MARK, None)
        if counter is None:
            counter = PlaceCounter(model, data_specs)
            setattr(function, _MARK, counter)
        self._places: PlaceCounter = counter
        self._places_at_begin = counter.seen()
        self._share_kept = 1.0
        self._losses_per_item = 1.0
        self.items = ExampleCounter(model, self._exactly_seen)

    @staticmethod
    def is_traced_into(function: Any) -> bool:
        """Return whether the graph of a training function counts places where it must."""
        return hasattr(unwrapped(function), _MARK)

    @property
    def counts(self) -> dict[Any, Any]:
        """What was counted of the steps of this training function; see `PlaceCounter`."""
        return self._places.counts

    def may_hold_padding(self) -> bool:
        """Return whether padding may be counted: a step of the model's own doesn't show its loss.

        Items that are one example each hold none.
        """
        if self._given is not None or self._places.is_traced:
            return False
        has_padding = makes_masks(self._model) and self.examples_per_item > 1
        is_own = overrides_train_step(self._model)
        return is_own and (has_padding or has_open_places(self._model))

    def before_loss(self, *args: Any, **kwargs: Any) -> None:
        """See `PlaceCounter.before_loss`."""
        self._places.before_loss(*args, **kwargs)

    def stop_loss(self) -> None:
        """See `PlaceCounter.stop_loss`."""
        self._places.stop_loss()

    def after_loss(self, loss: Any) -> None:
        """See `PlaceCounter.after_loss`."""
        self._places.after_loss(loss)

    def places(self) -> Places:
        """Return what was counted since the `fit` began."""
        since = self._places.seen().plus(self._places_at_begin, -1.0)
        kept = Places().plus(since, self._share_kept)
        if overrides_train_step(self._model):
            # It may compute its loss as often as it likes of a batch, which is seen once: as often
            # as the loss tracker, which may stand still later on, says.
            items = self.items.seen().items
            if 0 < items < EXACT_ITEMS:
                self._losses_per_item = max(kept.items / items, 1.0)
        return Places().plus(kept, 1 / self._losses_per_item)

    def examples(self, seen: Seen) -> int:
        """Return the examples in what the loss tracker has seen since the `fit` began."""
        if self._given is None and self._places.is_needed:
            places = self.places()
            if places.total:
                return round(places.counted)
        return round(seen.items * self.examples_per_item)

    def share_counted(self) -> float:
        """Return the share of the places seen that are examples: all but padding, in `(0, 1]`."""
        places = self.places()
        if self._given is not None or not self._places.is_needed or not places.counted:
            return 1.0
        return min(places.counted / places.total, 1.0)

    def per_item(self) -> int | None:
        """Return the examples in an item, padding included, as far as the steps have shown them."""
        if self._given is not None:
            return self._given
        items = self.items.seen().items
        if self._places.is_needed and items:
            places = self.places()
            if places.total:
                return round(places.total / items)
        return self._places.per_item(self._data_specs)

    def length(self) -> int | None:
        """Return the mean length of items, where the data leaves it open, and all open axes agree.

        None where nothing is open, 0 where they don't agree.
        """
        items, places = self.items.seen().items, self.places()
        if not places.lengths or not items:
            return None
        return 0 if places.unequal else max(round(places.lengths / items), 1)

    def pause_after_failed_step(self, most_items: float) -> None:
        """See `ExampleCounter.pause_after_failed_step`; of the places, the same share is kept."""
        items = self.items.seen().items
        self.items.pause_after_failed_step(most_items)
        self._share_kept *= self.items.seen().items / items if items else 1.0

    def _exactly_seen(self) -> Seen | None:
        """Return the items and losses that the steps counted in their own graph, if all of them."""
        if overrides_train_step(self._model):
            return None  # It may compute its loss as often as it likes.
        places = self._places.seen()
        return Seen(items=places.items, loss_sum=places.loss_sum)
