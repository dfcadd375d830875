"""What a careful reader would object to, as coded findings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from scipy import special

from scaling_keras.laws.checkpoints import MANY_POINTS, checkpoint_findings
from scaling_keras.laws.columns import Columns
from scaling_keras.laws.fit_text import guess_in_words, times
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.holdout import ROUNDING, Backtest
from scaling_keras.laws.problem import Minimum, Problem
from scaling_keras.laws.results import Finding
from scaling_keras.laws.rising_metrics import rising_findings

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
_CURVE_DEGREE = 4
SIGNIFICANT = 1e-3
"""Chance below which a pattern of the residuals is no accident."""
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
    yield from rising_findings(form, columns)


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
    cost: ExampleCost,
    backtest: Backtest | None,
) -> Iterator[Finding]:
    """Yield what can be said once the law is fitted.

    Args:
        problem: What was minimised.
        best: What the starts reached.
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
                message=f"`{name}` ended at a bound of its range: its value is where the search "
                f"had to stop, no evidence of it. Use a simpler form, or add runs over a wider "
                f"range.",
            )
    if form.is_surface:
        yield from _cost_findings(cost)
    yield from backtest_findings(form, backtest)


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


def pattern_findings(problem: Problem, theta: Floats) -> Iterator[Finding]:
    """Yield whether the residuals follow the variables, or exceed what seeds differ by.

    Args:
        problem: The rows and the form.
        theta: The fitted parameters in the solver's frame, shape `(p,)`.
    """
    yield from checkpoint_findings(problem, theta)
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
