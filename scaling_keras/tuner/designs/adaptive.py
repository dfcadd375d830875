"""A sweep that chooses its next run by what the runs so far say."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from scaling_keras import laws
from scaling_keras.errors import ConvergenceError, FitError, SweepError, TooFewRunsError
from scaling_keras.tuner.designs.buying import (
    NONE_AFFORDABLE,
    Choice,
    Goal,
    Purchase,
    at_target,
    choose,
    fit_law,
    is_reached,
    share_of,
    with_loss,
)
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sizes import Size, TargetSize, checked_sizes
from scaling_keras.tuner.sweep import (
    Ended,
    Models,
    Sweep,
    TrialPlan,
    by_training,
    cheapest_first,
    plan_trial,
)
from scaling_keras.tuner.values import distinct, positive_numbers, whole_numbers

_START_SIDE = 3
"""The first runs are so many sizes with so many amounts of data."""
_APART = 1.4
"""Ratio between these, at least: nearly the same ones hardly tell a slope."""
_MOST_FOR_START = 0.5
"""Share of the compute budget beyond which they leave too little to choose with, a finding."""


class AdaptiveSweep(Sweep):
    """After each run, the affordable one that most narrows the interval at a target per FLOP.

    It begins with the cheapest runs that determine a law: three sizes with three amounts of data,
    each at least 1.4 times the one before where there are such.
    From then on the law is fitted after each run, and `laws.next_runs` picks the next among the
    runs that the budget still allows. It ends, and says why, when the interval is as narrow as
    wanted, the compute is spent, or no run is left that would help. Trials that are under way at
    the same time are counted on, so that none tells what another will.

    An interval holds what the runs can tell, not that the law goes on: test the answer with a
    larger run (`ScalingTuner.train_at`).

    Args:
        sizes: Sizes that may be trained, as in `GridSweep`: three or more, over a factor of ten in
            parameters.
        n_examples: Amounts of data that may be trained: three or more, in equal ratios.
        target: What is to be known: the loss of a run, `{"n_params": ..., "n_examples": ...}`, or
            the best size on a budget, `{"train_flops": ...}`.
        until: When to end: `width`, how wide the interval may be, as a share (0.05: its upper end
            5 % above its lower end); `train_flops`, what all runs together may cost; or both,
            whichever comes first.
        seeds: Seeds with which a run may be repeated.
        form: The law that is fitted, of the loss by size and data alone: a name in `laws.FORMS`,
            or one of your own (`laws.custom_form`); `ScalingTuner.fit_law` fits it, too, unless
            it is told another. By default an average of forms, `auto`: a single one that
            isn't quite right is soon narrow and wrong.
        level: Level of the interval, between 0 and 1.
        worth: As in `laws.next_runs`, from 0 to 1: a run counts only if it narrows at least this
            share of what the best one does. The lower, the more and the cheaper the runs.
        n_resamples: Resamples of each fit on the way, at least 100. The sweep ends on one with
            1000 at least, as `laws.fit` has.

    Raises:
        SweepError: If a list is too short or has duplicates, a value is out of its range, or `form`
            isn't such a law.

    Example:
    >>> sweep = AdaptiveSweep(
    ...     sizes=[{"width": 8}, {"width": 16}, {"width": 32}, {"width": 64}],
    ...     n_examples=[10_000, 30_000, 90_000, 270_000],
    ...     target={"n_params": 1e6, "n_examples": 1e7},
    ...     until={"width": 0.05, "train_flops": 1e12},
    ... )
    >>> sweep.until
    {'width': 0.05, 'train_flops': 1000000000000.0}

    References:
        Chaloner and Verdinelli, Bayesian Experimental Design: A Review (1995), section 2.
    """

    def __init__(
        self,
        *,
        sizes: Sequence[Size | TargetSize],
        n_examples: Sequence[int],
        target: Mapping[str, float],
        until: Mapping[str, float],
        seeds: Sequence[int] = (0,),
        form: str | laws.Form = "auto",
        level: float = 0.9,
        worth: float = 0.1,
        n_resamples: int = 200,
    ) -> None:
        self.sizes = checked_sizes(sizes)
        self.n_examples = distinct("n_examples", whole_numbers("n_examples", n_examples, 1))
        self.seeds = distinct("seeds", whole_numbers("seeds", seeds, 0))
        for name, values in (("sizes", self.sizes), ("n_examples", self.n_examples)):
            if len(values) < _START_SIDE:
                raise SweepError(
                    f"`{name}` of an adaptive sweep must be at least {_START_SIDE}, to fit a law "
                    f"to. Received: {len(values)}. Add some."
                )
        self.target = _numbers("target", target)
        if set(self.target) not in ({"n_params", "n_examples"}, {"train_flops"}):
            raise SweepError(
                f"`target` must name n_params and n_examples, or train_flops. "
                f"Received: {', '.join(self.target) or 'nothing'}."
            )
        self.until = _numbers("until", until)
        if not self.until or set(self.until) - {"width", "train_flops"}:
            raise SweepError(
                f"`until` must name width, train_flops or both. "
                f"Received: {', '.join(self.until) or 'nothing'}."
            )
        self.form = form
        self._budget = self.until.get("train_flops", math.inf)
        self._goal = Goal(
            target=self.target,
            width=self.until.get("width", 0.0),
            form=form,
            level=level,
            worth=worth,
            n_resamples=n_resamples,
        )

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return every trial that may be run and that the budget pays for, cheapest first.

        Of those that see the same examples, in whole batches, the first counts.
        """
        return self._affordable(self._different(models), models)

    def _affordable(self, plans: Sequence[TrialPlan], models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials that the whole budget pays for, each alone."""
        return tuple(plan for plan in plans if _purchase(plan, models).train_flops <= self._budget)

    def _different(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return every trial that differs from those before it, whatever it costs."""
        trials = cheapest_first(
            (
                plan_trial(size, n_examples, seed)
                for seed, n_examples, size in itertools.product(
                    self.seeds, self.n_examples, self.resolved(models)
                )
                if math.isfinite(models.n_params(size))
            ),
            models,
        )
        return tuple(first for first, *_ in by_training(trials, models))

    def start(self, models: Models, ended: Ended) -> AdaptiveCourse:
        """Return the course of a search.

        Raises:
            SweepError: If the budget doesn't pay for the first runs.
        """
        different = self._different(models)
        plans = self._affordable(different, models)
        return AdaptiveCourse(
            plans,
            models,
            ended,
            dataclasses.replace(self._goal, objective=models.objective),
            self._budget,
            has_dearer=len(plans) < len(different),
        )

    def at_target(self, fit: laws.Fit) -> laws.Prediction | laws.Allocation:
        """Return what a law says of the target."""
        return at_target(self._goal, fit)

    def first(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials that are run before there is a law to choose by."""
        return _first_plans([_purchase(plan, models) for plan in self.plan(models)], self._budget)


class AdaptiveCourse:
    """The trials of one adaptive search.

    Args:
        plans: The trials that may be run.
        models: What the models of the sizes cost.
        ended: Tells which trials have ended in earlier searches.
        goal: What is to be known, and how well.
        budget: Training FLOPs that may be spent, those of earlier searches included; may be `inf`.
        has_dearer: Whether the sweep has trials that alone cost more.
    """

    def __init__(
        self,
        plans: Sequence[TrialPlan],
        models: Models,
        ended: Ended,
        goal: Goal,
        budget: float,
        *,
        has_dearer: bool,
    ) -> None:
        self.reason = ""
        self.note = ""
        self.train_flops = budget if math.isfinite(budget) else 0.0
        self.foreseen: Sequence[tuple[TrialPlan, float]] = ()
        self.findings: list[laws.Finding] = []
        self.fit: laws.Fit | None = None
        self._goal = goal
        self._budget = budget
        self._has_dearer = has_dearer
        self._pool = {plan.name: _purchase(plan, models) for plan in plans}
        self._plans = {plan.name: plan for plan in plans}
        self._outcomes: dict[str, TrialOutcome] = {}
        for plan in plans:
            outcome = ended(plan)
            if outcome is not None:
                self._outcomes[plan.name] = outcome
        first = _first_plans(list(self._pool.values()), budget)
        self._first = [plan for plan in first if plan.name not in self._outcomes]
        spent_first = sum(self._pool[plan.name].train_flops for plan in first)
        if spent_first > _MOST_FOR_START * budget:
            self.findings.append(_little_choice(len(first), spent_first, budget))
        self._running: list[str] = []

    def known(self) -> tuple[TrialPlan, ...]:
        """Return the trials that have ended or are to be run whatever comes of the others."""
        names = dict.fromkeys([*self._outcomes, *self._running, *(p.name for p in self._first)])
        return tuple(self._plans[name] for name in names)

    def next_plan(self) -> TrialPlan | None:
        """Return the next trial; None if there is none, or none before another has finished."""
        if self.reason:
            return None
        plan = self._next_of_first() or self._chosen()
        if plan is not None:
            self._running.append(plan.name)
        return plan

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended."""
        self._running.remove(plan.name)
        self._outcomes[plan.name] = outcome

    def spent(self) -> float:
        """Return the FLOPs of the trials that have ended or are under way."""
        return sum(self._pool[name].train_flops for name in (*self._outcomes, *self._running))

    def _next_of_first(self) -> TrialPlan | None:
        """Return the next of the first trials that the budget still pays for."""
        while self._first:
            plan = self._first.pop(0)
            if self.spent() + self._pool[plan.name].train_flops <= self._budget:
                return plan
        return None

    def _chosen(self) -> TrialPlan | None:
        """Return the trial that narrows the interval most for its FLOPs."""
        left = self._budget - self.spent()
        waiting = [
            purchase
            for name, purchase in self._pool.items()
            if name not in self._outcomes and name not in self._running
        ]
        try:
            self.fit, is_last = self._fit()
            choice = self._choose(self.fit, waiting, left)
            if choice.chosen is None and not self._running and not is_last:
                # The last word is on a law that was checked.
                self.fit = fit_law(self._goal, self._completed(), is_last=True)
                choice = self._choose(self.fit, waiting, left)
        except (TooFewRunsError, ConvergenceError) as error:
            return self._blind(waiting, left, str(error))
        except FitError as error:
            if self._running:
                return None
            # Further runs wouldn't change it, so none is paid for.
            raise SweepError(
                f"The runs of an adaptive sweep are chosen by their law, which must be one that "
                f"can be fitted to them. Received: {str(error).rstrip('.')}. Correct that, and "
                f"search again; what has been trained is kept."
            ) from None
        self.note = f"interval {math.expm1(choice.width):.1%} wide"
        # While others are under way they may bring what this one still lacks.
        self.reason = "" if self._running else choice.reason
        return None if choice.chosen is None else choice.chosen.plan

    def _choose(self, fit: laws.Fit, waiting: Sequence[Purchase], left: float) -> Choice:
        """Return what to buy with what is left."""
        affordable = [purchase for purchase in waiting if purchase.train_flops <= left]
        running = [self._pool[name] for name in self._running]
        return choose(
            self._goal,
            fit,
            affordable,
            running=running,
            share=share_of(self._completed()),
            why_none=self._why_none(waiting),
        )

    def _why_none(self, waiting: Sequence[Purchase]) -> str:
        """Return why nothing can be bought, where nothing can."""
        if waiting or self._has_dearer:
            return NONE_AFFORDABLE
        return "every run of `sizes`, `n_examples` and `seeds` has been trained: add larger ones"

    def _fit(self) -> tuple[laws.Fit, bool]:
        """Return the law so far, and whether it may be the last word.

        That takes most of the time, so it is tried once the interval seems narrow enough.
        """
        runs = self._completed()
        fit = fit_law(self._goal, runs)
        if is_reached(self._goal, fit):
            return fit_law(self._goal, runs, is_last=True), True
        return fit, False

    def _blind(self, waiting: list[Purchase], left: float, why: str) -> TrialPlan | None:
        """Return the cheapest trial where the runs so far give no law, as after failures."""
        affordable = [purchase for purchase in waiting if purchase.train_flops <= left]
        if self._running:
            return None
        completed = self._completed()
        if completed and not with_loss(self._goal, completed):
            self.reason = (
                f"no law can be fitted: {len(completed)} runs have completed, and none has a "
                f"positive, finite {self._goal.objective}"
            )
            return None
        if not affordable:
            self.reason = f"{self._why_none(waiting)}, and there is no law: {why}"
            return None
        return affordable[0].plan

    def _completed(self) -> list[tuple[Purchase, TrialOutcome]]:
        """Return the trials that a law can be fitted to, in an order that never differs."""
        return [
            (self._pool[name], self._outcomes[name])
            for name in self._pool
            if name in self._outcomes and self._outcomes[name].status == "completed"
        ]


def _little_choice(n_first: int, spent: float, budget: float) -> laws.Finding:
    """Return the finding that the first runs leave little of the budget."""
    return laws.Finding(
        code="little_to_choose",
        message=f"The first {n_first} runs, which no law chooses, cost {spent:.3g} of the "
        f"{budget:.3g} FLOPs, so that few or none can be chosen. Raise `train_flops`, or add "
        f"smaller sizes and less data.",
    )


def _purchase(plan: TrialPlan, models: Models) -> Purchase:
    """Return a trial with what it costs, in whole batches."""
    n_examples = float(models.n_examples(plan))
    return Purchase(
        plan=plan,
        n_params=models.n_params(models.model_of(plan)),
        n_examples=n_examples,
        train_flops=models.train_flops_per_example(plan) * n_examples,
    )


def _first_plans(pool: Sequence[Purchase], budget: float) -> tuple[TrialPlan, ...]:
    """Return the trials that a first law is fitted to: three sizes with three amounts of data.

    The cheapest that are somewhat apart. Whatever is dearer is better chosen by a law.

    Raises:
        SweepError: If there are too few, or even the smallest cost more than the budget.
    """
    sizes = sorted({purchase.n_params for purchase in pool})
    data = sorted({purchase.plan.n_examples for purchase in pool})
    if min(len(sizes), len(data)) < _START_SIDE:
        raise SweepError(
            f"An adaptive sweep needs {_START_SIDE} different sizes that can be built and may be "
            f"trained. Received: {len(sizes)} of them, with {len(data)} amounts of data. Add some, "
            f"or raise `max_n_params`."
        )
    first = _with(_apart(sizes), _apart(data), pool)
    if _cost(first) > budget:
        first = _with(sizes[:_START_SIDE], data[:_START_SIDE], pool)
    cost = _cost(first)
    if cost > budget:
        raise SweepError(
            f"`until` must allow the first {len(first)} runs. Received: "
            f"train_flops={budget:.4g}, and they cost {cost:.4g}. Raise it, or add smaller "
            f"sizes and less data."
        )
    return tuple(purchase.plan for purchase in first)


def _apart(values: Sequence[float]) -> list[float]:
    """Return the three smallest of sorted values that are apart; if none, the ends and a middle."""
    found = [values[0]]
    for value in values:
        if value >= _APART * found[-1]:
            found.append(value)
    return found[:_START_SIDE] if len(found) >= _START_SIDE else _ends_and_middle(values)


def _ends_and_middle(values: Sequence[float]) -> list[float]:
    """Return the first and last value, and the one between whose ratios to both are nearest."""
    low, high = values[0], values[-1]
    middle = min(values[1:-1], key=lambda value: abs(math.log(value * value / (low * high))))
    return [low, middle, high]


def _with(
    sizes: Sequence[float], data: Sequence[float], pool: Sequence[Purchase]
) -> list[Purchase]:
    """Return the trials of some sizes and amounts of data with the first seed."""
    return [
        purchase
        for purchase in pool
        if purchase.n_params in sizes
        and purchase.plan.n_examples in data
        and purchase.plan.seed == pool[0].plan.seed
    ]


def _cost(purchases: Sequence[Purchase]) -> float:
    """Return the FLOPs of some trials together."""
    return sum(purchase.train_flops for purchase in purchases)


def _numbers(name: str, given: Mapping[str, Any]) -> dict[str, float]:
    """Return named numbers as floats, or raise a `SweepError`."""
    if not isinstance(given, Mapping):
        raise SweepError(
            f"`{name}` must be a mapping of names to numbers, such as {{'train_flops': 1e15}}. "
            f"Received: {given!r}."
        )
    return dict(zip(given, positive_numbers(name, list(given.values())), strict=True))
