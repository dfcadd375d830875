"""Where the ticks of a logarithmic axis stand, and how they are written."""

from __future__ import annotations

import math

import numpy as np

from scaling_keras.laws.forms.base import Floats

_MULTIPLES = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))
"""Within a decade, from sparse to dense."""
_ENOUGH = 4
_STEPS = (1, 2, 2.5, 5, 10, 20)
_PLAIN = (1e-3, 1e4)
"""Numbers between these are written out, others as powers of ten."""


def log_ticks(low: float, high: float, *, limit: int = 6) -> list[float]:
    """Return the places of labelled ticks between two ends, two at least where there is room.

    Whole powers of ten, and every other or every third of them on a long axis; multiples of them
    on a short one; and even steps where that is less than a factor of two or so.

    Args:
        low: The lower end, positive.
        high: The upper end.
        limit: Most ticks there may be, at least 2.

    Example:
    >>> log_ticks(1e3, 1e21, limit=5)
    [10000.0, 100000000.0, 1000000000000.0, 1e+16, 1e+20]
    >>> log_ticks(2.1, 5.6)
    [3.0, 4.0, 5.0]
    >>> log_ticks(2.1, 2.6)
    [2.1, 2.2, 2.3, 2.4, 2.5, 2.6]
    """
    if not (0 < low < high < math.inf):
        return []
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first + 1 > limit:
        stride = -(-(last - first + 1) // limit)
        start = -(-first // stride) * stride
        return [10.0**power for power in range(start, last + 1, stride)]
    decades = 10.0 ** np.arange(first - 1, last + 1)
    found = np.empty(0)
    for multiples in _MULTIPLES:
        ticks = np.unique(np.outer(decades, multiples))
        ticks = ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))]
        if len(found) < len(ticks) <= limit:
            found = ticks
    if len(found) < _ENOUGH and high < 10 * low:
        found = _even(low, high, limit)
    return [float(tick) for tick in found]


def _even(low: float, high: float, limit: int) -> Floats:
    """Return round numbers in even steps."""
    scale = 10.0 ** math.floor(math.log10((high - low) / limit))
    step = next(s * scale for s in _STEPS if (high - low) / (s * scale) <= limit - 1 + 1e-9)
    places = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ticks: Floats = np.round(places * step, 12 - math.floor(math.log10(high)))
    return ticks


def tick_label(value: float, low: float, high: float) -> str:
    r"""Return how a tick is written: `2.5`, or for large and small numbers a power of ten.

    Args:
        value: Its place.
        low: The lower end of the axis, which with the upper one decides how.
        high: The upper end.

    Example:
    >>> tick_label(3e9, 1e6, 1e10), tick_label(2.5, 2, 3), tick_label(1e18, 1e15, 1e20)
    ('$3{\\times}10^{9}$', '2.5', '$10^{18}$')
    """
    if value <= 0:
        return ""
    if _PLAIN[0] <= low and high <= _PLAIN[1]:
        return f"{value:g}"
    exponent = math.floor(math.log10(value) + 1e-9)
    mantissa = f"{value / 10.0**exponent:.3g}"
    power = f"10^{{{exponent}}}"
    return f"${power}$" if mantissa == "1" else rf"${mantissa}{{\times}}{power}$"
