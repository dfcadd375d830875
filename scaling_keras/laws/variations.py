"""Fits of the same rows done otherwise, begun at the minimum of the one at hand."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.objectives import OBJECTIVES, get_objective
from scaling_keras.laws.problem import Problem

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

OUTLIER = 6.0
"""Robust standard deviations from which a row is an outlier."""
BEYOND = 10.0
"""Compute of the prediction that variations are compared by, relative to the dearest row."""
EARLY_SHARE = 0.2
_MAD_TO_SD = 1.4826


@dataclasses.dataclass(frozen=True, kw_only=True)
class Variation:
    """A fit done otherwise.

    Attributes:
        name: What is different: an objective, `without outliers`, `without the cheapest fifth`.
        rows: Names of the rows it leaves out.
        params: The fitted parameters by name.
        prediction: The target it predicts at ten times the compute of the dearest row; for a law
            of a loss, at the lowest of the rows.
        change: Of the prediction, relative to the fit as it is.
        standard_errors: The change in standard errors of that prediction.
    """

    name: str
    rows: tuple[str, ...]
    params: dict[str, float]
    prediction: float
    change: float
    standard_errors: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        values = dataclasses.asdict(self)
        values["rows"] = list(self.rows)
        return values


def sensitivity(fit: Fit) -> tuple[Variation, ...]:
    """Return how the prediction beyond the data moves when the fit is done otherwise.

    Args:
        fit: A fit to data.

    Returns:
        The fit as it is, then with each other objective, then without its outliers, if it has
        any, and without the cheapest fifth of its rows.

    Raises:
        FitError: If the fit is of no runs, as one taken from a publication.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 24)
    >>> scatter = np.random.default_rng(0).normal(0, 0.003, 24)
    >>> fit = laws.fit("power_law_floor", x=x, loss=(1.5 + 20 / x**0.3) * np.exp(scatter))
    >>> [variation.name for variation in laws.sensitivity(fit)][:3]
    ['huber', 'squared_log', 'absolute_log']
    """
    if not fit.n_runs:
        raise FitError(
            f"A sensitivity table needs the rows that a law was fitted to. Received: a published "
            f"`{fit.form}` law. Fit runs of your own."
        )
    objective = get_objective(fit.objective_name, fit.huber_delta or 1e-3)
    problem = Problem.of(fit.law, fit.columns, objective, fit.fixed, fit.centre)
    return variations(problem, fit.theta, fit.resamples)


def variations(problem: Problem, theta: Floats, resamples: Floats) -> tuple[Variation, ...]:
    """Return the fit at hand, and what becomes of it when it is done otherwise.

    Args:
        problem: The rows and the form.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each bootstrap resample, shape `(n, p)`.
    """
    form, columns = problem.form, problem.columns
    point = form.into_frame(point_beyond(form, columns.values), problem.centre)
    here = float(form.value(theta[None], point)[0, 0])
    spread = float(form.value(resamples, point)[:, 0].std()) if len(resamples) else 0.0

    def varied(name: str, other: Floats, rows: tuple[str, ...] = ()) -> Variation:
        there = float(form.value(other[None], point)[0, 0])
        moved = abs(there - here)
        params = form.to_params(other, problem.centre)
        as_is = form.target_from_frame(np.array(here), problem.centre)
        prediction = form.target_from_frame(np.array(there), problem.centre)
        return Variation(
            name=name,
            rows=rows,
            params={key: float(value) for key, value in params.items()},
            prediction=float(prediction),
            change=float(prediction / as_is - 1),
            standard_errors=moved / spread if spread > 0 else float("inf") if moved > 0 else 0.0,
        )

    found = [varied(problem.objective.name, theta)]
    for name in OBJECTIVES:
        if name == problem.objective.name or (form.link != "log" and name.endswith("_log")):
            continue
        other = dataclasses.replace(problem, objective=get_objective(name, 1e-3))
        found.append(varied(name, other.minima_near(theta, columns.weights[None])[0]))
    for name, left_out in (
        ("without outliers", outliers(problem, theta)),
        ("without the cheapest fifth", cheapest(columns.values, form)),
    ):
        if left_out.any() and _enough(problem, ~left_out):
            weights = np.where(left_out, 0.0, columns.weights)
            rows = tuple(columns.names[row] for row in np.flatnonzero(left_out))
            found.append(varied(name, problem.minima_near(theta, weights[None])[0], rows))
    return tuple(found)


def outliers(problem: Problem, theta: Floats) -> np.ndarray:
    """Return which rows lie farther from the law than `OUTLIER` robust standard deviations."""
    off = np.abs(problem.y - problem.fitted(theta[None])[0])
    # A robust fit meets about as many rows exactly as it has parameters; they say nothing of the
    # scale. Below rounding there is none to judge by.
    free = len(problem.form.parameters) - len(problem.fixed)
    scale = _MAD_TO_SD * np.median(np.sort(off)[min(free, len(off) - 1) :])
    far: np.ndarray = off > (max(OUTLIER * scale, 1e-9) if scale > 1e-12 else np.inf)
    return far


def cheapest(values: Floats, form: Form) -> np.ndarray:
    """Return which rows are the cheapest fifth, by the product of the variables that are logs."""
    logs = [i for i, name in enumerate(form.variables) if name not in form.linear_variables]
    if not logs:
        return np.zeros(len(values), dtype=bool)
    price = np.log(values[:, logs]).sum(axis=1)
    early: np.ndarray = price <= np.quantile(price, EARLY_SHARE, method="lower")
    return early


def point_beyond(form: Form, values: Floats) -> Floats:
    """Return the point at ten times the compute of the dearest row, shape `(1, variables)`.

    Of a variable that falls as runs get dearer it takes the lowest value, as it is.
    """
    falling = [name in form.falling_variables for name in form.variables]
    point = np.where(falling, values.min(axis=0), values.max(axis=0))
    grown = _grown(form)
    point[grown] *= BEYOND ** (1 / max(len(grown), 1))
    beyond: Floats = point[None]
    return beyond


def beyond_in_words(form: Form) -> str:
    """Return where variations are compared, for a sentence on a prediction."""
    return f"at {BEYOND:g}x the compute" if _grown(form) else f"at the lowest {form.variables[0]}"


def _grown(form: Form) -> list[int]:
    """Return the places of the variables that grow with the compute."""
    fixed = {*form.linear_variables, *form.falling_variables, "dataset_size"}
    return [i for i, name in enumerate(form.variables) if name not in fixed]


def _enough(problem: Problem, kept: np.ndarray) -> bool:
    """Return whether the rows kept can still determine the free parameters."""
    distinct = len(np.unique(problem.columns.values[kept], axis=0))
    return distinct >= len(problem.form.parameters) - len(problem.fixed) + 2
