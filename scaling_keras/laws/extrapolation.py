"""How far a point lies beyond the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.forms.base import Floats


def extrapolation_factor(points: Floats, observed: Floats, variables: Sequence[str]) -> Floats:
    """Return the factor by which each point leaves the range of the data.

    The largest over the variables, and over the product of size and data (the compute up to a
    constant), of how many times the point exceeds the largest observed value or falls short of
    the smallest; 1 for a point inside all ranges. A loss varies too little for ratios to say
    much, so its factor is one plus its distance from the range in lengths of the range.

    Args:
        points: Not negative, shape `(points, variables)`.
        observed: Not negative, shape `(rows, variables)`; without rows nothing is known to be
            outside.
        variables: Their names.

    Returns:
        Shape `(points,)`, at least 1.
    """
    if not len(observed):
        return np.ones(len(points))
    inside, asked = observed, points
    if "n_params" in variables and "n_examples" in variables:
        both = [variables.index("n_params"), variables.index("n_examples")]
        inside = np.column_stack([inside, inside[:, both].prod(axis=1)])
        asked = np.column_stack([asked, asked[:, both].prod(axis=1)])
    # A linear variable may be zero, and falls short of nothing there.
    low, high = inside.min(axis=0), inside.max(axis=0)
    above = asked / np.where(high > 0, high, np.inf)
    below = np.where((low > 0) & (asked > 0), low / np.where(asked > 0, asked, 1.0), 1.0)
    if "loss" in variables:
        column = variables.index("loss")
        length = max(high[column] - low[column], 1e-12 * high[column])
        above[:, column] = 1 + (asked[:, column] - high[column]) / length
        below[:, column] = 1 + (low[column] - asked[:, column]) / length
    factor: Floats = np.maximum(np.maximum(above, below).max(axis=1), 1.0)
    return factor
