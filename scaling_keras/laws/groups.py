"""Two groups of runs compared: how much compute one saves the other at equal loss."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.extrapolation import extrapolation_factor
from scaling_keras.laws.fit_result import Fit, check_fit, check_level, positive
from scaling_keras.laws.fit_text import times
from scaling_keras.laws.fitting import fit
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import optimal_n_params
from scaling_keras.laws.results import Finding, Interval, caveats, distinct
from scaling_keras.laws.row_options import check_data
from scaling_keras.laws.splitting import best_sizes, why_unknown
from scaling_keras.laws.uncertainty import limits, quantile
from scaling_keras.runs import Run, RunTable

_DECADES = 6.0
_GRID = 241
_PAIRING_SEED = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeMultiplier:
    """What another group of runs is worth in compute, at one budget.

    Attributes:
        train_flops: The budget `C` of the other group.
        multiplier: How many times `C` the baseline needs to reach the same loss. Above 1 the other
            group is better; an end is infinite or 0 where the baseline doesn't reach the loss
            within six powers of ten.
        loss: What the other group reaches at `C`.
        loss_difference: Its loss minus that of the baseline at `C`; negative is better.
        share_above_one: Share of the resamples in which the other group is better.
        level: Of the intervals, in `(0, 1)`.
        extrapolation: How far the farther of the two budgets lies beyond the runs of its group.
        warnings: Findings about the comparison, and those about both fits that bear on it.
    """

    train_flops: float
    multiplier: Interval
    loss: Interval
    loss_difference: Interval
    share_above_one: float
    level: float
    extrapolation: float
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; an open end is None."""
        values: dict[str, Any] = dataclasses.asdict(self)
        for name in ("multiplier", "loss", "loss_difference"):
            ends = values[name]
            values[name] = {k: float(v) if np.isfinite(v) else None for k, v in ends.items()}
        values["warnings"] = [dataclasses.asdict(finding) for finding in self.warnings]
        return values


def fit_groups(
    form: str | Form,
    data: RunTable | Mapping[str, Any],
    *,
    by: str,
    **options: Any,
) -> dict[Hashable, Fit]:
    """Fit the same form to each group of runs.

    Args:
        form: As in `fit`.
        data: A `RunTable`, or a mapping of columns.
        by: The column whose values name the groups, such as `family`; of a table any of its
            `label_columns`, hyperparameters among them.
        **options: Options of `fit`.

    Returns:
        The fits by group, in the order of the groups' first runs.

    Raises:
        FitError: If there is no such column, or a group can't be fitted; its name is told.
    """
    fits: dict[Hashable, Fit] = {}
    for group, part in _parts(data, by).items():
        try:
            fits[group] = fit(form, part, **options)
        except FitError as error:
            raise type(error)(f"Group {group!r} of `{by}`: {error}") from error
    return fits


