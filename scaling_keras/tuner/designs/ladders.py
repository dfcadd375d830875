"""Ladders: sizes at a fixed ratio of data to parameters, and one size on ever more data."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from scaling_keras.errors import SweepError
from scaling_keras.tuner.sizes import Size, TargetSize, checked_sizes
from scaling_keras.tuner.sweep import Models, Sweep, TrialPlan, cheapest_first, plan_trial
from scaling_keras.tuner.values import (
    distinct,
    lowest_and_highest,
    positive_numbers,
    whole_number,
    whole_numbers,
)


class LadderSweep(Sweep):
    """Every size on as much data as its parameters times a ratio, or each of several.

    The cheapest way to a law of compute, `L(C)`. With one ratio, size and data grow together and a
    law of both can't tell their exponents apart: give three ratios, a factor of ten wide, for that.
    Data that is seen once only, as most such ladders have it, must be as long as the largest trial:
    `search` refuses shorter data that isn't repeated.

    Args:
        sizes: Sizes, as in `GridSweep`.
        examples_per_param: Ratios of examples to parameters, positive. 20 is close to the optimum
            of dense language models, counted in tokens (Hoffmann et al., arXiv:2203.15556).
        seeds: Random seeds, not negative. 0 is a seed.

    Raises:
        SweepError: If a list is empty or has duplicates, or a value is out of its range.

    Example:
    >>> LadderSweep(sizes=[{"width": 16}, {"width": 32}]).examples_per_param
    (20.0,)
    """

    def __init__(
        self,
        *,
        sizes: Sequence[Size | TargetSize],
        examples_per_param: Sequence[float] = (20.0,),
        seeds: Sequence[int] = (0,),
    ) -> None:
        self.sizes = checked_sizes(sizes)
        self.examples_per_param = distinct(
            "examples_per_param", positive_numbers("examples_per_param", examples_per_param)
        )
        self.seeds = distinct("seeds", whole_numbers("seeds", seeds, 0))
        self.variable = "train_flops" if len(self.examples_per_param) == 1 else ""

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials, cheapest first; a size that can't be built has none."""
        sizes = [size for size in self.resolved(models) if math.isfinite(models.n_params(size))]
        trials = (
            plan_trial(size, max(1, round(ratio * models.n_params(size))), seed)
            for seed, ratio, size in itertools.product(self.seeds, self.examples_per_param, sizes)
        )
        return cheapest_first(trials, models)


class DataLadderSweep(Sweep):
    """One size on ever more data, in equal ratios: for a law of data, `L(D)`.

    Args:
        size: The size.
        n_examples: The fewest and the most examples. Positive whole numbers.
        n_steps: Amounts of data, at least 3, both ends included.
        seeds: Random seeds, not negative. 0 is a seed.

    Raises:
        SweepError: If a value is out of its range.

    Example:
    >>> DataLadderSweep(size={"width": 16}, n_examples=(1000, 64000), n_steps=4).n_examples
    (1000, 4000, 16000, 64000)
    """

    variable = "n_examples"

    def __init__(
        self,
        *,
        size: Size | TargetSize,
        n_examples: tuple[int, int],
        n_steps: int = 6,
        seeds: Sequence[int] = (0,),
    ) -> None:
        self.sizes = checked_sizes([size])
        low, high = whole_numbers("n_examples", lowest_and_highest("n_examples", n_examples), 1)
        n_steps = whole_number("n_steps", n_steps, 3)
        ratio = (high / low) ** (1 / (n_steps - 1))
        self.n_examples = tuple(round(low * ratio**step) for step in range(n_steps))
        if len(set(self.n_examples)) < n_steps:
            raise SweepError(
                f"`n_examples` must be far enough apart for {n_steps} different amounts. Received: "
                f"n_examples={n_examples!r}, n_steps={n_steps}. Move them apart, or lower "
                f"`n_steps`."
            )
        self.seeds = distinct("seeds", whole_numbers("seeds", seeds, 0))

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials, cheapest first."""
        trials = (
            plan_trial(size, n_examples, seed)
            for seed, n_examples, size in itertools.product(
                self.seeds, self.n_examples, self.resolved(models)
            )
        )
        return cheapest_first(trials, models)
