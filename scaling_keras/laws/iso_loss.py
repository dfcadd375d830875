"""A fitted surface of size and data, solved for what reaches a loss, in every draw at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.inseparable import Inseparable, law_draws

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit

REACH = 60.0
"""How far from the centre of the runs size and data are searched, in logs: a factor of 1e26."""

_BLOCK = 16
_POINTS_AT_ONCE = 2048
_HALVINGS = 42
_POINTS = 17
_ROUNDS = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Surface:
    """The law of a fit at its minimum (first row) and in every bootstrap draw (the others).

    Sizes and data are logs here, of shape `(rows, k)`: a row of the law meets its own points
    only, unlike in `Form.value`.

    Attributes:
        form: A law of `n_params`, `n_examples` and the variables in `others`.
        theta: Its parameters in the solver's frame, shape `(rows, p)`.
        centre: Origin of that frame.
        cost: Training FLOPs of one example.
        others: Logs of the remaining variables, by name.
    """

    form: Form
    theta: Floats
    centre: Floats
    cost: ExampleCost
    others: Mapping[str, float]

    @classmethod
    def of(cls, fit: Fit, others: Mapping[str, float]) -> Surface:
        """Return the surface of a fit, its remaining variables held at `others`."""
        return cls(
            form=fit.law,
            theta=np.vstack([fit.theta[None], fit.resamples.reshape(-1, len(fit.theta))]),
            centre=fit.centre,
            cost=fit.example_cost,
            others={name: float(np.log(value)) for name, value in others.items()},
        )

    def edges(self, name: str) -> tuple[Floats, Floats]:
        """Return the least and the largest log of a variable that is searched, a row each."""
        middle = self.centre[self.form.variables.index(name)]
        return np.full(len(self.theta), middle - REACH), np.full(len(self.theta), middle + REACH)

    def log_cost(self, log_n: Floats) -> Floats:
        """Return the log of the training FLOPs of one example."""
        cost: Floats = np.log(self.cost.coef) + self.cost.exponent * log_n
        return cost

    def log_loss(self, log_n: Floats, log_d: Floats) -> Floats:
        """Return the log loss of each row of the law at its own points, shape `(rows, k)`.

        A form evaluates all parameters at all points. Blocks of a few rows keep what is thrown
        away small.
        """
        log_n, log_d = np.broadcast_arrays(log_n, log_d)
        z = np.stack([self._into_frame(name, log_n, log_d) for name in self.form.variables], -1)
        found = np.empty(log_n.shape)
        for first in range(0, len(self.theta), _BLOCK):
            rows = slice(first, first + _BLOCK)
            n, k = z[rows].shape[:2]
            # Far out a form may overflow; what is no number there is no loss to be had.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                values = self.form.value(self.theta[rows], z[rows].reshape(n * k, -1))
            found[rows] = values.reshape(n, n, k)[np.arange(n), np.arange(n)]
        losses: Floats = np.where(np.isnan(found), np.inf, found) + self.centre[-1]
        return losses

    def log_n_examples(self, log_n: Floats, log_target: Floats | float) -> Floats:
        """Return the log of the data that reaches a loss at given sizes, `inf` where none does."""
        low, high = self.edges("n_examples")
        return _least(lambda log_d: self.log_loss(log_n, log_d), log_target, low, high, log_n.shape)

    def log_n_params(self, log_d: Floats, log_target: Floats | float) -> Floats:
        """Return the log of the size that reaches a loss with given data, `inf` where none does."""
        low, high = self.edges("n_params")
        return _least(lambda log_n: self.log_loss(log_n, log_d), log_target, low, high, log_d.shape)

    def best_log_n(self, log_budget: Floats | float, low: Floats, high: Floats) -> Floats:
        """Return the log of the size of the lowest loss on a budget, shape `(rows,)`.

        Args:
            log_budget: Log of the training FLOPs, a number or of shape `(rows, 1)`.
            low: Log of the least size to look at, shape `(rows,)`.
            high: That of the largest.
        """

        def log_loss(log_n: Floats) -> Floats:
            return self.log_loss(log_n, log_budget - self.log_cost(log_n))

        return minimise(log_loss, low, high)

    def iso_loss(self, log_target: Floats | float) -> Callable[[Floats], Floats]:
        """Return the function from the log of a size to the log of the data it needs.

        Where the loss rises with `S = A / N**alpha + B / D**beta` alone, one point of the curve
        gives its `S`, and `D = (B / (S - A / N**alpha))**(1 / beta)`. Other laws are halved anew
        at each size.
        """
        params = self.form.to_params(self.theta, self.centre)
        terms = self.form.power_terms({name: rows[:, None] for name, rows in params.items()})
        if terms is None:
            return lambda log_n: self.log_n_examples(log_n, log_target)
        param_coef, alpha, data_coef, beta = terms
        most = self.edges("n_examples")[1][:, None]
        least_n = self.log_n_params(most, log_target)
        shortage = param_coef * np.exp(-alpha * least_n) + data_coef * np.exp(-beta * most)
        shortage = np.where(np.isfinite(least_n), shortage, 0.0)

        def log_n_examples(log_n: Floats) -> Floats:
            left = shortage - param_coef * np.exp(-alpha * log_n)
            usable = left > 0
            log_d = (np.log(data_coef) - np.log(np.where(usable, left, 1.0))) / beta
            return np.where(usable & (log_d <= most), log_d, np.inf)

        return log_n_examples

    def _into_frame(self, name: str, log_n: Floats, log_d: Floats) -> Floats:
        by_name = {"n_params": log_n, "n_examples": log_d}
        log = by_name[name] if name in by_name else np.full(log_n.shape, self.others[name])
        z: Floats = log - self.centre[self.form.variables.index(name)]
        return np.exp(z) if name in self.form.linear_variables else z


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExpectedSurface(Surface):
    """What `Fit.predict` expects, the median of the draws; the same in each row.

    Of an average of forms no row of parameters is the law: its leading form alone may have its
    lowest loss on a budget far from where the average has.

    Attributes:
        draws: Parameters in each draw, shape `(draws, p)`; at least one.
        pairs: What the runs can't tell apart, as in `Fit.inseparable`.
    """

    draws: Floats
    pairs: tuple[Inseparable, ...]

    @classmethod
    def of_size_and_data(cls, fit: Fit, n_rows: int) -> ExpectedSurface:
        """Return so many rows of the surface of a fit that has resamples."""
        return cls(
            form=fit.law,
            theta=np.tile(fit.theta, (n_rows, 1)),
            centre=fit.centre,
            cost=fit.example_cost,
            others={},
            draws=fit.resamples,
            pairs=fit.inseparable,
        )

    def log_loss(self, log_n: Floats, log_d: Floats) -> Floats:
        """Return the log of the expected loss, shape `(rows, k)`."""
        log_n, log_d = np.broadcast_arrays(log_n, log_d)
        z = np.stack([self._into_frame(name, log_n, log_d) for name in self.form.variables], -1)
        z = z.reshape(-1, z.shape[-1])
        found = np.empty(len(z))
        for first in range(0, len(z), _POINTS_AT_ONCE):
            points = slice(first, first + _POINTS_AT_ONCE)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                values = law_draws(self.form, self.draws, z[points], self.pairs)
            found[points] = np.median(np.where(np.isnan(values), np.inf, values), axis=0)
        losses: Floats = found.reshape(log_n.shape) + self.centre[-1]
        return losses

    def iso_loss(self, log_target: Floats | float) -> Callable[[Floats], Floats]:
        """Return the function from the log of a size to the log of the data it needs."""
        return lambda log_n: self.log_n_examples(log_n, log_target)


def minimise(objective: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return where functions of one variable are lowest, a row each.

    Grids that shrink around the lowest point, then a parabola through the last three.

    Args:
        objective: From arguments of shape `(rows, k)` to values of that shape, with one minimum a
            row; `inf` where there is none to be had.
        low: Where to begin, shape `(rows,)`.
        high: Where to end.

    Returns:
        Shape `(rows,)`.
    """
    rows = np.arange(len(low))
    for _ in range(_ROUNDS):
        grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, _POINTS)
        values = objective(grid)
        best = np.argmin(values, axis=1)
        low = grid[rows, np.maximum(best - 1, 0)]
        high = grid[rows, np.minimum(best + 1, _POINTS - 1)]
    middle = np.clip(best, 1, _POINTS - 2)
    left, here, right = (values[rows, middle + shift] for shift in (-1, 0, 1))
    bracketed = np.isfinite(left) & np.isfinite(right) & (best == middle)
    left, here, right = (np.where(bracketed, side, 0.0) for side in (left, here, right))
    bend = left - 2 * here + right
    shift = np.where(bend > 0, 0.5 * (left - right) / np.where(bend > 0, bend, 1.0), 0.0)
    step = grid[:, 1] - grid[:, 0]
    lowest: Floats = grid[rows, best] + np.clip(shift, -1.0, 1.0) * step
    return lowest


def _least(
    log_loss: Callable[[Floats], Floats],
    log_target: Floats | float,
    low: Floats,
    high: Floats,
    shape: tuple[int, ...],
) -> Floats:
    """Return the least argument at which a falling loss reaches the target, `inf` where none."""
    below = np.broadcast_to(low[:, None], shape)
    above = np.broadcast_to(high[:, None], shape)
    reached = log_loss(above) <= log_target
    for _ in range(_HALVINGS):
        middle = 0.5 * (below + above)
        enough = log_loss(middle) <= log_target
        below, above = np.where(enough, below, middle), np.where(enough, middle, above)
    least: Floats = np.where(reached, above, np.inf)
    return least
