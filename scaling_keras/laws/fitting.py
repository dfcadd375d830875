"""`fit`: from runs to a law."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras.errors import ConvergenceError, FitError, TooFewRunsError
from scaling_keras.laws.assembling import assemble, reach_minimum
from scaling_keras.laws.auto_variables import is_of_one_variable
from scaling_keras.laws.averaging import Candidate, average, unjudged
from scaling_keras.laws.columns import gather
from scaling_keras.laws.curve_choice import FORM
from scaling_keras.laws.curve_fitting import OBJECTIVE, fit_curve
from scaling_keras.laws.diagnostics import data_findings, fit_findings, pattern_findings
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms import get_form
from scaling_keras.laws.forms.base import Form
from scaling_keras.laws.forms.constrained import check_fixed
from scaling_keras.laws.frontier import fit_example_cost
from scaling_keras.laws.holdout import SHARES, hold_out, judge, rank
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.resample_findings import resample_findings
from scaling_keras.laws.results import Finding
from scaling_keras.laws.uncertainty import check_resampling
from scaling_keras.laws.unseen import spread
from scaling_keras.runs import RunTable

AUTO = "auto"
DEFAULT_OBJECTIVE = "huber"
AUTO_SURFACES = ("chinchilla", "coupled")
"""What `auto` averages over size and data: the forms that have a floor."""
AUTO_CURVES = ("power_law", "power_law_floor")
"""What it chooses from over one variable where it can't average laws of one (`curve_choice`)."""


def fit(
    form: str | Form,
    data: RunTable | Mapping[str, Any] | None = None,
    *,
    n_params: Any = None,
    n_examples: Any = None,
    loss: Any = None,
    x: Any = None,
    weights: Any = None,
    groups: Any = None,
    fixed: Mapping[str, float] | None = None,
    objective: str | None = None,
    huber_delta: float = 1e-3,
    n_resamples: int = 1000,
    seed: int | np.random.Generator | None = 0,
    on_failure: str = "raise",
    check_held_out: bool = True,
    **others: Any,
) -> Fit:
    """Fit a scaling law to runs.

    Args:
        form: A name in `laws.FORMS`, or a form of your own (`laws.custom_form`). Or `auto`: over
            size and data an average of forms, weighted by how each, fitted to the cheaper runs,
            predicts the dearest; over one variable an average of power laws with floor, over where
            the law begins and over its exponent (`laws.curve_choice`), by squared log loss. A
            finding says what it took and how each did.
        data: A `RunTable`, whose usable runs are taken, or a mapping of columns. With it the
            arguments below may name the column to take instead.
        n_params: Parameters of each run, shape `(runs,)`, positive.
        n_examples: Examples each run saw, shape `(runs,)`, positive.
        loss: Loss each run reached, shape `(runs,)`, positive.
        x: The variable of a one-variable form; for a `RunTable` the name of a column.
        weights: Weight of each run in the objective, not negative. Ones by default.
        groups: Cluster of each run: runs of one cluster are resampled together. By default the
            runs of one configuration, which differ in their seeds; points of one training must
            share one.
        fixed: Parameters to hold at a value, by name; the others are fitted.
        objective: `huber`, Huber's function of the residuals of log loss, as Hoffmann et al. do
            and by default; `squared_log`, their squares over two; `absolute_log`, their absolute
            values; or `squared` and `absolute`, the same of the residuals of the loss. Summed over
            the runs. The averages of `auto` over one variable are of least squares: there
            another objective takes the best single form, and none stands for `squared_log`.
        huber_delta: Bend of Huber's function, on log loss. Positive.
        n_resamples: Bootstrap resamples, at least 100.
        seed: Of the starts and resamples: a whole number, a generator, or None for a fresh one.
        on_failure: What to do if no start converges: `raise`, or `return` the result with
            `converged=False` and a `message`.
        check_held_out: Whether to hold out the dearest runs and look how far the law misses them,
            by which intervals beyond the data are widened. It takes most of the time of a fit;
            without it such intervals hold less than they say.
        **others: The other variables of a form and its target, by name: `dataset_size`,
            `metric`.

    Returns:
        The fitted law.

    Raises:
        FitError: If an argument can't be used.
        TooFewRunsError: If the runs can't determine the form.
        ConvergenceError: If no minimum was reached and `on_failure` is `raise`.

    Example:
    >>> from scaling_keras import laws
    >>> runs = {"x": [1e3, 1e4, 1e5, 1e6, 1e7], "loss": [4.21, 3.18, 2.66, 2.41, 2.28]}
    >>> laws.fit("power_law_floor", runs).formula()
    'L(x) = 2.1541 + 16.6498 / x^0.3028'

    References:
        Hoffmann et al., arXiv:2203.15556, section D.2; Besiroglu et al., arXiv:2404.10102, for
        the sum in place of the mean and the many starts.
    """
    options: dict[str, Any] = {
        "fixed": fixed,
        "objective": objective,
        "huber_delta": huber_delta,
        "n_resamples": n_resamples,
        "seed": seed,
        "on_failure": on_failure,
        "check_held_out": check_held_out,
    }
    given = {"n_params": n_params, "n_examples": n_examples, "loss": loss, "x": x, **others}
    columns = {**given, "weights": weights, "groups": groups}
    if form == AUTO and is_of_one_variable(data, columns):
        return _auto_curve(data, columns, options)
    options["objective"] = DEFAULT_OBJECTIVE if objective is None else objective
    if form == AUTO:
        return _judged(average(*_candidates(AUTO_SURFACES, data, columns, options)), data)
    return _judged(_fit_form(get_form(form), data, columns, **options).fit, data)