def compute_multiplier(
    baseline: Fit, other: Fit, *, train_flops: float, level: float = 0.9
) -> ComputeMultiplier:
    """Return how many times the compute `baseline` needs to reach the loss of `other`.

    Both spend a budget as their own law says is best; for laws of one variable it must be the
    compute. Draws of the two bootstraps are paired at random, as the groups are taken for
    independent: runs that both fits share count as if each had been trained twice, so that even a
    fit compared with itself has an interval of some width.

    Args:
        baseline: A fit of one group of runs.
        other: A fit of the other; its loss must be the same quantity.
        train_flops: The budget of `other`. Positive.
        level: Of the intervals, in `(0, 1)`.

    Raises:
        FitError: If a fit has no compute to compare by or can't tell size from data, or the
            losses differ in kind.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> c = np.geomspace(1e15, 1e19, 12)
    >>> scatter = np.random.default_rng(0).normal(0, 0.002, (2, 12))
    >>> old = laws.fit("power_law_floor", x=c, loss=(1.7 + 400 / c**0.15) * np.exp(scatter[0]))
    >>> new = laws.fit("power_law_floor", x=2 * c, loss=(1.7 + 400 / (4 * c)**0.15)
    ...                * np.exp(scatter[1]))  # Each FLOP does the work of two.
    >>> found = laws.compute_multiplier(old, new, train_flops=1e19)
    >>> found.multiplier.low < 2 < found.multiplier.high
    True
    """
    check_fit("baseline", baseline)
    check_fit("other", other)
    check_level(level)
    budget = positive("train_flops", train_flops)
    if len(budget) != 1:
        raise FitError(
            f"`train_flops` must be one budget. Received: {len(budget)}. Call once for each."
        )
    names = {fit.labels.get("loss_name", "") for fit in (baseline, other)} - {""}
    if len(names) > 1:
        raise FitError(
            f"Two groups are compared by the same loss. Received: {' and '.join(sorted(names))}. "
            f"Fit both to one of them."
        )
    budgets = budget[0] * np.logspace(-_DECADES, _DECADES, _GRID)
    values, draws = _along(baseline, budgets)
    reached, reached_draws = _along(other, budget)
    n = min(len(draws), len(reached_draws))
    order = np.random.default_rng(_PAIRING_SEED).permutation(n)
    draws, reached_draws = draws[:n], reached_draws[order]
    factor = _budget_for(budgets, values, reached[:, 0])[0] / budget[0]
    factors = _budget_for(budgets, draws, reached_draws[:, 0]) / budget[0]
    here = _GRID // 2
    ends = (1 - level) / 2, (1 + level) / 2

    def interval(value: float, drawn: Floats) -> Interval:
        low, high = limits(value, drawn, level)
        return Interval(value=value, low=low, high=high)

    # Quantiles of logs, in which an open end is no number to interpolate to.
    logs = np.clip(np.log(np.maximum(factors, 1e-300)), -690.0, 690.0)
    low, high = (_open(float(np.exp(quantile(logs, end)))) for end in ends)
    extrapolation = max(
        _beyond(baseline, budget * np.clip(factor, 1e-6, 1e6)), _beyond(other, budget)
    )
    return ComputeMultiplier(
        train_flops=float(budget[0]),
        multiplier=Interval(value=_open(factor), low=min(low, factor), high=max(high, factor)),
        loss=interval(float(reached[0, 0]), reached_draws[:, 0]),
        loss_difference=interval(
            float(reached[0, 0] - values[0, here]), reached_draws[:, 0] - draws[:, here]
        ),
        share_above_one=float(np.mean(factors > 1)) if n else float("nan"),
        level=level,
        extrapolation=extrapolation,
        warnings=distinct(
            (
                *_findings(low, high, extrapolation),
                *caveats((*baseline.warnings, *other.warnings)),
            )
        ),
    )


def _findings(low: float, high: float, extrapolation: float) -> list[Finding]:
    found = []
    if low <= 1 <= high:
        found.append(
            Finding(
                code="groups_not_told_apart",
                message=f"The compute multiplier may be anything from {low:.3g} to {high:.3g}, 1 "
                f"among it: these runs don't show which group is better. Add runs, or more seeds.",
            )
        )
    if extrapolation >= 10:
        found.append(
            Finding(
                code="far_extrapolation",
                message=f"The comparison lies {times(extrapolation)} beyond the runs of a group. "
                f"Train a run of each in between before relying on it.",
            )
        )
    return found


def _parts(data: RunTable | Mapping[str, Any], by: str) -> dict[Hashable, Any]:
    """Return the rows of each group, as what they came in."""
    check_data(data)
    known: Any = data.label_columns if isinstance(data, RunTable) else data or ()
    if by not in known:
        raise FitError(
            f"`by` must be a column of `data`. Received: {by!r}, and the columns "
            f"{', '.join(map(str, known))}."
        )
    if isinstance(data, RunTable):
        runs: dict[Hashable, list[Run]] = {}
        labels = data.labels(by)
        _check_labels(labels, [f"run {run.name!r}" for run in data])
        for label, run in zip(labels, data, strict=True):
            runs.setdefault(label, []).append(run)
        return {k: dataclasses.replace(data, runs=tuple(part)) for k, part in runs.items()}
    columns = {name: np.asanyarray(values) for name, values in data.items()}
    column = columns.pop(by)
    lengths = {np.shape(values) for values in columns.values()}
    if column.ndim != 1 or lengths != {column.shape}:
        raise FitError(
            f"`by` must name a group for each row of columns of one length. Received: a column "
            f"{by!r} of shape {column.shape} beside columns of shape "
            f"{', '.join(map(str, sorted(lengths)))}. Pass one label per row."
        )
    labels = column.tolist()
    _check_labels(labels, [f"row {row}" for row in range(len(labels))])
    rows = {label: column == label for label in dict.fromkeys(labels)}
    return {
        label: {name: values[chosen] for name, values in columns.items()}
        for label, chosen in rows.items()
    }


