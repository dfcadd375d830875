"""What a careful reader would object to, as coded findings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
from scipy import special

from scaling_keras.laws.checkpoints import MANY_POINTS, checkpoint_findings
from scaling_keras.laws.columns import Columns
from scaling_keras.laws.fit_text import guess_in_words, listed, times
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.holdout import ROUNDING, Backtest
from scaling_keras.laws.objectives import OBJECTIVES
from scaling_keras.laws.problem import Minimum, Problem
from scaling_keras.laws.results import Finding
from scaling_keras.laws.unseen import left_free
from scaling_keras.laws.variations import OUTLIER, Variation, beyond_in_words, variations

SHORT_RANGE = 10.0
"""Ratio of largest to smallest value below which exponents are seldom usable."""
COLLINEAR = 0.97
"""Correlation of log size and log data above which their effects can't be told apart."""
FEW_SIZES = 5
"""Choshen et al., arXiv:2410.11840, section 6: five models are a safe bet."""
FEW_CLUSTERS = 8
UNBALANCED = 16.0
"""Rows of one size, relative to the median size, from which it outweighs the others."""
START_AGREEMENT = 0.5
NOT_MOVED = 1e-9
MOVED_FAR = 2.0
"""Standard errors from which a prediction moved by a choice that the data don't make."""
MOVED_SHARE = 0.005
MOVED_SIZE = 0.1
"""Relative change of the best size below which the loss hardly differs."""
_CURVE_DEGREE = 4
SIGNIFICANT = 1e-3
"""Chance below which a pattern of the residuals is no accident."""
WIDE_EXPONENT = 4.0
"""Ratio of the ends of an exponent's 90 % interval from which the data does not identify it."""
WIDE_SIGNED_EXPONENT = 0.5
"""The same for one that may have either sign, as a width: ten times beyond the data, 0.5 of an
exponent is a factor of 3."""
FAR = 10.0
"""Extrapolation factor from which a prediction says so."""


def data_findings(form: Form, columns: Columns) -> Iterator[Finding]:
    """Yield what can be said of the data before any fit."""
    values = dict(zip(form.variables, columns.values.T, strict=True))
    for name, column in values.items():
        low, high = column[column > 0].min(), column.max()
        if high / low < SHORT_RANGE and name not in form.linear_variables:
            yield Finding(
                code="short_range",
                message=f"The largest `{name}` is {high / low:.2g}x the smallest; exponents from a "
                f"range below {SHORT_RANGE:g}x are seldom usable. Add smaller or larger runs.",
            )
    if {"n_params", "n_examples"} <= set(values):
        yield from _surface_data_findings(values["n_params"], values["n_examples"])
    yield from _row_findings(form, columns)


def _surface_data_findings(n_params: Floats, n_examples: Floats) -> Iterator[Finding]:
    correlation = float(np.corrcoef(np.log(n_params), np.log(n_examples))[0, 1])
    if abs(correlation) > COLLINEAR:
        yield Finding(
            code="collinear",
            message=f"log n_params and log n_examples correlate at {correlation:.3f}, so the "
            f"effects of size and data can hardly be told apart, and intervals, those of the best "
            f"size and data among them, hold less often than they say. Add runs that vary one at "
            f"a fixed value of the other.",
        )
    sizes, counts = np.unique(n_params, return_counts=True)
    if len(sizes) < FEW_SIZES:
        yield Finding(
            code="few_sizes",
            message=f"The runs have {len(sizes)} sizes; at least {FEW_SIZES} are needed before an "
            f"extrapolation in size can be relied on (arXiv:2410.11840). Add sizes.",
        )
    most = int(np.argmax(counts))
    if counts[most] > UNBALANCED * np.median(counts):
        yield Finding(
            code="unbalanced_sizes",
            message=f"{counts[most]} of {len(n_params)} runs have the size {sizes[most]:.3g}, "
            f"which so outweighs the others. Balance them with `weights`.",
        )


