"""The compute-optimal frontier: size or data against compute, the approaches side by side."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Approaches, Fit
from scaling_keras.laws.approaches_result import ENVELOPE, PROFILES, SURFACE
from scaling_keras.laws.forms.base import Floats
from scaling_keras.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUANTITIES = ("n_params", "n_examples")
_LOOKS = {
    ENVELOPE: ("envelope of curves", style.GREEN),
    PROFILES: ("IsoFLOP profiles", style.ORANGE),
    SURFACE: ("surface", style.BLUE),
}
_BEYOND = 30.0
_POINTS = 61
_OPEN = 1e6


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class FrontierLineData:
    """One approach's line, with its band.

    Attributes:
        name: `envelope`, `isoflop` or `surface`.
        value: The optimum at each budget, shape `(budgets,)`.
        low: Lower edge of the band; `nan` where it isn't known.
        high: Upper edge.
    """

    name: str
    value: Floats
    low: Floats
    high: Floats


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class FrontierDisplay:
    """What a plot of a compute-optimal frontier shows; `plot` draws it.

    Attributes:
        quantity: `n_params` or `n_examples`.
        train_flops: Budgets, rising, shape `(budgets,)`.
        lines: One per approach that has an answer.
        minima: Budget, optimum and the ends of its interval of each bracketed IsoFLOP profile,
            shape `(4, profiles)`; the ends of open intervals are 0 and infinity.
        farthest: Compute of the dearest run: lines are dashed beyond it.
        level: Share that the bands are meant to contain.
        unit: What an example is.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> n, d = (a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8, 1e9], [1e8, 1e9, 1e10, 1e11]))
    >>> fit = laws.fit("chinchilla", n_params=n, n_examples=d,
    ...                loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> display = FrontierDisplay.from_fit(fit)
    >>> [line.name for line in display.lines], f"{display.farthest:.0e}"
    (['surface'], '6e+20')
    """

    quantity: str
    train_flops: Floats
    lines: tuple[FrontierLineData, ...]
    minima: Floats
    farthest: float
    level: float
    unit: str

    @classmethod
    def from_fit(
        cls, fit: Fit, *, quantity: str = "n_params", level: float = 0.9
    ) -> FrontierDisplay:
        """Return the display of a surface's frontier.

        Args:
            fit: A law of size and data.
            quantity: `n_params` or `n_examples`.
            level: Share that the band is meant to contain, in `(0, 1)`.

        Raises:
            FitError: If the fit has no frontier, or there is no such quantity.
        """
        _check_quantity(quantity)
        names = fit.law.variables
        if not {"n_params", "n_examples"} <= set(names):
            raise FitError(
                f"A frontier needs a law of n_params and n_examples. Received: a `{fit.form}` fit "
                f"of {', '.join(names)}. Fit a form of both."
            )
        size, data = (fit.values[:, names.index(name)] for name in QUANTITIES)
        spent = fit.train_flops_per_example(size) * data
        budgets = np.geomspace(spent.min(), spent.max() * _BEYOND, _POINTS)
        return cls(
            quantity=quantity,
            train_flops=budgets,
            lines=(_surface_line(fit, quantity, budgets, level),),
            minima=np.empty((4, 0)),
            farthest=float(spent.max()),
            level=level,
            unit=fit.labels.get("example_unit", "example"),
        )

    @classmethod
    def from_approaches(cls, found: Approaches, *, quantity: str = "n_params") -> FrontierDisplay:
        """Return the display of the three approaches side by side.

        Args:
            found: What `laws.approaches` returned, at the budget of the dearest run: lines are
                dashed beyond that.
            quantity: `n_params` or `n_examples`.

        Raises:
            FitError: If no approach has an answer, or there is no such quantity.
        """
        _check_quantity(quantity)
        profiles = [p for p in (found.isoflop.profiles if found.isoflop else ()) if p.bracketed]
        cheapest = [found.train_flops / 10, *(p.train_flops for p in profiles)]
        if found.fit is not None:
            own = cls.from_fit(found.fit, quantity=quantity, level=found.level)
            cheapest.append(float(own.train_flops[0]))
        low = min(cheapest)
        budgets = np.geomspace(low, found.train_flops * _BEYOND, _POINTS)
        lines = _lines(found, quantity, budgets)
        if not lines:
            raise FitError(
                "A frontier needs an approach that could tell one. Received: "
                + "; ".join(f"{a.name}: {a.reason}" for a in found.approaches.values())
                + ". Add runs."
            )
        minima = [
            (p.train_flops, interval.value, interval.low, interval.high)
            for p in profiles
            for interval in [getattr(p, quantity)]
        ]
        return cls(
            quantity=quantity,
            train_flops=budgets,
            lines=tuple(lines),
            minima=np.array(minima, dtype=np.float64).reshape(-1, 4).T,
            farthest=found.train_flops,
            level=found.level,
            unit=found.fit.labels.get("example_unit", "example") if found.fit else "example",
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the lines with their bands on logarithmic axes, dashed beyond the runs.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax)
        beyond = self.train_flops > self.farthest * (1 + 1e-9)
        for line in self.lines:
            label, colour = _LOOKS[line.name]
            edges = (self.train_flops, line.low, line.high)
            if np.isfinite(line.low).all():
                ax.fill_between(*edges, color=colour, alpha=0.16, lw=0, zorder=1)
            options: dict[str, Any] = {"color": colour, "lw": 1.8, "label": label}
            style.split_line(ax, self.train_flops, line.value, beyond, **options)
        self._plot_minima(ax)
        style.log_scale(ax)
        self._trim(ax)
        what = "size" if self.quantity == "n_params" else "amount of data"
        style.titled(
            ax,
            f"Compute-optimal {what}, {self.level:.0%} bands",
            x=style.LABELS["train_flops"],
            y=style.unit_label(self.quantity, self.unit),
        )
        style.legend(ax, loc="upper left")
        return ax

    def _plot_minima(self, ax: Axes) -> None:
        if not self.minima.size:
            return
        budget, value, low, high = self.minima
        colour = _LOOKS[PROFILES][1]
        known = ~np.isnan(low)
        # Open ends are drawn beyond what `_trim` leaves to be seen.
        least, most = style.span_of(np.concatenate([line.value for line in self.lines]))
        low, high = np.maximum(low, least / _OPEN), np.minimum(high, most * _OPEN)
        ax.vlines(budget[known], low[known], high[known], color=colour, lw=1.2, zorder=3)
        ax.plot(
            budget,
            value,
            "D",
            ms=5,
            mfc=colour,
            mec="white",
            mew=0.6,
            zorder=4,
            label="minimum of a profile",
        )

    def _trim(self, ax: Axes) -> None:
        """Keep a band of many decades from pressing the lines flat."""
        low, high = style.span_of(np.concatenate([line.value for line in self.lines]))
        room = max(high / low, 10.0) ** 0.35
        bottom, top = ax.get_ylim()
        ax.set_ylim(max(bottom, low / room), min(top, high * room))


def _check_quantity(quantity: str) -> None:
    if quantity not in QUANTITIES:
        raise FitError(
            f"`quantity` must be one of {', '.join(QUANTITIES)}. Received: quantity={quantity!r}."
        )


def _surface_line(fit: Fit, quantity: str, budgets: Floats, level: float) -> FrontierLineData:
    best = getattr(fit.optimal_allocation(train_flops=budgets, level=level), quantity)
    return FrontierLineData(name=SURFACE, value=best.value, low=best.low, high=best.high)


def _lines(found: Approaches, quantity: str, budgets: Floats) -> list[FrontierLineData]:
    """Return the line of each approach that has one."""
    envelope, isoflop = found.envelope, found.isoflop
    is_size = quantity == "n_params"
    powers = {
        ENVELOPE: envelope and (envelope.size_line if is_size else envelope.data_line),
        PROFILES: isoflop and (isoflop.n_params if is_size else isoflop.n_examples),
    }
    lines = []
    for name, power in powers.items():
        if power:
            at = power.predict(budgets)
            lines.append(FrontierLineData(name=name, value=at.value, low=at.low, high=at.high))
    if found.fit is not None:
        lines.append(_surface_line(found.fit, quantity, budgets, found.level))
    return lines
