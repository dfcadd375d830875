"""Approach 2 of Hoffmann et al.: the best size at each of several fixed budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.fit_result import check_level
from scaling_keras.laws.fit_text import listed
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier_line import (
    FrontierLine,
    line_through,
)
from scaling_keras.laws.isoflop_minimum import (
    Minimum,
    Profile,
    count_sizes,
    find_minimum,
    find_shape,
    limits_of_size,
    resample_minima,
)
from scaling_keras.laws.isoflop_outliers import find_outliers
from scaling_keras.laws.isoflop_result import IsoFlop, IsoFlopProfile
from scaling_keras.laws.isoflop_rows import Rows, group_budgets, read_rows
from scaling_keras.laws.results import Finding, Interval
from scaling_keras.laws.uncertainty import check_resampling, quantiles
from scaling_keras.laws.variations import OUTLIER
from scaling_keras.runs import RunTable

BUDGET_RATIO = 1.1
"""Budgets are rounded to whole batches, and missed by the sizes that a family offers."""
WIDE_BUDGET = 1.5
"""Ratio of largest to smallest FLOPs within a budget above which the grouping is doubtful."""
MIN_SIZES = 3
"""A curve with a minimum has three coefficients."""
SURE = 0.9
"""Share of resamples whose minimum must lie between the runs for it to be called bracketed."""
_ROUNDING = 1e-12
SCATTERED = 2.0
"""Optima this many errors off their line, on average, are not on it."""


def isoflop(
    data: RunTable | Mapping[str, Any] | None = None,
    *,
    n_params: Any = None,
    n_examples: Any = None,
    loss: Any = None,
    train_flops: Any = None,
    budget: Any = None,
    groups: Any = None,
    budget_ratio: float = BUDGET_RATIO,
    minimum: str = "powers",
    level: float = 0.9,
    n_resamples: int = 1000,
    seed: int | np.random.Generator | None = 0,
) -> IsoFlop:
    """Find the size with the lowest loss at each budget, and how it grows with compute.

    At each budget a curve of loss against size is fitted to the runs, and its minimum taken; power
    laws are then fitted to the minima, weighted by their bootstrap variance. A parabola in `log N`
    is biased on wide or off-centre grids as soon as size and data count unequally, so the curves
    are `L = c0 + c1 / N**alpha + c2 / D**beta` instead, with three coefficients free at each budget
    and the two exponents shared by all: the exact profile of a Chinchilla surface, without its
    assumption of how budgets hang together. Where the runs can't tell the exponents, and with
    `minimum="parabola"`, it is a parabola. Runs far off all curves are left out first, with a
    finding that names them: one would bend the exponents that all budgets share.

    Args:
        data: A `RunTable`, whose usable runs are taken, or a mapping of columns.
        n_params: Parameters of each run, shape `(runs,)`, positive. With a mapping, may name the
            column to take instead; so for the others.
        n_examples: Examples each run saw.
        loss: Loss each run reached.
        train_flops: What each run cost. `6 N D` if it is nowhere said, with a finding.
        budget: The budget each run was meant for; runs with equal values form a profile. By
            default they are told by their `train_flops`.
        groups: Cluster of each run: those of one cluster are resampled together. By default the
            runs of one size and amount of data, which differ in their seeds.
        budget_ratio: Runs whose `train_flops` lie next to one another within this factor share a
            budget. Above 1.
        minimum: `powers` or `parabola`.
        level: Share that intervals are meant to contain, in `(0, 1)`.
        n_resamples: Bootstrap resamples, at least 100.
        seed: Of the resamples: a whole number, a generator, or None for a fresh one.

    Returns:
        The profiles and the frontier.

    Raises:
        FitError: If an argument can't be used.
        TooFewRunsError: If no budget has runs of three sizes.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> c, n = (a.ravel() for a in np.meshgrid([1e18, 1e19, 1e20], np.geomspace(2e7, 2e10, 9)))
    >>> d = c / (6 * n)
    >>> found = laws.isoflop(n_params=n, n_examples=d, train_flops=c,
    ...                      loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> lines = {"powers": found.n_params, "parabolas": found.parabola_n_params}
    >>> for name, line in lines.items():
    ...     print(f"{name}: a = {line.exponent.value:.4f}")
    powers: a = 0.4516
    parabolas: a = 0.4576

    References:
        Hoffmann et al., arXiv:2203.15556, section 3.2; the bias of parabolas and variable
        projection: arXiv:2603.22339.
    """
    check_level(level)
    check_resampling(n_resamples, seed)
    _check_options(budget_ratio, minimum)
    given = {
        "n_params": n_params,
        "n_examples": n_examples,
        "loss": loss,
        "train_flops": train_flops,
        "budget": budget,
        "groups": groups,
    }
    rows = read_rows(data, given)
    kept, findings = _choose_budgets(rows, budget_ratio)
    kept, strays = _without_outliers(rows, kept)
    findings.extend(strays)
    curves = [_profile(rows, flops, part) for flops, part in kept]
    shape = find_shape(curves) if minimum == "powers" else None
    if minimum == "powers" and shape is None:
        findings.append(_SHAPE_NOT_IDENTIFIED)
    rng = np.random.default_rng(seed)
    minima = [find_minimum(curve, curve.loss[None], shape) for curve in curves]
    draws = resample_minima(curves, shape, n_resamples, rng)
    parabolas = [find_minimum(curve, curve.loss[None], None) for curve in curves]
    parabola_draws = resample_minima(curves, None, n_resamples, rng)
    profiles = tuple(
        _describe(flops, part, curve, found, drawn, parabola, level=level)
        for (flops, part), curve, found, drawn, parabola in zip(
            kept, curves, minima, draws, parabolas, strict=True
        )
    )
    budgets = np.array([flops for flops, _ in kept])
    lines = [
        _line(budgets, curves, *found, level=level, of_data=of_data)
        for found in ((minima, draws), (parabolas, parabola_draws))
        for of_data in (False, True)
    ]
    findings.extend(_findings(profiles, lines[0]))
    return IsoFlop(
        profiles=profiles,
        n_params=lines[0],
        n_examples=lines[1],
        parabola_n_params=lines[2],
        parabola_n_examples=lines[3],
        minimum="parabola" if shape is None else "powers",
        shape={} if shape is None else dict(zip(SHAPE_NAMES, shape, strict=True)),
        level=level,
        n_runs=sum(len(part) for _, part in kept),
        excluded=rows.excluded,
        findings=(*rows.findings, *findings),
    )


SHAPE_NAMES = ("param_exponent", "data_exponent")

_SHAPE_NOT_IDENTIFIED = Finding(
    code="shape_not_identified",
    message="The profiles have too few sizes to tell their shape, so minima are those of "
    "parabolas, which are biased on wide or off-centre grids. Train more sizes at each budget.",
)


def _check_options(budget_ratio: float, minimum: str) -> None:
    if not (np.isfinite(budget_ratio) and budget_ratio > 1):
        raise FitError(
            f"`budget_ratio` must be a factor above 1. Received: budget_ratio={budget_ratio!r}. "
            f"Pass 1.1 for runs that meet their budget within 10 %."
        )
    if minimum not in ("powers", "parabola"):
        raise FitError(f"`minimum` must be 'powers' or 'parabola'. Received: {minimum!r}.")


def _choose_budgets(
    rows: Rows, ratio: float
) -> tuple[list[tuple[float, np.ndarray]], list[Finding]]:
    """Return the budgets that have a profile, and what is to be said of the others."""
    budgets, findings = group_budgets(rows, ratio), []
    kept = [
        (flops, part)
        for flops, part in budgets
        if count_sizes(np.log(rows.n_params[part])) >= MIN_SIZES
    ]
    lost = [flops for flops, part in budgets if not any(part is other for _, other in kept)]
    if not kept:
        raise TooFewRunsError(
            f"A profile needs runs of {MIN_SIZES} sizes at one budget. Received: {len(budgets)} "
            f"budgets ({named(lost)}) with fewer. Add sizes, say which runs share a budget with "
            f"`budget`, or fit a surface with `laws.fit`."
        )
    if lost:
        findings.append(
            Finding(
                code="too_few_sizes",
                message=f"Budgets with fewer than {MIN_SIZES} sizes have no profile: "
                f"{named(lost)} FLOPs. Add sizes there, or raise `budget_ratio` if they belong "
                f"to their neighbours.",
            )
        )
    wide = [
        flops
        for flops, part in kept
        if rows.train_flops[part].max() > WIDE_BUDGET * rows.train_flops[part].min()
    ]
    if wide:
        findings.append(
            Finding(
                code="budgets_not_separate",
                message=f"Runs that differ by more than {WIDE_BUDGET:g}x in FLOPs share a budget: "
                f"{named(wide)}. Say which runs belong together with `budget`.",
            )
        )
    return kept, findings


def named(budgets: Sequence[float]) -> str:
    """Return budgets for a sentence, the first six by name."""
    more = f" and {len(budgets) - 6} more" if len(budgets) > 6 else ""
    return ", ".join(f"{flops:.3g}" for flops in budgets[:6]) + more


def _without_outliers(
    rows: Rows, budgets: Sequence[tuple[float, np.ndarray]]
) -> tuple[list[tuple[float, np.ndarray]], list[Finding]]:
    """Return the budgets without the runs that lie far off all curves, and which those are."""
    # In an order that is not that of the data.
    ordered = [
        part[np.lexsort((rows.loss[part], rows.n_examples[part], rows.n_params[part]))]
        for _, part in budgets
    ]
    far = find_outliers(
        [_profile(rows, flops, part) for (flops, _), part in zip(budgets, ordered, strict=True)]
    )
    kept = [
        (flops, part[~out]) for (flops, _), part, out in zip(budgets, ordered, far, strict=True)
    ]
    left_out = np.sort(np.concatenate(ordered)[np.concatenate(far)])
    if not len(left_out):
        return kept, []
    finding = Finding(
        code="outliers",
        message=f"{len(left_out)} rows lie more than {OUTLIER:g} standard deviations off the "
        f"curves of their budgets ({listed([rows.names[row] for row in left_out])}), and are left "
        f"out of them. Find out why.",
    )
    return kept, [finding]


def _profile(rows: Rows, budget: float, part: np.ndarray) -> Profile:
    """Return the profile of a budget."""
    return Profile.of(
        budget,
        rows.n_params[part],
        rows.n_examples[part],
        rows.train_flops[part],
        rows.loss[part],
        rows.clusters[part],
    )


def _describe(
    budget: float,
    part: np.ndarray,
    curve: Profile,
    found: Minimum,
    draws: Minimum | None,
    parabola: Minimum,
    *,
    level: float,
) -> IsoFlopProfile:
    """Return the result for one budget."""
    drawn = np.empty((0, 1)) if draws is None else draws.loss[:, None]
    loss = np.stack([found.loss, *quantiles(found.loss, drawn, level)])[:, 0]
    log_n = np.array([found.log_n[0], *limits_of_size(curve, found, draws, level)])
    return IsoFlopProfile(
        train_flops=budget,
        rows=tuple(sorted(part.tolist())),
        n_sizes=curve.n_sizes,
        n_params=_interval(np.exp(curve.centre_n + log_n)),
        n_examples=_interval(np.exp(_log_data(curve, log_n))),
        loss=_interval(curve.unit * loss),
        n_params_parabola=float(np.exp(curve.centre_n + parabola.log_n[0])),
        curvature=float(curve.unit * found.curvature[0]),
        bracketed=bool(found.bracketed[0]),
        bracketed_share=float("nan") if draws is None else float(draws.bracketed.mean()),
    )


def _interval(value_and_ends: Floats) -> Interval:
    """Return a value with its ends, which come in any order: data falls with the size."""
    value, *ends = map(float, value_and_ends)
    return Interval(value=value, low=min(ends), high=max(ends))


def _log_data(curve: Profile, log_n: Floats) -> Floats:
    """Return the log data at centred log sizes on the budget of a profile."""
    if abs(curve.slope) < _ROUNDING:  # An example costs the same at any size, also an infinite one.
        return np.full_like(log_n, curve.centre_d + curve.intercept)
    return curve.centre_d + curve.intercept - curve.slope * log_n


def _line(
    budgets: Floats,
    curves: Sequence[Profile],
    minima: Sequence[Minimum],
    draws: Sequence[Minimum | None],
    *,
    level: float,
    of_data: bool,
) -> FrontierLine | None:
    """Return the power law through the bracketed minima, None with fewer than two."""
    used = [index for index, found in enumerate(minima) if found.bracketed[0]]
    if len(used) < 2:
        return None

    def optimum(index: int, found: Minimum) -> Floats:
        curve = curves[index]
        return _log_data(curve, found.log_n) if of_data else curve.centre_n + found.log_n

    value = np.array([optimum(index, minima[index])[0] for index in used])
    drawn = [optimum(index, d) for index in used if (d := draws[index]) is not None]
    known = len(drawn) == len(used)
    spread = np.stack(drawn, axis=1) if known else np.empty((0, len(used)))
    weights = _inverse_variance(spread) if known else np.ones(len(used))
    return line_through(
        np.log(budgets[used]), value, weights, spread, level=level, errors_known=known
    )


def _inverse_variance(draws: Floats) -> Floats:
    """Return weights from the middle 68 % of draws: some may lie at the ends of a profile."""
    low, high = np.quantile(draws, [0.1587, 0.8413], axis=0)
    variance = ((high - low) / 2) ** 2
    # A profile of a few runs that happen to lie smoothly seems surer than it is: each variance is
    # averaged with the typical one. And exact runs have no scatter but rounding.
    weights: Floats = 1.0 / np.maximum((variance + np.median(variance)) / 2, _ROUNDING)
    return weights


def _findings(profiles: Sequence[IsoFlopProfile], line: FrontierLine | None) -> Iterator[Finding]:
    """Yield what can be said once minima and frontier are known."""
    open_ended = [p.train_flops for p in profiles if not p.bracketed]
    if open_ended:
        yield Finding(
            code="minimum_not_bracketed",
            message=f"The loss has no minimum between the sizes trained at {named(open_ended)} "
            f"FLOPs; those budgets are left out of the exponents. Train sizes beyond the end "
            f"where it is lowest.",
        )
    unsure = [p.train_flops for p in profiles if p.bracketed and p.bracketed_share < SURE]
    if unsure:
        yield Finding(
            code="minimum_uncertain",
            message=f"At {named(unsure)} FLOPs the minimum may lie beyond the sizes trained, where "
            f"its interval is open. Train sizes beyond them.",
        )
    saturated = [p.train_flops for p in profiles if p.n_sizes == MIN_SIZES]
    if saturated:
        yield Finding(
            code="three_sizes",
            message=f"With {MIN_SIZES} sizes the curve passes through every run at "
            f"{named(saturated)} FLOPs, so the scatter is taken from other budgets, if there are "
            f"any. Add sizes.",
        )
    n_used = sum(p.bracketed for p in profiles)
    if n_used < 3:
        yield Finding(
            code="few_budgets",
            message=f"{n_used} budgets have a bracketed minimum; exponents need two, and three "
            f"for a check that they lie on a line. Add budgets.",
        )
    if line is not None and line.scatter > SCATTERED:
        yield Finding(
            code="frontier_scatter",
            message=f"The optimal sizes lie {line.scatter:.1f} errors from a power law, so the "
            f"exponents' intervals are widened by that. Look for budgets with another recipe or "
            f"an untuned learning rate.",
        )
