"""What the resamples of a fit say against it: intervals too wide, answers that move by choices.

These are findings on a `Fit` as it is answered with, so that the intervals and standard errors in
them are its own: of an average of forms those of the average, not of the form that leads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaling_keras.laws.conventions import convention_findings
from scaling_keras.laws.fit_text import change, listed
from scaling_keras.laws.holdout import ROUNDING
from scaling_keras.laws.objectives import OBJECTIVES, get_objective
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding, Interval
from scaling_keras.laws.unseen import left_free, unseen, unseen_findings
from scaling_keras.laws.variations import OUTLIER, Variation, beyond_in_words, variations
from scaling_keras.runs import RunTable

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

LEVEL = 0.9
"""Of the intervals that are told, as their sentences say."""
MOVED_FAR = 2.0
"""Standard errors from which a prediction moved by a choice that the data don't make."""
MOVED_SHARE = 0.005
MOVED_SIZE = 0.1
"""Relative change of the best size below which the loss hardly differs."""
WIDE_EXPONENT = 4.0
"""Ratio of the ends of an exponent's 90 % interval from which the data does not identify it."""
WIDE_SIGNED_EXPONENT = 0.5
"""The same for one that may have either sign, as a width: ten times beyond the data, 0.5 of an
exponent is a factor of 3."""


def resample_findings(fit: Fit, runs: RunTable | None = None) -> Iterator[Finding]:
    """Yield what the resamples of a fit say against it.

    Args:
        fit: A fit to data, of one form or an average.
        runs: The table that it is a fit of, for what its runs recorded of their parameters.
    """
    problem = problem_of(fit)
    yield from _identity_findings(fit, problem)
    hidden = unseen(fit.law, fit.theta, fit.resamples, problem.z, fit.inseparable)
    yield from unseen_findings(fit.law, hidden)
    yield from _moved_findings(fit, problem)
    if runs is not None:
        yield from convention_findings(fit, problem, runs)


def problem_of(fit: Fit) -> Problem:
    """Return what was minimised to make a fit; of an average, over its widest form."""
    objective = get_objective(fit.objective_name, fit.huber_delta or 1e-3)
    return Problem.of(fit.law, fit.columns, objective, fit.fixed, fit.centre)


def _identity_findings(fit: Fit, problem: Problem) -> Iterator[Finding]:
    """Yield the parameters that the data do not identify, and why not.

    Coefficients vary with their exponents, over any range: of them only those that are left free.
    """
    free = [name for name in left_free(problem, fit.theta) if name not in fit.at_bound]
    for name, interval in fit.intervals(LEVEL).items():
        is_coef = name.split("_")[-1].startswith("coef")
        if name in fit.fixed or is_coef or name in free:
            continue
        if name in fit.at_bound:
            why = "it ended at the bound of its range, which cuts its interval off"
        elif _is_wide(interval, name in fit.law.exponents):
            why = f"its 90 % interval runs from {interval.low:.5g} to {interval.high:.5g}"
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


def _is_wide(interval: Interval, is_exponent: bool) -> bool:
    """Return whether a 90 % interval is too wide for its parameter to be used."""
    low, high = float(interval.low), float(interval.high)
    if is_exponent and high - low < ROUNDING:
        return False
    if low < 0 < high:
        # Where a ratio says nothing: an exponent near zero may be known well.
        return not is_exponent or high - low > WIDE_SIGNED_EXPONENT
    smaller, larger = sorted((abs(low), abs(high)))
    return larger > WIDE_EXPONENT * smaller


def _moved_findings(fit: Fit, problem: Problem) -> Iterator[Finding]:
    """Yield how far choices move the prediction and the best size."""
    tried = variations(problem, fit.theta, fit.resamples, fit.example_cost)[1:]
    where = beyond_in_words(fit.law)
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


def _has_moved(variation: Variation) -> bool:
    """Return whether the loss beyond the data moved by more than its error, or the best size."""
    if variation.standard_errors > MOVED_FAR and abs(variation.change) > MOVED_SHARE:
        return True
    relative, errors = variation.n_params_change, variation.n_params_standard_errors
    return relative is not None and abs(relative) > MOVED_SIZE and (errors or 0.0) > MOVED_FAR


def _moves(variation: Variation, where: str) -> str:
    """Return how far a variation moves what is asked of a law."""
    loss = f"the prediction {where} moves by {change(variation.change)}"
    loss += f" ({variation.standard_errors:.1f} standard errors)"
    relative, errors = variation.n_params_change, variation.n_params_standard_errors
    if relative is None:
        return loss
    return f"{loss} and the best size by {change(relative, 0)} ({errors:.1f})"
