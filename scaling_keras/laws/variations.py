"""Fits of the same rows done otherwise, begun at the minimum of the one at hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from scaling_keras.laws.exponents import size_exponent
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost, optimal_n_params
from scaling_keras.laws.inseparable import inseparable, split_findings
from scaling_keras.laws.objectives import OBJECTIVES, get_objective
from scaling_keras.laws.problem import Problem

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
        name: What is different: an objective, `without outliers`, `without the cheapest fifth`,
            `N counted as non_embedding`, `C counted as 6 N D`.
        rows: Names of the rows it leaves out.
        params: The fitted parameters by name.
        prediction: The target it predicts at ten times the compute of the dearest row; for a law
            of a loss, at the lowest of the rows.
        change: Of the prediction, relative to the fit as it is.
        standard_errors: The change in standard errors of that prediction.
        frontier_param_exponent: The `a` of `N_opt ~ C**a`; None for a law that has none.
        n_params: The best size at ten times the compute of the dearest row; None for a law that
            has no `a`, or runs that can't tell size from data.
        n_params_change: Of that, relative to the fit as it is.
        n_params_standard_errors: The change of its log in standard errors of that.
    """

    name: str
    rows: tuple[str, ...]
    params: dict[str, float]
    prediction: float
    change: float
    standard_errors: float
    frontier_param_exponent: float | None = None
    n_params: float | None = None
    n_params_change: float | None = None
    n_params_standard_errors: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        values = dataclasses.asdict(self)
        values["rows"] = list(self.rows)
        return values


def variations(
    problem: Problem, theta: Floats, resamples: Floats, cost: ExampleCost
) -> tuple[Variation, ...]:
    """Return the fit at hand, and what becomes of it when it is done otherwise.

    Args:
        problem: The rows and the form.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each bootstrap resample, shape `(n, p)`.
        cost: What an example costs.
    """
    form, columns = problem.form, problem.columns
    tried: list[tuple[str, Floats, tuple[str, ...]]] = [(problem.objective.name, theta, ())]
    for name in OBJECTIVES:
        if name == problem.objective.name or (form.link != "log" and name.endswith("_log")):
            continue
        other = dataclasses.replace(problem, objective=get_objective(name, 1e-3))
        tried.append((name, other.minima_near(theta, columns.weights[None])[0], ()))
    for name, left_out in (
        ("without outliers", outliers(problem, theta)),
        ("without the cheapest fifth", cheapest(columns.values, form)),
    ):
        if left_out.any() and _enough(problem, ~left_out):
            weights = np.where(left_out, 0.0, columns.weights)
            rows = tuple(columns.names[row] for row in np.flatnonzero(left_out))
            tried.append((name, problem.minima_near(theta, weights[None])[0], rows))
    return _compared(problem, tried, resamples, cost)


def _compared(
    problem: Problem,
    tried: Sequence[tuple[str, Floats, tuple[str, ...]]],
    resamples: Floats,
    cost: ExampleCost,
) -> tuple[Variation, ...]:
    """Return fits by name, parameters in the solver's frame and rows left out; the first is it."""
    form, centre = problem.form, problem.centre
    thetas = np.stack([theta for _, theta, _ in tried])
    point = form.into_frame(point_beyond(form, problem.columns.values), centre)
    values, drawn = (form.value(theta, point)[:, 0] for theta in (thetas, resamples))
    predictions = form.target_from_frame(values, centre)
    sizes = _log_sizes(problem, np.concatenate([thetas, resamples]), cost)
    found = []
    for row, (name, theta, rows) in enumerate(tried):
        params = {key: float(value) for key, value in form.to_params(theta, centre).items()}
        exponent = size_exponent(form, params, cost.exponent)
        found.append(
            Variation(
                name=name,
                rows=rows,
                params=params,
                prediction=float(predictions[row]),
                change=float(predictions[row] / predictions[0] - 1),
                standard_errors=_standard_errors(values[row] - values[0], drawn),
                frontier_param_exponent=None if exponent is None else float(exponent),
                **_moved_size(sizes, row, len(tried)),
            )
        )
    return tuple(found)


def _moved_size(sizes: Floats, row: int, n_tried: int) -> dict[str, float]:
    """Return what a variation says of the best size; nothing where there is none.

    Args:
        sizes: Logs of the best size, of the fits that were tried and then of resamples; or empty.
        row: Which of the fits.
        n_tried: How many there are.
    """
    if not len(sizes):
        return {}
    moved = float(sizes[row] - sizes[0])
    return {
        "n_params": float(np.exp(sizes[row])),
        "n_params_change": float(np.expm1(moved)),
        "n_params_standard_errors": _standard_errors(moved, sizes[n_tried:]),
    }


def _standard_errors(moved: float, drawn: Floats) -> float:
    """Return a change in standard deviations of what resamples give."""
    spread = float(drawn.std()) if len(drawn) else 0.0
    return float(abs(moved)) / spread if spread > 0 else float("inf") if moved else 0.0


def _log_sizes(problem: Problem, theta: Floats, cost: ExampleCost) -> Floats:
    """Return the log of the best size at `BEYOND` times the dearest compute, for each `theta`.

    Empty for a law whose best split of a budget has no closed form, or runs that don't tell it.
    """
    form, values = problem.form, problem.columns.values
    terms = form.power_terms(form.to_params(theta, problem.centre)) if form.is_surface else None
    # An exponent that is held below zero makes a loss that rises with size or data.
    if terms is None or np.any(terms[1] < 0) or np.any(terms[3] < 0):
        return np.empty(0)
    if split_findings(form, inseparable(form, problem.z, problem.y, problem.columns.weights)):
        return np.empty(0)
    sizes, data = (values[:, form.variables.index(name)] for name in ("n_params", "n_examples"))
    budget = BEYOND * float((cost(sizes) * data).max())
    best = optimal_n_params(form, theta, problem.centre, cost, np.array([budget]))
    logs: Floats = np.log(best[:, 0])
    return logs


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