def _row_findings(form: Form, columns: Columns) -> Iterator[Finding]:
    rows = np.column_stack([columns.values, columns.observed])
    repeated = len(rows) - len(np.unique(rows, axis=0))
    if repeated:
        # Rows of one cluster are drawn together, by default those of one configuration.
        drawn = np.unique(np.column_stack([rows, columns.groups]), axis=0)
        counts = (
            "are drawn together, so the law is no surer for them; but each counts in the scatter "
            "of single runs, so their intervals come out narrower"
            if len(drawn) == len(rows) - repeated
            else "count by `groups` as runs of their own, so intervals come out narrower"
        )
        yield Finding(
            code="duplicate_rows",
            message=f"{repeated} of {len(rows)} rows repeat another exactly, {form.target} "
            f"included, and {counts} than without them. Drop them unless they are different "
            f"runs; to let a row count more, pass `weights`.",
        )
    n_groups = len(np.unique(columns.groups))
    if "learning_rate_sum" in form.variables and n_groups > max(MANY_POINTS, len(rows) // 2):
        yield Finding(
            code="checkpoints_as_runs",
            message=f"The {len(rows)} rows are points of training curves, but each counts as a "
            f"run of its own, so intervals come out several times too narrow. Name the training "
            f"of each row with `groups`.",
        )
    least = max(FEW_CLUSTERS, len(form.parameters) + 3)
    if n_groups < least:
        yield Finding(
            code="few_runs",
            message=f"The rows come from {n_groups} independent runs or configurations; resampling "
            f"fewer than {least} gives intervals that are too narrow. Add runs.",
        )


def fit_findings(
    problem: Problem,
    best: Minimum,
    *,
    params: dict[str, Floats],
    cost: ExampleCost,
    backtest: Backtest | None,
) -> Iterator[Finding]:
    """Yield what can be said once the law is fitted.

    Args:
        problem: What was minimised.
        best: What the starts reached.
        params: The parameters of each resample, by name; empty without resamples.
        cost: What an example costs.
        backtest: The held-out check, None if there are too few runs.
    """
    form = problem.form
    if best.agreement < START_AGREEMENT:
        yield Finding(
            code="starts_disagree",
            message=(
                f"Only {best.agreement:.0%} of the {best.n_starts} starts reached the best minimum"
                if best.agreement
                else f"None of the {best.n_starts} starts reached the best minimum, which was "
                f"found from that of a resample"
            )
            + "; the law may have several. Compare the fit with another form.",
        )
    if best.moved < NOT_MOVED:
        yield Finding(
            code="not_moved",
            message="The best parameters are those of a random start, which the search could not "
            "improve on. Don't use this fit; look for rows with extreme values.",
        )
    for name, bound in zip(form.parameters, best.at_bound, strict=True):
        if bound:
            yield Finding(
                code="at_bound",
                message=f"`{name}` ended at a bound of its range: the data does not ask for it. "
                f"Use a simpler form, or add runs over a wider range.",
            )
    yield from _identity_findings(problem, best, params)
    if form.is_surface:
        yield from _cost_findings(cost)
    yield from backtest_findings(form, backtest)


def _identity_findings(
    problem: Problem, best: Minimum, params: Mapping[str, Floats]
) -> Iterator[Finding]:
    """Yield the parameters that the data do not identify, and why not.

    Coefficients vary with their exponents, over any range: of them only those that are left free.
    """
    form, bounded = problem.form, np.array(problem.form.parameters)[best.at_bound]
    free = [name for name in left_free(problem, best.theta) if name not in bounded]
    for name in form.parameters if params else ():
        is_coef = name.split("_")[-1].startswith("coef")
        if name in problem.fixed or is_coef or name in free:
            continue
        low, high = np.quantile(params[name], [0.05, 0.95])
        if name in bounded:
            why = "it ended at the bound of its range, which cuts its interval off"
        elif _is_wide(low, high, name in form.exponents):
            why = f"its 90 % interval runs from {low:.3g} to {high:.3g}"
        else:
            continue
        yield Finding(
            code="not_identified",
            message=f"`{name}` is not identified: {why}. Add runs over a wider range before using "
            f"it.",
        )
    if free:
        names = ", ".join(f"`{name}`" for name in free)
        are, them = ("is", "it") if len(free) == 1 else ("are", "them")
        yield Finding(
            code="not_identified",
            message=f"{names} {are} not identified: the law of these runs is the same with other "
            f"values of {them}. Add runs that show {them}, or hold {them} with `fixed`.",
        )


def _is_wide(low: float, high: float, is_exponent: bool) -> bool:
    """Return whether a 90 % interval is too wide for its parameter to be used."""
    if is_exponent and high - low < ROUNDING:
        return False
    if low < 0 < high:
        # Where a ratio says nothing: an exponent near zero may be known well.
        return not is_exponent or high - low > WIDE_SIGNED_EXPONENT
    smaller, larger = sorted((abs(low), abs(high)))
    return larger > WIDE_EXPONENT * smaller


def _cost_findings(cost: ExampleCost) -> Iterator[Finding]:
    if not cost.counted and cost.max_error:
        yield Finding(
            code="flops_scatter",
            message="The FLOPs per example that the runs tell are no power law of n_params that "
            "rises with it, so allocations assume 6 FLOPs per parameter and example instead. "
            "Check `train_flops` of the runs, and fit one model family at a time.",
        )
    elif not cost.counted:
        yield Finding(
            code="flops_assumed",
            message="No counted FLOPs came with the runs, so allocations assume 6 FLOPs per "
            "parameter and example. Log runs with ScalingLogger to use their own.",
        )
    elif cost.max_error > 0.1:
        yield Finding(
            code="flops_scatter",
            message=f"FLOPs per example deviate by up to {cost.max_error:.0%} from a power law "
            f"of n_params. Fit one model family at a time.",
        )


def backtest_findings(form: Form, backtest: Backtest | None) -> Iterator[Finding]:
    """Yield what the held-out check says; None if there was none."""
    if backtest is None:
        yield Finding(
            code="no_backtest",
            message=f"No runs were held out, so no extrapolation was checked and intervals beyond "
            f"the data may be too narrow. The check needs enough distinct "
            f"({', '.join(form.variables)}) to fit the form without the dearest fifth of the runs. "
            f"Add runs with others.",
        )
        return
    if backtest.miss_ratio >= 1.05:
        yield Finding(
            code="widened",
            message=f"Where the dearest runs were held out, the law missed them by more than its "
            f"intervals; those beyond the data are widened, {backtest.miss_ratio:.2g}x at a "
            f"distance of {backtest.extrapolation:.2g}x.",
        )
    if backtest.error >= backtest.baseline_error:
        yield Finding(
            code="no_better_than_baseline",
            message=f"On the {backtest.n_test} dearest runs the law errs by {backtest.error:.2%}, "
            f"guessing {guess_in_words(form)} by {backtest.baseline_error:.2%}. The range of "
            f"compute is too short to show the law's worth; add dearer runs.",
        )


def extrapolation_findings(factor: Floats, backtest: Backtest | None) -> tuple[Finding, ...]:
    """Return what must be said of predictions `factor` beyond the data."""
    farthest = float(factor.max())
    if farthest < FAR:
        return ()
    checked = f"{backtest.extrapolation:.2g}x" if backtest else "nothing"
    return (
        Finding(
            code="far_extrapolation",
            message=f"The prediction lies {times(farthest)} beyond the runs, the held-out check "
            f"covers {checked}. Train a run in between before relying on it.",
        ),
    )


def residual_findings(
    problem: Problem, theta: Floats, resamples: Floats, cost: ExampleCost
) -> Iterator[Finding]:
    """Yield what the residuals show, and how far choices move the prediction and the best size.

    Args:
        problem: The rows and the form.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each bootstrap resample, shape `(n, p)`.
        cost: What an example costs.
    """
    tried = variations(problem, theta, resamples, cost)[1:]
    where = beyond_in_words(problem.form)
    moved = [variation for variation in tried if _has_moved(variation)]
    objectives = [v for v in moved if v.name in OBJECTIVES]
    if objectives:
        worst = max(objectives, key=lambda v: abs(v.change))
        yield Finding(
            code="objective_sensitive",
            message=f"With the objective `{worst.name}` {_moves(worst, where)}. Look at "
            f"`laws.sensitivity`, and at the rows farthest from the law.",
        )
    for variation in tried:
        if variation.name == "without outliers":
            yield Finding(
                code="outliers",
                message=f"{len(variation.rows)} rows lie more than {OUTLIER:g} robust standard "
                f"deviations off the law ({listed(variation.rows)}); without them "
                f"{_moves(variation, where)}. Find out why.",
            )
    for variation in moved:
        if variation.name == "without the cheapest fifth":
            yield Finding(
                code="early_rows",
                message=f"Without the cheapest fifth of the rows {_moves(variation, where)}: the "
                f"law may not hold from the smallest runs on. Fit without "
                f"them, and decide so before looking at a held-out run.",
            )
    yield from checkpoint_findings(problem, theta)
    yield from pattern_findings(problem, theta)


def _has_moved(variation: Variation) -> bool:
    """Return whether the loss beyond the data moved by more than its error, or the best size."""
    if variation.standard_errors > MOVED_FAR and abs(variation.change) > MOVED_SHARE:
        return True
    change, errors = variation.n_params_change, variation.n_params_standard_errors
    return change is not None and abs(change) > MOVED_SIZE and (errors or 0.0) > MOVED_FAR


def _moves(variation: Variation, where: str) -> str:
    """Return how far a variation moves what is asked of a law."""
    loss = f"the prediction {where} moves by {variation.change:+.2%}"
    loss += f" ({variation.standard_errors:.1f} standard errors)"
    change, errors = variation.n_params_change, variation.n_params_standard_errors
    return loss if change is None else f"{loss} and the best size by {change:+.0%} ({errors:.1f})"


def pattern_findings(problem: Problem, theta: Floats) -> Iterator[Finding]:
    """Yield whether the residuals follow the variables, or exceed what seeds differ by."""
    residuals = problem.y - problem.fitted(theta[None])[0]
    # A few outliers must not make the pattern, nor hide it.
    limit = 3 * 1.4826 * np.median(np.abs(residuals))
    residuals = np.clip(residuals, -limit, limit)
    n, n_variables = problem.z.shape
    z = problem.z / np.maximum(problem.z.std(axis=0), 1e-12)
    # What a law with floor leaves of a curve crosses zero three times, of a surface it is a saddle.
    degrees = range(_CURVE_DEGREE if n_variables == 1 else 2)
    terms = [
        z[:, list(chosen)].prod(axis=1)
        for degree in degrees
        for chosen in itertools.combinations_with_replacement(range(n_variables), degree + 1)
    ]
    design = np.stack([np.ones(n), *terms], axis=1)
    left = n - design.shape[1]
    total = float(((residuals - residuals.mean()) ** 2).sum())
    if left >= 5 and total > n * ROUNDING**2:
        fitted = design @ np.linalg.lstsq(design, residuals, rcond=None)[0]
        unexplained = float(((residuals - fitted) ** 2).sum())
        ratio = (total - unexplained) / len(terms) / max(unexplained / left, 1e-300)
        if special.fdtrc(len(terms), left, ratio) < SIGNIFICANT:
            yield Finding(
                code="misfit",
                message=f"The residuals follow the variables: a polynomial explains "
                f"{1 - unexplained / total:.0%} of their variance, which is no accident. The form "
                f"is wrong somewhere; compare it with others, and don't extrapolate far.",
            )
    yield from _replicate_findings(problem, residuals)


def _replicate_findings(problem: Problem, residuals: Floats) -> Iterator[Finding]:
    """Compare the scatter around the law with that between seeds of one configuration."""
    values, members = np.unique(problem.columns.values, axis=0, return_inverse=True)
    members = members.reshape(-1)
    sizes = np.bincount(members)
    within = len(residuals) - len(values)
    means = np.bincount(members, residuals) / sizes
    pure = float(((residuals - means[members]) ** 2).sum())
    free = len(problem.form.parameters) - len(problem.fixed)
    between = len(values) - free
    if within < 3 or between < 3 or pure <= within * ROUNDING**2:
        return
    ratio = float((sizes * means**2).sum()) / between / (pure / within)
    if special.fdtrc(between, within, ratio) < SIGNIFICANT:
        yield Finding(
            code="lack_of_fit",
            message=f"Configurations lie {np.sqrt(ratio):.2g}x as far from the law as their seeds "
            f"scatter ({np.sqrt(pure / within):.2%}): the law misses something that is no noise. "
            f"Compare it with another form.",
        )
