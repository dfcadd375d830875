"""The learning curves of a table's runs, against examples or compute."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.plotting import style
from scaling_keras.runs import Run, RunTable, unique_units

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXES = ("n_examples", "train_flops")
_DASHES = (0, (3, 2))
_MANY = 500
"""Curves above which they are pixels in a picture of lines."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class LearningCurvesDisplay:
    """What a plot of learning curves shows; `plot` draws it.

    Attributes:
        x: `n_examples` or `train_flops`.
        curves: Place and loss at each point, shape `(2, points)`, one per run that has a curve.
        n_params: Size of each of those runs, shape `(curves,)`.
        completed: Whether each of them completed; the others are dashed, without an end mark.
        loss_name: What the vertical axis shows.
        unit: What an example is.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import Run, RunTable
    >>> curve = np.array([[100, 5.0], [200, 4.0], [400, 3.5]])
    >>> table = RunTable(runs=(
    ...     Run(name="a", n_params=1e3, n_examples=400, loss=3.5, curves={"loss": curve}),))
    >>> LearningCurvesDisplay.from_table(table).curves[0][:, -1]
    array([400. ,   3.5])
    """

    x: str
    curves: tuple[Floats, ...]
    n_params: Floats
    completed: tuple[bool, ...]
    loss_name: str
    unit: str

    @classmethod
    def from_table(
        cls, table: RunTable, *, x: str = "n_examples", metric: str | None = None
    ) -> LearningCurvesDisplay:
        """Return the display of the curves of a table, those of runs that did not complete too.

        Args:
            table: Runs with curves, as `read_runs` gives them.
            x: `n_examples` or `train_flops`.
            metric: The curve to take; by default the one that each run's loss comes from.

        Raises:
            FitError: If there is no such axis, or no run has a curve to draw.
        """
        if x not in AXES:
            raise FitError(f"`x` must be one of {', '.join(AXES)}. Received: x={x!r}.")
        found = [(run, _curve(run, x, metric)) for run in table]
        drawn = [(run, curve) for run, curve in found if curve.shape[1]]
        if not any(curve.shape[1] > 1 for _, curve in drawn):
            raise FitError(
                f"Learning curves need runs that logged {metric or 'their loss'} as they went. "
                f"Received: {len(table)} runs, none with more than one point. Read a logdir of "
                f"ScalingLogger, or take another `metric`; a CSV file holds final losses only."
            )
        names = {metric or run.loss_name for run, _ in drawn}
        units = unique_units([r for r, _ in drawn if r.status == "completed"])
        return cls(
            x=x,
            curves=tuple(curve for _, curve in drawn),
            n_params=np.array([run.n_params for run, _ in drawn], dtype=np.float64),
            completed=tuple(run.status == "completed" for run, _ in drawn),
            loss_name=names.pop() if len(names) == 1 else "loss",
            unit=units[0] if len(units) == 1 else "example",
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the curves on logarithmic axes, coloured by size.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax)
        from matplotlib.collections import LineCollection
        from matplotlib.colors import to_rgba

        cmap, norm = style.scale_of(self.n_params)
        many = len(self.curves) > 40
        # One artist for all, not one a run: each that is rasterized is a picture of its own.
        look: dict[str, Any] = {"zorder": 2, "rasterized": len(self.curves) > _MANY}
        colours = [
            cmap(norm(size)) if np.isfinite(size) and size > 0 else to_rgba(style.MUTED)
            for size in self.n_params
        ]
        width, alpha = (0.7, 0.6) if many else (1.2, 0.9)
        lines = LineCollection(
            [curve.T for curve in self.curves],
            colors=colours,
            linewidths=width,
            alpha=alpha,
            linestyles=["-" if completed else _DASHES for completed in self.completed],
            **look,
        )
        ax.add_collection(lines)
        ends = [
            (*curve[:, -1], colour, colour if completed else "none")
            for curve, colour, completed in zip(self.curves, colours, self.completed, strict=True)
            if completed or curve.shape[1] == 1
        ]
        if ends:
            x, y, edges, faces = zip(*ends, strict=True)
            size = 9.0 if many else 20.0
            ax.scatter(x, y, s=size, c=list(faces), edgecolors=list(edges), linewidths=0.8, **look)
        ax.autoscale_view()
        style.log_scale(ax)
        style.titled(ax, "Learning curves", x=style.unit_label(self.x, self.unit), y=self.loss_name)
        style.colour_bar(ax, self.n_params, style.LABELS["n_params"])
        if not all(self.completed):
            ax.plot([], [], color=style.MUTED, ls=_DASHES, lw=1.2, label="not completed")
            style.legend(ax, loc="upper right")
        return ax


def _curve(run: Run, x: str, metric: str | None) -> Floats:
    """Return the points of a run that logarithmic axes can show, shape `(2, points)`."""
    points = np.asarray(run.curves.get(metric or run.loss_name, ()), dtype=np.float64)
    curve = points.reshape(-1, 2).T.copy()
    if x == "train_flops":
        curve[0] = run.flops_at(curve[0])
    return curve[:, np.isfinite(curve).all(axis=0) & (curve > 0).all(axis=0)]
