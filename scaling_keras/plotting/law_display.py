"""A fitted law drawn with Matplotlib: runs, lines and band against one axis."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Fit
from scaling_keras.laws.curves import Curve, law_curves
from scaling_keras.laws.verdicts import Verdict, verdicts
from scaling_keras.plotting import style
from scaling_keras.runs import RunTable, unique_units

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXES = ("train_flops", "n_params", "n_examples")
"""The axes a law can be drawn against."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LawDisplay:
    """What a plot of a law shows; `plot` draws it.

    Attributes:
        x: The horizontal axis, one of `AXES`.
        curves: The lines, the one with the band among them; dashed beyond the runs.
        table: The runs: those of the fit are filled, the others hollow, with a bar where something
            was predicted of them before they were trained.
        title: The law's formula.
        level: Share of new runs that the band is meant to contain.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import Run, RunTable, laws
    >>> pairs = [(n, d) for n in (1e5, 1e6, 1e7) for d in (1e7, 1e8, 1e9)]
    >>> table = RunTable(runs=tuple(
    ...     Run(name=f"{n:g}-{d:g}", n_params=n, n_examples=d, train_flops=6 * n * d,
    ...         loss=1.7 + 400 / n**0.34 + 400 / d**0.28) for n, d in pairs))
    >>> display = LawDisplay.from_fit(laws.fit("chinchilla", table), table, x="n_examples")
    >>> [curve.label for curve in display.curves]
    ['N = 1e+05', 'N = 1e+06', 'N = 1e+07']
    """

    x: str
    curves: tuple[Curve, ...]
    table: RunTable
    title: str
    level: float

    @classmethod
    def from_fit(
        cls, fit: Fit, table: RunTable, *, x: str = "train_flops", level: float = 0.9
    ) -> LawDisplay:
        """Return the display of a law.

        Args:
            fit: The law.
            table: The runs that it was fitted to; unusable ones are drawn too, hollow.
            x: The horizontal axis: `train_flops`, `n_params` or `n_examples`. A one-variable law
                has only the axis that it was fitted against.
            level: Share of new runs that the band is meant to contain, in `(0, 1)`.

        Raises:
            FitError: If there is no such axis for the law.
        """
        fitted_against = fit.labels.get("x", x)
        if x not in AXES or x != fitted_against:
            raise FitError(
                f"`x` must be one of {', '.join(AXES)}, and for a one-variable law the one it was "
                f"fitted against. Received: x={x!r}, a `{fit.form}` fit"
                f"{f' against {fitted_against}' if 'x' in fit.labels else ''}."
            )
        if not set(fit.law.variables) <= {"n_params", "n_examples", "x"}:
            raise FitError(
                f"A law is drawn against one axis if it has no variables besides size and data. "
                f"Received: a `{fit.form}` fit of {', '.join(fit.law.variables)}. Draw its "
                f"residuals instead."
            )
        return cls(
            x=x,
            curves=tuple(law_curves(fit, table, x=x, level=level)),
            table=table,
            title=fit.formula(),
            level=level,
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the law on logarithmic axes.

        Args:
            ax: Where to draw; new axes by default.

        Returns:
            The axes, for further changes and for `ax.figure.savefig`.

        Raises:
            PlottingError: If Matplotlib isn't installed (`pip install matplotlib`).
        """
        ax = style.new_axes(ax, size=(7.0, 4.5))
        by_size = self.x != "n_params"
        # Colours stand for the size, and where that is the axis already, for the data.
        shade = "n_params" if by_size else "n_examples"
        cmap, norm = style.scale_of(self.table[shade])
        for curve in self.curves:
            main = curve.value is None
            colour: Any = style.INK if main else cmap(norm(curve.value))
            if len(curve.low):
                edges = (curve.x, curve.low, curve.high)
                ax.fill_between(
                    *edges, color=colour, alpha=0.16, lw=0, label=self._band_label(curve), zorder=1
                )
            options = {"color": colour, "lw": 2.0 if main else 1.1, "zorder": 2.5 if main else 2}
            if main:
                options["label"] = curve.label
            style.split_line(ax, curve.x, curve.mean, curve.extrapolation > 1, **options)
        self._plot_runs(ax, cmap, norm, shade)
        style.log_scale(ax)
        self._trim(ax)
        units = unique_units(self.table.usable().runs)
        unit = units[0] if len(units) == 1 else "example"
        style.titled(ax, self.title, x=style.unit_label(self.x, unit), y=loss_label(self.table))
        style.colour_bar(ax, self.table[shade], style.unit_label(shade, unit))
        style.legend(ax, loc="best" if len(self.table) <= style.MANY else "upper right")
        return ax

    def _band_label(self, curve: Curve) -> str:
        where = "" if curve.value is None else f", {curve.label}"
        return f"{self.level:.0%} interval of a new run{where}"

    def _plot_runs(self, ax: Axes, cmap: Any, norm: Any, shade: str) -> None:
        """Draw the runs, those that no fit uses hollow."""
        fitted = {run.name for run in self.table.usable()}
        used = np.array([run.name in fitted for run in self.table], dtype=bool)
        x, y, value = self.table[self.x], self.table["loss"], self.table[shade]
        style.points(ax, x[used], y[used], c=value[used], cmap=cmap, norm=norm, label="runs fitted")
        drawn = ~used & np.isfinite(x) & (x > 0) & np.isfinite(y) & (y > 0)
        if drawn.any():
            hollow = {"facecolors": "none", "edgecolors": style.MUTED, "linewidths": 1.0}
            style.points(ax, x[drawn], y[drawn], **hollow, label="not fitted")
        self._plot_predictions(ax)

    def _plot_predictions(self, ax: Axes) -> None:
        """Draw what was predicted of runs before they were trained."""
        told = [v for v in self._predicted if np.isfinite(getattr(v, self.x))]
        if told:
            ax.errorbar(
                [getattr(v, self.x) for v in told],
                [v.predicted for v in told],
                # Lists, since older Matplotlib asks the first row of an array whether it is finite.
                yerr=[[v.predicted - v.low for v in told], [v.high - v.predicted for v in told]],
                fmt="_",
                ms=9,
                mew=1.6,
                elinewidth=1.6,
                capsize=4,
                color=style.ORANGE,
                zorder=3.5,
                label="predicted before training",
            )

    @property
    def _predicted(self) -> tuple[Verdict, ...]:
        return verdicts(self.table)

    def _trim(self, ax: Axes) -> None:
        """Show what the runs and the main line span, not the far ends of slices."""
        told = [end for verdict in self._predicted for end in (verdict.low, verdict.high)]
        shown = [self.table["loss"], np.array(told, dtype=np.float64)]
        for curve in self.curves:
            if curve.value is None:
                shown += [curve.mean]
            else:
                shown += [curve.mean[curve.extrapolation <= 1]]
        low, high = style.span_of(np.concatenate(shown))
        room = (high / low) ** 0.06
        ax.set_ylim(low / room, high * room)


def loss_label(table: RunTable) -> str:
    """Return the label of an axis of losses: which of a run's, and its name."""
    names = {run.loss_name for run in table}
    return f"{table.loss_choice} {names.pop() if len(names) == 1 else 'loss'}"
