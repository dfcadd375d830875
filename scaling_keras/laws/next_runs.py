"""Which runs to do next: those that tell most about a target for what they cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.aims import Aim, aim_at_optimum, aim_at_run, by_name, log_losses, points_of
from scaling_keras.laws.diagnostics import FAR
from scaling_keras.laws.extrapolation import extrapolation_factor
from scaling_keras.laws.fit_result import check_fit, check_level, positive
from scaling_keras.laws.fit_text import times
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.results import Finding, caveats, distinct
from scaling_keras.laws.uncertainty import noise

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

_STEPS = 15
"""Sizes, and amounts of data, of the grid of candidates."""

_BEYOND = 4.0
"""How far beyond the largest size and the most data the grid goes, if the FLOPs allow."""

_SMALL_CUT = 0.01

_ROUNDING = 1e-20
"""Variance of a log below which draws differ by rounding only."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NextRun:
    """A run worth doing, after those before it in the list.

    Attributes:
        variables: Where to run: `n_params`, `n_examples` and whatever else the law depends on.
        train_flops: What it costs.
        width_before: Width of the target's interval without it: log of the upper over the lower
            end. Up to about 0.1 that is its share of the target.
        width_after: Width expected with it.
        cut: Share of the width that it takes away, in `[0, 1)`.
        cut_per_flop: `cut` over `train_flops`.
        extrapolation: Factor beyond the runs of the fit, as in `Prediction`. The law, by which
            the run is judged, is not known there.
    """

    variables: Mapping[str, float]
    train_flops: float
    width_before: float
    width_after: float
    cut: float
    cut_per_flop: float
    extrapolation: float

    @property
    def n_params(self) -> float:
        """Parameters of the model."""
        return self.variables["n_params"]

    @property
    def n_examples(self) -> float:
        """Examples that it sees."""
        return self.variables["n_examples"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NextRuns:
    """The runs to do next, in order.

    Attributes:
        runs: The most worthwhile first; each counts on those before it.
        quantity: What they narrow: `loss`, or `n_params` of a budget's optimum.
        target: Where.
        noise: Standard deviation of a run's log loss around the law.
        max_flops: Most that one run may cost.
        level: Level of the intervals whose widths are given.
        warnings: Findings about the advice, and those about the fit that bear on it.
    """

    runs: tuple[NextRun, ...]
    quantity: str
    target: Mapping[str, float]
    noise: float
    max_flops: float
    level: float
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists."""
        return {
            **dataclasses.asdict(self),
            "target": dict(self.target),
            "runs": [
                {**dataclasses.asdict(run), "variables": dict(run.variables)} for run in self.runs
            ],
            "warnings": [dataclasses.asdict(finding) for finding in self.warnings],
        }


def next_runs(
    fit: Fit,
    *,
    target: Mapping[str, float] | None = None,
    train_flops: float | None = None,
    candidates: Mapping[str, Any] | None = None,
    running: Mapping[str, Any] | None = None,
    max_flops: float | None = None,
    n: int = 3,
    worth: float = 0.5,
    level: float = 0.9,
) -> NextRuns:
    """Return the runs that narrow the interval of a target most for their FLOPs.

    The bootstrap draws of the law say how the loss at a candidate moves with the target `t`. Were
    both jointly normal, a run at `c` with noise `s` would leave the target with the variance
    `var(t) - cov(t, c)**2 / (var(c) + s**2)`: no fit is repeated for it. The best run is taken,
    the draws are conditioned on it, and the search goes on for the next.

    Cheap runs cut most per FLOP, by amounts that are of no use to anybody. So a run counts only
    if it cuts at least `worth` times as much as the best that `max_flops` buys; among those, the
    most cut per FLOP wins.

    Args:
        fit: A fit with `n_params` and `n_examples` among its variables.
        target: The run whose loss is to be predicted: every variable of the law, by name.
        train_flops: Instead of `target`, a budget whose optimal `n_params` is to be known.
        candidates: Runs that could be done: every variable of the law, numbers or arrays of one
            length. By default a grid over the sizes and data of the runs and four times beyond,
            without what is cheaper than all runs: the law isn't known to hold so early.
        running: Runs that are under way, in the same form: their losses are not known yet, but
            will be, so nothing that they will tell is bought twice.
        max_flops: Most that one run may cost; by default what the dearest run did.
        n: How many runs, at least 1.
        worth: Share of the largest cut on offer that a run must bring, in `[0, 1]`; 0 ranks by
            cut per FLOP alone, 1 by cut alone.
        level: Level of the intervals whose widths are given.

    Raises:
        FitError: If the fit can't answer, or an argument can't be used.
        TooFewRunsError: If the best size of the budget is not identified by the runs so far.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> from scaling_keras.laws.next_runs import next_runs
    >>> rng = np.random.default_rng(0)
    >>> n, d = (a.ravel() for a in np.meshgrid([1e5, 1e6, 1e7], [1e7, 1e8, 1e9]))
    >>> loss = (1.7 + 400 / n**0.34 + 410 / d**0.28) * np.exp(rng.normal(scale=0.005, size=9))
    >>> fit = laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss)
    >>> advice = next_runs(fit, target={"n_params": 1e8, "n_examples": 1e10}, max_flops=1e18, n=1)
    >>> run = advice.runs[0]
    >>> run.train_flops <= 1e18 and run.width_after < run.width_before
    True

    References:
        Chaloner and Verdinelli, Bayesian Experimental Design: A Review (1995), section 2, for the
        normal linear model.
    """
    check_level(level)
    _check_fit(fit)
    check_worth(worth)
    if n < 1:
        raise FitError(f"`n` must be at least 1. Received: n={n!r}.")
    if (target is None) == (train_flops is None):
        raise FitError(
            f"`next_runs` needs either a target run or a budget. Received: target={target!r} and "
            f"train_flops={train_flops!r}. Pass one of them."
        )
    spread = float(np.sqrt(np.mean(noise(fit.residuals, len(fit.theta) - len(fit.fixed)) ** 2)))
    aim = (
        aim_at_run(fit, target, spread, level)
        if target is not None
        else aim_at_optimum(fit, train_flops, level)
    )
    limit = _dearest(fit) if max_flops is None else float(positive("max_flops", max_flops)[0])
    points = _candidates(fit, candidates, limit, aim.where)
    flops = _train_flops(fit, points)
    awaited = points_of(fit, "running", running) if running else points[:0]
    losses = log_losses(fit, np.concatenate([awaited, points]))
    left, chosen = _greedy(losses, aim, flops, spread, n, worth)
    runs, before = [], aim.width * left
    beyond = extrapolation_factor(points, fit.values, fit.law.variables)
    for index, left in chosen:
        after = aim.width * left
        cut = 1 - after / before if before > 0 else 0.0
        runs.append(
            NextRun(
                variables=by_name(fit, points[index]),
                train_flops=float(flops[index]),
                width_before=before,
                width_after=after,
                cut=cut,
                cut_per_flop=cut / float(flops[index]),
                extrapolation=float(beyond[index]),
            )
        )
        before = after
    return NextRuns(
        runs=tuple(runs),
        quantity=aim.quantity,
        target=aim.where,
        noise=spread,
        max_flops=limit,
        level=level,
        warnings=distinct(
            (
                *_findings(fit, chosen[-1][1], limit),
                *_beyond_findings(runs),
                *caveats(fit.warnings),
            )
        ),
    )


def check_worth(worth: float) -> None:
    """Raise a `FitError` unless `worth` is a share from 0 to 1."""
    if not (isinstance(worth, (int, float)) and 0 <= worth <= 1):
        raise FitError(
            f"`worth` must be from 0 to 1, the share of the largest cut on offer that a run must "
            f"bring. Received: worth={worth!r}. Pass 0.1 for a tenth."
        )


def _train_flops(fit: Fit, points: Floats) -> Floats:
    """Return what runs cost, shape `(points,)`."""
    names = fit.law.variables
    size, data = (points[:, names.index(name)] for name in ("n_params", "n_examples"))
    flops: Floats = fit.example_cost(size) * data
    return flops


def _dearest(fit: Fit) -> float:
    return float(_train_flops(fit, fit.values).max())


def _cheapest(fit: Fit) -> float:
    return float(_train_flops(fit, fit.values).min())


def _check_fit(fit: Fit) -> None:
    """Raise a `FitError` unless the fit has a surface, runs and draws to learn from."""
    check_fit("fit", fit)
    if not fit.law.is_surface:
        raise FitError(
            f"`next_runs` needs a law of the loss by n_params and n_examples. Received: a "
            f"`{fit.form}` fit of {fit.law.target} by {', '.join(fit.law.variables)}. Fit a form "
            f"of both, such as `chinchilla`."
        )
    if len(fit.resamples) < 2 or len(fit.observed) < 2:
        raise FitError(
            f"`next_runs` learns from the resamples of a fit. Received: {len(fit.resamples)} "
            f"resamples of {len(fit.observed)} runs. Fit the law to runs of your own."
        )


def _candidates(
    fit: Fit, given: Mapping[str, Any] | None, max_flops: float, where: Mapping[str, float]
) -> Floats:
    """Return the runs that may be done, shape `(candidates, variables)`."""
    names = fit.law.variables
    if given is None:
        columns = {}
        for name in names:
            seen = fit.values[:, names.index(name)]
            if name in ("n_params", "n_examples"):
                columns[name] = np.geomspace(seen.min(), seen.max() * _BEYOND, _STEPS)
            else:
                # Another variable stays as the target has it.
                columns[name] = np.array([where[name]])
        grid = np.meshgrid(*(columns[name] for name in names), indexing="ij")
        points = np.stack([column.ravel() for column in grid], axis=1)
        points = points[_train_flops(fit, points) >= _cheapest(fit) * (1 - 1e-9)]
    else:
        points = points_of(fit, "candidates", given)
    flops = _train_flops(fit, points)
    affordable: Floats = points[flops <= max_flops * (1 + 1e-9)]
    if not len(affordable):
        raise FitError(
            f"`max_flops` must allow at least one candidate. Received: max_flops={max_flops:.4g}, "
            f"and the cheapest candidate takes {flops.min():.4g}. Raise it."
        )
    return affordable


def _greedy(
    losses: Floats, aim: Aim, flops: Floats, spread: float, n: int, worth: float
) -> tuple[float, list[tuple[int, float]]]:
    """Choose runs one by one, and condition the covariance of all on each.

    Args:
        losses: Log losses at runs that are under way and, after those, at the candidates, shape
            `(draws, running + candidates)`.
        aim: What is to be known.
        flops: Cost of each candidate.
        spread: Standard deviation of a run around the law.
        n: How many to choose.
        worth: As in `next_runs`.

    Returns:
        The share of the target's width that those under way will leave; and, of each chosen, its
        index among the candidates and the share that is left after it.
    """
    joint = _trimmed(np.column_stack([losses, aim.draws]))
    covariance = np.cov(joint, rowvar=False)
    own = covariance[-1, -1] + aim.scatter**2
    for _ in range(losses.shape[1] - len(flops)):
        covariance = _conditioned(covariance, 0, spread)[1:, 1:]
    shares = [_share_left(covariance, aim, own)]
    chosen = []
    for _ in range(n):
        total = covariance[-1, -1] + aim.scatter**2
        gain = covariance[-1, :-1] ** 2 / (np.diag(covariance)[:-1] + spread**2 + 1e-300)
        # Without any spread but rounding there is nothing to cut.
        left = np.maximum(1 - gain / total, 0.0) if total > _ROUNDING else np.ones_like(gain)
        cut = 1 - np.sqrt(left)
        per_flop = np.where(cut >= worth * cut.max(), cut / flops, -1.0)
        index = int(np.argmax(per_flop))
        covariance = _conditioned(covariance, index, spread)
        shares.append(_share_left(covariance, aim, own) if total > _ROUNDING else shares[-1])
        chosen.append(index)
    return shares[0], list(zip(chosen, shares[1:], strict=True))


def _conditioned(covariance: Floats, index: int, spread: float) -> Floats:
    """Return what is left of a covariance once a quantity has been observed.

    An observation of `c` with noise `s` takes `cov(a, c) cov(b, c) / (var(c) + s**2)` from the
    covariance of `a` and `b`, whatever is observed.
    """
    column = covariance[:, index]
    left: Floats = covariance - np.outer(column, column) / (column[index] + spread**2 + 1e-300)
    return left


def _share_left(covariance: Floats, aim: Aim, own: float) -> float:
    """Return the share of the target's width that is left of what it was, `own` its variance."""
    total = max(covariance[-1, -1], 0.0) + aim.scatter**2
    return float(np.sqrt(total / own)) if own > _ROUNDING else 1.0