def _check_labels(labels: Sequence[Hashable], names: Sequence[str]) -> None:
    """Raise a `FitError` that says in which row a label is missing, if one is."""
    for label, name in zip(labels, names, strict=True):
        if label is None or label != label:
            raise FitError(
                f"`by` must name a group for each row. Received: {label} in {name}. Name it, or "
                f"drop the row."
            )


def _along(fit: Fit, budgets: Floats) -> tuple[Floats, Floats]:
    """Return the loss at each budget, by the fit and by each resample: `(1, b)` and `(r, b)`."""
    names = fit.law.variables
    if set(names) == {"n_params", "n_examples"} and fit.law.is_surface:
        unknown = why_unknown(fit)
        if unknown:
            raise FitError(
                f"A compute multiplier needs to know how each law would split a budget between "
                f"size and data. Received: a fit whose runs {unknown}. Fit a curve against "
                f"train_flops instead."
            )
        draws = _frontier(fit, fit.resamples, budgets)
        if fit.form_weights:  # An average of forms is its draws.
            return np.median(draws, axis=0, keepdims=True), draws
        return _frontier(fit, fit.theta[None], budgets), draws
    of_compute = names == ("x",) and fit.labels.get("x", "train_flops") == "train_flops"
    if of_compute and fit.law.lower_is_better:
        z = fit.law.into_frame(budgets[:, None], fit.centre)
        both = [fit.law.value(theta, z) for theta in (fit.theta[None], fit.resamples)]
        value, draws = (fit.law.target_from_frame(part, fit.centre) for part in both)
        return value, draws
    raise FitError(
        f"A compute multiplier needs a law of the loss by n_params and n_examples, or by compute. "
        f"Received: a `{fit.form}` fit of {fit.law.target} by {', '.join(names)}. Fit "
        f"`chinchilla`, or a curve against train_flops."
    )


def _frontier(fit: Fit, theta: Floats, budgets: Floats) -> Floats:
    """Return the lowest loss at each budget for each parameter vector, shape `(draws, budgets)`."""
    if not len(theta):
        return np.empty((0, len(budgets)))
    sizes = optimal_n_params(fit.law, theta, fit.centre, fit.example_cost, budgets)
    loss = np.empty(sizes.shape)
    for row, size in enumerate(sizes):
        by_name = {"n_params": size, "n_examples": budgets / fit.example_cost(size)}
        values = np.stack([by_name[name] for name in fit.law.variables], axis=1)
        value = fit.law.value(theta[row : row + 1], fit.law.into_frame(values, fit.centre))[0]
        loss[row] = fit.law.target_from_frame(value, fit.centre)
    return loss


def _budget_for(budgets: Floats, losses: Floats, wanted: Floats) -> Floats:
    """Return the budget at which each row of falling losses reaches the wanted one."""
    logs, found = np.log(budgets), np.empty(len(losses))
    for row, (loss, aim) in enumerate(zip(losses, wanted, strict=True)):
        falling = np.minimum.accumulate(loss)
        if aim < falling[-1]:
            found[row] = np.inf
        elif aim > falling[0]:
            found[row] = 0.0
        else:
            found[row] = np.exp(np.interp(-aim, -falling, logs))
    return found


def _open(value: float) -> float:
    """Return infinity or 0 for a multiplier beyond the grid of budgets."""
    if value > 10**_DECADES:
        return float("inf")
    return 0.0 if value < 10**-_DECADES else value


def _beyond(fit: Fit, budget: Floats) -> float:
    """Return how far a budget, spent as the law says, lies beyond the runs."""
    if set(fit.law.variables) != {"n_params", "n_examples"}:
        return float(extrapolation_factor(budget[:, None], fit.values, fit.law.variables)[0])
    size, _ = best_sizes(fit, budget)
    by_name = {"n_params": size, "n_examples": budget / fit.example_cost(size)}
    point = np.stack([by_name[name] for name in fit.law.variables], axis=1)
    return float(extrapolation_factor(point, fit.values, fit.law.variables)[0])
