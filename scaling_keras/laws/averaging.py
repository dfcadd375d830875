"""`auto` over size and data: forms averaged by how well they predicted runs that they hadn't seen.

One form of the candidates contains the others: Chinchilla's surface is the coupled one with its
coupling exponent at 1. So the resamples of all of them are resamples of the widest, and a mixture
of forms is one fit whose draws disagree about the form as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.diagnostics import backtest_findings
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms import get_form
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.holdout import Fold, judge, rank
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding

SHARPNESS = 4
"""Power of the errors that weights fall with, chosen on synthetic sweeps (docs/benchmarks.md)."""
_OF_THE_BACKTEST = ("widened", "no_better_than_baseline", "no_backtest")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Candidate:
    """A form that was fitted, and how.

    Attributes:
        fit: The fit.
        problem: What was minimised.
        folds: What the form, fitted to the cheaper runs, said of the dearer, as `hold_out` has it.
    """

    fit: Fit
    problem: Problem
    folds: tuple[Fold | None, ...]


def average(candidates: Sequence[Candidate], undetermined: Sequence[str] = ()) -> Fit:
    """Return one fit that pools the resamples of all candidates, weighted by `weights_of`.

    The formula, parameters and objective are those of the form with the largest weight. If that
    is contained in a wider one, it is shown as the wider one with the parameters `fixed` that
    make it so.

    Args:
        candidates: Fits of the same rows; the forms of all are contained in that of one of them.
        undetermined: Forms that the rows can't determine.
    """
    scores = rank([candidate.fit.backtest for candidate in candidates])
    weights = weights_of(scores)
    order = np.argsort(-weights, kind="stable")
    candidates = [candidates[index] for index in order]
    weights, scores = weights[order], [scores[index] for index in order]
    best = candidates[0]
    if best.fit.backtest is None or len(candidates) == 1:
        return unjudged([candidate.fit for candidate in candidates], undetermined)
    shares = _apportion(weights, len(best.fit.resamples))
    chosen = _chosen(candidates, weights, scores)
    used = [item for item, share in zip(candidates, shares, strict=True) if share]
    if len(used) == 1:
        return dataclasses.replace(best.fit, warnings=(chosen, *best.fit.warnings))
    law = _widest([item.fit.law for item in used])
    backtest = judge(
        best.problem, _mixed([item.folds for item in candidates], weights), best.fit.theta
    )
    kept = [item for item in best.fit.warnings if item.code not in _OF_THE_BACKTEST]
    fixed = {**best.fit.fixed, **law.contains.get(best.fit.form, {})}
    lead = _embedded(law, best.fit, best.fit.theta[None])
    pooled = [
        _embedded(law, item.fit, item.fit.resamples[:share])
        for item, share in zip(candidates, shares, strict=True)
        if share
    ]
    return dataclasses.replace(
        best.fit,
        form=law.name,
        law=law,
        params={k: float(v[0]) for k, v in law.to_params(lead, best.fit.centre).items()},
        fixed=fixed,
        theta=lead[0],
        resamples=np.concatenate(pooled),
        backtest=backtest,
        warnings=(chosen, *kept, *backtest_findings(law, backtest)),
        form_weights={
            item.fit.form: float(weight)
            for item, weight in zip(candidates, weights, strict=True)
            if weight > 0
        },
    )


def unjudged(fits: Sequence[Fit], undetermined: Sequence[str]) -> Fit:
    """Return the first of some fits, with a finding that held-out errors didn't choose it.

    Args:
        fits: Those that there are, none of which was checked if there are several.
        undetermined: Forms that the rows can't determine.
    """
    best, *others = fits
    parts = []
    if others:
        named = _named([fit.form for fit in others])
        parts.append(f"no runs were held out to tell whether {named} is better")
    if undetermined:
        parts.append(f"the runs can't determine {_named(undetermined)}")
    floor = "irreducible_loss"
    lost = floor not in best.law.parameters and any(
        floor in get_form(name).parameters for name in undetermined
    )
    finding = Finding(
        code="form_chosen",
        message=f"The form is `{best.form}`, by order and not by its errors: "
        f"{' and '.join(parts)}."
        + (" It has no floor, so what it says of dearer runs may be too low." if lost else "")
        + " Add runs, or name a form to have another.",
    )
    return dataclasses.replace(best, warnings=(finding, *best.warnings))


def _named(forms: Sequence[str]) -> str:
    return " and ".join(f"`{form}`" for form in forms)


def weights_of(scores: Sequence[float]) -> Floats:
    """Return the weight of each form: its held-out error to the power -4, summing to 1.

    Forms that err independently are best weighted by the inverse square of their errors (Bates
    and Granger). Those here are nested and err alike, and then the best weights are more unequal.

    References:
        Bates and Granger (1969), doi:10.1057/jors.1969.103, section 3.
    """
    errors = np.maximum(scores, 1e-12)
    if not np.isfinite(errors).any():
        return np.full(len(errors), 1 / len(errors))
    weights = (errors.min() / errors) ** SHARPNESS
    normed: Floats = weights / weights.sum()
    return normed


def _apportion(weights: Floats, n: int) -> list[int]:
    """Return whole numbers in proportion to `weights` that sum to `n` (largest remainders)."""
    exact = weights / weights.sum() * n
    whole = np.floor(exact + 1e-9).astype(int)
    for index in np.argsort(whole - exact, kind="stable")[: n - whole.sum()]:
        whole[index] += 1
    return [int(count) for count in whole]


def _widest(laws: Sequence[Form]) -> Form:
    """Return the form that contains the others."""
    return max(laws, key=lambda law: len(law.contains))


def _embedded(law: Form, fit: Fit, theta: Floats) -> Floats:
    """Return parameters of a fit as those of a form that contains its form."""
    if fit.law is law:
        return theta
    params = {**fit.law.to_params(theta, fit.centre), **law.contains[fit.form]}
    return law.from_params(params, fit.centre)


def _mixed(folds: Sequence[tuple[Fold | None, ...]], weights: Floats) -> list[Fold | None]:
    """Return folds with the draws of all forms that have them, in proportion to the weights."""
    mixed: list[Fold | None] = []
    for parts in zip(*folds, strict=True):
        known = [(fold, w) for fold, w in zip(parts, weights, strict=True) if fold and w > 0]
        if not known:
            mixed.append(None)
            continue
        shares = _apportion(np.array([w for _, w in known]), len(known[0][0].law))
        pieces = [(fold, share) for (fold, _), share in zip(known, shares, strict=True)]
        mixed.append(
            dataclasses.replace(
                pieces[0][0],
                law=np.concatenate([fold.law[:share] for fold, share in pieces]),
                reached=np.concatenate([fold.reached[:share] for fold, share in pieces]),
            )
        )
    return mixed


def _chosen(candidates: Sequence[Candidate], weights: Floats, scores: Sequence[float]) -> Finding:
    """Return the finding that says what was taken, and why."""
    parts = ", ".join(
        f"{weight:.0%} `{item.fit.form}`"
        + (f", which errs by {score:.2%}" if item.fit.backtest else ", unchecked")
        for item, weight, score in zip(candidates, weights, scores, strict=True)
    )
    return Finding(
        code="form_chosen",
        message=f"The forms are averaged: {parts} where the dearest 10 to 60 % of the runs were "
        f"held out in turn. The formula is that of the first. Name a form to have it alone.",
    )
