"""What `auto` is for one variable: power laws with floor, averaged over what the rows leave open.

A curve leaves two things open that decide its extrapolation. *Where the law begins*: early rows
follow it the least and bend it the most. *Its exponent*: over the range of a curve a small exponent
with a low floor and a large one with a high floor look alike, but part beyond it. To take the best
of either is to take the noise's word. So all are fitted and averaged:

- Laws begin at 0, 10, ... 80 % of the range of `log x`; earlier rows are left out.
- For each beginning, exponents from 1/16 to 4 are tried, the floor and the coefficient by least
  squares of log loss. An exponent has the prior of a log-normal around 1/2, the rate at which the
  error of an estimate falls with independent examples, with a factor of 2 as its standard
  deviation. Published exponents of laws with floor lie within it.
- Where the errors of one power law without floor of all rows go up and down at random, that law is
  one more. (With floors alone, a law that has none is foretold too high.)
- Laws of one beginning count by that prior over their mean squared error, beginnings by one over
  the mean squared error of their predictions, when the rows with the largest `x` are held out, and
  so does the law without floor against the best of them.
  Weights inverse to squared errors are those of Bates and Granger (1969) for forecasts. They are
  deliberately weaker than those of a likelihood, which takes every row as new evidence: what rows
  miss a law by is mostly a smooth deviation from it, of which many rows say the same.

References:
    Bates and Granger, The combination of forecasts (1969), doi:10.1057/jors.1969.103. Grünwald and
    van Ommen, arXiv:1412.3730, for weights of likelihood under a form that isn't true.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.columns import Columns
from scaling_keras.laws.curve_laws import (
    PRIOR_FACTOR,
    PRIOR_GRID,
    ROUNDING,
    Laws,
    drawn,
    fit_laws,
    fit_plain,
)
from scaling_keras.laws.extrapolation import extrapolation_factor
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.forms.power_law_floor import PowerLawFloor
from scaling_keras.laws.holdout import (
    LEVEL,
    SHARES,
    Backtest,
    Judged,
    can_determine,
    held_out_rows,
    miss_ratio,
    relative_error,
)
from scaling_keras.laws.results import Finding
from scaling_keras.laws.uncertainty import quantiles, with_noise

FORM = PowerLawFloor()
_SERIAL = 1.64
"""Standard deviations that the serial correlation of independent errors exceeds once in twenty."""
BEGINNINGS = tuple(tenth / 10 for tenth in range(9))
"""Where laws begin, as shares of the range of `log x`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Average:
    """The average over beginnings.

    Attributes:
        laws: The laws of each beginning.
        weight: Of each beginning, summing to one.
        errors: Root mean squared error of log loss on rows held out; `nan` where unknown.
        backtest: How the average, with beginnings weighted alike, predicted the dearest rows.
        centre: Mean of `log x`, which is zero for the laws.
    """

    laws: tuple[Laws, ...]
    weight: Floats
    errors: Floats
    backtest: Backtest | None
    centre: float

    @property
    def best(self) -> int:
        """The beginning with the largest weight."""
        return int(np.argmax(self.weight))

    def starts(self, centre: Floats) -> Floats:
        """Return the law that the rows of the best beginning ask for, and one to either side.

        Args:
            centre: Origin of the frame to return them in.

        Returns:
            Shape `(3, 3)`.
        """
        law = self.laws[0 if self.laws[self.best].is_plain else self.best]
        step = np.log(PRIOR_FACTOR) * (PRIOR_GRID[1] - PRIOR_GRID[0])
        sides = np.log(law.exponent[law.closest]) + step * np.array([[0.0], [-1.0], [1.0]])
        near = np.argmin(np.abs(np.log(law.exponent) - sides), axis=1)
        return self._theta(law.exponent[near], law.floor[near], law.coef[near], centre)

    def draws(self, columns: Columns, centre: Floats, n: int, rng: np.random.Generator) -> Floats:
        """Return laws drawn by weight, each refitted to a resample, shape `(n, 3)`.

        Args:
            columns: All rows.
            centre: Origin of the frame to return them in.
            n: How many.
            rng: Source of randomness.
        """
        log_x = np.log(columns.values[:, 0]) - self.centre
        return self._theta(*drawn(self.laws, self.weight, columns, log_x, n, rng), centre)

    def _theta(self, exponent: Floats, floor: Floats, coef: Floats, centre: Floats) -> Floats:
        """Return laws in a frame, within the bounds of the form: without floor, it is tiny."""
        tiny = np.exp(centre[-1] + FORM.lower[2])
        theta = FORM.from_params(
            {
                "exponent": exponent,
                "coef": coef * np.exp(exponent * self.centre),
                "irreducible_loss": np.maximum(floor, tiny),
            },
            centre,
        )
        bounded: Floats = np.clip(theta, FORM.lower, FORM.upper)
        return bounded