def _trimmed(draws: Floats) -> Floats:
    """Return draws with the outer hundredths of each column pulled in.

    A resample that misses the only run of its kind may end anywhere, and a few such would
    decide every covariance.
    """
    low, high = np.quantile(draws, [0.01, 0.99], axis=0)
    return np.clip(draws, low, high)


def _beyond_findings(runs: Sequence[NextRun]) -> Iterator[Finding]:
    """Yield which of the runs lie far beyond those of the fit."""
    far = [(place, run) for place, run in enumerate(runs, 1) if run.extrapolation >= FAR]
    if far:
        places = ", ".join(str(place) for place, _ in far)
        farthest = max(run.extrapolation for _, run in far)
        yield Finding(
            code="far_extrapolation",
            message=f"Of these runs, number {places} lies up to {times(farthest)} beyond those of "
            f"the fit, where the law that recommends it was not seen to hold. Prefer one that "
            f"lies nearer, or pass `candidates`.",
        )


def _findings(fit: Fit, left: float, max_flops: float) -> tuple[Finding, ...]:
    """Return what must be said of the advice."""
    found = []
    if 1 - left < _SMALL_CUT:
        found.append(
            Finding(
                code="little_to_gain",
                message=f"All of these runs together narrow the interval by less than "
                f"{_SMALL_CUT:.0%}: what is left is the scatter of single runs, or lies beyond "
                f"runs of {max_flops:.3g} FLOPs. Raise max_flops, or train the target.",
            )
        )
    if fit.backtest is not None and fit.backtest.miss_ratio > 1.0:
        found.append(
            Finding(
                code="form_in_doubt",
                message=f"The law missed held-out runs by {fit.backtest.miss_ratio:.2g}x its "
                f"intervals. These runs narrow the law's numbers only; whether the form holds is "
                f"told by a run between the dearest one and the target.",
            )
        )
    return tuple(found)
