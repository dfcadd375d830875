"""Everything that a report tells, computed; what can't be is there with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import FitError, ScalingError
from scaling_keras.laws.verdicts import Verdict, verdicts
from scaling_keras.runs import RunTable

MULTIPLES = (1.0, 10.0, 100.0)
"""Budgets that are answered for if none are asked about, relative to the dearest run."""

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What the law says of one budget.

    Attributes:
        at: The budget, or the place on the axis of a one-variable law.
        beyond: How many times the dearest run's that is.
        n_params: The best size; None for a one-variable law.
        n_examples: The best amount of data; None for a one-variable law.
        loss: The loss expected there, with the interval of a new run.
        extrapolation: Factor beyond the runs.
    """

    at: float
    beyond: float
    n_params: laws.Interval | None
    n_examples: laws.Interval | None
    loss: laws.Interval
    extrapolation: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {
            name: value.to_dict() if isinstance(value, laws.Interval) else value
            for name, value in vars(self).items()
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReportResults:
    """What a report is made from.

    Attributes:
        source: The logdir or file, as the user named it.
        table: All runs.
        fit: The law.
        level: Of the intervals.
        answers: Per budget; empty where the law has none.
        verdicts: What was predicted of runs before they were trained, and what they reached.
        approaches: The three approaches; None if they can't be compared.
        variations: The sensitivity table.
        reasons: Part of the report to why it is missing.
    """

    source: str
    table: RunTable
    fit: laws.Fit
    level: float
    answers: tuple[Answer, ...]
    verdicts: tuple[Verdict, ...]
    approaches: laws.Approaches | None
    variations: tuple[laws.Variation, ...]
    reasons: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, without the runs."""
        return {
            "fit": {**self.fit.to_dict(resamples=False), "formula": self.fit.formula()},
            "level": self.level,
            "answers": [answer.to_dict() for answer in self.answers],
            "predicted": [verdict.to_dict() for verdict in self.verdicts],
            "approaches": self.approaches.to_dict() if self.approaches else None,
            "sensitivity": [variation.to_dict() for variation in self.variations],
            "missing": dict(self.reasons),
        }


def gather(
    fit: laws.Fit,
    table: RunTable,
    *,
    source: str,
    budgets: Sequence[float] | None,
    level: float,
    seed: int,
) -> ReportResults:
    """Compute what a report tells of a fit and its runs.

    Args:
        fit: The law.
        table: The runs that it was fitted to, and those that were left out.
        source: What the user calls them.
        budgets: Compute to answer for; some multiples of the dearest run's if None.
        level: Of the intervals, in `(0, 1)`.
        seed: Of the resamples.

    Raises:
        FitError: If a budget isn't positive and finite.
    """
    reasons: dict[str, str] = {}

    def tried(part: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ScalingError as error:
            reasons[part] = str(error)
            return None

    again: dict[str, Any] = {
        "level": level,
        "seed": seed,
        "n_resamples": len(fit.resamples),
    }
    surface = (set(fit.law.variables), fit.law.target) == ({"n_params", "n_examples"}, "loss")
    compared = tried(
        "approaches",
        lambda: laws.approaches(table, fit=fit if surface else None, **again),
    )
    answers = (
        answers_of(fit, table, budgets, level)
        if budgets
        else tried("answers", lambda: answers_of(fit, table, None, level))
    )
    return ReportResults(
        source=source,
        table=table,
        fit=fit,
        level=level,
        answers=answers or (),
        verdicts=verdicts(table),
        approaches=compared,
        variations=tried("sensitivity", lambda: laws.sensitivity(fit, table)) or (),
        reasons=reasons,
    )


def answers_of(
    fit: laws.Fit, table: RunTable, budgets: Sequence[float] | None, level: float
) -> tuple[Answer, ...]:
    """Return what a law says of budgets, or of places on its one axis.

    Args:
        fit: The law.
        table: The runs that it was fitted to; without what they cost the law's own cost counts.
        budgets: Compute to answer for; `MULTIPLES` of the dearest run's if None.
        level: Of the intervals, in `(0, 1)`.

    Raises:
        FitError: If the law answers for neither, or a budget isn't positive and finite.
    """
    names = fit.law.variables
    if names == ("x",):
        dearest = float(fit.values.max())
        places = _places(budgets, dearest)
        said = fit.predict(x=places, level=level)
        loss = laws.Interval(value=said.mean, low=said.low, high=said.high)
        return _answers(places, dearest, None, None, loss, said.extrapolation)
    if set(names) != {"n_params", "n_examples"}:
        raise FitError(
            f"Budgets are answered for by a law of n_params and n_examples, or of one variable. "
            f"Received: a `{fit.form}` fit of {', '.join(names)}. `scaling-keras plan` takes the "
            f"others with `--dataset-size`."
        )
    dearest = _dearest(fit, table)
    places = _places(budgets, dearest)
    best = fit.optimal_allocation(train_flops=places, level=level)
    return _answers(places, dearest, best.n_params, best.n_examples, best.loss, best.extrapolation)


def _dearest(fit: laws.Fit, table: RunTable) -> float:
    """Return the FLOPs of the dearest run of a law, as counted if all were."""
    costs = {run.name: run.train_flops for run in table}
    counted = np.array([costs.get(name, np.nan) for name in fit.names], dtype=np.float64)
    if np.isfinite(counted).all():
        return float(counted.max())
    names = fit.law.variables
    size, data = (fit.values[:, names.index(name)] for name in ("n_params", "n_examples"))
    return float((fit.train_flops_per_example(size) * data).max())


def _places(budgets: Sequence[float] | None, dearest: float) -> Any:
    return np.array(budgets if budgets else [m * dearest for m in MULTIPLES], dtype=np.float64)


def _answers(
    places: Any,
    dearest: float,
    n_params: laws.Interval | None,
    n_examples: laws.Interval | None,
    loss: laws.Interval,
    extrapolation: Any,
) -> tuple[Answer, ...]:
    def at(interval: laws.Interval, i: int) -> laws.Interval:
        ends = {name: float(getattr(interval, name)[i]) for name in ("value", "low", "high")}
        return laws.Interval(**ends)

    return tuple(
        Answer(
            at=float(place),
            beyond=float(place / dearest),
            n_params=at(n_params, i) if n_params else None,
            n_examples=at(n_examples, i) if n_examples else None,
            loss=at(loss, i),
            extrapolation=float(extrapolation[i]),
        )
        for i, place in enumerate(places)
    )