def average_laws(columns: Columns, n_resamples: int, rng: np.random.Generator) -> Average:
    """Fit and weigh the laws of every beginning that leaves enough rows.

    Args:
        columns: Rows that determine a power law with floor.
        n_resamples: Draws that the held-out check judges intervals by.
        rng: Source of randomness.
    """
    x = columns.values[:, 0]
    centre = float(np.log(x).mean())
    log_x, log_loss = np.log(x) - centre, np.log(columns.observed)
    begun = _beginnings(log_x, columns.values)
    folds = [held_out_rows(x, share, columns.weights) for share in SHARES]
    parts = [[begin & ~held for begin in begun] for held in folds]
    windows = [rows for part in [begun, *parts] for rows in part]
    usable = [can_determine(len(FORM.parameters), columns.values[rows]) for rows in windows]
    fitted = iter(
        fit_laws(log_x, columns, [w for w, ok in zip(windows, usable, strict=True) if ok])
    )
    laws = [next(fitted) if ok else None for ok in usable]
    by_fold = [laws[first : first + len(begun)] for first in range(0, len(laws), len(begun))]
    plain = [fit_plain(log_x, columns, rows[0]) for rows in (begun, *parts)]
    if _holds_throughout(plain[0], log_x, columns):
        by_fold = [
            [*part, law if any(part) else None] for part, law in zip(by_fold, plain, strict=True)
        ]
    squared = np.array(
        [
            [
                np.nan
                if law is None
                else np.average(
                    (law.mean(log_x[held]) - log_loss[held]) ** 2, weights=columns.weights[held]
                )
                for law in part
            ]
            for held, part in zip(folds, by_fold[1:], strict=True)
        ]
    )
    error = _mean_known(squared)
    return Average(
        laws=tuple(law for law in by_fold[0] if law is not None),
        weight=_weights(error, np.array([law.is_plain for law in by_fold[0] if law is not None])),
        errors=np.sqrt(error),
        backtest=_backtest(columns, log_x, folds, by_fold[1:], n_resamples, rng),
        centre=centre,
    )


def chosen(average: Average, columns: Columns) -> Finding:
    """Return what was averaged, and what the rows held out said of it."""
    best = average.best
    x = columns.values[:, 0]
    last = average.laws[-1]
    n_begins = len(average.laws) - last.is_plain
    told = (
        "one without, which the rows follow throughout, counts most"
        if average.laws[best].is_plain
        else f"laws from x = {float(x[average.laws[best].rows].min()):.4g} on count most"
    )
    told += f", by {average.weight[best]:.0%}"
    if np.isfinite(average.errors[best]):
        told += (
            f": with the dearest 10 to 60 % of the rows held out in turn, they missed those by "
            f"{average.errors[best]:.2%}"
        )
        if best and np.isfinite(average.errors[0]):
            told += f", laws with floor of all rows by {average.errors[0]:.2%}"
    if last.is_plain and best < n_begins:
        told += f"; one without floor counts by {average.weight[-1]:.0%}"
    return Finding(
        code="form_chosen",
        message=f"Predictions and intervals are of an average of `{FORM.name}` laws, over "
        f"{n_begins} beginnings of the law and over its exponent; {told}. The formula is the "
        f"best fit from there on. Name a form to have it alone, fitted to all rows.",
    )


def _beginnings(log_x: Floats, values: Floats) -> list[np.ndarray]:
    """Return the rows of each distinct beginning, those of all rows first."""
    place = (log_x - log_x.min()) / max(float(np.ptp(log_x)), 1e-300)
    begun = [place >= share - 1e-12 for share in BEGINNINGS]
    kept = [rows for rows in begun if can_determine(len(FORM.parameters), values[rows])]
    distinct = [
        rows for index, rows in enumerate(kept) if not index or rows.sum() != kept[index - 1].sum()
    ]
    return distinct or begun[:1]


