"""Single rows of a curve that lie far off the line through their neighbours."""

from __future__ import annotations

import itertools

import numpy as np

from scaling_keras.laws.forms.base import Floats

STRAY = 8.0
"""Robust standard deviations from which a row is stray: on synthetic curves with normal scatter a
row in ten thousand is, and one that is 25 % off in all of those with 25 rows or more."""
_NEIGHBOURS = 6
_MIN_ROWS = 10
_AT_MOST = 0.1
"""Share of stray rows above which they are what the curve is like."""
_MAD_TO_SD = 1.4826
_ROUNDING = 1e-9


def stray_rows(log_x: Floats, off: Floats) -> np.ndarray:
    """Return which rows lie far off the line through their neighbours, alone in doing so.

    What a law misses a curve by is smooth, so neighbours share it, where the law doesn't hold as
    well; only what a row has to itself counts. Two stray rows near one another may be a step of
    the curve, and bend the lines of those around them, so they count as none. Nor do the first
    few, where a curve bends the most, and which the average over beginnings leaves out if they
    are off.

    Args:
        log_x: Shape `(rows,)`.
        off: Log loss minus that of some law through all rows, shape `(rows,)`.

    References:
        The line is that of Theil (1950) and Sen (1968), doi:10.1080/01621459.1968.10480934, which
        one stray row among the neighbours doesn't move.
    """
    n = len(log_x)
    stray = np.zeros(n, dtype=bool)
    if n < _MIN_ROWS:
        return stray
    order = np.argsort(log_x, kind="stable")
    alone = off[order] - _line_of_neighbours(log_x[order], off[order])
    limit = max(STRAY * _MAD_TO_SD * float(np.median(np.abs(alone))), _ROUNDING)
    far = np.abs(alone) > limit
    far[: _NEIGHBOURS // 2] = False
    near = np.convolve(far, np.ones(_NEIGHBOURS + 1), mode="same")
    stray[order] = far & (near < 1.5)  # None but itself.
    return stray if stray.sum() <= _AT_MOST * n else np.zeros(n, dtype=bool)


def _line_of_neighbours(x: Floats, y: Floats) -> Floats:
    """Return where each row would lie on the line through the rows next to it in order."""
    n = len(x)
    first = np.clip(np.arange(n) - _NEIGHBOURS // 2, 0, n - _NEIGHBOURS - 1)
    window = first[:, None] + np.arange(_NEIGHBOURS + 1)
    window = window[window != np.arange(n)[:, None]].reshape(n, _NEIGHBOURS)
    near_x, near_y = x[window], y[window]
    left, right = np.array(list(itertools.combinations(range(_NEIGHBOURS), 2))).T
    run, rise = near_x[:, right] - near_x[:, left], near_y[:, right] - near_y[:, left]
    slopes = np.where(run > 0, rise / np.where(run > 0, run, 1.0), np.nan)
    slopes[np.isnan(slopes).all(axis=1)] = 0.0
    slope = np.nanmedian(slopes, axis=1)
    line: Floats = slope * x + np.median(near_y - slope[:, None] * near_x, axis=1)
    return line
