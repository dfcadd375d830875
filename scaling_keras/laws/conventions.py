"""What another way of counting parameters or FLOPs makes of a law's frontier exponent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.laws.exponents import frontier_exponents, size_exponent
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import ExampleCost, fit_example_cost
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding
from scaling_keras.laws.variations import Variation, point_beyond
from scaling_keras.runs import PARAM_CONVENTIONS, Run, RunTable, count_under

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

_LEVEL = 0.9


def convention_variations(
    problem: Problem, theta: Floats, resamples: Floats, table: RunTable
) -> tuple[Variation, ...]:
    """Return the law with its sizes and its compute counted in each other way that runs recorded.

    The size of the runs changes by a factor that itself depends on the size, so the exponents do.
    With other sizes the cost of an example is another power of them, too.

    Args:
        problem: The rows, which are runs of `table`, and the form.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each bootstrap resample, shape `(n, p)`.
        table: The runs.

    Returns:
        None for a law without a frontier exponent, or for runs that recorded one way only.

    References:
        Porian et al., arXiv:2406.19146, for the head's FLOPs; Pearce and Song, arXiv:2406.12907,
        for embeddings.
    """
    runs = _runs_of(problem, table)
    params = {k: float(v) for k, v in problem.form.to_params(theta, problem.centre).items()}
    exponent = size_exponent(problem.form, params, 1.0)
    if not runs or exponent is None:
        return ()
    found = _by_convention(problem, theta, resamples, runs, table.param_convention)
    if _cost(_sizes(problem), runs).counted:
        found.append(
            Variation(
                name="C counted as 6 N D",
                rows=(),
                params=params,
                prediction=_value(problem, theta, _beyond(problem)),
                change=0.0,
                standard_errors=0.0,
                frontier_param_exponent=float(exponent),
            )
        )
    return tuple(found)


def convention_findings(fit: Fit, problem: Problem, runs: RunTable) -> Iterator[Finding]:
    """Yield whether another way of counting moves the frontier exponent out of its interval.

    Args:
        fit: The law.
        problem: What was minimised to make it.
        runs: The table that it is a fit of.
    """
    tried = convention_variations(problem, fit.theta, fit.resamples, runs)
    if not tried:
        return
    own = frontier_exponents(fit, level=_LEVEL)["frontier_param_exponent"]
    moved = [v for v in tried if not own.low <= (v.frontier_param_exponent or np.nan) <= own.high]
    if moved:
        others = " and ".join(f"{v.frontier_param_exponent:.3f} with {v.name}" for v in moved)
        yield Finding(
            code="convention_matters",
            message=f"The optimal size grows as C^a with a from {own.low:.3f} to {own.high:.3f} "
            f"where N is counted as `{runs.param_convention}`, but a is {others}. Quote an "
            f"exponent with its convention, and compare it with others of the same "
            f"(`RunTable.with_param_convention`).",
        )


def _runs_of(problem: Problem, table: RunTable) -> list[Run]:
    """Return the run of each row, none if the rows have other sizes than the runs of the table."""
    form, names = problem.form, problem.columns.names
    if not form.is_surface or set(problem.fixed) & {"param_coef", "param_exponent"}:
        return []
    by_name = {run.name: run for run in table}
    runs = [by_name[name] for name in names if name in by_name]
    is_all = len(runs) == len(names)
    return runs if is_all and (_sizes(problem) == [run.n_params for run in runs]).all() else []


def _sizes(problem: Problem) -> Floats:
    sizes: Floats = problem.columns.values[:, problem.form.variables.index("n_params")]
    return sizes


def _beyond(problem: Problem) -> Floats:
    return point_beyond(problem.form, problem.columns.values)


def _by_convention(
    problem: Problem, theta: Floats, resamples: Floats, runs: Sequence[Run], own: str
) -> list[Variation]:
    """Return the law fitted to sizes counted in each other way."""
    found = []
    for convention in PARAM_CONVENTIONS:
        sizes = np.array([count_under(convention, run.param_counts) for run in runs])
        if convention != own and (sizes > 0).all() and len(np.unique(sizes)) > 2:
            found.append(_counted_as(convention, problem, theta, resamples, sizes, runs))
    return found


def _counted_as(
    convention: str,
    problem: Problem,
    theta: Floats,
    resamples: Floats,
    sizes: Floats,
    runs: Sequence[Run],
) -> Variation:
    """Return the law fitted to other sizes of the same runs."""
    form, columns = problem.form, problem.columns
    place = form.variables.index("n_params")
    values = columns.values.copy()
    values[:, place] = sizes
    other = Problem.of(
        form, dataclasses.replace(columns, values=values), problem.objective, problem.fixed
    )
    reached = other.minima_near(theta, columns.weights[None])[0]
    params = {k: float(v) for k, v in form.to_params(reached, other.centre).items()}
    point = _beyond(problem)
    there = point.copy()
    there[0, place] = _same_model(point[0, place], _sizes(problem), sizes)
    here = _value(problem, theta, point)
    drawn = form.value(resamples, form.into_frame(point, problem.centre))[:, 0]
    prediction = _value(other, reached, there)
    moved, spread = abs(np.log(prediction / here)), float(drawn.std()) if len(drawn) else 0.0
    exponent = size_exponent(form, params, _cost(sizes, runs).exponent)
    return Variation(
        name=f"N counted as {convention}",
        rows=(),
        params=params,
        prediction=float(prediction),
        change=float(prediction / here - 1),
        standard_errors=moved / spread if spread > 0 else float("inf") if moved > 0 else 0.0,
        frontier_param_exponent=None if exponent is None else float(exponent),
    )


def _same_model(size: float, sizes: Floats, others: Floats) -> float:
    """Return another count of a size beyond the runs, on the line through the largest two."""
    pairs = np.unique(np.log(np.stack([sizes, others], axis=1)), axis=0)
    (x0, y0), (x1, y1) = pairs[-2], pairs[-1]
    return float(np.exp(y1 + (np.log(size) - x1) * (y1 - y0) / (x1 - x0)))


def _cost(sizes: Floats, runs: Sequence[Run]) -> ExampleCost:
    """Return what an example costs as a power of sizes, however those are counted."""
    return fit_example_cost(sizes, np.array([run.train_flops_per_example for run in runs]))


def _value(problem: Problem, theta: Floats, point: Floats) -> float:
    """Return the loss that a law predicts at a point."""
    form = problem.form
    value = form.value(theta[None], form.into_frame(point, problem.centre))[0, 0]
    return float(form.target_from_frame(value, problem.centre))