def _weights(error: Floats, plain: np.ndarray) -> Floats:
    """Return weights of laws that sum to one, from their mean squared errors on rows held out.

    They are inverse to these; a form counts as its best law, however many it has.

    Args:
        error: `nan` where unknown, which counts as the largest.
        plain: Which laws are without floor.
    """
    error = np.where(np.isnan(error), np.nanmax(error, initial=0.0), error) + ROUNDING
    weight = 1 / error
    forms = [form for form in (~plain, plain) if form.any()]
    for form in forms:
        weight[form] *= weight[form].max() / weight[form].sum()
    normed: Floats = weight / weight.sum()
    return normed


def _holds_throughout(law: Laws, log_x: Floats, columns: Columns) -> bool:
    """Return whether neighbours miss a law to either side, and not to the same.

    Rows at one place are one, so that a row counts alike if it is given twice or weighs two.

    References:
        Anderson (1942), doi:10.1214/aoms/1177731638: the serial correlation of `n` independent
        errors has a standard deviation of about `1 / sqrt(n)`.
    """
    places, index = np.unique(log_x, return_inverse=True)
    total = np.bincount(index, columns.weights * (np.log(columns.observed) - law.mean(log_x)))
    off = total / np.bincount(index, columns.weights)
    together = float(off[1:] @ off[:-1]) / max(float(off @ off), ROUNDING * len(places))
    return together * math.sqrt(len(places)) < _SERIAL


def _mean_known(squared: Floats) -> Floats:
    """Return the means over the first axis of what is known, `nan` where nothing is."""
    known = ~np.isnan(squared)
    count = known.sum(axis=0)
    total = np.where(known, squared, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _backtest(
    columns: Columns,
    log_x: Floats,
    folds: Sequence[np.ndarray],
    by_fold: Sequence[Sequence[Laws | None]],
    n_resamples: int,
    rng: np.random.Generator,
) -> Backtest | None:
    """Return how the average predicted rows held out, every beginning with the same weight.

    Their weights come from the very rows that are judged, so they may not be used here.
    """
    errors: list[float | None] = []
    for held, part in zip(folds, by_fold, strict=True):
        laws = [law for law in part if law is not None]
        mean = np.mean([law.mean(log_x[held]) for law in laws], axis=0) if laws else None
        rows = columns.observed[held], columns.weights[held]
        errors.append(None if mean is None else relative_error(np.exp(mean), *rows))
    main = SHARES.index(0.2)
    held = folds[main]
    laws = [law for law in by_fold[main] if law is not None]
    if not laws:
        return None
    kept, judged = columns.take(~held), columns.take(held)
    parts = [dataclasses.replace(law, rows=law.rows[~held]) for law in laws]
    exponent, floor, coef = drawn(parts, np.ones(len(parts)), kept, log_x[~held], n_resamples, rng)
    draws = np.log(floor[:, None] + coef[:, None] * np.exp(-exponent[:, None] * log_x[held]))
    mean, reached = np.median(draws, axis=0), np.log(judged.observed)
    last = parts[-1]
    residuals = np.log(kept.observed[last.rows]) - last.mean(log_x[~held][last.rows])
    weights = kept.weights[last.rows]
    noisy = with_noise(draws, residuals, len(FORM.parameters), weights=weights)
    low, high = quantiles(mean, noisy, LEVEL)
    factor = extrapolation_factor(judged.values, kept.values, FORM.variables)
    return Backtest(
        n_train=int((~held).sum()),
        n_test=int(held.sum()),
        extrapolation=float(np.exp(np.average(np.log(factor), weights=judged.weights))),
        error=relative_error(np.exp(mean), judged.observed, judged.weights),
        baseline_error=relative_error(
            np.full_like(judged.observed, kept.observed.min()), judged.observed, judged.weights
        ),
        miss_ratio=max(1.0, miss_ratio(reached, mean, low, high, LEVEL, judged.weights)),
        errors=tuple(errors),
        judged=Judged(
            names=judged.names,
            observed=tuple(judged.observed.tolist()),
            predicted=tuple(np.exp(mean).tolist()),
            low=tuple(np.exp(low).tolist()),
            high=tuple(np.exp(high).tolist()),
            baseline=float(kept.observed.min()),
        ),
    )
