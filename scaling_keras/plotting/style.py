"""How every figure looks: colours, axes, and the way in to Matplotlib."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import PlottingError
from scaling_keras.laws.fit_text import target_name
from scaling_keras.laws.forms.base import Floats
from scaling_keras.plotting.log_ticks import log_ticks, tick_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scaling_keras.laws import Fit

INK, MUTED, RULE = "#1f2933", "#6b7785", "#dfe3e8"
"""Of text and laws, of what stands back, and of lines behind the data."""

BLUE, ORANGE, GREEN, PINK = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
"""Kinds of things that are told apart, colour-blind too. Okabe and Ito, Color Universal Design."""

LABELS = {
    "train_flops": "training compute C (FLOPs)",
    "n_params": "parameters N",
    "n_examples": "examples seen D",
    "loss": "loss",
}
"""What the axes show, unless the runs name their unit."""

MANY = 2000
"""More marks than this are drawn as pixels in vector formats too."""

_VIRIDIS = (0.02, 0.88)
"""The end that would vanish on white is cut off."""


def check_matplotlib() -> None:
    """Raise a `PlottingError` unless Matplotlib is installed."""
    try:
        importlib.import_module("matplotlib")
    except ImportError:
        raise PlottingError(
            "Drawing needs Matplotlib. Received: an environment without it. Install it with "
            "`pip install matplotlib`, or from a clone of scaling_keras with "
            '`pip install ".[plot]"`.'
        ) from None


def new_axes(ax: Axes | None, *, size: tuple[float, float] = (6.4, 4.2)) -> Axes:
    """Return `ax`, or axes of a new figure, dressed without a change to global settings.

    Args:
        ax: Axes to draw on, None for new ones.
        size: Width and height of a new figure, in inches.

    Raises:
        PlottingError: If Matplotlib isn't installed.
    """
    if ax is None:
        check_matplotlib()
        from matplotlib import pyplot as plt

        ax = plt.subplots(figsize=size, layout="constrained")[1]
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(MUTED)
    ax.tick_params(which="both", colors=MUTED, labelcolor=INK, labelsize=9)
    ax.grid(visible=True, which="major", color=RULE, lw=0.7)
    ax.set_axisbelow(True)
    return ax


def titled(ax: Axes, title: str, *, x: str, y: str, pad: float = 6.0) -> None:
    """Write the title, at the left, and the labels of the axes; a long title is wrapped."""
    lines = textwrap.wrap(title, max(30, int(ax.get_window_extent().width / 7.2)))
    ax.set_title("\n".join(lines), loc="left", fontsize=10, color=INK, pad=pad)
    ax.set_xlabel(x, fontsize=9.5, color=INK)
    ax.set_ylabel(y, fontsize=9.5, color=INK)


def log_scale(ax: Axes, *, x: bool = True, y: bool = True) -> None:
    """Make axes logarithmic, with ticks that are right within a decade too."""
    for wanted, name in ((x, "x"), (y, "y")):
        if wanted:
            ax.set(**{f"{name}scale": "log"})
            dress_log(getattr(ax, f"{name}axis"), limit=7 if name == "x" else 8)


def dress_log(axis: Any, *, limit: int) -> None:
    """Set the ticks of one logarithmic axis, a colour bar's or an ordinary one."""
    from matplotlib import ticker

    class LogTicks(ticker.Locator):  # type: ignore[misc, unused-ignore]
        """The ticks for whatever part of the axis is shown."""

        def __call__(self) -> list[float]:
            return self.tick_values(*axis.get_view_interval())

        def tick_values(self, vmin: float, vmax: float) -> list[float]:
            return log_ticks(*sorted((vmin, vmax)), limit=limit)

    def written(value: float, _: Any = None) -> str:
        return tick_label(value, *sorted(axis.get_view_interval()))

    axis.set_major_locator(LogTicks())
    axis.set_major_formatter(ticker.FuncFormatter(written))
    axis.set_minor_locator(ticker.LogLocator(subs=range(2, 10), numticks=12))
    axis.set_minor_formatter(ticker.NullFormatter())


