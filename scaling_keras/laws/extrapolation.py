"""How far a point lies beyond the data."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.forms.base import Floats

_ROUNDING = 1e-9
"""A distance in logs below this is none."""


def extrapolation_factor(points: Floats, observed: Floats, variables: Sequence[str]) -> Floats:
    """Return the factor by which each point leaves the region of the data.

    The region is the convex hull of the runs in the logs of their variables: what lies between
    runs is inside, and has the factor 1. So all of a full grid is inside, corners included; of
    runs that share one `D/N`, only the line of that ratio is.

    The factor of another point is that to the nearest point of the region, where two points are
    as far apart as the largest factor between their variables, their compute (the product of size
    and data, up to a constant) and the ratio of any two variables, such as the examples per
    parameter or the passes over the data. A run of four times the size and four times the data of
    the largest is at 16, as its compute is; one of four times the size and a quarter of the data
    of runs of one `D/N` is at 16, as its ratio is.

    With three variables each pair is looked at, and the farthest counts. A loss varies too little
    for ratios to say much, so its factor is one plus its distance from the range in lengths of
    the range.

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
    factor = _beyond_ranges(points, observed, variables)
    for pair in itertools.combinations(range(len(variables)), 2):
        inside, asked = observed[:, pair], points[:, pair]
        # A linear variable may be zero, and has no log there.
        if (inside > 0).all() and (asked > 0).all():
            is_compute = {variables[index] for index in pair} == {"n_params", "n_examples"}
            distance = _distance_from_hull(np.log(asked), np.log(inside), is_compute)
            factor = np.maximum(factor, np.where(distance > _ROUNDING, np.exp(distance), 1.0))
    return factor


def _beyond_ranges(points: Floats, observed: Floats, variables: Sequence[str]) -> Floats:
    """Return the largest factor by which a variable leaves its own range, shape `(points,)`."""
    # A linear variable may be zero, and falls short of nothing there.
    low, high = observed.min(axis=0), observed.max(axis=0)
    above = points / np.where(high > 0, high, np.inf)
    below = np.where((low > 0) & (points > 0), low / np.where(points > 0, points, 1.0), 1.0)
    if "loss" in variables:
        column = variables.index("loss")
        length = max(high[column] - low[column], 1e-12 * high[column])
        above[:, column] = 1 + (points[:, column] - high[column]) / length
        below[:, column] = 1 + (low[column] - points[:, column]) / length
    factor: Floats = np.maximum(np.maximum(above, below).max(axis=1), 1.0)
    return factor


def _distance_from_hull(points: Floats, rows: Floats, is_compute: bool) -> Floats:
    """Return the distance of points from the convex hull of rows in the plane, shape `(points,)`.

    The points within `t` of a polygon `K` are the Minkowski sum `K + t B`, with `B` the points
    within 1 of the origin. The sides of that sum are parallel to those of `K` and of `B`, so a
    point is in it if `u p <= max_K u k + t max_B u b` for each of their normals `u`, and the least
    such `t` is the largest `(u p - max_K u k) / max_B u b`.

    Args:
        points: In logs, shape `(points, 2)`.
        rows: In logs, shape `(rows, 2)`.
        is_compute: Whether the sum of both counts besides each of them and their difference.

    References:
        de Berg et al., Computational Geometry (2008), section 13.3, for the sum of polygons.
    """
    corners = _hull(rows)
    sides = np.roll(corners, -1, axis=0) - corners
    own = [[1.0, 0.0], [0.0, 1.0], [1.0, -1.0], *([[1.0, 1.0]] if is_compute else [])]
    axes = np.concatenate([sides[:, ::-1] * [1.0, -1.0], own])
    normals = np.concatenate([axes, -axes])
    # The corners of B, where no variable, difference or (for compute) sum exceeds 1.
    unit = np.array([[1.0, 0.0], [0.0, 1.0], *([] if is_compute else [[1.0, 1.0]])])
    length = np.abs(normals @ unit.T).max(axis=1)
    normals, length = normals[length > 0], length[length > 0]
    beyond = points @ normals.T - (corners @ normals.T).max(axis=0)
    distance: Floats = np.maximum((beyond / length).max(axis=1), 0.0)
    return distance


def _hull(rows: Floats) -> Floats:
    """Return the corners of the convex hull of points in the plane, in order of their angle.

    Andrew's monotone chain; the two ends of points on a line, the one of points that coincide.

    References:
        Andrew, Another efficient algorithm for convex hulls in two dimensions (1979).
    """
    ordered = sorted({(float(x), float(y)) for x, y in rows})
    if len(ordered) < 3:
        return np.array(ordered)
    corners: list[tuple[float, float]] = []
    for one_way in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for point in one_way:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        corners.extend(chain[:-1])
    return np.array(corners)


def _turn(
    start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]
) -> float:
    """Return twice the area of a triangle, positive if it turns left."""
    return (middle[0] - start[0]) * (end[1] - start[1]) - (middle[1] - start[1]) * (
        end[0] - start[0]
    )
