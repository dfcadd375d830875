"""Plans: the run to train for a budget or for a target loss, under the limits one has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.fit_result import check_fit, check_level, positive
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.iso_loss import ExpectedSurface, Surface, minimise
from scaling_keras.laws.plan_result import FORWARD_SHARE, Plan, plan_of
from scaling_keras.laws.results import Finding
from scaling_keras.laws.splitting import (
    best_sizes,
    sizes_like_runs,
    unknown_split,
    why_unknown,
)

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

MAX_TRAIN_FLOPS = 1e40
"""Largest budget that is planned: a million million times the dearest training there was."""

_SURFACE = {"n_params", "n_examples"}
_SHIFTS = 6
_LARGEST_LOG = 700.0
"""Below the log of the largest float."""


def allocate(
    fit: Fit,
    *,
    train_flops: float,
    n_params: float | None = None,
    dataset_size: float | None = None,
    level: float = 0.9,
) -> Plan:
    """Return the run that reaches the lowest loss with a compute budget.

    Without further limits this is `Fit.optimal_allocation`. With `n_params` the size is given,
    and the budget buys data. With `dataset_size` a law of size and data alone sees each example
    once at most: where the optimum asks for more, the budget buys a larger model instead. A law
    that has `dataset_size` among its variables knows what repetition is worth, and chooses size
    and epochs by it.

    Args:
        fit: A fit of `n_params` and `n_examples`, and perhaps `dataset_size`.
        train_flops: The budget: forward and backward FLOPs of the whole run. Positive, at most
            1e40.
        n_params: Parameters of the model, if they are given.
        dataset_size: Unique examples at hand, if they are limited.
        level: Share that the intervals are meant to contain, in `(0, 1)`.

    Raises:
        FitError: If the fit can't answer, an argument can't be used, or the limits leave nothing.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> from scaling_keras.laws.planning import allocate
    >>> n, d = (a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8, 1e9], [1e8, 1e9, 1e10, 1e11]))
    >>> fit = laws.fit("chinchilla", n_params=n, n_examples=d,
    ...                loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> for plan in (allocate(fit, train_flops=1e21),
    ...              allocate(fit, train_flops=1e21, dataset_size=5e10)):
    ...     print(f"{plan.n_params.value:.2g} parameters, loss {plan.loss.value:.3f}")
    1.8e+09 parameters, loss 2.329
    3.3e+09 parameters, loss 2.340
    """
    others = _checked(fit, level, dataset_size)
    budget = _one("train_flops", train_flops)
    if budget > MAX_TRAIN_FLOPS:
        raise FitError(
            f"`train_flops` must be at most {MAX_TRAIN_FLOPS:g} FLOPs, beyond which no law that "
            f"was fitted to runs says anything. Received: train_flops={train_flops!r}."
        )
    surface = Surface.of(fit, others)
    log_budget = np.log(budget)
    findings: tuple[Finding, ...] = ()
    if n_params is not None:
        log_n = np.full(len(surface.theta), np.log(_one("n_params", n_params)))
    elif others:
        log_n = surface.best_log_n(log_budget, *surface.edges("n_params"))
        if unknown_split(fit):
            log_n[:1] = np.log(sizes_like_runs(fit, np.array([budget]), np.exp(log_n[:1])))
    else:
        best, in_draws = best_sizes(fit, np.array([budget]))
        log_n = np.log(np.concatenate([best, in_draws[:, 0]]))
    log_d = log_budget - surface.log_cost(log_n)
    if dataset_size is not None and not others:
        log_limit = np.log(dataset_size)
        if log_d[0] > log_limit * (1 + 1e-12):
            findings = (_data_limited(dataset_size, "the budget buys a larger model instead"),)
            if n_params is not None:
                raise FitError(
                    f"A budget must fit the data if the size is fixed and no example is repeated. "
                    f"Received: train_flops={train_flops!r}, which buys {np.exp(log_d[0]):.4g} "
                    f"examples for n_params={n_params!r}, and dataset_size={dataset_size!r}. "
                    f"Lower the budget, enlarge the model, or fit a form of dataset_size."
                )
        log_d = np.minimum(log_d, log_limit)
        log_n = (log_budget - log_d - np.log(fit.example_cost.coef)) / fit.example_cost.exponent
    return plan_of(
        fit,
        others,
        log_n=log_n,
        log_d=log_d,
        log_c=np.full(len(log_n), log_budget),
        level=level,
        dataset_size=dataset_size,
        widen=False,
        given={"train_flops": budget, "n_params": n_params},
        findings=findings,
    )


def cheapest(
    fit: Fit,
    *,
    loss: float,
    n_params: float | None = None,
    dataset_size: float | None = None,
    examples_served: float = 0.0,
    forward_share: float = FORWARD_SHARE,
    level: float = 0.9,
) -> Plan:
    """Return the cheapest run whose expected loss is a target.

    Minimises `k N**q D + forward_share k N**q T` over the sizes and data of equal loss, with `T`
    the examples served and `k N**q` the training FLOPs of one. With `T = 0` that is the cheapest
    run to train; the more the model is asked, the smaller and longer trained it should be.

    The intervals are those of the law: each resample is solved for its own answer, and the
    distances grow beyond the runs as far as the held-out check missed. How far a single run
    scatters around its expectation is in `Plan.loss`.

    Args:
        fit: A fit of `n_params` and `n_examples`, and perhaps `dataset_size`.
        loss: The target, in the unit of the loss. Positive.
        n_params: Parameters of the model, if they are given; then the data is what is sought.
        dataset_size: Unique examples at hand, if they are limited; as in `allocate`.
        examples_served: Examples that the trained model will be asked about, `T`. Not negative.
        forward_share: FLOPs to serve an example, as a share of those to train on it, in
            `(0, 1]`. A third by default: 2 N of 6 N.
        level: Share that the intervals are meant to contain, in `(0, 1)`.

    Returns:
        The plan, with upper ends of `inf` and the finding `target_may_be_unreachable` where the
        data doesn't rule out that the target lies below the law's floor.

    Raises:
        FitError: If the fit can't answer, as where its runs don't show which split is best, an
            argument can't be used, or the fitted law never reaches the target within the limits.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> from scaling_keras.laws.planning import cheapest
    >>> n, d = (a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8, 1e9], [1e8, 1e9, 1e10, 1e11]))
    >>> fit = laws.fit("chinchilla", n_params=n, n_examples=d,
    ...                loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> plan = cheapest(fit, loss=2.329)
    >>> f"{plan.train_flops.value:.2g} FLOPs, {plan.n_params.value:.2g} parameters"
    '1e+21 FLOPs, 1.8e+09 parameters'
    >>> served = cheapest(fit, loss=2.329, examples_served=1e12)
    >>> f"{served.n_params.value:.1g} parameters save {served.saving.value:.0%}"
    '7e+08 parameters save 38%'

    References:
        Sardana et al., arXiv:2401.00448, equation 4.
    """
    others = _checked(fit, level, dataset_size)
    unknown = why_unknown(fit)
    if unknown:
        raise FitError(
            f"The cheapest run of a loss is not identified where the runs don't show what size and "
            f"data are each worth. Received: loss={loss!r}, and a fit whose runs {unknown}. Train "
            f"runs of other ratios, or fit a curve against train_flops for those of theirs."
        )
    log_target = float(np.log(_one("loss", loss)))
    served = float(positive("examples_served", examples_served, or_zero=True)[0])
    if not 0 < forward_share <= 1:
        raise FitError(
            f"`forward_share` must be in (0, 1], the share of an example's training FLOPs that "
            f"serving one takes. Received: forward_share={forward_share!r}. Pass 1/3 for 2 N."
        )
    surface = Surface.of(fit, others)
    expected = ExpectedSurface.of_size_and_data(fit, 1) if fit.form_weights else None
    log_limit = np.inf if others or dataset_size is None else float(np.log(dataset_size))
    _check_reached(expected or surface, loss, n_params, dataset_size, min(log_limit, 1e9))
    serving = np.log(forward_share * served) if served else -np.inf
    targets = np.full((len(surface.theta), 1), log_target)

    def points(
        surface: Surface, targets: Floats, serving: float, draws: Floats | None = None
    ) -> tuple[Floats, Floats]:
        if n_params is None:
            return _cheapest_points(surface, targets, serving, log_limit, draws)
        log_n = np.full(len(surface.theta), np.log(_one("n_params", n_params)))
        return log_n, surface.log_n_examples(log_n[:, None], targets)[:, 0]

    def solved(serving: float) -> tuple[Floats, Floats]:
        """Return the logs of the size and data of the answer, and of each draw's."""
        log_n, log_d = points(surface, targets, serving)
        if expected:
            draws = log_n[1:][np.isfinite(log_d[1:])]
            target = np.array([[log_target]])
            log_n[:1], log_d[:1] = points(expected, target, serving, draws)
        return log_n, log_d

    if not expected:
        first = dataclasses.replace(surface, theta=surface.theta[:1])
        targets[0] = _target_at_the_minimum(
            fit, others, log_target, lambda target: points(first, target, serving)
        )
    log_n, log_d = solved(serving)
    log_d = np.where(log_d <= log_limit + 1e-9, log_d, np.inf)
    log_c = surface.log_cost(log_n) + log_d
    findings: list[Finding] = []
    if log_d[0] >= log_limit - 1e-6 and n_params is None:
        findings.append(_data_limited(dataset_size, "a larger model makes up for it"))
    saving = None
    if served:
        plain = (log_n, log_d) if n_params else solved(-np.inf)
        saving = _saving(surface, (log_n, log_d), plain, serving)
    return plan_of(
        fit,
        others,
        log_n=log_n if n_params else np.where(np.isfinite(log_d), log_n, np.inf),
        log_d=log_d,
        log_c=log_c,
        level=level,
        dataset_size=dataset_size,
        widen=True,
        given={"n_params": n_params},
        findings=tuple(findings),
        target_loss=float(loss),
        served=served,
        forward_share=forward_share,
        saving=saving,
    )


def _checked(fit: Fit, level: float, dataset_size: float | None) -> dict[str, float]:
    """Return the variables besides size and data; refuse a fit that can't plan."""
    check_fit("fit", fit)
    check_level(level)
    names = set(fit.law.variables)
    if not fit.law.is_surface or names - _SURFACE - {"dataset_size"}:
        raise FitError(
            f"A plan needs a law of the loss by n_params and n_examples. Received: a "
            f"`{fit.form}` fit of {fit.law.target} by {', '.join(fit.law.variables)}. Fit a form "
            f"of both, such as `chinchilla`."
        )
    if dataset_size is not None:
        dataset_size = _one("dataset_size", dataset_size)
    if "dataset_size" not in names:
        return {}
    if dataset_size is None:
        raise FitError(
            f"A plan by a `{fit.form}` fit needs the unique examples at hand. Received: "
            f"dataset_size=None. Pass `dataset_size`."
        )
    return {"dataset_size": dataset_size}


def _one(name: str, given: Any) -> float:
    """Return a positive, finite number, or raise a `FitError` that names it."""
    array = positive(name, given)
    if np.ndim(given):
        raise FitError(f"`{name}` must be one number. Received: {name}={given!r}.")
    return float(array[0])


def _target_at_the_minimum(
    fit: Fit,
    others: Mapping[str, float],
    log_target: float,
    points: Callable[[Floats], tuple[Floats, Floats]],
) -> float:
    """Return the target for the law at its minimum with which the expected loss is `log_target`.

    A prediction is the median of the law over the resamples, from which the law at its minimum
    differs a little; the difference hardly depends on the point, so that a few rounds find it.

    Args:
        fit: A fit that isn't an average of forms.
        others: Its variables besides size and data.
        log_target: Log of the expected loss that is wanted.
        points: Returns the logs of the size and data by which the law reaches a target.
    """
    shifted = log_target
    for _ in range(_SHIFTS):
        log_n, log_d = (float(log[0]) for log in points(np.array([[shifted]])))
        if not max(log_n, log_d) < _LARGEST_LOG:
            return log_target
        given = {"n_params": np.exp(log_n), "n_examples": np.exp(log_d), **others}
        shifted += log_target - float(np.log(fit.predict(**given).mean[0]))
    return shifted


def _cheapest_points(
    surface: Surface,
    log_target: Floats,
    serving: float,
    log_limit: float,
    draws: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return the logs of the size and data of the least total cost, `inf` data where none does.

    The cost falls and rises once along a curve of equal loss, so the best size with limited data
    is the best without the limit, or else the smallest that the limit allows. Of an expected loss
    the curve may bend more often, but hardly beyond the best sizes of the `draws`.
    """
    curve = surface.iso_loss(log_target)
    low, high = surface.edges("n_params")
    if draws is not None and len(draws):
        low, high = np.full_like(low, draws.min()), np.full_like(high, draws.max())

    def log_total(log_n: Floats) -> Floats:
        return surface.log_cost(log_n) + np.logaddexp(curve(log_n), serving)

    log_n = minimise(log_total, low, high)
    log_d = curve(log_n[:, None])[:, 0]
    if np.isfinite(log_limit):
        too_much = log_d > log_limit
        limit = np.full((len(log_n), 1), log_limit)
        smallest = surface.log_n_params(limit, log_target)[:, 0]
        log_n = np.where(too_much, np.where(np.isfinite(smallest), smallest, log_n), log_n)
        log_d = np.where(too_much, np.where(np.isfinite(smallest), log_limit, np.inf), log_d)
    return log_n, log_d


def _check_reached(
    surface: Surface,
    loss: float,
    n_params: float | None,
    dataset_size: float | None,
    log_limit: float,
) -> None:
    """Raise a `FitError` if the fitted law never gets to the target within the limits."""
    high_n, high_d = (surface.edges(name)[1][:, None] for name in ("n_params", "n_examples"))
    size = high_n if n_params is None else np.full_like(high_n, np.log(_one("n_params", n_params)))
    lowest = float(np.exp(surface.log_loss(size, np.minimum(high_d, log_limit))[0, 0]))
    if lowest <= loss:
        return
    model = "a model of any size" if n_params is None else f"a model of {n_params:g} parameters"
    data = "endless data" if dataset_size is None else f"{dataset_size:g} unique examples"
    raise FitError(
        f"`loss` must be one that the law reaches. Received: loss={loss!r}, and the lowest loss "
        f"of {model} with {data} is {lowest:.4f}. Ask for more than that"
        + (", or lift a limit." if n_params is not None or dataset_size is not None else ".")
    )


def _saving(
    surface: Surface,
    served: tuple[Floats, Floats],
    plain: tuple[Floats, Floats],
    serving: float,
) -> Floats:
    """Return the share of all FLOPs that is saved against the plain plan, `nan` where neither is.

    Args:
        surface: The law.
        served: Logs of size and data that mind inference.
        plain: Logs of size and data that are cheapest to train.
        serving: Log of the examples served times the share that one takes.
    """
    totals = [surface.log_cost(n) + np.logaddexp(d, serving) for n, d in (served, plain)]
    known = np.isfinite(totals[0]) & np.isfinite(totals[1])
    saved: Floats = np.full(len(known), np.nan)
    saved[known] = -np.expm1(totals[0][known] - totals[1][known])
    return saved


def _data_limited(dataset_size: float | None, instead: str) -> Finding:
    return Finding(
        code="data_limited",
        message=f"The data, {dataset_size:.4g} unique examples, is less than the best run would "
        f"see, and {instead}. The law of fresh data doesn't know what repeating is worth; fit a "
        f"form of dataset_size to runs with repeated data to plan with epochs.",
    )
