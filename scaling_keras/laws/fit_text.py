"""A fit as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scaling_keras.laws.forms.base import Form

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit


def guess_in_words(form: Form) -> str:
    """Return what the held-out check compares the law with (`holdout.guess`)."""
    if form.lower_is_better:
        return f"the best {form.target} so far"
    return f"the {form.target.replace('_', ' ')} of the dearest of the rest"


def target_name(fit: Fit) -> str:
    """Return what a fit predicts: the loss or metric as the runs name it, or the form's target."""
    target = fit.law.target
    return fit.labels.get("loss_name" if target == "loss" else target, target)


def times(factor: float) -> str:
    """Return how many times something is another, in three digits.

    Example:
    >>> times(1784.2), times(2.0), times(1.7e8)
    ('1,780x', '2x', '1.7e+08x')
    """
    return f"{float(f'{factor:.3g}'):,.6g}x"


def change(relative: float, decimals: int = 2) -> str:
    """Return a relative change in percent, or the factor where it is above 1000 %.

    Args:
        relative: What is over what was, minus 1.
        decimals: Of the percentage.

    Example:
    >>> change(0.0312), change(-0.5, 0), change(4388.6)
    ('+3.12%', '-50%', 'a factor of 4,390')
    """
    if relative > 10:
        return f"a factor of {float(f'{1 + relative:.3g}'):,.6g}"
    return f"{relative:+.{decimals}%}"


def formula(form: Form, params: Mapping[str, float]) -> str:
    """Return the formula of a law with its numbers, exponents and floor to four decimals.

    Parameters rounded to two digits move the objective several-fold; these don't.
    """
    shown = {
        name: f"{value:.4f}" if name in form.exponents or 0.01 <= value < 1e3 else f"{value:.5g}"
        for name, value in params.items()
    }
    return form.template.format(**shown)


def summary(fit: Fit, level: float) -> str:
    """Return the law, its parameters with intervals, the checks and the findings."""
    convention = fit.labels.get("param_convention")
    lines = [
        f"{fit.formula()}",
        f"  {fit.n_runs} runs, {target_name(fit)}"
        + (f", N counts {convention} parameters" if convention else "")
        + (f", D counts {fit.labels['example_unit']}s" if "example_unit" in fit.labels else ""),
    ]
    width = max(map(len, fit.params))
    for name, interval in fit.intervals(level).items():
        limits = f"{level:.0%} interval {interval.low:.5g} to {interval.high:.5g}"
        if name in fit.fixed:
            limits = "held at this value"
        elif name in fit.at_bound:
            limits = "not identified: at its bound"
        lines.append(f"  {name:<{width}}  {interval.value:<10.5g} {limits}")
    residual = ("log " if fit.law.link == "log" else "") + fit.law.target
    bend = f" (delta {fit.huber_delta:g} on {residual})" if fit.huber_delta else ""
    lines.append(
        f"  objective {fit.objective:.4g}, {fit.objective_name}{bend}; "
        f"{fit.start_agreement:.0%} of {fit.n_starts} starts agree"
    )
    if fit.backtest:
        lines.append(
            f"  held out: {fit.backtest.n_test} runs {fit.backtest.extrapolation:.2g}x beyond "
            f"the rest predicted to {fit.backtest.error:.2%}; "
            f"guessing {guess_in_words(fit.law)} errs by {fit.backtest.baseline_error:.2%}"
        )
    lines.extend(f"  ! {finding.message}" for finding in fit.warnings)
    return "\n".join(lines)


def listed(names: Sequence[str]) -> str:
    """Return the first few names of many."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
