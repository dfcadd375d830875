"""Runs of IsoFLOP profiles that lie so far off all curves that they must not shape them.

Least squares lets one bad run bend the exponents that all profiles share, and so the curves of
budgets that have nothing to do with it. So runs are taken out one after another, always the one
without which the curves, their exponents chosen anew, fit the rest best; several bad runs can't
hide one another that way. Which of them were outliers is then told by how far each lay from the
curves of those that stayed longer (the generalised extreme studentised deviate, of residuals).

References:
    Rosner (1983), doi:10.1080/00401706.1983.10487848, for the test; Paul and Fung (1991),
    doi:10.1080/00401706.1991.10484863, for residuals of a regression.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import special

from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.isoflop_minimum import (
    SHAPE_RANGE,
    Profile,
    Shape,
    columns_of,
    count_sizes,
    find_shape,
)
from scaling_keras.laws.variations import OUTLIER

_AT_MOST = 0.2
"""Share of outliers above which they are what the runs are like."""
_CHANCE = 1e-3
"""Of an outlier among runs that have none, with normal scatter."""
_LEAST_SIZES = 4
"""With three a curve passes through every run, so it can't tell which of four is off."""
_STARTS = 8
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Removal:
    """A run that was taken out: of which profile, its row there, and how far off it was."""

    profile: int
    row: int
    deviation: float
    needed: float


def find_outliers(profiles: Sequence[Profile]) -> list[np.ndarray]:
    """Return which runs of each profile are outliers, a mask for each.

    Args:
        profiles: All profiles; a run is left in one that would have fewer than four sizes.
    """
    if find_shape(profiles) is None:
        order = _removals(profiles, [None])
    else:
        grid = np.geomspace(*SHAPE_RANGE, _STARTS).tolist()
        shapes: list[Shape | None] = [(alpha, beta) for alpha in grid for beta in grid]
        masks = _masks(profiles, _removals(profiles, shapes))
        rest = [profile.take(~mask) for profile, mask in zip(profiles, masks, strict=True)]
        order = _removals(profiles, [find_shape(rest)])
    far = [place for place, one in enumerate(order, start=1) if one.deviation > one.needed]
    return _masks(profiles, order[: max(far, default=0)])


def _masks(profiles: Sequence[Profile], removed: Sequence[_Removal]) -> list[np.ndarray]:
    masks = [np.zeros(len(profile.loss), dtype=bool) for profile in profiles]
    for one in removed:
        masks[one.profile][one.row] = True
    return masks


def _removals(profiles: Sequence[Profile], shapes: Sequence[Shape | None]) -> list[_Removal]:
    """Return runs in the order in which they are taken out.

    Taking out a run with residual `r` and leverage `h` lowers the sum of squares by
    `r**2 / (1 - h)`, and its studentised deviation is the root of that over the scatter of the
    rest.
    """
    n_rows = sum(len(profile.loss) for profile in profiles)
    free = n_rows - 3 * len(profiles) - (2 if shapes[0] else 0)
    kept = [np.ones(len(profile.loss), dtype=bool) for profile in profiles]
    fits = [_without_each(*pair, shapes) for pair in zip(profiles, kept, strict=True)]
    removed: list[_Removal] = []
    while len(removed) < min(int(_AT_MOST * n_rows), free - 2):
        total = np.sum([squares for squares, _ in fits], axis=0)
        left = [float((total[:, None] - gains).min()) for _, gains in fits]
        which = int(np.argmin(left))
        gains = fits[which][1]
        if not np.isfinite(left[which]):
            break
        shape, row = np.unravel_index(np.argmin(total[:, None] - gains), gains.shape)
        freedom = free - 1 - len(removed)
        scatter = np.sqrt(max(left[which], 0.0) / freedom)
        chance = _CHANCE / (2 * (n_rows - len(removed)))
        removed.append(
            _Removal(
                profile=which,
                row=int(row),
                deviation=float(np.sqrt(gains[shape, row]) / max(scatter, _ROUNDING)),
                needed=max(OUTLIER, float(special.stdtrit(freedom, 1 - chance))),
            )
        )
        kept[which][row] = False
        fits[which] = _without_each(profiles[which], kept[which], shapes)
    return removed


def _without_each(
    profile: Profile, kept: np.ndarray, shapes: Sequence[Shape | None]
) -> tuple[Floats, Floats]:
    """Return what the curves leave of a profile, and by how much less without each of its runs.

    Args:
        profile: The runs.
        kept: Mask of those that are still in.
        shapes: Exponents of the curves to try.

    Returns:
        Sums of squares, shape `(shapes,)`, and by how much taking out a run lowers them, shape
        `(shapes, runs)`; minus infinity for one that must stay.
    """
    columns = np.stack([columns_of(profile.log_n, profile.log_d, shape) for shape in shapes])
    q = np.linalg.qr(columns[:, kept])[0]
    off = profile.loss[kept] - np.einsum("sij,skj,k->si", q, q, profile.loss[kept])
    free = 1 - (q**2).sum(axis=2)
    gains = np.full((len(shapes), len(kept)), -np.inf)
    gains[:, kept] = off**2 / np.maximum(free, _ROUNDING)
    for row in np.flatnonzero(kept):
        others = kept.copy()
        others[row] = False
        if count_sizes(profile.log_n[others]) < _LEAST_SIZES:
            gains[:, row] = -np.inf
    return (off**2).sum(axis=1), gains
