"""What a law leaves unexplained: residuals over its variables or against what it predicts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.misses import misses, predicted_of_runs
from scaling_keras.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAP, PREDICTED = "map", "predicted"
_TREND = 20
"""Runs from which a running median is drawn."""
_CLIP = 0.95
"""Share of the residuals inside the scale of colours; the others have its last one."""
_FAR = 3.0
"""Multiples of that scale which an axis shows: a single outlier must not press it flat."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class ResidualsDisplay:
    """What a plot of residuals shows; `plot` draws it.

    Attributes:
        against: `map`, over size and data, where a wrong form shows as a saddle; `predicted`; or a
            variable of the law.
        x: Places on the horizontal axis, shape `(runs,)`.
        y: Of a map, the places on the vertical axis; else empty.
        residuals: In percent of what the law predicts (`Fit.predict`); of a share, in percentage
            points.
        labels: Of the horizontal and the vertical axis.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 12)
    >>> fit = laws.fit("power_law", x=x, loss=1.5 + 20 / x**0.3, n_resamples=100)
    >>> display = ResidualsDisplay.from_fit(fit, against="x")
    >>> bool(display.residuals[0] > 0 > display.residuals[5])  # no power law: it has a floor
    True
    """

    against: str
    x: Floats
    y: Floats
    residuals: Floats
    labels: tuple[str, str]

    @classmethod
    def from_fit(cls, fit: Fit, *, against: str | None = None) -> ResidualsDisplay:
        """Return the display of a fit's residuals.

        Args:
            fit: The law, fitted to runs.
            against: `map`, `predicted` or a variable; by default the map where the law has size
                and data, else its one variable.

        Raises:
            FitError: If the law has no such variable, or was fitted to no runs.
        """
        names = fit.law.variables
        has_map = {"n_params", "n_examples"} <= set(names)
        if against is None:
            against = MAP if has_map else names[0]
        known = (*((MAP,) if has_map else ()), PREDICTED, *names)
        if against not in known:
            raise FitError(
                f"`against` must be one of {', '.join(known)} for a `{fit.form}` fit. Received: "
                f"against={against!r}."
            )
        if not np.isfinite(fit.observed).all():
            raise FitError(
                f"Residuals need the runs that a law was fitted to. Received: a published "
                f"`{fit.form}` law. Fit runs of your own."
            )
        is_log = fit.law.link == "log"
        residuals = 100 * misses(fit)
        unit = fit.labels.get("example_unit", "example")
        what = "reached over predicted (%)" if is_log else "reached minus predicted (points)"
        y = np.empty(0)
        if against == MAP:
            x, y = (fit.values[:, names.index(name)] for name in ("n_params", "n_examples"))
            labels = (style.LABELS["n_params"], style.unit_label("n_examples", unit))
        elif against == PREDICTED:
            x = predicted_of_runs(fit)
            labels = (f"predicted {style.target_label(fit)}", what)
        else:
            x = fit.values[:, names.index(against)]
            labels = (style.unit_label(fit.labels.get("x", against), unit), what)
        return cls(against=against, x=x, y=y, residuals=residuals, labels=labels)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the residuals; the horizontal axis is logarithmic, of a map both are.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax)
        spread = np.quantile(np.abs(self.residuals), _CLIP)
        unit = "%" if "%" in self.labels[1] or self.against == MAP else " points"
        title = f"Residuals; {_CLIP:.0%} are within ±{spread:.2g}{unit}"
        if self.against == MAP:
            self._plot_map(ax, max(float(spread), 1e-9))
        else:
            positive = bool((self.x > 0).all())
            title += self._plot_against(ax, max(_FAR * float(spread), 1e-9))
            style.log_scale(ax, x=positive, y=False)
            style.legend(ax)
        style.titled(ax, title, x=self.labels[0], y=self.labels[1])
        return ax

    def _plot_against(self, ax: Axes, limit: float) -> str:
        """Draw runs against one axis, those far off at its edge; say in words if there are any."""
        far = np.abs(self.residuals) > limit
        style.points(ax, self.x[~far], self.residuals[~far], color=style.BLUE, alpha=0.75)
        ax.axhline(0, color=style.INK, lw=1.0, zorder=2)
        self._plot_trend(ax)
        if not far.any():
            return ""
        for sign, mark in ((1, "^"), (-1, "v")):
            rows = far & (np.sign(self.residuals) == sign)
            style.points(
                ax,
                self.x[rows],
                np.full(rows.sum(), sign * limit),
                color=style.ORANGE,
                marker=mark,
                s=36,
            )
        ax.set_ylim(-1.1 * limit, 1.1 * limit)
        return f", {far.sum()} beyond ±{limit:.2g}{'%' if '%' in self.labels[1] else ' points'}"

    def _plot_map(self, ax: Axes, spread: float) -> None:
        """Draw runs over size and data, coloured by sign and as large as they are off."""
        share = np.minimum(np.abs(self.residuals) / spread, 1.0)
        order = np.argsort(share)
        largest = 90 if len(self.x) <= 400 else 40
        dots = style.points(
            ax,
            self.x[order],
            self.y[order],
            c=self.residuals[order],
            cmap="RdBu_r",
            vmin=-spread,
            vmax=spread,
            s=10 + largest * share[order],
            edgecolors=style.MUTED,
            linewidths=0.4,
        )
        style.log_scale(ax)
        clipped = bool((np.abs(self.residuals) > spread).any())
        style.linear_bar(
            ax, dots, "reached over predicted (%)", extend="both" if clipped else "neither"
        )

    def _plot_trend(self, ax: Axes) -> None:
        """Draw the medians of tenths of the runs, which would be near zero for the right form."""
        if len(self.x) < _TREND:
            return
        parts = np.array_split(np.argsort(self.x, kind="stable"), min(10, len(self.x) // 8))
        middle = [(np.median(self.x[p]), np.median(self.residuals[p])) for p in parts]
        ax.plot(*np.array(middle).T, color=style.ORANGE, lw=1.8, zorder=4, label="running median")
