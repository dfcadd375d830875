"""IsoFLOP profiles: the loss against the size at each budget, with the minima."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.laws import IsoFlop, IsoFlopProfile
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.isoflop_minimum import Profile, fitted_curve
from scaling_keras.laws.isoflop_rows import read_rows
from scaling_keras.plotting import style
from scaling_keras.runs import RunTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 81
_COLUMNS = ("n_params", "n_examples", "loss", "train_flops", "budget", "groups")


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class IsoFlopDisplay:
    """What a plot of IsoFLOP profiles shows; `plot` draws it.

    Attributes:
        profiles: Budget and minimum of each profile.
        runs: Sizes and losses of each profile's runs, shape `(2, runs)` each.
        curves: Sizes and losses along each profile's fitted curve, shape `(2, points)` each.
        loss_name: What the vertical axis shows.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> c, n = (a.ravel() for a in np.meshgrid([1e18, 1e19, 1e20], np.geomspace(2e7, 2e10, 9)))
    >>> columns = {"n_params": n, "n_examples": c / (6 * n), "train_flops": c}
    >>> columns["loss"] = 1.69 + 406.4 / n**0.34 + 410.7 / columns["n_examples"] ** 0.28
    >>> display = IsoFlopDisplay.from_isoflop(laws.isoflop(columns), columns)
    >>> [f"{profile.n_params.value:.2g}" for profile in display.profiles]
    ['8.1e+07', '2.3e+08', '6.4e+08']
    """

    profiles: tuple[IsoFlopProfile, ...]
    runs: tuple[Floats, ...]
    curves: tuple[Floats, ...]
    loss_name: str

    @classmethod
    def from_isoflop(cls, found: IsoFlop, data: RunTable | Mapping[str, Any]) -> IsoFlopDisplay:
        """Return the display of profiles.

        Args:
            found: What `laws.isoflop` returned.
            data: The table or columns that it was given.

        Raises:
            FitError: If the columns can't be used, as `laws.isoflop` says.
        """
        rows = read_rows(data, dict.fromkeys(_COLUMNS))
        shape = None
        if found.shape:
            shape = (found.shape["param_exponent"], found.shape["data_exponent"])
        runs, curves = [], []
        for profile in found.profiles:
            members = np.array(profile.rows)
            size, loss = rows.n_params[members], rows.loss[members]
            fitted = Profile.of(
                profile.train_flops,
                size,
                rows.n_examples[members],
                rows.train_flops[members],
                loss,
                rows.clusters[members],
            )
            places = np.geomspace(size.min(), size.max(), _POINTS)
            runs.append(np.stack([size, loss]))
            curves.append(np.stack([places, fitted_curve(fitted, shape, places)]))
        names = {run.loss_name for run in data} if isinstance(data, RunTable) else set()
        return cls(
            profiles=found.profiles,
            runs=tuple(runs),
            curves=tuple(curves),
            loss_name=names.pop() if len(names) == 1 else "loss",
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the profiles on logarithmic axes, a colour per budget.

        A minimum that lies between the runs is a diamond with its interval, as far as the runs go;
        of a profile without one, the best size that was seen is a hollow diamond.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax)
        budgets = [profile.train_flops for profile in self.profiles]
        cmap, norm = style.scale_of(budgets)
        for profile, runs, curve in zip(self.profiles, self.runs, self.curves, strict=True):
            colour = cmap(norm(profile.train_flops))
            ax.plot(*curve, color=colour, lw=1.5, zorder=2)
            style.points(ax, *runs, color=colour, s=20)
            self._plot_minimum(ax, profile, runs[0], colour)
        style.log_scale(ax)
        lowest = [curve[1].min() for curve in self.curves]
        losses = np.concatenate([*(runs[1] for runs in self.runs), lowest])
        low, high = style.span_of(losses)
        room = (high / low) ** 0.06
        ax.set_ylim(low / room, high * room)
        style.titled(ax, "IsoFLOP profiles", x=style.LABELS["n_params"], y=self.loss_name)
        if len(budgets) > 1:
            style.colour_bar(ax, budgets, "budget C (FLOPs)")
        self._plot_legend(ax)
        return ax

    def _plot_minimum(self, ax: Axes, profile: IsoFlopProfile, sizes: Floats, colour: Any) -> None:
        size, loss = profile.n_params, profile.loss.value
        ends = np.clip([size.low, size.high], sizes.min(), sizes.max())
        if profile.bracketed and ends[0] < ends[1]:
            ax.plot(ends, [loss, loss], color=style.INK, lw=1.4, zorder=4)
        face = colour if profile.bracketed else "white"
        ax.plot(size.value, loss, "D", ms=6, mfc=face, mec=style.INK, mew=1.2, zorder=5)

    def _plot_legend(self, ax: Axes) -> None:
        bracketed = [profile.bracketed for profile in self.profiles]
        sign: dict[str, Any] = {"ls": "", "marker": "D", "ms": 6, "mec": style.INK, "mew": 1.2}
        if any(bracketed):
            ax.plot([], [], **sign, mfc=style.MUTED, label="minimum, with interval")
        if not all(bracketed):
            ax.plot([], [], **sign, mfc="white", label="no minimum between the runs")
        style.legend(ax)
