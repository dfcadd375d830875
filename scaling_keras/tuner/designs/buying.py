"""Which run to buy next, from the law that the runs so far give."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import FitError, SweepError
from scaling_keras.law_runs import is_usable
from scaling_keras.laws.fit_result import check_level
from scaling_keras.laws.fitting import AUTO
from scaling_keras.laws.next_runs import check_worth
from scaling_keras.laws.uncertainty import check_resampling
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.seen_share import share_seen
from scaling_keras.tuner.sweep import TrialPlan

_SPARE_RUNS = 10
"""Runs beyond the parameters of a law before its scatter, and so its interval, is to be trusted.

Ten tell a standard deviation to `1 / sqrt(2 * 10)`, 22 %; and leave enough to hold some out.
"""

NONE_AFFORDABLE = "no run is left that the budget allows"
"""Why nothing is bought where all that is left costs too much."""

_LAST_RESAMPLES = 1000
"""Resamples of the last law, at least: as many as whoever fits it afterwards has."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Goal:
    """What is to be known, and how well.

    Attributes:
        target: `n_params` and `n_examples` of a run, or `train_flops` of a budget.
        width: How wide the interval may be, as a share; 0 for as narrow as can be.
        form: The law that is fitted, by name or as one of your own; `auto` for an average.
        level: Level of the interval.
        worth: As in `laws.next_runs`.
        n_resamples: Resamples of each fit but the last.
        objective: The metric that the law is of.

    Raises:
        SweepError: If `form`, `level`, `worth` or `n_resamples` can't be used.
    """

    target: Mapping[str, float]
    width: float = 0.0
    form: str | laws.Form = AUTO
    level: float = 0.9
    worth: float = 0.1
    n_resamples: int = 200
    objective: str = "val_loss"

    def __post_init__(self) -> None:
        _check_form(self.form)
        try:
            check_level(self.level)
            check_worth(self.worth)
            check_resampling(self.n_resamples, None)
        except FitError as error:
            raise SweepError(str(error)) from None


def _check_form(given: Any) -> None:
    """Raise a `SweepError` unless it is `auto` or a law of the loss by size and data alone."""
    form = laws.FORMS.get(given) if isinstance(given, str) else given
    if given == AUTO or (isinstance(form, laws.Form) and _is_of_size_and_data(form)):
        return
    names = ", ".join(name for name, known in laws.FORMS.items() if _is_of_size_and_data(known))
    received = repr(given)
    if isinstance(form, laws.Form):
        received = f"{form.name!r}, of {form.target} by {', '.join(form.variables)}"
    raise SweepError(
        f"`form` of an adaptive sweep must be a law of the loss by n_params and n_examples alone: "
        f"{AUTO}, {names}, or one of your own. Received: {received}."
    )


def _is_of_size_and_data(form: laws.Form) -> bool:
    """Return whether a form needs nothing that the runs of an adaptive sweep don't have."""
    return form.is_surface and form.target == "loss" and len(form.variables) == 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class Purchase:
    """A trial that may be bought.

    Attributes:
        plan: The trial.
        n_params: Parameters of its model.
        n_examples: Examples it is planned to see.
        train_flops: What it costs.
    """

    plan: TrialPlan
    n_params: float
    n_examples: float
    train_flops: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """What is to be bought next.

    Attributes:
        chosen: The trial; None for none.
        reason: Why none; empty if there is one.
        width: Width of the interval at the target now, in logs.
    """

    chosen: Purchase | None
    reason: str
    width: float


def fit_law(
    goal: Goal, runs: Sequence[tuple[Purchase, TrialOutcome]], *, is_last: bool = False
) -> laws.Fit:
    """Return the law of the runs so far.

    Args:
        goal: What is to be known.
        runs: The runs, with how they ended; those without a usable loss are left out.
        is_last: Whether it may be the last word, which is checked on held-out runs and has at least
            as many resamples as in `laws.fit`. An average is always checked: its weights come
            from there.

    Raises:
        FitError: If they don't determine it.
    """
    n_resamples = goal.n_resamples
    if is_last:
        n_resamples = max(n_resamples, _LAST_RESAMPLES)
    known = with_loss(goal, runs)
    # What it saw, padding left out, rather than what was asked for; and what that cost in all.
    seen = [outcome.n_examples or bought.n_examples for bought, outcome in known]
    spent = [outcome.train_flops or bought.train_flops for bought, outcome in known]
    return laws.fit(
        goal.form,
        {
            "n_params": [bought.n_params for bought, _ in known],
            "n_examples": seen,
            "loss": [outcome.metrics[goal.objective] for _, outcome in known],
            "train_flops_per_example": [
                flops / n_examples for flops, n_examples in zip(spent, seen, strict=True)
            ],
        },
        n_resamples=n_resamples,
        check_held_out=is_last or goal.form == AUTO,
    )


