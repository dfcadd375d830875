"""Which of a trial's hyperparameters make its model another than that of its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scaling_keras.tuner.size_book import SizeBook
from scaling_keras.tuner.sizes import Size, TargetSize
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.values import RESERVED


class TrialModels:
    """Knows what the models of trials are, without building one for each learning rate.

    Args:
        book: Builds and counts models.
        sizes: The sizes of the sweep.
        values: What its trials set besides, name to the values that occur.
    """

    def __init__(
        self,
        book: SizeBook,
        sizes: Sequence[Size | TargetSize],
        values: Mapping[str, Sequence[Any]],
    ) -> None:
        self._book = book
        self._sizes = tuple(sizes)
        self._values = {name: tuple(tried) for name, tried in values.items()}
        self._telling: frozenset[str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs: what was found out, and not what from."""
        return {**self.__dict__, "_telling": self._telling_names(), "_sizes": ()}

    def model_of(self, plan: TrialPlan) -> Size:
        """Return the size of a trial with those of its other values that make a model another.

        A `batch_size` is none of them, nor is a fraction that changes nothing that is counted.
        """
        others = {
            name: value
            for name, value in plan.hyperparameters.items()
            if name != "batch_size" and name not in RESERVED
        }
        fractions = {name for name, value in others.items() if isinstance(value, float)}
        if not fractions:
            return {**plan.size, **others}
        quiet = fractions - self._telling_names()
        known = {n for n in quiet if others[n] in self._values.get(n, ())}
        counted = {n: value for n, value in others.items() if n not in known}
        # What the sweep doesn't vary, as what is tuned, is looked at with the trial.
        unknown = {n: counted.pop(n) for n in quiet - known}
        model = {**plan.size, **counted}
        if unknown and self._differs(model, unknown):
            return {**model, **{n: unknown[n] for n in others if n in unknown}}
        return model

    def _telling_names(self) -> frozenset[str]:
        """Return the names of the fractions of the sweep that change what is counted of models."""
        if self._telling is None:
            self._telling = frozenset(self._found_to_tell())
        return self._telling

    def _found_to_tell(self) -> set[str]:
        """Find out which fractions change models: each value once at the smallest size.

        There a product with a small number may be rounded away, or what it takes part in be left
        out. So the largest size is built once with all of them, beside the last of the others.
        """
        fractions = {
            name: floats
            for name, tried in self._values.items()
            if name != "batch_size" and (floats := [v for v in tried if isinstance(v, float)])
        }
        if not fractions:
            return set()
        book = self._book
        sizes = [book.resolve(size) for size in self._sizes]
        sizes = [z for z in sizes if book.can_be_built(z) and not book.why_skipped(z)]
        if not sizes:
            return set(fractions)  # Nothing tells, so each trial's model is looked at.
        sizes.sort(key=book.n_params)
        alone = {
            name
            for name, tried in fractions.items()
            if any(
                self._differs(sizes[0], {name: value})
                for value in tried
                if value != self._values[name][0]  # With which it has been counted.
            )
        }
        last = {n: tried[-1] for n, tried in self._values.items() if n not in fractions}
        last.pop("batch_size", None)
        farthest = {
            name: max(tried, key=lambda value: abs(value - tried[0]))
            for name, tried in fractions.items()
            if name not in alone
        }
        if farthest and (last or len(sizes) > 1):
            return set(fractions) if self._differs({**sizes[-1], **last}, farthest) else alone
        return alone

    def _differs(self, model: Size, more: Mapping[str, Any]) -> bool:
        """Return whether more values make a model another, as far as it is counted."""
        return self._counted(model) != self._counted({**model, **more})

    def _counted(self, model: Size) -> tuple[Any, ...] | None:
        """Return what is counted of a model; None for one that can't be built."""
        if not self._book.can_be_built(model):
            return None
        counted = self._book.count(model)
        return (
            dict(counted.groups),
            counted.train_flops_per_example,
            counted.flops_per_step,
            counted.examples_per_item,
        )
