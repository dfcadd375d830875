"""Numbers as the commands write them."""

from __future__ import annotations

_LONGEST = 1e9
"""From here on a number is written with an exponent."""


def amount(number: float) -> str:
    """Return how many there are of something that is counted.

    Example:
    >>> amount(134300.4), amount(2.5e11)
    ('134,300', '2.5e+11')
    """
    return f"{number:,.0f}" if 100 <= number < _LONGEST else f"{number:.4g}"
