"""How the compute-optimal size and data grow with compute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.laws.forms.base import Form
from scaling_keras.laws.results import Interval
from scaling_keras.laws.splitting import unknown_split
from scaling_keras.laws.uncertainty import limits

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit


def frontier_exponents(fit: Fit, *, level: float) -> dict[str, Interval]:
    """Return `a` and `b` of `N_opt ~ C**a`, `D_opt ~ C**b`, or nothing for a law without them.

    With a training cost of `C = k N**q D`, minimising `A / N**alpha + B / D**beta` gives
    `a = beta / (alpha + q beta)` and `b = 1 - q a`; with `q = 1` as in Hoffmann et al.,
    arXiv:2203.15556, equation 4. Where the runs don't show which split is best (`unknown_split`),
    each may be anything from nothing to all.

    Args:
        fit: Of any form.
        level: Share of the resamples within the intervals, in `(0, 1)`.
    """
    form, q = fit.law, fit.example_cost.exponent
    value = size_exponent(form, fit.params, q)
    if value is None:
        return {}
    drawn = size_exponent(form, form.to_params(fit.resamples, fit.centre), q)
    low, high = (0.0, 1 / q) if unknown_split(fit) else limits(value, drawn, level)
    return {
        "frontier_param_exponent": Interval(value=value, low=float(low), high=float(high)),
        "frontier_data_exponent": Interval(
            value=1 - q * value, low=float(1 - q * high), high=float(1 - q * low)
        ),
    }


def size_exponent(form: Form, params: Mapping[str, Any], cost_exponent: float) -> Any:
    """Return `a` of `N_opt ~ C**a` for parameters of a form, None if it has none.

    Args:
        form: The form.
        params: Its parameters by name; numbers or arrays.
        cost_exponent: The `q` of `C = k N**q D`.
    """
    terms = form.power_terms(params)
    if terms is None:
        return None
    _, alpha, _, beta = terms
    return beta / np.maximum(alpha + cost_exponent * beta, np.finfo(np.float64).tiny)
