"""The best value of a hyperparameter at each size and amount of data, and its power law."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.fit_result import check_level
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.results import Finding, Interval
from scaling_keras.laws.rising_metrics import refuse_rising
from scaling_keras.laws.row_options import check_table
from scaling_keras.runs import RunTable

_LEAST = 3
"""Values that a curve with a minimum needs."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Optimum:
    """The best value at one size and amount of data.

    Attributes:
        n_params: Parameters.
        n_examples: Examples seen.
        train_flops: What a run there cost; `nan` if unknown.
        value: The best value: the minimum of a parabola in its log, through the best value that
            was tried and its neighbours; or, at an end, that end.
        loss: The loss there.
        at_edge: Whether the best value that was tried is the smallest or the largest of them.
        n_values: How many values were tried.
    """

    n_params: float
    n_examples: float
    train_flops: float
    value: float
    loss: float
    at_edge: bool
    n_values: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Optima:
    """The best values of a hyperparameter.

    Attributes:
        name: The hyperparameter.
        points: The best value at each size and amount of data, by size, then data.
        coef: `k` in `value = k n_params**a n_examples**b`; `nan` where the points don't tell.
        exponents: `n_params` and `n_examples` to `a` and `b` with intervals, those that the
            points vary in only. Optima at an edge are left out.
        level: Level of the intervals.
        findings: What must be said of them.
    """

    name: str
    points: tuple[Optimum, ...]
    coef: float
    exponents: Mapping[str, Interval]
    level: float
    findings: tuple[Finding, ...]

    def predict(self, *, n_params: float, n_examples: float) -> float:
        """Return the best value elsewhere, by the power law; `nan` where there is none."""
        at = {"n_params": n_params, "n_examples": n_examples}
        factors = [at[name] ** interval.value for name, interval in self.exponents.items()]
        return float(self.coef * np.prod(factors))


def optima(data: RunTable, name: str, *, level: float = 0.9) -> Optima:
    """Return the best value of a hyperparameter at each size and amount of data.

    Losses of one value, as with several seeds or other hyperparameters beside it, count by the
    lowest of the other hyperparameters and the mean of the seeds. A power law is fitted to the
    logs of the optima by least squares; its intervals are Student's.

    Args:
        data: Runs; `name` must be a number among their facts.
        name: The hyperparameter, such as `learning_rate`.
        level: Level of the intervals, in `(0, 1)`.

    Raises:
        FitError: If a value isn't positive.
        TooFewRunsError: If no size and amount of data has three values.
        RunsError: If no run has such a number.

    References:
        DeepSeek-AI, arXiv:2401.02954, section 3.1, and Li et al. (Step Law), arXiv:2503.04715, for
        power laws of the best learning rate and batch size.
    """
    check_table("data", data)
    check_level(level)
    refuse_rising(f"The best {name}", [run.loss_name for run in data])
    runs = data.completed()
    values = runs[name]
    if not (values[np.isfinite(values)] > 0).all():
        raise FitError(
            f"Optima are found in the log of a hyperparameter, so it must be positive. "
            f"Received: {name}={float(np.nanmin(values))!r}."
        )
    groups: dict[tuple[float, float], list[int]] = {}
    for index, (size, seen) in enumerate(zip(runs["n_params"], runs["n_examples"], strict=True)):
        if np.isfinite(values[index]):
            groups.setdefault((float(size), float(seen)), []).append(index)
    points = [
        _optimum(size, seen, runs, values, np.array(rows))
        for (size, seen), rows in sorted(groups.items())
        if len(np.unique(values[rows])) >= _LEAST
    ]
    if not points:
        raise TooFewRunsError(
            f"An optimum needs {_LEAST} values at one size and amount of data. Received: none "
            f"with as many values of {name!r}. Try more values."
        )
    coef, exponents = _power_law(points, level)
    return Optima(
        name=name,
        points=tuple(points),
        coef=coef,
        exponents=exponents,
        level=level,
        findings=_findings(name, points),
    )


def _optimum(size: float, seen: float, runs: RunTable, values: Floats, rows: np.ndarray) -> Optimum:
    """Return the best value of the runs of one size and amount of data."""
    tried = np.unique(values[rows])
    losses = np.array([_loss_of(runs, rows[values[rows] == value]) for value in tried])
    best = int(np.argmin(losses))
    at_edge = best in (0, len(tried) - 1)
    value, loss = float(tried[best]), float(losses[best])
    if not at_edge:
        near = slice(best - 1, best + 2)
        x = np.log(tried[near] / tried[best])
        curve = np.polyfit(x, losses[near], 2)
        if curve[0] > 0:
            vertex = float(np.clip(-curve[1] / (2 * curve[0]), x[0], x[-1]))
            value, loss = value * float(np.exp(vertex)), float(np.polyval(curve, vertex))
    return Optimum(
        n_params=size,
        n_examples=seen,
        train_flops=float(np.mean(runs["train_flops"][rows])),
        value=value,
        loss=loss,
        at_edge=at_edge,
        n_values=len(tried),
    )


def _loss_of(runs: RunTable, rows: np.ndarray) -> float:
    """Return the loss of a value: of each seed the lowest, and the mean over the seeds."""
    lowest: dict[Any, float] = {}
    for row in rows:
        run = runs.runs[row]
        lowest[run.seed] = min(run.loss, lowest.get(run.seed, np.inf))
    return float(np.mean(list(lowest.values())))


def _power_law(points: list[Optimum], level: float) -> tuple[float, dict[str, Interval]]:
    """Return the coefficient and the exponents of a power law through the optima."""
    inside = [point for point in points if not point.at_edge]
    logs = {
        name: np.log([getattr(point, name) for point in inside])
        for name in ("n_params", "n_examples")
    }
    varied = [name for name, column in logs.items() if len(column) and np.ptp(column) > 0]
    free = len(inside) - 1 - len(varied)
    if not varied or free < 1:
        return float("nan"), {}
    design = np.column_stack([np.ones(len(inside)), *(logs[name] for name in varied)])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return float("nan"), {}
    target = np.log([point.value for point in inside])
    solution, *_ = np.linalg.lstsq(design, target, rcond=None)
    variance = float(((target - design @ solution) ** 2).sum()) / free
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    reach = float(stats.t.ppf((1 + level) / 2, free))
    return float(np.exp(solution[0])), {
        name: Interval(
            value=float(solution[k]),
            low=float(solution[k] - reach * errors[k]),
            high=float(solution[k] + reach * errors[k]),
        )
        for k, name in enumerate(varied, start=1)
    }


def _findings(name: str, points: list[Optimum]) -> tuple[Finding, ...]:
    """Return what must be said of the optima."""
    edges = [point for point in points if point.at_edge]
    if not edges:
        return ()
    first = edges[0]
    return (
        Finding(
            code="optimum_at_edge",
            message=f"At {len(edges)} of {len(points)} places the best {name} is the smallest or "
            f"largest that was tried, so a better one may lie beyond: {first.value:g} at "
            f"{first.n_params:.4g} parameters and {first.n_examples:.4g} examples. Try more there; "
            f"those are left out of the power law.",
        ),
    )
