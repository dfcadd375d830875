"""What a law said of runs that it had not seen, beside what they reached."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Fit, HeldOut
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.holdout import LEVEL
from scaling_keras.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class BacktestDisplay:
    """What a plot of a held-out check shows; `plot` draws it.

    Attributes:
        observed: What the runs held out reached, shape `(runs,)`.
        predicted: What was predicted.
        low: Lower ends of the intervals.
        high: Upper ends.
        baseline: The guess of someone without a law: the best loss among the other runs.
        error: Mean relative error of the predictions.
        baseline_error: The same of that guess.
        coverage: Share of the runs inside their intervals.
        level: Share that they were meant to contain.
        loss_name: What was predicted.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 25)
    >>> scatter = np.random.default_rng(0).normal(0, 0.003, 25)
    >>> held = laws.backtest("power_law_floor", x=x, loss=(1.5 + 20 / x**0.3) * np.exp(scatter))
    >>> BacktestDisplay.from_held_out(held).observed.shape
    (5,)
    """

    observed: Floats
    predicted: Floats
    low: Floats
    high: Floats
    baseline: float
    error: float
    baseline_error: float
    coverage: float
    level: float
    loss_name: str

    @classmethod
    def from_held_out(cls, held: HeldOut, *, loss_name: str | None = None) -> BacktestDisplay:
        """Return the display of a held-out check.

        Args:
            held: What `laws.backtest` returned.
            loss_name: What was predicted, for the labels.
        """
        return cls(
            observed=held.observed,
            predicted=held.prediction.mean,
            low=held.prediction.low,
            high=held.prediction.high,
            baseline=float(held.fit.observed.min()),
            error=held.error,
            baseline_error=held.baseline_error,
            coverage=held.coverage,
            level=held.prediction.level,
            loss_name=loss_name or held.fit.law.target,
        )

    @classmethod
    def from_fit(cls, fit: Fit, *, loss_name: str | None = None) -> BacktestDisplay:
        """Return the display of the check that a fit made of itself, `Fit.backtest`.

        Its intervals are those before the check widened any.

        Args:
            fit: A fit with a held-out check.
            loss_name: What was predicted, for the labels.

        Raises:
            FitError: If the fit has no check, or was saved before one was kept run by run.
        """
        check = fit.backtest
        if check is None or check.judged is None:
            raise FitError(
                f"A held-out check needs runs enough to fit without the dearest of them. Received: "
                f"a `{fit.form}` fit of {fit.n_runs} runs without one. Add runs, or fit them again."
            )
        runs = check.judged
        observed, predicted, low, high = map(
            np.array, (runs.observed, runs.predicted, runs.low, runs.high)
        )
        return cls(
            observed=observed,
            predicted=predicted,
            low=low,
            high=high,
            baseline=runs.baseline,
            error=check.error,
            baseline_error=check.baseline_error,
            coverage=float(np.mean((low <= observed) & (observed <= high))),
            level=LEVEL,
            loss_name=loss_name or fit.law.target,
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw predicted against reached, on linear axes of one scale.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax, size=(5.2, 4.4))
        many = len(self.observed) > 80
        bars = (self.observed, self.low, self.high)
        ax.vlines(
            *bars,
            color=style.BLUE,
            lw=0.7 if many else 1.3,
            alpha=0.35 if many else 0.55,
            label=f"{self.level:.0%} interval",
            zorder=2,
        )
        style.points(ax, self.observed, self.predicted, color=style.BLUE, label="law")
        seen = np.concatenate([self.observed, self.predicted])
        low, high = float(seen.min()), float(seen.max())
        room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
        ends = np.array([low - room, high + room])
        ax.plot(ends, ends, color=style.INK, lw=1.0, label="predicted = reached", zorder=1.5)
        ax.axhline(
            self.baseline, color=style.ORANGE, lw=1.6, ls=(0, (4, 2)), label="best loss so far"
        )
        ax.set_xlim(*ends)
        ax.set_ylim(
            min(ends[0], max(float(self.low.min()), ends[0] - 3 * (ends[1] - ends[0]))),
            max(ends[1], self.baseline + room, min(float(self.high.max()), 4 * ends[1])),
        )
        title = (
            f"Held out: law errs by {self.error:.2%}, best loss so far by "
            f"{self.baseline_error:.2%}; {self.coverage:.0%} of {len(self.observed)} in intervals"
        )
        style.titled(ax, title, x=f"{self.loss_name} reached", y=f"{self.loss_name} predicted")
        style.legend(ax, loc="best")
        return ax
