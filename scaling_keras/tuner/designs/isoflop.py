"""Several compute budgets, each spent on every size."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from scaling_keras.errors import SweepError
from scaling_keras.tuner.sizes import Size, TargetSize, checked_sizes
from scaling_keras.tuner.sweep import Models, Sweep, TrialPlan, cheapest_first, plan_trial
from scaling_keras.tuner.values import distinct, lowest_and_highest, positive_numbers, whole_numbers


class IsoFLOPSweep(Sweep):
    """Every compute budget spent on every size: the second approach of Hoffmann et al.

    The data of a trial is its budget over what one example costs at its size, as counted from the
    model's own graph, its share of what each step costs whatever its batch included; `6 N D` would
    miss the budget wherever attention, convolutions or embeddings matter. Data comes in whole
    batches, so budgets should be worth many steps at the largest size.
    `laws.isoflop` finds the best size at each budget.

    Args:
        budgets: Training FLOPs of one run. Positive; three or more, over a factor of ten.
        sizes: Sizes, as in `GridSweep`: five or more, on both sides of the best.
        examples_per_param: Lowest and highest ratio of data to parameters that is trained.
        seeds: Random seeds, not negative. 0 is a seed.

    Raises:
        SweepError: If a list is empty or has duplicates, or a value is out of its range.

    References:
        Hoffmann et al., arXiv:2203.15556, section 3.2.

    Example:
    >>> sweep = IsoFLOPSweep(budgets=[1e9, 1e10], sizes=[{"width": 16}, {"width": 32}])
    >>> sweep.budgets
    (1000000000.0, 10000000000.0)
    """

    def __init__(
        self,
        *,
        budgets: Sequence[float],
        sizes: Sequence[Size | TargetSize],
        examples_per_param: tuple[float, float] = (0.0, math.inf),
        seeds: Sequence[int] = (0,),
    ) -> None:
        self.budgets = distinct("budgets", positive_numbers("budgets", budgets))
        self.sizes = checked_sizes(sizes)
        self.seeds = distinct("seeds", whole_numbers("seeds", seeds, 0))
        low, high = lowest_and_highest("examples_per_param", examples_per_param)
        if not 0 <= low < high:
            raise SweepError(
                f"`examples_per_param` must be a lower and a higher ratio. "
                f"Received: {examples_per_param!r}. Pass (0, math.inf) for all."
            )
        self.examples_per_param = (low, high)

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials, cheapest first.

        A size that can't be built has no trials, since its data can't be known.

        Raises:
            SweepError: If no size can be given a budget.
        """
        low, high = self.examples_per_param
        plans = [plan for plan, _, reason in self._spent(models) if not reason]
        sizes = self.resolved(models)
        if sizes and not plans:
            raise SweepError(
                f"At least one size must be able to spend a budget. Received: budgets of "
                f"{', '.join(f'{budget:g}' for budget in self.budgets)} FLOPs, and {len(sizes)} "
                f"sizes with {low:g} to {high:g} examples per parameter. Raise the budgets, or "
                f"add smaller sizes."
            )
        return cheapest_first(plans, models)

    def left_out(self, models: Models) -> Mapping[str, str]:
        """Return the trials whose budget pays for too little or too much data, and which of them.

        Too little is less than one step, or a ratio that isn't asked for.
        """
        return {
            f"{plan.size_name} at {budget:g} FLOPs": reason
            for plan, budget, reason in self._spent(models)
            if reason
        }

    def _spent(self, models: Models) -> Iterator[tuple[TrialPlan, float, str]]:
        """Yield each budget spent on each size that can be built, and why that is left out."""
        for seed, budget, size in itertools.product(
            self.seeds, self.budgets, self.resolved(models)
        ):
            seen = models.examples_for(budget, plan_trial(size, 1, seed))
            if seen > 0:
                plan = plan_trial(size, round(seen), seed)
                yield plan, budget, self._why_left_out(plan, seen, models)

    def _why_left_out(self, plan: TrialPlan, seen: float, models: Models) -> str:
        """Return why a trial is left out; empty if it isn't.

        The reasons name no numbers of the trial, so that trials share them.
        """
        low, high = self.examples_per_param
        step, ratio = models.examples_per_step(plan), seen / models.n_params(models.model_of(plan))
        if seen < 1 or plan.n_examples < step:
            return f"the budget pays for less than one batch of {step} examples"
        if ratio < low:
            return f"the budget pays for fewer than {low:g} examples per parameter"
        if ratio > high:
            return f"the budget pays for more than {high:g} examples per parameter"
        return ""
