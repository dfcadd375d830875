"""Variables that rise together in the runs, so that the loss can't be said to follow one of them.

Where all runs have 20 examples per parameter, a law of the size alone fits them as well as one of
the data alone, and so does anything between. Each resample of a fit then starts from the same of
these laws and ends near it, which makes an interval that is narrow and wrong.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.results import Finding

CORRELATION = 0.97
"""Between the logs of two variables, from which their effects may be inseparable."""
SURE = 8.0
"""Standard errors from which intervals hold, as an effect is then known to a quarter of its size.

Of 150 sweeps of ten sizes with 18 and 22 examples per parameter in turn and 0.5 % noise, the 90 %
interval of the best size held in 66 % with 4 in its place, and in 98 % with 8, as nearly all then
count as inseparable. With 17 and 24 it was 73 % and 87 %; with 14 and 28, where none does, 93 %.
"""
_ROUNDING = 1e-9
_MANY_ROWS = 12
"""From so many rows on a curve of the third degree is used, below one of the second."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Inseparable:
    """Two variables that the runs can't tell apart, and the band of logs that the runs lie in.

    Attributes:
        one: Index of the first variable.
        other: Index of the second.
        slope: How the log of the second rises with that of the first.
        low: Smallest log of the second, less `slope` times that of the first, among the runs.
        high: The largest.
    """

    one: int
    other: int
    slope: float
    low: float
    high: float

    def is_aside(self, z: Floats) -> np.ndarray:
        """Return which points lie aside of the band, shape `(points,)`."""
        offset = z[:, self.other] - self.slope * z[:, self.one]
        aside: np.ndarray = (offset < self.low - _ROUNDING) | (offset > self.high + _ROUNDING)
        return aside

    def in_band(self, z: Floats, keep: int) -> Floats:
        """Return the points with one of both variables kept, and the other such as runs had it."""
        moved = z.copy()
        offset = np.clip(z[:, self.other] - self.slope * z[:, self.one], self.low, self.high)
        if keep == self.one:
            moved[:, self.other] = self.slope * z[:, self.one] + offset
        else:
            moved[:, self.one] = (z[:, self.other] - offset) / self.slope
        return np.where(self.is_aside(z)[:, None], moved, z)


def inseparable(form: Form, z: Floats, y: Floats, weights: Floats) -> tuple[Inseparable, ...]:
    """Return the pairs of variables whose effects on a loss the rows can't tell apart.

    Their logs correlate at more than 0.97, and the loss doesn't show what either does when the
    other is held: beside a curve of the one, how far the other is off their common line must
    explain the loss by eight standard errors, for both of them.

    Args:
        form: A law; of another target than a loss nothing is said.
        z: The rows in the frame of the form, shape `(rows, variables)`.
        y: Their target in that frame, shape `(rows,)`.
        weights: Their weights, shape `(rows,)`; those of none don't count.
    """
    found = []
    z, y = z[weights > 0], y[weights > 0]
    if form.is_surface and len(z):
        for one, other in itertools.combinations(range(z.shape[1]), 2):
            if np.corrcoef(z[:, one], z[:, other])[0, 1] <= CORRELATION:
                continue
            slope = float(z[:, other].std() / z[:, one].std())
            offset = z[:, other] - slope * z[:, one]
            both = (one, other)
            if min(_standard_errors(z, y, offset, kept, both) for kept in both) < SURE:
                low, high = float(offset.min()), float(offset.max())
                found.append(Inseparable(one=one, other=other, slope=slope, low=low, high=high))
    return tuple(found)


def _standard_errors(
    z: Floats, y: Floats, offset: Floats, kept: int, pair: tuple[int, int]
) -> float:
    """Return how surely the offset from the common line shows, one variable being held.

    A regression on a curve of that variable, squares of those outside the pair, and the offset.
    """
    if np.ptp(offset) < _ROUNDING:
        return 0.0
    degree = 3 if len(z) >= _MANY_ROWS else 2
    terms = [np.ones(len(z)), *(z[:, kept] ** power for power in range(1, degree + 1))]
    for index in range(z.shape[1]):
        terms += [] if index in pair else [z[:, index], z[:, index] ** 2]
    curve = np.stack(terms, axis=1)
    # What is left of the offset and of the loss beside the curve (Frisch, Waugh and Lovell).
    offset, y = (v - curve @ np.linalg.lstsq(curve, v, rcond=None)[0] for v in (offset, y))
    effect = float(offset @ y / (offset @ offset))
    left = max(len(z) - curve.shape[1] - 1, 1)
    error = np.sqrt(float(((y - effect * offset) ** 2).sum()) / left / float(offset @ offset))
    return abs(effect) / max(float(error), 1e-300)


