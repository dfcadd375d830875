"""From a learning-rate schedule to the variables of its loss curve."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.row_options import real_numbers


def schedule_variables(
    learning_rates: Any, *, steps: Any = None, momentum: float = 0.999
) -> dict[str, Floats]:
    """Return the variables of a `learning_rate_annealing` law along a training.

    With rates `eta_1, eta_2, ...`, after `s` steps `S_1 = sum_{i <= s} eta_i`, and
    `S_2 = sum_{i <= s} m_i` with `m_i = momentum * m_{i-1} + (eta_{i-1} - eta_i)`: how far the rate
    has fallen, with a delay. The rise of a warmup before the first fall is not counted, as if the
    rate had been constant from the start.

    Args:
        learning_rates: The rate of every step, shape `(steps,)`, finite and not negative.
        steps: After which steps to give the variables, whole numbers from 1 on; after all by
            default. A hundred along a curve are plenty for a fit.
        momentum: Share of a fall's effect that is carried on to the next step, in `[0, 1)`. The
            fit does not find it; 0.99 to 0.999 are usual.

    Returns:
        `learning_rate_sum` and `annealing_area`, shape `(steps,)` each, for `laws.fit` and
        `Fit.predict` to take by name.

    Raises:
        FitError: If a rate, a step or the momentum can't be what it is.

    Example:
    >>> from scaling_keras import laws
    >>> rates = [1.0, 1.0, 0.5, 0.5]
    >>> found = laws.schedule_variables(rates, momentum=0.5)
    >>> found["learning_rate_sum"].tolist(), found["annealing_area"].tolist()
    ([1.0, 2.0, 2.5, 3.0], [0.0, 0.0, 0.5, 0.75])

    References:
        Tissue et al., arXiv:2408.11029, section 3.
    """
    rates = _checked_rates(learning_rates)
    places = _checked_steps(steps, len(rates))
    if not (isinstance(momentum, (int, float)) and 0 <= momentum < 1):
        raise FitError(
            f"`momentum` must be at least 0 and below 1. Received: momentum={momentum!r}. Pass "
            f"0.999."
        )
    falls = np.append(0.0, rates[:-1] - rates[1:])
    first_fall = int(np.argmax(falls > 0)) if (falls > 0).any() else len(falls)
    falls[:first_fall] = 0.0
    carried = itertools.accumulate(falls.tolist(), lambda m, fall: momentum * m + fall)
    area = np.cumsum(np.fromiter(carried, dtype=np.float64, count=len(falls)))
    # Of a rate that fell and rose again to where it was, rounding may leave less than nothing.
    area[np.abs(area) < 1e-12 * rates.max()] = 0.0
    return {
        "learning_rate_sum": np.cumsum(rates)[places],
        "annealing_area": area[places],
    }


def _checked_rates(learning_rates: Any) -> Floats:
    try:
        rates = real_numbers(learning_rates)
    except (TypeError, ValueError):
        rates = np.empty(0)
    usable = rates.ndim == 1 and len(rates) > 0 and bool((np.isfinite(rates) & (rates >= 0)).all())
    if not usable or not rates.any():
        raise FitError(
            f"`learning_rates` must hold the rate of every step: finite numbers, none negative and "
            f"not all zero. Received: {learning_rates!r}. Evaluate the schedule at each step."
        )
    return rates


def _checked_steps(steps: Any, n_steps: int) -> np.ndarray:
    """Return the places of the steps asked for."""
    if steps is None:
        return np.arange(n_steps)
    numbers = np.asarray(steps)
    whole = numbers.ndim == 1 and len(numbers) > 0 and np.issubdtype(numbers.dtype, np.integer)
    if not whole or numbers.min() < 1 or numbers.max() > n_steps:
        raise FitError(
            f"`steps` must hold whole numbers from 1 to {n_steps}, the steps of the schedule. "
            f"Received: {steps!r}. Pass steps of this schedule."
        )
    places: np.ndarray = numbers - 1
    return places
