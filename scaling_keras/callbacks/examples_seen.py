"""The examples that a `fit` has trained on: items of batches, or places of the loss in them."""

from __future__ import annotations

from typing import Any

import keras

from scaling_keras.callbacks.example_counter import ExampleCounter, Seen
from scaling_keras.callbacks.place_counter import PlaceCounter, Places

_MARK = "_scaling_keras_places"
"""The attribute of a training function whose graph counts places, that holds their counter."""


class ExamplesSeen:
    """Counts items, and places where items don't tell; see `ExampleCounter` and `PlaceCounter`.

    Args:
        model: A compiled model, about to train for the first time in this `fit`.
    """

    def __init__(self, model: keras.Model) -> None:
        self.items = ExampleCounter(model)
        self.examples_per_item = 1
        function = model.train_function
        counter = getattr(function, _MARK, None)
        if counter is None:
            counter = PlaceCounter(model)
            setattr(function, _MARK, counter)
        self._places: PlaceCounter = counter
        self._places_at_begin = counter.seen() if counter.is_needed else Places()
        self._share_kept = 1.0

    @staticmethod
    def is_traced_into(function: Any) -> bool:
        """Return whether the graph of a training function counts places where it must."""
        return hasattr(function, _MARK)

    @property
    def counts_places(self) -> bool:
        """Whether the examples are places that were counted one by one."""
        return self._places.is_needed

    def trace(self, *args: Any, **kwargs: Any) -> None:
        """See `PlaceCounter.trace`."""
        self._places.trace(*args, **kwargs)

    def places(self) -> Places:
        """Return the places since the `fit` began; only where they are counted."""
        now, begin = self._places.seen(), self._places_at_begin
        return Places(
            counted=(now.counted - begin.counted) * self._share_kept,
            total=(now.total - begin.total) * self._share_kept,
        )

    def examples(self, seen: Seen) -> int:
        """Return the examples in what the loss tracker has seen since the `fit` began."""
        if self.counts_places:
            return round(self.places().counted)
        return round(seen.items * self.examples_per_item)

    def computed_per_example(self) -> float:
        """Return the places that a model computed for each example: 1 without padding."""
        if not self.counts_places:
            return 1.0
        places = self.places()
        return places.total / places.counted if places.counted else 1.0

    def places_per_item(self) -> int | None:
        """Return the places of an item, padding included; None if they aren't counted."""
        items = self.items.seen().items
        return round(self.places().total / items) if self.counts_places and items else None

    def pause_after_failed_step(self, most_items: float) -> None:
        """See `ExampleCounter.pause_after_failed_step`; of the places, the same share is kept."""
        items = self.items.seen().items
        self.items.pause_after_failed_step(most_items)
        self._share_kept *= self.items.seen().items / items if items else 1.0