def law_draws(form: Form, resamples: Floats, z: Floats, pairs: tuple[Inseparable, ...]) -> Floats:
    """Return draws of a law, those of laws among them that the runs can't tell from it.

    Aside of the runs a third of the draws are of a law that follows the one variable alone, and a
    third of one that follows the other: what the law says of runs with the same value of that
    variable. As the loss falls with both, the true one lies between.

    Args:
        form: The law.
        resamples: Its parameters in each draw, shape `(draws, p)`.
        z: Points in its frame, shape `(points, variables)`.
        pairs: What the runs can't tell apart.

    Returns:
        Shape `(draws, points)`.
    """
    draws = form.value(resamples, z)
    aside = [pair for pair in pairs if pair.is_aside(z).any()]
    kept = sorted({index for pair in aside for index in (pair.one, pair.other)})
    for turn, keep in enumerate(kept, start=1):
        moved = z
        for pair in aside:
            if keep in (pair.one, pair.other):
                moved = pair.in_band(moved, keep)
        chosen = slice(turn, None, len(kept) + 1)
        draws[chosen] = form.value(resamples[chosen], moved)
    return draws


def pair_findings(form: Form, pairs: tuple[Inseparable, ...]) -> tuple[Finding, ...]:
    """Return what must be said of a fit to such runs."""
    return tuple(_finding(form, pair) for pair in pairs)


def aside_findings(form: Form, z: Floats, pairs: tuple[Inseparable, ...]) -> tuple[Finding, ...]:
    """Return what must be said of predictions aside of runs whose variables rise together."""
    return tuple(_finding(form, pair) for pair in pairs if pair.is_aside(z).any())


def split_findings(form: Form, pairs: tuple[Inseparable, ...]) -> tuple[Finding, ...]:
    """Return what must be said of a best size and data; nothing if the runs tell the two apart."""
    return tuple(_finding(form, pair) for pair in pairs if _is_split(form, pair))


def sizes_in_band(
    form: Form,
    pairs: tuple[Inseparable, ...],
    centre: Floats,
    cost: ExampleCost,
    train_flops: Floats,
) -> Floats:
    """Return the size that a budget buys with as much data as the runs had for theirs.

    With `C = k N**q D` and, in the middle of the band, `log D = slope log N + offset`, it is
    `log N = (log C / k - offset) / (q + slope)`.

    Args:
        form: A law of size and data.
        pairs: What the runs can't tell apart, size and data among them.
        centre: Origin of the solver's frame.
        cost: What an example costs.
        train_flops: Budgets, shape `(budgets,)`.

    Returns:
        Shape `(budgets,)`.
    """
    (pair,) = (pair for pair in pairs if _is_split(form, pair))
    slope, offset = pair.slope, (pair.low + pair.high) / 2
    offset += centre[pair.other] - slope * centre[pair.one]
    if form.variables[pair.one] != "n_params":
        slope, offset = 1 / slope, -offset / slope
    sizes: Floats = np.exp((np.log(train_flops / cost.coef) - offset) / (cost.exponent + slope))
    return sizes


def _is_split(form: Form, pair: Inseparable) -> bool:
    """Return whether a pair is what a budget is split between."""
    names = {form.variables[pair.one], form.variables[pair.other]}
    return names == {"n_params", "n_examples"}


def _finding(form: Form, pair: Inseparable) -> Finding:
    one, other = form.variables[pair.one], form.variables[pair.other]
    split = (
        " The best split of a budget is not identified, and allocations keep the ratio of the runs."
        if _is_split(form, pair)
        else ""
    )
    return Finding(
        code="not_separable",
        message=f"{other} rises with {one} in the runs, and either alone explains their losses: "
        f"predictions with another ratio may lie anywhere between what the two give.{split} "
        f"Train runs that vary one at a fixed value of the other.",
    )
