"""Two parameters of a law over the bootstrap resamples, with the fit and the intervals."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Fit, Interval
from scaling_keras.laws.forms.base import Floats
from scaling_keras.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = 0.995
"""Share of the resamples, by each parameter, that the axes hold."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class ParameterCloudDisplay:
    """What a plot of two parameters shows; `plot` draws it.

    Attributes:
        names: Of the two parameters.
        draws: Their values in each resample, shape `(2, resamples)`.
        intervals: Value of the fit and interval of each.
        level: Of the intervals.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 12)
    >>> fit = laws.fit("power_law_floor", x=x, loss=1.5 + 20 / x**0.3, n_resamples=100)
    >>> display = ParameterCloudDisplay.from_fit(fit)
    >>> display.names, display.draws.shape
    (('exponent', 'irreducible_loss'), (2, 100))
    """

    names: tuple[str, str]
    draws: Floats
    intervals: tuple[Interval, Interval]
    level: float

    @classmethod
    def from_fit(
        cls, fit: Fit, params: tuple[str, str] | None = None, *, level: float = 0.9
    ) -> ParameterCloudDisplay:
        """Return the display of two parameters of a fit.

        Args:
            fit: The law.
            params: Their names; by default the first two of `main_params`.
            level: Of the intervals, in `(0, 1)`.

        Raises:
            FitError: If the law has no such parameters, or the fit no resamples.
        """
        chosen = main_params(fit)[:2] if params is None else tuple(params)
        if len(chosen) != 2 or not set(chosen) <= set(fit.params):
            raise FitError(
                f"`params` must be two of {', '.join(fit.params)}. Received: params={params!r}."
            )
        if not len(fit.resamples):
            raise FitError(
                f"A cloud needs bootstrap resamples. Received: a published `{fit.form}` law. Fit "
                f"runs of your own."
            )
        draws = fit.law.to_params(fit.resamples, fit.centre)
        intervals = fit.intervals(level)
        first, second = chosen
        return cls(
            names=(first, second),
            draws=np.stack([draws[first], draws[second]]),
            intervals=(intervals[first], intervals[second]),
            level=level,
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the resamples, the fit, and the intervals as shaded strips.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax, size=(4.6, 4.2))
        first, second = self.intervals
        ax.axvspan(first.low, first.high, color=style.MUTED, alpha=0.12, lw=0, zorder=0.5)
        ax.axhspan(second.low, second.high, color=style.MUTED, alpha=0.12, lw=0, zorder=0.5)
        look = {"s": 7, "color": style.BLUE, "alpha": 0.35, "edgecolors": "none"}
        style.points(ax, *self.draws, **look, rasterized=True)
        place = (first.value, second.value)
        ax.plot(*place, "+", color=style.ORANGE, ms=14, mew=2.4, zorder=5, label="fit")
        logs = [
            name.split("_")[-1] in ("coef", "scale") and bool((d > 0).all())
            for name, d in zip(self.names, self.draws, strict=True)
        ]
        style.log_scale(ax, x=logs[0], y=logs[1])
        for values, interval, is_log, limit in (
            (self.draws[0], first, logs[0], ax.set_xlim),
            (self.draws[1], second, logs[1], ax.set_ylim),
        ):
            limit(*_ends(values, interval, is_log))
        labels = [name.replace("_", " ") for name in self.names]
        title = f"{self.draws.shape[1]} resamples, {self.level:.0%} intervals"
        style.titled(ax, title, x=labels[0], y=labels[1])
        style.legend(ax)
        return ax


def main_params(fit: Fit) -> tuple[str, ...]:
    """Return the parameters that people compare: the exponents, then the floor, at most three.

    Coefficients stand at a size of one, far outside any data, and come last.
    """
    free = [name for name in fit.params if name not in fit.fixed]
    exponents = [name for name in free if name in fit.law.exponents]
    rest = [name for name in free if name not in exponents]
    rest.sort(key=lambda name: (name != "irreducible_loss", fit.law.parameters.index(name)))
    floor = [name for name in rest if name == "irreducible_loss"]
    return tuple([*exponents[:2], *floor, *exponents[2:], *rest][:3])


def _ends(values: Floats, interval: Interval, is_log: bool) -> tuple[float, float]:
    """Return the ends of an axis: most draws, the fit and its interval, a little room."""
    low, high = np.quantile(values, [1 - _SHOWN, _SHOWN])
    low, high = min(low, interval.low, interval.value), max(high, interval.high, interval.value)
    if is_log:
        room = max(high / low, 1.0001) ** 0.06
        return low / room, high * room
    room = 0.06 * (high - low) or 0.01 * abs(high) or 1.0
    return low - room, high + room
