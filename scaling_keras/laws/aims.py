"""What a further run is to make better known: the loss of a run, or the best size of a budget."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.fit_result import positive
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import optimal_n_params
from scaling_keras.laws.inseparable import law_draws
from scaling_keras.laws.splitting import why_unknown

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit


@dataclasses.dataclass(frozen=True, kw_only=True)
class Aim:
    """What is to be known better.

    Attributes:
        quantity: Its name.
        where: The run or budget it belongs to.
        draws: Its log in each draw of the law, shape `(draws,)`.
        width: Width of its interval, in logs.
        scatter: Standard deviation that its interval holds besides the law's.
    """

    quantity: str
    where: Mapping[str, float]
    draws: Floats
    width: float
    scatter: float


def aim_at_run(fit: Fit, target: Mapping[str, float], spread: float, level: float) -> Aim:
    """Return the loss of a run as what is to be known."""
    point = points_of(fit, "target", target)
    if len(point) > 1:
        raise FitError(
            f"`target` must be a single run. Received: {len(point)} of them. Pass a number for "
            f"each variable."
        )
    where = by_name(fit, point[0])
    predicted = fit.predict(level=level, **where)
    return Aim(
        quantity=fit.law.target,
        where=where,
        draws=log_losses(fit, point)[:, 0],
        width=float(np.log(predicted.high[0] / predicted.low[0])),
        scatter=spread,
    )


def aim_at_optimum(fit: Fit, train_flops: Any, level: float) -> Aim:
    """Return the optimal size on a budget as what is to be known."""
    unknown = why_unknown(fit)
    if unknown:
        raise TooFewRunsError(
            f"The best size of a budget is not identified where the runs don't show what size and "
            f"data are each worth, nor then what would narrow it. Received: "
            f"train_flops={train_flops!r}, and a fit whose runs {unknown}. Train runs that vary "
            f"one at a fixed value of the other first."
        )
    best = fit.optimal_allocation(train_flops=train_flops, level=level)
    if np.ndim(best.train_flops):
        raise FitError(f"`train_flops` must be one number. Received: train_flops={train_flops!r}.")
    budget = np.array([best.train_flops])
    sizes = optimal_n_params(fit.law, fit.resamples, fit.centre, fit.example_cost, budget)
    return Aim(
        quantity="n_params",
        where={"train_flops": float(best.train_flops)},
        draws=np.log(sizes[:, 0]),
        width=float(np.log(best.n_params.high / best.n_params.low)),
        scatter=0.0,
    )


def points_of(fit: Fit, name: str, given: Mapping[str, Any]) -> Floats:
    """Return runs by the law's variables as an array, shape `(runs, variables)`."""
    names = fit.law.variables
    if not isinstance(given, Mapping) or set(given) != set(names):
        received = ", ".join(map(str, given)) if isinstance(given, Mapping) else repr(given)
        raise FitError(
            f"`{name}` must name {' and '.join(names)}. Received: {received or 'nothing'}. "
            f"Pass a mapping with a number for each."
        )
    columns = [positive(key, given[key]) for key in names]
    lengths = {len(column) for column in columns} - {1}
    if len(lengths) > 1:
        raise FitError(
            f"`{name}` must hold numbers or arrays of one length. Received: lengths "
            f"{', '.join(str(len(column)) for column in columns)}."
        )
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def by_name(fit: Fit, point: Floats) -> dict[str, float]:
    """Return a run, shape `(variables,)`, by the names of the law's variables."""
    return {name: float(value) for name, value in zip(fit.law.variables, point, strict=True)}


def log_losses(fit: Fit, points: Floats) -> Floats:
    """Return the log loss of each draw of the law at each point, shape `(draws, points)`."""
    z = fit.law.into_frame(points, fit.centre)
    return law_draws(fit.law, fit.resamples, z, fit.inseparable)
