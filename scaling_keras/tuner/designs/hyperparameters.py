"""Ladders of hyperparameters, such as the learning rate, at every size and amount of data."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from scaling_keras.errors import SweepError
from scaling_keras.tuner.sizes import Size, TargetSize, checked_sizes, names_set_by, size_name
from scaling_keras.tuner.sweep import Models, Sweep, TrialPlan, cheapest_first, plan_trial
from scaling_keras.tuner.values import (
    check_free,
    distinct,
    listed,
    of_one_kind,
    plain_values,
    whole_numbers,
)


class HyperparameterSweep(Sweep):
    """Every size and amount of data with every combination of some hyperparameters.

    For laws of the best learning rate and batch size: `laws.optima` finds the best value at each
    size and amount of data and how it grows with both. Each run's schedule ends with the run, so
    each amount of data is trained on its own.

    `build_model` reads the values as in `hp["learning_rate"]`. A `batch_size` goes to the function
    that gives the training data, if that takes one, and is in `hp` too.

    Args:
        sizes: Sizes, as in `GridSweep`.
        n_examples: Data budgets, as in `GridSweep`.
        values: Hyperparameter name to the values to try: numbers in equal ratios, a factor of two
            apart or less, wide enough that the best isn't at an end. Whole numbers among others
            become floats. No name may be one of the sizes', nor `n_examples`, `n_steps` or `seed`,
            nor what runs tell something else by, such as `loss`.
        seeds: Random seeds, not negative. 0 is a seed.

    Raises:
        SweepError: If a list is empty or has duplicates, or a value is out of its range.

    Example:
    >>> sweep = HyperparameterSweep(
    ...     sizes=[{"width": 16}, {"width": 32}],
    ...     n_examples=[1000, 4000],
    ...     values={"learning_rate": [1e-3, 2e-3, 4e-3], "batch_size": [16, 32]},
    ... )
    >>> sweep.hyperparameters
    {'learning_rate': 0.001, 'batch_size': 16}
    """

    def __init__(
        self,
        *,
        sizes: Sequence[Size | TargetSize],
        n_examples: Sequence[int],
        values: Mapping[str, Sequence[Any]],
        seeds: Sequence[int] = (0,),
    ) -> None:
        self.sizes = checked_sizes(sizes)
        self.n_examples = distinct("n_examples", whole_numbers("n_examples", n_examples, 1))
        self.seeds = distinct("seeds", whole_numbers("seeds", seeds, 0))
        if not values or not isinstance(values, Mapping):
            raise SweepError(
                f"`values` must name at least one hyperparameter to vary. Received: {values!r}. "
                f"Pass values={{'learning_rate': [1e-3, 2e-3, 4e-3]}}, or use a GridSweep."
            )
        check_free("values", values, names_set_by(self.sizes), "`sizes`")
        self.values = {
            name: distinct(
                name,
                of_one_kind([plain_values({name: v}, "trial")[name] for v in listed(name, tried)]),
            )
            for name, tried in values.items()
        }
        self.hyperparameters = {name: tried[0] for name, tried in self.values.items()}

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials, cheapest first."""
        trials = (
            plan_trial(size, n_examples, seed, hyperparameters=tried)
            for seed, n_examples, size, tried in itertools.product(
                self.seeds, self.n_examples, self.resolved(models), self._combinations()
            )
        )
        kept = [trial for trial in trials if not models.why_skipped(models.model_of(trial))]
        return cheapest_first(kept, models)

    def left_out(self, models: Models) -> Mapping[str, str]:
        """Return the values that make a model of a size too large, with that as the reason."""
        of_models = [
            model for size in self.resolved(models) for model in self.models_of(size, models)
        ]
        reasons = {size_name(model): models.why_skipped(model) for model in of_models}
        return {name: reason for name, reason in reasons.items() if reason}

    def models_of(self, size: Size, models: Models) -> tuple[Size, ...]:
        """Return what the models of a size are made of: of the values those that change them."""
        # A family that finds a size by its parameters names only now what it is made of.
        check_free("values", self.values, names_set_by([size]), "`sizes`")
        trials = (
            plan_trial(size, self.n_examples[0], self.seeds[0], hyperparameters=tried)
            for tried in self._combinations()
        )
        found = {size_name(model): model for model in map(models.model_of, trials)}
        return tuple(found.values())

    def _combinations(self) -> list[dict[str, Any]]:
        """Return every combination of the values."""
        return [
            dict(zip(self.values, tried, strict=True))
            for tried in itertools.product(*self.values.values())
        ]