def _judged(fitted: Fit, data: Any) -> Fit:
    """Return a fit with what its resamples say against it among its findings."""
    found = resample_findings(fitted, data if isinstance(data, RunTable) else None)
    return dataclasses.replace(fitted, warnings=(*fitted.warnings, *found))


def compare(
    data: RunTable | Mapping[str, Any] | None = None,
    *,
    forms: Sequence[str],
    **options: Any,
) -> tuple[Fit, ...]:
    """Fit several forms to the same runs and rank them by their held-out errors.

    Each form is fitted again with the dearest 10, 20, ... 60 % of the runs held out, and judged on
    those by its mean relative error; the geometric mean of the six ranks the forms.

    Args:
        data: As in `fit`.
        forms: Names of forms.
        **options: Options and columns of `fit`.

    Returns:
        A fit of each form, the one with the smallest held-out errors first; those without a
        backtest last, in the order given.

    Raises:
        FitError: As `fit` does, for any of the forms; or if the forms can't all be fitted to the
            same runs, as where some of a table's have no `dataset_size`.

    Example:
    >>> from scaling_keras import laws
    >>> x = [1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6]
    >>> loss = [4.21, 3.62, 3.18, 2.86, 2.66, 2.51, 2.41]
    >>> [fit.form for fit in laws.compare(forms=["power_law_floor"], x=x, loss=loss)]
    ['power_law_floor']
    """
    fits = [fit(form, data, **options) for form in forms]
    _check_same_rows(fits)
    return tuple(fit for _, fit in _ranked(fits))


def _check_same_rows(fits: Sequence[Fit]) -> None:
    """Raise a `FitError` if a form was fitted to other rows, whose errors tell nothing of it."""
    if len({(one.names, one.observed.tobytes()) for one in fits}) < 2:
        return
    used = ", ".join(f"{one.n_runs} runs for `{one.form}`" for one in fits)
    everywhere = set.intersection(*(set(one.excluded) for one in fits))
    reasons = Counter(out.reason for one in fits for out in set(one.excluded) - everywhere)
    why = "".join(f"; {n} runs are left out, each since {reason}" for reason, n in reasons.items())
    raise FitError(
        f"Forms are ranked by how they predict the same runs. Received: {used}{why}. Leave what "
        f"one of them can't use out of `data` first, as with `RunTable.where`."
    )


def _ranked(fits: Sequence[Fit]) -> list[tuple[float, Fit]]:
    """Return the fits with their scores, the best first."""
    scores = rank([fit.backtest for fit in fits])
    return sorted(zip(scores, fits, strict=True), key=lambda pair: pair[0])


