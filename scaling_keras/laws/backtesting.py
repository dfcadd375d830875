"""`backtest`: what a law that has seen only the cheaper runs says of the dearer ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.auto_variables import is_of_one_variable
from scaling_keras.laws.columns import Columns, gather
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.fitting import AUTO, fit
from scaling_keras.laws.forms import get_form
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import fit_example_cost
from scaling_keras.laws.holdout import guess, held_out_rows, price_of_rows, relative_error
from scaling_keras.laws.results import Prediction
from scaling_keras.runs import RunTable

_OPTIONS = {
    "fixed",
    "objective",
    "huber_delta",
    "n_resamples",
    "seed",
    "on_failure",
    "check_held_out",
}
"""What `fit` takes by name and is no column."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Runs that a fit had not seen, and what it said of them. In means they count by weight.

    Attributes:
        fit: The law, fitted to the cheaper runs.
        names: Names of the runs held out.
        values: Their variables, shape `(runs, variables)`, in the order of `fit.law.variables`.
        observed: What they reached, shape `(runs,)`.
        prediction: What the fit expected, with intervals.
        error: Mean relative error of the predictions.
        coverage: Share of the runs inside their intervals.
        baseline_error: Mean relative error of guessing without a law: the best loss among the
            fitted runs, or what the dearest of them reached where lower is not better.
    """

    fit: Fit
    names: tuple[str, ...]
    values: Floats
    observed: Floats
    prediction: Prediction
    error: float
    coverage: float
    baseline_error: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, without the fit, as plain values."""
        return {
            "form": self.fit.form,
            "names": list(self.names),
            "values": self.values.tolist(),
            "observed": self.observed.tolist(),
            "prediction": self.prediction.to_dict(),
            "error": self.error,
            "coverage": self.coverage,
            "baseline_error": self.baseline_error,
        }


def backtest(
    form: str | Form,
    data: RunTable | Mapping[str, Any] | None = None,
    *,
    share: float = 0.2,
    level: float = 0.9,
    **options: Any,
) -> HeldOut:
    """Fit the cheaper runs and predict the dearest, as if those had not been trained yet.

    Args:
        form: As in `fit`.
        data: As in `fit`.
        share: Part of the runs to hold out, those with the most compute (or the largest `x`).
        level: Of the intervals, in `(0, 1)`.
        **options: Columns and options of `fit`.

    Raises:
        FitError: As `fit` does, for the runs that are left.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 25)
    >>> scatter = np.random.default_rng(0).normal(0, 0.003, 25)
    >>> held = laws.backtest("power_law_floor", x=x, loss=(1.5 + 20 / x**0.3) * np.exp(scatter))
    >>> len(held.observed), held.error < held.baseline_error
    (5, True)
    """
    if not (isinstance(share, (int, float)) and 0 < share < 1):
        raise FitError(
            f"`share` must be between 0 and 1, the part of the runs to hold out. "
            f"Received: share={share!r}. Pass 0.2 for the dearest fifth."
        )
    names = ("n_params", "n_examples", "loss", "x", "weights", "groups")
    given: dict[str, Any] = {name: options.pop(name, None) for name in names}
    if isinstance(form, Form):
        law = form
    elif form == AUTO:
        others = {name: options[name] for name in set(options) - _OPTIONS}
        one_variable = is_of_one_variable(data, {**given, **others})
        law = get_form("power_law_floor" if one_variable else "chinchilla")
    else:
        law = get_form(form)
    for name in (*law.variables, law.target):
        if name in options:
            given[name] = options.pop(name)
    columns = gather(law, data, given)
    cost = fit_example_cost(columns.n_params, columns.train_flops_per_example)
    price = price_of_rows(law, columns.values, cost)
    held = held_out_rows(price, share, columns.weights)
    seen = columns.take(~held)
    fitted = fit(form, **_arguments(law, seen), **options)
    places = dict(zip(law.variables, columns.values[held].T, strict=True))
    prediction = fitted.predict(level=level, **places)
    observed, weights = columns.observed[held], columns.weights[held]
    guessed = guess(law, seen.observed, price[~held], observed, seen.weights)
    inside = (prediction.low <= observed) & (observed <= prediction.high)
    return HeldOut(
        fit=fitted,
        names=tuple(name for name, out in zip(columns.names, held, strict=True) if out),
        values=columns.values[held],
        observed=observed,
        prediction=prediction,
        error=relative_error(prediction.mean, observed, weights),
        coverage=float(np.average(inside, weights=weights)),
        baseline_error=relative_error(guessed, observed, weights),
    )


def _arguments(law: Form, columns: Columns) -> dict[str, Any]:
    """Return columns as arguments of `fit`."""
    arguments: dict[str, Any] = dict(zip(law.variables, columns.values.T, strict=True))
    arguments[law.target] = columns.observed
    arguments.update(weights=columns.weights, groups=columns.groups)
    if len(columns.train_flops_per_example):
        known = {"train_flops_per_example": columns.train_flops_per_example}
        arguments["data"] = {**arguments, **known}
    return arguments
