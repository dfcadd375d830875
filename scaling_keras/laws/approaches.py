"""The three approaches of Hoffmann et al. to compute-optimal training, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import ConvergenceError, FitError, TooFewRunsError
from scaling_keras.laws.approaches_result import (
    ENVELOPE,
    PARABOLAS,
    PROFILES,
    QUANTITIES,
    SURFACE,
    SYMBOLS,
    TITLES,
    Approach,
    Approaches,
    ProfileBias,
)
from scaling_keras.laws.envelope import Envelope, envelope
from scaling_keras.laws.exponents import frontier_exponents
from scaling_keras.laws.fit_result import Fit, check_level, positive
from scaling_keras.laws.fitting import fit as fit_law
from scaling_keras.laws.frontier import optimal_n_params
from scaling_keras.laws.frontier_line import FrontierLine
from scaling_keras.laws.isoflop import isoflop
from scaling_keras.laws.isoflop_result import IsoFlop
from scaling_keras.laws.isoflop_rows import Rows, read_rows
from scaling_keras.laws.results import Finding
from scaling_keras.laws.uncertainty import check_resampling
from scaling_keras.runs import RunTable

_SAME = 1e-3
"""Share of a quantity below which a gap between two intervals of it is none."""
BIASED = 0.05
"""Relative bias of a size from which it is worth a word: grids of sizes are coarser than that."""


def approaches(
    data: RunTable | Mapping[str, Any] | None = None,
    *,
    train_flops: float | None = None,
    n_params: Any = None,
    n_examples: Any = None,
    loss: Any = None,
    run_flops: Any = None,
    budget: Any = None,
    groups: Any = None,
    curves: Mapping[str, Any] | None = None,
    fit: Fit | None = None,
    form: str = "chinchilla",
    level: float = 0.9,
    n_resamples: int = 1000,
    seed: int | np.random.Generator | None = 0,
    **options: Any,
) -> Approaches:
    """Estimate the compute-optimal frontier in three ways, and say where they disagree.

    Approach 1 takes the lower envelope of training curves (`laws.envelope`), Approach 2 the minima
    of IsoFLOP profiles (`laws.isoflop`), Approach 3 a surface fitted to all runs (`laws.fit`). One
    for which the runs don't suffice is listed with the reason. Approach 2 is also given noise-free
    runs of the fitted surface, at the sizes and data that were run: what it gets wrong there it
    gets wrong on the runs too, if the surface is right.

    Args:
        data: A `RunTable`, or a mapping of columns, a row per run.
        train_flops: The budget at which to compare; by default the dearest run's. Positive.
        n_params: Parameters of each run, shape `(runs,)`. With a mapping, may name the column to
            take; so for the others.
        n_examples: Examples each run saw.
        loss: Loss each run reached.
        run_flops: What each run cost: the column `train_flops` of a mapping. `6 N D` if not said.
        budget: The budget each run was meant for, as in `laws.isoflop`.
        groups: Cluster of each run, as in `laws.fit`.
        curves: Columns of training curves for `laws.envelope`, a row per point: `run`, `n_params`,
            `n_examples`, `loss`, `train_flops`. A table has curves of its own.
        fit: The surface, if it was fitted before.
        form: The surface to fit otherwise.
        level: Share that intervals are meant to contain, in `(0, 1)`.
        n_resamples: Bootstrap resamples, at least 100.
        seed: Of the resamples: a whole number, a generator, or None for a fresh one.
        **options: `budget_ratio` of `laws.isoflop`; `skip`, `smooth`, `metric` and
            `constant_schedule` of `laws.envelope`.

    Returns:
        The comparison.

    Raises:
        FitError: If an argument can't be used.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> c, n = (a.ravel() for a in np.meshgrid([1e18, 1e19, 1e20], np.geomspace(2e7, 2e10, 9)))
    >>> d = c / (6 * n)
    >>> found = laws.approaches(n_params=n, n_examples=d, train_flops=1e21, run_flops=c,
    ...                         loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> for name, bias in found.bias.items():
    ...     print(f"{name}: {abs(bias.n_params):.1%} off in N_opt")
    isoflop: 0.0% off in N_opt
    isoflop_parabola: 10.1% off in N_opt

    References:
        Hoffmann et al., arXiv:2203.15556, section 3. The bias of Approach 2: arXiv:2603.22339.
    """
    check_level(level)
    check_resampling(n_resamples, seed)
    common: dict[str, Any] = {"level": level, "n_resamples": n_resamples, "seed": seed}
    profile_options, curve_options = _sorted_options(options)
    given: dict[str, Any] = {
        "n_params": n_params,
        "n_examples": n_examples,
        "loss": loss,
        "train_flops": run_flops,
        "budget": budget,
        "groups": groups,
    }
    rows = read_rows(data, given)
    target = _target(train_flops, rows)
    reasons: dict[str, str] = {}
    first, reasons[ENVELOPE] = _try_envelope(data, curves, {**common, **curve_options})
    second, reasons[PROFILES] = _try(lambda: isoflop(data, **given, **common, **profile_options))
    third, reasons[SURFACE] = (
        (fit, "") if fit else _try(lambda: _surface(form, data, rows, n_resamples, seed))
    )
    bias = _bias(second, third, rows, target, profile_options)
    found = _estimates(first, second, third, reasons, target, level)
    findings = (*_disagreements(found), *_bias_findings(bias), *_own_findings(first, second, third))
    return Approaches(
        train_flops=target,
        level=level,
        approaches=found,
        bias=bias,
        envelope=first,
        isoflop=second,
        fit=third,
        findings=findings,
    )


def _sorted_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of profiles and of envelopes; refuse others."""
    of_profiles = {"budget_ratio"}
    of_curves = {"skip", "smooth", "metric", "constant_schedule"}
    unknown = sorted(set(options) - of_profiles - of_curves)
    if unknown:
        raise FitError(
            f"`approaches` takes the options {', '.join(sorted(of_profiles | of_curves))} besides "
            f"its own. Received: {', '.join(unknown)}. Leave it out."
        )
    return (
        {name: value for name, value in options.items() if name in of_profiles},
        {name: value for name, value in options.items() if name in of_curves},
    )


def _target(train_flops: float | None, rows: Rows) -> float:
    if train_flops is None:
        if not len(rows.train_flops):
            raise FitError(
                "`train_flops` must say at which budget to compare where there are no usable "
                "runs to take it from. Received: train_flops=None. Pass a budget."
            )
        return float(rows.train_flops.max())
    if np.ndim(train_flops) != 0:
        raise FitError(
            f"`train_flops` must be one budget here. Received: train_flops={train_flops!r}. Ask "
            f"the results (`.isoflop.predict`, `.fit.optimal_allocation`) for several."
        )
    return float(positive("train_flops", train_flops)[0])


def _try(make: Any) -> tuple[Any, str]:
    """Return a result, or None and why there is none."""
    try:
        return make(), ""
    except (TooFewRunsError, ConvergenceError) as error:
        return None, str(error)


def _try_envelope(
    data: Any, curves: Mapping[str, Any] | None, options: Mapping[str, Any]
) -> tuple[Envelope | None, str]:
    if curves is None and not isinstance(data, RunTable):
        return None, "no training curves: pass `curves`, or a RunTable whose runs have them"
    return _try(lambda: envelope(data if curves is None else curves, **options))


def _surface(
    form: str, data: Any, rows: Rows, n_resamples: int, seed: int | np.random.Generator | None
) -> Fit:
    """Return the surface fitted to the runs, with their own cost of an example."""
    if isinstance(data, RunTable):
        return fit_law(form, data, n_resamples=n_resamples, seed=seed)
    columns = {"n_params": rows.n_params, "n_examples": rows.n_examples, "loss": rows.loss}
    if not rows.findings:
        columns["train_flops_per_example"] = rows.train_flops / rows.n_examples
    return fit_law(form, columns, groups=rows.clusters, n_resamples=n_resamples, seed=seed)


def _estimates(
    first: Envelope | None,
    second: IsoFlop | None,
    third: Fit | None,
    reasons: Mapping[str, str],
    target: float,
    level: float,
) -> dict[str, Approach]:
    """Return what each approach says at the budget."""
    lines = {
        ENVELOPE: (first.size_line, first.data_line) if first else (None, None),
        PROFILES: (second.n_params, second.n_examples) if second else (None, None),
        PARABOLAS: (
            (second.parabola_n_params, second.parabola_n_examples) if second else (None, None)
        ),
    }
    why = {**reasons, PARABOLAS: reasons[PROFILES]}
    found = {name: _of_lines(name, *pair, target, why[name]) for name, pair in lines.items()}
    return {**found, SURFACE: _of_surface(third, target, level, reasons[SURFACE])}


def _of_lines(
    name: str,
    sizes: FrontierLine | None,
    data: FrontierLine | None,
    target: float,
    reason: str,
) -> Approach:
    """Return what two power laws say at the budget."""
    if sizes is None or data is None:
        short = "too few optima between smaller and larger sizes to tell an exponent"
        return Approach(name=name, reason=reason or short)
    return Approach(
        name=name,
        frontier_param_exponent=sizes.exponent,
        frontier_data_exponent=data.exponent,
        n_params=sizes.predict(target),
        n_examples=data.predict(target),
    )


def _of_surface(fit: Fit | None, target: float, level: float, reason: str) -> Approach:
    """Return what a surface says at the budget."""
    if fit is None:
        return Approach(name=SURFACE, reason=reason)
    exponents = frontier_exponents(fit, level=level)
    best = fit.optimal_allocation(train_flops=target, level=level)
    return Approach(
        name=SURFACE,
        frontier_param_exponent=exponents.get("frontier_param_exponent"),
        frontier_data_exponent=exponents.get("frontier_data_exponent"),
        n_params=best.n_params,
        n_examples=best.n_examples,
    )


def _bias(
    found: IsoFlop | None,
    fit: Fit | None,
    rows: Rows,
    target: float,
    options: Mapping[str, Any],
) -> dict[str, ProfileBias]:
    """Return what Approach 2 makes of noise-free runs of the surface."""
    if found is None or fit is None or len(fit.law.variables) != 2 or not fit.law.is_surface:
        return {}
    by_name = {"n_params": rows.n_params, "n_examples": rows.n_examples}
    values = np.stack([by_name[name] for name in fit.law.variables], axis=1)
    exact = fit.law.value(fit.theta[None], fit.law.into_frame(values, fit.centre))[0]
    noise_free: dict[str, Any] = {
        **by_name,
        "loss": fit.law.target_from_frame(exact, fit.centre),
        "train_flops": rows.train_flops,
        "budget": rows.budget if len(rows.budget) else None,
    }
    again = isoflop(**noise_free, n_resamples=100, **options)
    span = np.array([target, *(p.train_flops for p in found.profiles if p.bracketed)])
    true = optimal_n_params(fit.law, fit.theta[None], fit.centre, fit.example_cost, span)[0]
    slope = _surface_slope(fit, span)
    measured = {
        PROFILES: (found.n_params, again.n_params),
        PARABOLAS: (found.parabola_n_params, again.parabola_n_params),
    }
    return {
        name: ProfileBias(
            name=name,
            n_params=float(line.predict(target).value / true[0] - 1),
            exponent=line.exponent.value - slope,
            corrected_exponent=seen.exponent.value - (line.exponent.value - slope),
        )
        for name, (seen, line) in measured.items()
        if seen is not None and line is not None
    }


def _surface_slope(fit: Fit, budgets: np.ndarray) -> float:
    """Return the exponent of the best size along a surface, between the ends of the budgets."""
    ends = np.array([budgets.min() / 2, budgets.max() * 2])
    size = optimal_n_params(fit.law, fit.theta[None], fit.centre, fit.example_cost, ends)[0]
    return float(np.diff(np.log(size))[0] / np.diff(np.log(ends))[0])


def _disagreements(found: Mapping[str, Approach]) -> Iterator[Finding]:
    """Yield the pairs of approaches whose intervals don't overlap."""
    for quantity, symbol in zip(QUANTITIES, SYMBOLS, strict=True):
        apart = []
        for one, other in itertools.combinations(found.values(), 2):
            first, second = getattr(one, quantity), getattr(other, quantity)
            if first is None or second is None:
                continue
            if max(first.low - second.high, second.low - first.high) > _SAME * abs(first.value):
                apart.append(
                    f"{TITLES[one.name]} ({first.value:.3g}) and {TITLES[other.name]} "
                    f"({second.value:.3g})"
                )
        if apart:
            yield Finding(
                code="approaches_disagree",
                message=f"The intervals of {symbol} do not overlap: {'; '.join(apart)}. Believe "
                f"none of them to more than that difference before a run at a larger budget has "
                f"decided.",
            )


def _bias_findings(bias: Mapping[str, ProfileBias]) -> Iterator[Finding]:
    """Yield what the surface shows of Approach 2."""
    for name, one in bias.items():
        if abs(one.n_params) > BIASED:
            yield Finding(
                code="approach_2_biased",
                message=f"If the fitted surface is right, N_opt {TITLES[name][2:]} is "
                f"{one.n_params:+.0%} off at these sizes even without noise, and the exponent a "
                f"{one.exponent:+.3f}: corrected it is {one.corrected_exponent:.3f}. Use the "
                f"surface, or sizes centred on the minimum and less wide apart.",
            )


def _own_findings(
    first: Envelope | None, second: IsoFlop | None, third: Fit | None
) -> Iterator[Finding]:
    """Yield what each approach said of itself, once."""
    said: set[tuple[str, str]] = set()
    for finding in (
        *(first.findings if first else ()),
        *(second.findings if second else ()),
        *(third.warnings if third else ()),
    ):
        key = (finding.code, "" if finding.code == "flops_assumed" else finding.message)
        if key not in said:
            said.add(key)
            yield finding