def _candidates(
    forms: Sequence[str], data: Any, columns: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[list[Candidate], list[str]]:
    """Return the forms that the runs determine, then the others; if none does, raise why not."""
    found, errors = [], {}
    for form in forms:
        try:
            found.append(_fit_form(get_form(form), data, columns, **options))
        except (TooFewRunsError, ConvergenceError) as error:
            errors[form] = error
    if not found:
        raise errors[forms[0]]
    return found, list(errors)


def _auto_curve(data: Any, columns: Mapping[str, Any], options: Mapping[str, Any]) -> Fit:
    """Return the average of laws of one variable.

    Where a parameter is held, it is a single power law with floor; where an objective other than
    the default is asked for, or the rows can't determine a floor, the best single form.
    """
    run = {name: options[name] for name in ("n_resamples", "seed")}
    check_resampling(**run)
    _check_on_failure(options["on_failure"])
    wanted = options["objective"]
    alone = {**options, "objective": DEFAULT_OBJECTIVE if wanted is None else wanted}
    get_objective(alone["objective"], options["huber_delta"])
    if options["fixed"]:
        return _judged(_fit_form(FORM, data, columns, **alone).fit, data)
    if wanted in (None, OBJECTIVE):
        with contextlib.suppress(TooFewRunsError):
            return _judged(fit_curve(gather(FORM, data, columns), **run), data)
    return _best_of(AUTO_CURVES, data, {**columns, **alone})


def _best_of(forms: Sequence[str], data: Any, arguments: Mapping[str, Any]) -> Fit:
    """Return the fit of the form with the smallest held-out errors, with a finding that says so.

    A form that the runs can't determine is passed over; if that is so for all, the first says why.
    """
    fits, errors = [], {}
    for form in forms:
        try:
            fits.append(fit(form, data, **arguments))
        except (TooFewRunsError, ConvergenceError) as error:
            errors[form] = error
    if not fits:
        raise errors[forms[0]]
    (score, best), *rest = _ranked(fits)
    if best.backtest is None or not rest:
        return unjudged([best, *(other for _, other in rest)], list(errors))
    others = ", ".join(
        f"{other.form} {missed:.2%}" if other.backtest else f"{other.form} unchecked"
        for missed, other in rest
    )
    chosen = Finding(
        code="form_chosen",
        message=f"The form is `{best.form}`: fitted to the cheaper runs, with the dearest 10 to "
        f"60 % held out in turn, it predicted those to {score:.2%} ({others}). Name a form to "
        f"have another.",
    )
    return dataclasses.replace(best, warnings=(chosen, *best.warnings))


def _fit_form(
    law: Form,
    data: RunTable | Mapping[str, Any] | None,
    given: Mapping[str, Any],
    *,
    fixed: Mapping[str, float] | None,
    objective: str,
    huber_delta: float,
    n_resamples: int,
    seed: int | np.random.Generator | None,
    on_failure: str,
    check_held_out: bool,
) -> Candidate:
    """Fit one form, and look how it does on runs held out; `_judged` has yet to judge it."""
    check_resampling(n_resamples, seed)
    _check_on_failure(on_failure)
    wanted = get_objective(objective, huber_delta)
    if law.link == "share" and objective.endswith("_log"):
        raise FitError(
            f"A `{law.name}` fit is of shares, which may be zero and have no log. Received: "
            f"objective={objective!r}. Pass huber, squared or absolute."
        )
    columns = gather(law, data, given)
    rng = np.random.default_rng(seed)
    problem = Problem.of(law, columns, wanted, check_fixed(law, fixed))
    law.check(problem.z)
    best = reach_minimum(problem, rng, on_failure)
    law.check(problem.z, best.theta)
    resamples = problem.resample(best.theta, n_resamples, rng)
    best = problem.restart(best, resamples)
    theta, resamples = spread(problem, best.theta, resamples, rng)
    best = dataclasses.replace(best, theta=theta)
    cost = fit_example_cost(columns.n_params, columns.train_flops_per_example)
    folds = hold_out(problem, cost, rng) if check_held_out else (None,) * len(SHARES)
    backtest = judge(problem, folds, best.theta)
    findings = (
        *columns.findings,
        *data_findings(law, columns),
        *fit_findings(problem, best, cost=cost, backtest=backtest),
        *pattern_findings(problem, best.theta),
    )
    fitted = assemble(
        problem,
        best,
        resamples=resamples,
        cost=cost,
        backtest=backtest,
        findings=findings,
        seed=seed,
    )
    return Candidate(fit=fitted, problem=problem, folds=folds)


def _check_on_failure(on_failure: str) -> None:
    """Raise a `FitError` unless it says what to do."""
    if on_failure not in ("raise", "return"):
        raise FitError(f"`on_failure` must be 'raise' or 'return'. Received: {on_failure!r}.")
