"""A surface over size and data: loss contours, lines of equal compute, the runs, the frontier."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.plotting import style
from scaling_keras.plotting.log_ticks import log_ticks, tick_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CELLS = 60
_MARGIN_BELOW, _MARGIN_BEYOND = 1.6, 4.0
_LEVELS = 9
_BANDS = 25


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class ContoursDisplay:
    """What a plot of a surface shows; `plot` draws it.

    Attributes:
        n_params: Sizes of the grid, rising, shape `(sizes,)`.
        n_examples: Amounts of data of the grid, rising, shape `(amounts,)`.
        loss: What the law predicts on it, shape `(amounts, sizes)`.
        train_flops: Compute on it, of the same shape.
        runs: Size, data and loss of the runs, shape `(3, runs)`; none for a published law.
        frontier: The compute-optimal sizes and amounts of data, shape `(2, budgets)`.
        unit: What an example is.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> n, d = (a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8, 1e9], [1e8, 1e9, 1e10, 1e11]))
    >>> fit = laws.fit("chinchilla", n_params=n, n_examples=d,
    ...                loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> display = ContoursDisplay.from_fit(fit)
    >>> display.loss.shape, display.runs.shape
    ((60, 60), (3, 16))
    """

    n_params: Floats
    n_examples: Floats
    loss: Floats
    train_flops: Floats
    runs: Floats
    frontier: Floats
    unit: str

    @classmethod
    def from_fit(cls, fit: Fit) -> ContoursDisplay:
        """Return the display of a surface around the runs that it was fitted to, or is known for.

        Raises:
            FitError: If the law is not one of size and data alone.
        """
        if set(fit.law.variables) != {"n_params", "n_examples"}:
            raise FitError(
                f"Contours need a law of n_params and n_examples. Received: a `{fit.form}` fit of "
                f"{', '.join(fit.law.variables)}. Fit a form of both, such as `chinchilla`."
            )
        names = fit.law.variables
        size, data = (fit.values[:, names.index(name)] for name in ("n_params", "n_examples"))
        runs = np.stack([size, data, fit.observed])
        sizes, amounts = _around(size), _around(data)
        grid_n, grid_d = np.meshgrid(sizes, amounts)
        loss = fit.predict(n_params=grid_n.ravel(), n_examples=grid_d.ravel()).mean
        flops = fit.train_flops_per_example(grid_n) * grid_d
        budgets = np.geomspace(flops.min(), flops.max(), 4 * _CELLS)
        best = fit.optimal_allocation(train_flops=budgets)
        return cls(
            n_params=sizes,
            n_examples=amounts,
            loss=loss.reshape(grid_n.shape),
            train_flops=flops,
            runs=runs[:, np.isfinite(fit.observed)],
            frontier=np.stack([best.n_params.value, best.n_examples.value]),
            unit=fit.labels.get("example_unit", "example"),
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the surface on logarithmic axes.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax, size=(6.4, 4.8))
        ax.grid(visible=False)
        cmap, norm = style.scale_of(self.loss)
        cmap = cmap.reversed()
        where: tuple[Any, ...] = (self.n_params, self.n_examples)
        low, high = float(self.loss.min()), float(self.loss.max())
        bands = np.geomspace(low, high, _BANDS)
        filled = ax.contourf(*where, self.loss, levels=bands, cmap=style.pale(cmap), norm=norm)
        # Pixels, since bands show seams where they meet in vector formats.
        filled.set_zorder(0)
        ax.set_rasterization_zorder(0.5)
        levels = log_ticks(low, high, limit=_LEVELS)
        lines = ax.contour(*where, self.loss, levels=levels, colors=style.INK, linewidths=0.8)
        style.log_scale(ax)
        ax.set_xlim(self.n_params[0], self.n_params[-1])
        ax.set_ylim(self.n_examples[0], self.n_examples[-1])
        self._plot_budgets(ax)
        options = {"c": self.runs[2], "cmap": cmap, "norm": norm}
        style.points(ax, *self.runs[:2], **options, edgecolors=style.INK, linewidths=0.5)
        ax.plot(*self.frontier, color=style.ORANGE, lw=2.2, label="compute-optimal", zorder=4)
        ax.clabel(lines, fontsize=8, fmt="%.4g", colors=style.INK, inline_spacing=3)
        style.titled(
            ax,
            "Predicted loss, with lines of equal compute",
            x=style.LABELS["n_params"],
            y=style.unit_label("n_examples", self.unit),
            pad=18.0,
        )
        style.legend(ax, loc="upper left")
        return ax

    def _plot_budgets(self, ax: Axes) -> None:
        """Draw lines of equal compute, labelled where they leave the picture."""
        low, high = float(self.train_flops.min()), float(self.train_flops.max())
        budgets = log_ticks(low, high, limit=12)
        lines = ax.contour(
            self.n_params,
            self.n_examples,
            self.train_flops,
            levels=budgets,
            colors=style.MUTED,
            linewidths=0.9,
            linestyles="dashed",
        )
        at_top = self.train_flops[-1]
        for budget in budgets:
            if at_top[0] < budget < at_top[-1]:
                x = np.exp(np.interp(np.log(budget), np.log(at_top), np.log(self.n_params)))
                y = self.n_examples[-1]
            elif self.train_flops[0, -1] < budget < self.train_flops[-1, -1]:
                edge = np.log(self.train_flops[:, -1])
                x = self.n_params[-1]
                y = np.exp(np.interp(np.log(budget), edge, np.log(self.n_examples)))
            else:
                continue
            at_right = x == self.n_params[-1]
            ax.annotate(
                tick_label(budget, low, high),
                (x, y),
                xytext=(3, 0) if at_right else (0, 2),
                textcoords="offset points",
                ha="left" if at_right else "center",
                va="center" if at_right else "bottom",
                fontsize=7.5,
                color=style.MUTED,
                annotation_clip=False,
            )
        lines.set_zorder(1.5)


def _around(values: Floats) -> Floats:
    """Return a grid over the values and somewhat beyond."""
    return np.geomspace(values.min() / _MARGIN_BELOW, values.max() * _MARGIN_BEYOND, _CELLS)
