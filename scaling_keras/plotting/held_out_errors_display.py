"""How well forms predicted the dearest part of the runs, by how large that part was."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import Fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.holdout import SHARES
from scaling_keras.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PINK, style.INK)
_MARKS = ("o", "s", "^", "D", "v")


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutErrorsDisplay:
    """What a plot of held-out errors shows; `plot` draws it.

    Attributes:
        errors: Form, or `average` for one of several, to its mean relative error with each part of
            the runs held out; `nan` where too few were left to fit. Shape `(shares,)` each.
        shares: Those parts.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 25)
    >>> fits = laws.compare(forms=["power_law", "power_law_floor"], x=x, loss=1.5 + 20 / x**0.3,
    ...                     n_resamples=100)
    >>> list(HeldOutErrorsDisplay.from_fits(fits).errors)
    ['power_law_floor', 'power_law']
    """

    errors: Mapping[str, Floats]
    shares: tuple[float, ...]

    @classmethod
    def from_fits(cls, fits: Sequence[Fit]) -> HeldOutErrorsDisplay:
        """Return the display of one fit or several, such as `laws.compare` returns.

        Raises:
            FitError: If none of them has a held-out check.
        """
        errors = {
            _label(fit): np.array([np.nan if e is None else e for e in fit.backtest.errors])
            for fit in fits
            if fit.backtest
        }
        known = {form: found for form, found in errors.items() if np.isfinite(found).any()}
        if not known:
            raise FitError(
                f"Held-out errors need runs enough to fit without the dearest of them. Received: "
                f"{', '.join(fit.form for fit in fits) or 'no fit'}, none with a check. Add runs."
            )
        return cls(errors=known, shares=SHARES)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the errors, in percent, on a logarithmic axis.

        Args:
            ax: Where to draw; new axes by default.

        Raises:
            PlottingError: If Matplotlib isn't installed.
        """
        ax = style.new_axes(ax, size=(5.2, 4.0))
        x = 100 * np.array(self.shares)
        for index, (form, errors) in enumerate(self.errors.items()):
            # A perfect fit has an error of zero, which a logarithm can't show.
            shown = 100 * np.maximum(errors, 1e-9)
            look: dict[str, Any] = {"color": _COLOURS[index % 5], "marker": _MARKS[index % 5]}
            ax.plot(x, shown, **look, lw=1.6, ms=5, mec="white", mew=0.6, label=form)
        style.log_scale(ax, x=False)
        ax.set_xticks(x)
        style.titled(
            ax,
            "Errors of forms fitted without the dearest runs",
            x="runs held out (%)",
            y="mean error of their loss (%)",
        )
        style.legend(ax)
        return ax


def _label(fit: Fit) -> str:
    return "average" if fit.form_weights else fit.form
