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
    SAME_SIZE,
    SHAPE_RANGE,
    Profile,
    Shape,
    columns_of,
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
_LEAST_VOLUME = 0.5
"""Determinant of the runs that are in, of 1 when curves were last solved for, below which they
are anew: so no eigenvalue is below it either, and rounding doesn't grow."""


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
    curves = [_Curves(profile, shapes) for profile in profiles]
    squares = np.stack([one.squares for one in curves])
    largest = np.stack([one.gains.max(axis=1) for one in curves])
    removed: list[_Removal] = []
    while len(removed) < min(int(_AT_MOST * n_rows), free - 2):
        left = squares.sum(axis=0) - largest
        which, shape = np.unravel_index(np.argmin(left), left.shape)
        if not np.isfinite(left[which, shape]):
            break
        chosen = curves[which]
        row = int(np.argmax(chosen.gains[shape]))
        freedom = free - 1 - len(removed)
        scatter = np.sqrt(max(float(left[which, shape]), 0.0) / freedom)
        chance = _CHANCE / (2 * (n_rows - len(removed)))
        removed.append(
            _Removal(
                profile=int(which),
                row=row,
                deviation=float(np.sqrt(chosen.gains[shape, row]) / max(scatter, _ROUNDING)),
                needed=max(OUTLIER, float(special.stdtrit(freedom, 1 - chance))),
            )
        )
        chosen.take_out(row)
        squares[which] = chosen.squares
        largest[which] = chosen.gains.max(axis=1)
    return removed


class _Curves:
    """The curves of a profile, one for each pair of exponents, while runs are taken out of it.

    Attributes:
        squares: What each curve leaves of the losses, a sum of squares. Shape `(shapes,)`.
        gains: By how much taking out a run lowers that, shape `(shapes, runs)`; minus infinity for
            one that is out, or must stay.
    """

    squares: Floats
    gains: Floats

    def __init__(self, profile: Profile, shapes: Sequence[Shape | None]) -> None:
        self._profile = profile
        self._kept = np.ones(len(profile.loss), dtype=bool)
        self._columns = np.stack(
            [columns_of(profile.log_n, profile.log_d, shape) for shape in shapes]
        )
        self._solve()
        self._measure()

    def take_out(self, row: int) -> None:
        """Take a run out.

        Without it the `G` of `h_i = q_i G**-1 q_i` and of the residuals is `G - q q.T`, whose
        inverse is that of `G` plus `p p.T / (1 - h)` with `p = G**-1 q` (Sherman and Morrison).
        """
        self._kept[row] = False
        spare = 1 - self._leverage[:, row]
        self._volume *= spare
        if self._volume.min() < _LEAST_VOLUME:
            self._solve()
        else:
            pull = np.matmul(self._inverse, self._q[:, :, row, None])[:, :, 0]
            along = np.matmul(pull[:, None], self._q)[:, 0]
            share = along / spare[:, None]
            self._off += share * self._off[:, row, None]
            self._leverage += share * along
            self._inverse += pull[:, :, None] * (pull / spare[:, None])[:, None]
        self._measure()

    def _solve(self) -> None:
        """Fit the curves to the runs that are in."""
        kept, loss = self._kept, self._profile.loss
        q = np.zeros_like(self._columns)
        q[:, kept] = np.linalg.qr(self._columns[:, kept])[0]
        self._q = np.ascontiguousarray(q.transpose(0, 2, 1))
        self._off = loss - np.matmul((self._q @ loss)[:, None], self._q)[:, 0]
        self._leverage = (self._q**2).sum(axis=1)
        self._inverse = np.tile(np.eye(3), (len(self._q), 1, 1))
        self._volume = np.ones(len(self._q))

    def _measure(self) -> None:
        kept = self._kept
        off = np.where(kept, self._off, 0.0)
        self.squares = np.einsum("si,si->s", off, off)
        self.gains = off**2 / np.maximum(1 - self._leverage, _ROUNDING)
        self.gains[:, ~kept] = -np.inf
        rows = np.flatnonzero(kept)
        too_few = _sizes_without_each(self._profile.log_n[kept]) < _LEAST_SIZES
        self.gains[:, rows[too_few]] = -np.inf


def _sizes_without_each(log_n: Floats) -> np.ndarray:
    """Return what `count_sizes` would be without each of some runs, shape `(runs,)`."""
    order = np.argsort(log_n, kind="stable")
    padded = np.concatenate([[-np.inf], log_n[order], [np.inf]])
    apart = np.diff(padded) > SAME_SIZE
    joined = padded[2:] - padded[:-2] > SAME_SIZE
    counts = np.empty(len(log_n), dtype=int)
    counts[order] = apart.sum() - 1 - apart[:-1] - apart[1:] + joined
    return counts