def span_of(values: Any) -> tuple[float, float]:
    """Return the ends of a logarithmic colour scale, apart even where all values are one."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    if not len(known):
        return 1.0, 10.0
    low, high = float(known.min()), float(known.max())
    return (low, high) if high > 1.001 * low else (low / 1.5, high * 1.5)


def scale_of(values: Any) -> tuple[Any, Any]:
    """Return the colour map of a number and its logarithmic norm."""
    import matplotlib as mpl

    whole = mpl.colormaps["viridis"](np.linspace(*_VIRIDIS, 256))
    return mpl.colors.ListedColormap(whole), mpl.colors.LogNorm(*span_of(values))


def pale(cmap: Any) -> Any:
    """Return a colour map mixed with white, for what stands behind the data."""
    import matplotlib as mpl

    colours = cmap(np.linspace(0, 1, 256))
    colours[:, :3] = 1 - 0.4 * (1 - colours[:, :3])
    return mpl.colors.ListedColormap(colours)


def colour_bar(ax: Axes, values: Any, label: str) -> None:
    """Put a bar beside the axes that says what the colours of `scale_of(values)` stand for."""
    import matplotlib as mpl

    cmap, norm = scale_of(values)
    bar = _bar(ax, mpl.cm.ScalarMappable(norm=norm, cmap=cmap), label)
    dress_log(bar.ax.yaxis, limit=6)


def linear_bar(ax: Axes, mappable: Any, label: str, **options: Any) -> None:
    """Put a bar beside the axes for what is drawn on a linear scale of colours."""
    _bar(ax, mappable, label, **options)


def _bar(ax: Axes, mappable: Any, label: str, **options: Any) -> Any:
    bar = ax.figure.colorbar(mappable, ax=ax, pad=0.02, aspect=30, **options)
    bar.outline.set_visible(False)
    bar.ax.tick_params(which="both", colors=MUTED, labelcolor=INK, labelsize=8.5)
    bar.set_label(label, fontsize=9, color=INK)
    return bar


def points(ax: Axes, x: Any, y: Any, **options: Any) -> Any:
    """Draw runs as dots with a light edge, smaller where there are many."""
    n = len(np.atleast_1d(x))
    options.setdefault("s", 34 if n <= 60 else 20 if n <= 400 else 8)
    options.setdefault("linewidths", 0.6 if n <= 400 else 0.0)
    if "edgecolors" not in options:
        options["edgecolors"] = "white"
    options.setdefault("rasterized", n > MANY)
    return ax.scatter(x, y, zorder=options.pop("zorder", 3), **options)


def split_line(
    ax: Axes, x: Floats, y: Floats, beyond: Sequence[bool] | Any, **options: Any
) -> None:
    """Draw a line that is dashed where it lies beyond the runs.

    Args:
        ax: Where.
        x: Places, rising.
        y: Values.
        beyond: Which of them lie beyond the runs.
        **options: Of `Axes.plot`.
    """
    beyond = np.asarray(beyond, dtype=bool)
    label = options.pop("label", None)
    # A dashed part begins at the last point inside, so that the line has no gap.
    touching = beyond.copy()
    touching[1:] |= beyond[:-1]
    touching[:-1] |= beyond[1:]
    inside, outside = np.where(beyond, np.nan, y), np.where(touching, y, np.nan)
    ax.plot(x, inside, label=label if not beyond.all() else None, **options)
    if beyond.any():
        dashed = {**options, "ls": (0, (4, 2))}
        ax.plot(x, outside, label=label if beyond.all() else None, **dashed)


def legend(ax: Axes, **options: Any) -> None:
    """Add a legend without a frame, if there is anything to name."""
    handles, _ = ax.get_legend_handles_labels()
    if handles:
        options = {"fontsize": 8.5, "labelcolor": INK, **options}
        box = ax.legend(handlelength=1.8, fancybox=False, framealpha=0.8, **options)
        box.get_frame().set(edgecolor="none")
        box.set_zorder(6)


def target_label(fit: Fit) -> str:
    """Return what a fit predicts: the loss as the runs name it, or the target of another form."""
    return target_name(fit)


def unit_label(name: str, unit: str = "example") -> str:
    """Return the label of an axis, with the unit of the examples where it is known.

    Example:
    >>> unit_label("n_examples", "token"), unit_label("n_params", "token")
    ('tokens seen D', 'parameters N')
    """
    if name == "n_examples":
        return f"{unit}s seen D"
    return LABELS.get(name, name.replace("_", " "))