def with_loss(
    goal: Goal, runs: Sequence[tuple[Purchase, TrialOutcome]]
) -> list[tuple[Purchase, TrialOutcome]]:
    """Return the runs whose loss a law can be fitted to, as `RunTable.usable` chooses them."""
    return [
        (bought, outcome)
        for bought, outcome in runs
        if is_usable(outcome.metrics.get(goal.objective, math.nan))
    ]


def share_of(runs: Iterable[tuple[Purchase, TrialOutcome]]) -> float:
    """Return the share of their planned examples that runs saw, in which the others are planned."""
    return share_seen((outcome.n_examples, bought.n_examples) for bought, outcome in runs)


def at_target(goal: Goal, fit: laws.Fit) -> laws.Prediction | laws.Allocation:
    """Return what a law says of the target: the loss of a run, or the best split of a budget.

    Raises:
        FitError: If the law is none of size and data.
    """
    if "train_flops" in goal.target:
        return fit.optimal_allocation(level=goal.level, **goal.target)
    return fit.predict(level=goal.level, **goal.target)


def width_at(goal: Goal, fit: laws.Fit) -> float:
    """Return the width of the interval at the target, in logs; `inf` where it has no ends."""
    known = at_target(goal, fit)
    if isinstance(known, laws.Prediction):
        return float(np.log(known.high[0] / known.low[0]))
    if known.n_params.low == 0:
        return math.inf
    return float(np.log(known.n_params.high / known.n_params.low))


def is_reached(goal: Goal, fit: laws.Fit) -> bool:
    """Return whether the interval is as narrow as wanted, and there are runs enough to say so.

    A fit that could not be checked on held-out runs, where it was tried, says nothing of a target
    beyond its runs; `AdaptiveCourse` tries it before it takes a yes for the last word.
    """
    return _is_sure(fit) and width_at(goal, fit) <= math.log1p(goal.width)


def _is_sure(fit: laws.Fit) -> bool:
    """Return whether there are runs enough for the scatter of a fit to mean anything."""
    return fit.n_runs >= len(fit.theta) + _SPARE_RUNS


def choose(
    goal: Goal,
    fit: laws.Fit,
    affordable: Sequence[Purchase],
    *,
    running: Sequence[Purchase] = (),
    share: float = 1.0,
    why_none: str = NONE_AFFORDABLE,
) -> Choice:
    """Return the affordable run that narrows the interval most per FLOP, or why there is none.

    Args:
        goal: What is to be known, and how well.
        fit: The law of the runs so far.
        affordable: Runs that could be bought.
        running: Runs that are bought and have not ended.
        share: Share of what is planned for them that they will see; see `share_of`.
        why_none: Why there are none, for where there are none.
    """
    width = width_at(goal, fit)
    if is_reached(goal, fit):
        reason = f"the interval is {math.expm1(width):.2%} wide, as narrow as wanted"
        return Choice(chosen=None, reason=reason, width=width)
    if not affordable:
        reason = f"{why_none}; the interval is {math.expm1(width):.2%} wide"
        return Choice(chosen=None, reason=reason, width=width)
    aim = (
        {"train_flops": goal.target["train_flops"]}
        if "train_flops" in goal.target
        else {"target": goal.target}
    )
    advice = laws.next_runs(
        fit,
        **aim,
        candidates=_columns(affordable, share),
        running=_columns(running, share) if running else None,
        max_flops=1e300,
        n=1,
        worth=goal.worth,
        level=goal.level,
    )
    (best,) = advice.runs
    if _is_sure(fit) and best.cut <= 0:
        reason = (
            f"no affordable run narrows the interval further; it is {math.expm1(width):.2%} wide"
        )
        return Choice(chosen=None, reason=reason, width=width)
    place = (best.n_params, best.n_examples)
    chosen = next(p for p in affordable if (p.n_params, p.n_examples * share) == place)
    return Choice(chosen=chosen, reason="", width=width)


def _columns(runs: Sequence[Purchase], share: float) -> dict[str, list[float]]:
    """Return runs by the variables of a law."""
    return {
        "n_params": [run.n_params for run in runs],
        "n_examples": [run.n_examples * share for run in runs],
    }
